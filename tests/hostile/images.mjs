// Images that are larger, or less, than they say.

import { crc32, deflateSync, noise } from "./packing.mjs";

const zeros = (bytes) => Buffer.alloc(bytes);

export function chunk(name, data) {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

export function png(width, height, pixels, kind = 0) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, kind, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function tiff(entries, next) {
  const out = Buffer.alloc(10 + entries.length * 12 + 4);
  out.write("II*\0", 0, "latin1");
  out.writeUInt32LE(8, 4);
  out.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    out.writeUInt16LE(tag, 10 + 12 * i);
    out.writeUInt16LE(type, 12 + 12 * i);
    out.writeUInt32LE(count, 14 + 12 * i);
    out.writeUInt32LE(value, 18 + 12 * i);
  });
  out.writeUInt32LE(next, out.length - 4);
  return out;
}

const grey = [
  [258, 3, 1, 8],
  [259, 3, 1, 1],
  [262, 3, 1, 1],
  [277, 3, 1, 1],
];
export const gif = (width, height, body) => {
  const head = Buffer.from("GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\0\0\0", "latin1");
  for (const place of [6, 24]) {
    head.writeUInt16LE(width, place);
    head.writeUInt16LE(height, place + 2);
  }
  return Buffer.concat([head, body]);
};

export const imageCases = (size) => [
  ["image-ten-gigapixels.png", () => png(100000, 100000, zeros(1000)), "recognise"],
  ["image-ten-gigapixels.png", () => png(100000, 100000, zeros(1000))],
  ["image-forty-megapixels.png", () => png(8000, 4900, zeros(8001 * 4900)), "recognise"],
  [
    "image-forty-megapixels-in-colour.png",
    () => png(8000, 4900, zeros((8000 * 4 + 1) * 4900), 6),
    "recognise",
  ],
  [
    "image-noise.png",
    () =>
      png(
        1500 * size,
        1500 * size,
        noise((1500 * size + 1) * 1500 * size).map((v, i) => (i % (1500 * size + 1) === 0 ? 0 : v)),
      ),
    "recognise",
  ],
  [
    "image-speckles.png",
    () =>
      png(
        2000 * size,
        2000 * size,
        zeros((2000 * size + 1) * 2000 * size).map((_, i) =>
          i % (2000 * size + 1) === 0 ? 0 : i % 7 === 0 ? 0 : 255,
        ),
      ),
    "recognise",
  ],
  ["image-truncated.png", () => png(3000, 3000, noise(3001 * 100)).subarray(0, 5000), "recognise"],
  ["image-one-pixel-wide.png", () => png(1, 1000000, zeros(2000000)), "recognise"],
  ["image-one-pixel.png", () => png(1, 1, zeros(2)), "recognise"],
  ["image-giant.gif", () => gif(65535, 65535, Buffer.from([2, 2, 0x4c, 1, 0, 0x3b])), "recognise"],
  ["image-lies.gif", () => gif(6000, 6000, noise(200000)), "recognise"],
  [
    "image-noise.jpeg",
    () =>
      Buffer.concat([
        Buffer.from(
          "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00\x48\x00\x48\x00\x00" +
            "\xff\xc0\x00\x0b\x08\x17\x70\x17\x70\x01\x01\x11\x00",
          "latin1",
        ),
        noise(400000),
      ]),
    "recognise",
  ],
  [
    "image-noise.webp",
    () =>
      Buffer.concat([
        Buffer.from("RIFF\xff\xff\0\0WEBPVP8L\xff\xff\0\0\x2f\xff\xc7\xf9\x05", "latin1"),
        noise(400000),
      ]),
    "recognise",
  ],
  ["image-circle.tiff", () => tiff([[256, 4, 1, 100], [257, 4, 1, 100], ...grey], 8), "recognise"],
  ["image-circle.tiff", () => tiff([[256, 4, 1, 100], [257, 4, 1, 100], ...grey], 8)],
  [
    "image-strips-outside.tiff",
    () =>
      tiff(
        [
          [256, 4, 1, 6000],
          [257, 4, 1, 6000],
          ...grey,
          [273, 4, 4294967295, 4294967290],
          [278, 4, 1, 1],
          [279, 4, 4294967295, 4294967290],
        ],
        0,
      ),
    "recognise",
  ],
  [
    "image-header-only.bmp",
    () => {
      const out = zeros(54);
      out.write("BM");
      out.writeUInt32LE(54, 10);
      out.writeUInt32LE(40, 14);
      out.writeInt32LE(2147483647, 18);
      out.writeInt32LE(-2147483648, 22);
      out.writeUInt16LE(1, 26);
      out.writeUInt16LE(24, 28);
      return out;
    },
    "recognise",
  ],
];
