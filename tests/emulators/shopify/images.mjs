// Pictures made by code: a mosaic of 8 × 8 blocks, its colours and pattern drawn from a seed, as
// JPEG or as PNG.
import { crc32, deflateSync } from "./packing.mjs";
import { Random } from "./random.mjs";

// Rows of blocks, each [red, green, blue].
const mosaic = (seed, columns, rows) => {
  const random = new Random(seed);
  const palette = Array.from({ length: 4 }, () => [
    random.below(256),
    random.below(256),
    random.below(256),
  ]);
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => random.pick(palette)),
  );
};

const chunk = (name, body) => {
  const head = Buffer.from(name, "latin1");
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.concat([head, body])));
  return Buffer.concat([size, head, body, sum]);
};

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const pngHeader = (width, height, bits, colour) => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, 0], 8);
  return chunk("IHDR", header);
};

const makePng = ({ seed, width, height }) => {
  const blocks = mosaic(seed, Math.ceil(width / 8), Math.ceil(height / 8));
  const raw = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    const start = y * (1 + width * 3) + 1;
    for (let x = 0; x < width; x += 1) raw.set(blocks[y >> 3][x >> 3], start + x * 3);
  }
  return Buffer.concat([
    pngSignature,
    pngHeader(width, height, 8, 2),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};

// Few bytes, many pixels.
export const makeBomb = (side = 20000) => {
  const raw = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  return Buffer.concat([
    pngSignature,
    pngHeader(side, side, 1, 0),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};

class Bits {
  #bytes = [];
  #held = 0;
  #count = 0;

  put(value, length) {
    for (let bit = length - 1; bit >= 0; bit -= 1) {
      this.#held = (this.#held << 1) | ((value >> bit) & 1);
      this.#count += 1;
      if (this.#count === 8) this.#flush();
    }
  }

  #flush() {
    this.#bytes.push(this.#held);
    if (this.#held === 0xff) this.#bytes.push(0);
    this.#held = 0;
    this.#count = 0;
  }

  end() {
    while (this.#count > 0) this.put(1, 1);
    return Buffer.from(this.#bytes);
  }
}

const segment = (marker, body) => {
  const size = body.length + 2;
  return Buffer.from([0xff, marker, size >> 8, size & 0xff, ...body]);
};

// Code lengths of the sizes 0 … 11 of a DC difference: 12 codes of 4 bits, 0000 … 1011.
const dcTable = [0, 0, 0, 12, ...Array(12).fill(0), ...Array.from({ length: 12 }, (_, s) => s)];
// The only AC symbol is "end of block", as one bit 0.
const acTable = [1, ...Array(15).fill(0), 0];

const toYcc = ([red, green, blue]) => [
  0.299 * red + 0.587 * green + 0.114 * blue - 128,
  -0.1687 * red - 0.3313 * green + 0.5 * blue,
  0.5 * red - 0.4187 * green - 0.0813 * blue,
];

// Baseline JPEG of flat blocks: only DC coefficients, quantised by 8, so that one step is one
// level.
const makeJpeg = ({ seed, width, height }) => {
  const blocks = mosaic(seed, Math.ceil(width / 8), Math.ceil(height / 8));
  const bits = new Bits();
  const last = [0, 0, 0];
  for (const block of blocks.flat()) {
    toYcc(block).forEach((level, component) => {
      const value = Math.round(level);
      const difference = value - last[component];
      last[component] = value;
      const size = 32 - Math.clz32(Math.abs(difference));
      bits.put(size, 4);
      bits.put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
      bits.put(0, 1);
    });
  }
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...Array(64).fill(8)]),
    segment(0xc0, [
      8,
      ...[height >> 8, height & 0xff, width >> 8, width & 0xff],
      3,
      ...[1, 2, 3].flatMap((component) => [component, 0x11, 0]),
    ]),
    segment(0xc4, [0x00, ...dcTable]),
    segment(0xc4, [0x10, ...acTable]),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    bits.end(),
    Buffer.from([0xff, 0xd9]),
  ]);
};

export const makeImage = (image) => (image.format === "png" ? makePng(image) : makeJpeg(image));
export const mediaType = (image) => (image.format === "png" ? "image/png" : "image/jpeg");

// A PNG that never ends being valid: `bytes` of padding in a chunk readers skip.
export function* makeHuge(image, bytes) {
  const whole = makePng(image);
  yield whole.subarray(0, whole.length - 12);
  const piece = chunk("paDd", Buffer.alloc(65536));
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
  yield whole.subarray(whole.length - 12);
}
