import { crc32, deflateSync } from "node:zlib";

export type Colour = [number, number, number];

function chunk(name: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** A PNG in which each pixel is what `paint` says. */
export function drawPng(
  width: number,
  height: number,
  paint: (x: number, y: number) => Colour,
): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) rows.set(paint(x, y), y * (1 + width * 3) + 1 + x * 3);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A disc on paper, lit from the left. */
export function drawDisc(width: number, height: number, colour: Colour): Uint8Array {
  return drawPng(width, height, (x, y) => {
    const isDisc = Math.hypot(x / width - 0.5, y / height - 0.5) < 0.3;
    const light = 1 - (0.4 * x) / width;
    return isDisc ? (colour.map((value) => Math.round(value * light)) as Colour) : [245, 243, 238];
  });
}

/** Stripes that run down, like a fence. */
export function drawStripes(width: number, height: number): Uint8Array {
  return drawPng(width, height, (x, y) => {
    const isStripe = Math.floor((x * 18) / width) % 2 === 0;
    return isStripe ? [40, 60 + Math.round((60 * y) / height), 30] : [210, 220, 200];
  });
}
