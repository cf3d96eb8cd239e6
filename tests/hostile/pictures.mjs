// Image files against the reader of pictures: whole ones spoiled in many ways, and bombs.

import { readdirSync, readFileSync } from "node:fs";

import { heifCases } from "./heif.mjs";
import { chunk, gif, imageCases, png } from "./images.mjs";
import { deflateSync, noise, repeated } from "./packing.mjs";

const folder = new URL("../fuzz/corpus/picture/", import.meta.url);
const wholes = readdirSync(folder)
  .sort()
  .map((name) => [name, readFileSync(new URL(name, folder))]);

const bytes = (letters) => Buffer.from(letters, "latin1");
const zeros = (count) => Buffer.alloc(count);
const many = (count, part) => Buffer.concat(new Array(count).fill(part));

function spoiled(whole, seed) {
  const out = Buffer.from(whole);
  const places = noise(24, seed * 7919);
  for (let i = 0; i < 8; i++)
    out[(places[3 * i] * 256 + places[3 * i + 1]) % out.length] = places[3 * i + 2];
  return out;
}

const spoiledCases = (size) =>
  wholes.flatMap(([name, whole]) => [
    [`half-of-${name}`, () => whole.subarray(0, whole.length / 2)],
    [`most-of-${name}`, () => whole.subarray(0, whole.length - 12)],
    ...Array.from({ length: 3 * size }, (_, i) => [
      `spoiled-${i}-${name}`,
      () => spoiled(whole, i + name.length * 31),
    ]),
  ]);

function afterHeader(file, ...chunks) {
  const header = 33; // signature and IHDR
  return Buffer.concat([file.subarray(0, header), ...chunks, file.subarray(header)]);
}
const smallPng = () => png(10, 10, zeros(110));

const pngCases = (size) => [
  ["sides-of-31-bits.png", () => png(2147483647, 2147483647, zeros(100))],
  ["no-sides.png", () => png(0, 0, zeros(100))],
  ["more-pixels-than-it-says.png", () => png(10, 10, zeros(50_000_000 * size))],
  [
    "two-headers.png",
    () => afterHeader(smallPng(), png(30000, 30000, zeros(10)).subarray(8, 33)),
  ],
  [
    "profile-bomb.png",
    () =>
      afterHeader(
        smallPng(),
        chunk("iCCP", Buffer.concat([bytes("p\0\0"), deflateSync(zeros(50_000_000 * size))])),
      ),
  ],
  [
    "texts-of-bombs.png",
    () => {
      const text = chunk("zTXt", Buffer.concat([bytes("t\0\0"), deflateSync(zeros(10_000_000))]));
      return afterHeader(smallPng(), many(200 * size, text));
    },
  ],
  [
    "animated.png",
    () => {
      const frames = many(50000, chunk("fcTL", zeros(26)));
      return afterHeader(smallPng(), chunk("acTL", zeros(8)), frames);
    },
  ],
  ["empty-chunks.png", () => afterHeader(smallPng(), many(200000, chunk("zzZz", zeros(0))))],
  ["colours-without-palette.png", () => png(100, 100, zeros(10100), 3)],
];

// A graphic of one colour, `width` by `height`: each code stands for one pixel more than the last.
function gifFrame(width, height) {
  const head = zeros(11);
  head[0] = 0x2c;
  head.writeUInt16LE(width, 5);
  head.writeUInt16LE(height, 7);
  head[10] = 2; // bits of a colour
  const out = [];
  let bits = 0;
  let held = 0;
  let codeBits = 3;
  let next = 4; // what a reader gives the next string, two codes behind
  const put = (code) => {
    bits |= code << held;
    held += codeBits;
    for (; held >= 8; held -= 8, bits >>>= 8) out.push(bits & 255);
    if (next < 4096 && ++next === 1 << codeBits && codeBits < 12) codeBits++;
  };
  put(4); // forget all codes
  let left = width * height;
  for (let run = 1; left > 0; run = Math.min(run + 1, 4091)) {
    const taken = Math.min(run, left);
    put(taken === 1 ? 0 : taken + 4);
    left -= taken;
  }
  put(5); // the end
  out.push(bits & 255);
  const blocks = [];
  for (let at = 0; at < out.length; at += 255) {
    const block = out.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return Buffer.concat([head, Buffer.from([...blocks, 0])]);
}
const gifHead = (width, height) => gif(width, height, zeros(0)).subarray(0, 19);

const gifCases = (size) => [
  [
    "frame-larger-than-its-screen.gif",
    () => Buffer.concat([gifHead(10, 10), gifFrame(65535, 65535), bytes(";")]),
  ],
  [
    "many-frames.gif",
    () => Buffer.concat([gifHead(1, 1), many(50000 * size, gifFrame(1, 1)), bytes(";")]),
  ],
  ["one-frame.gif", () => Buffer.concat([gifHead(3000, 2000), gifFrame(3000, 2000), bytes(";")])],
  [
    "many-large-frames.gif",
    () => Buffer.concat([gifHead(2000, 2000), many(30 * size, gifFrame(2000, 2000)), bytes(";")]),
  ],
  [
    "comments.gif",
    () => {
      const comment = Buffer.concat([bytes("!\xfe\xff"), noise(255), zeros(1)]);
      return Buffer.concat([gifHead(1, 1), many(20000, comment), gifFrame(1, 1), bytes(";")]);
    },
  ],
];

const segment = (marker, content) =>
  Buffer.concat([
    Buffer.from([0xff, marker, (content.length + 2) >>> 8, (content.length + 2) & 255]),
    content,
  ]);
const afterStart = (file, ...segments) =>
  Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(2)]);
const whole = (name) => wholes.find(([given]) => given === name)[1];

// EXIF of `count` entries whose directory is followed by itself.
function exif(count) {
  const out = Buffer.alloc(14 + 12 * count + 4 + 6);
  out.write("Exif\0\0II*\0\x08\0\0\0", "latin1");
  out.writeUInt16LE(count, 14);
  for (let i = 0; i < count; i++) {
    out.writeUInt16LE(0x112, 16 + 12 * i);
    out.writeUInt16LE(3, 18 + 12 * i);
    out.writeUInt32LE(0xffffffff, 20 + 12 * i);
    out.writeUInt32LE(0xfffffff0, 24 + 12 * i);
  }
  out.writeUInt32LE(8, 16 + 12 * count);
  return out;
}

// A progressive picture of one grey: each scan goes over all blocks for one bit of one coefficient.
function scans(width, height, count) {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const frame = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  const oneCode = (kind, symbol) =>
    segment(0xc4, Buffer.concat([Buffer.from([kind, 1]), zeros(15), Buffer.from([symbol])]));
  const scan = (first, last, bit, byteCount) =>
    Buffer.concat([segment(0xda, Buffer.from([1, 1, 0, first, last, bit])), zeros(byteCount)]);
  const all = [scan(0, 0, 0, Math.ceil(blocks / 8))];
  // A code of 15 bits says that the next 16384 blocks have nothing.
  const nothing = Math.ceil((Math.ceil(blocks / 16384) * 15) / 8);
  for (let bit = 13; bit >= 0; bit--)
    for (let place = 1; place < 64 && all.length <= count; place++)
      all.push(scan(place, place, ((bit < 13 ? bit + 1 : 0) << 4) | bit, nothing));
  return Buffer.concat([
    bytes("\xff\xd8"),
    segment(0xdb, Buffer.concat([zeros(1), Buffer.alloc(64, 1)])),
    segment(0xc2, frame),
    oneCode(0, 0),
    oneCode(0x10, 0xe0),
    ...all,
    bytes("\xff\xd9"),
  ]);
}

function withSides(jpeg, width, height) {
  const out = Buffer.from(jpeg);
  const at = out.indexOf(Buffer.from([0xff, 0xc0]));
  out.writeUInt16BE(height, at + 5);
  out.writeUInt16BE(width, at + 7);
  return out;
}

const jpegCases = (size) => [
  ["giant.jpeg", () => withSides(whole("print.jpg"), 65535, 65535)],
  ["six-thousand-rows-of-nothing.jpeg", () => withSides(whole("print.jpg"), 6000, 6000)],
  ["no-rows.jpeg", () => withSides(whole("print.jpg"), 100, 0)],
  ["exif-in-a-circle.jpeg", () => afterStart(whole("print.jpg"), segment(0xe1, exif(1)))],
  ["exif-of-5000.jpeg", () => afterStart(whole("print.jpg"), segment(0xe1, exif(5000)))],
  [
    "exif-again-and-again.jpeg",
    () => afterStart(whole("print.jpg"), many(150, segment(0xe1, exif(5000)))),
  ],
  [
    "profiles.jpeg",
    () => {
      const part = Buffer.concat([bytes("ICC_PROFILE\0\x01\xff"), noise(60000)]);
      return afterStart(whole("print.jpg"), many(160, segment(0xe2, part)));
    },
  ],
  ["scans.jpeg", () => scans(2000, 2000, 200 * size)],
  ["scans-of-forty-megapixels.jpeg", () => scans(6300, 6300, 20 * size)],
  [
    "two-frames.jpeg",
    () => {
      const other = Buffer.from([8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0]);
      return afterStart(whole("print.jpg"), segment(0xc0, other), segment(0xc2, other));
    },
  ],
];

function riff(...parts) {
  const body = Buffer.concat([bytes("WEBP"), ...parts]);
  const head = bytes("RIFF\0\0\0\0");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
function riffChunk(name, content) {
  const head = bytes(`${name}\0\0\0\0`);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, zeros(content.length % 2)]);
}
// A lossless picture of one colour takes no bits at all for its pixels.
function oneColour(width, height) {
  let bits = "";
  const put = (value, count) => {
    for (let i = 0; i < count; i++) bits += (value >>> i) & 1;
  };
  put(width - 1, 14);
  put(height - 1, 14);
  put(0, 1 + 3 + 1 + 1 + 1); // alpha, version, no transform, no cache, no groups
  for (let i = 0; i < 5; i++) put(1, 4); // a code of one symbol, which is zero
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const packed = bits.match(/.{8}/g).map((byte) => parseInt([...byte].reverse().join(""), 2));
  return Buffer.from([0x2f, ...packed]);
}
function canvas(width, height, flags) {
  const out = zeros(10);
  out[0] = flags;
  out.writeUIntLE(width - 1, 4, 3);
  out.writeUIntLE(height - 1, 7, 3);
  return riffChunk("VP8X", out);
}
const frame = () =>
  riffChunk("ANMF", Buffer.concat([zeros(16), riffChunk("VP8L", oneColour(1, 1))]));

const webpCases = (size) => [
  ["forty-megapixels-of-one-colour.webp", () => riff(riffChunk("VP8L", oneColour(16384, 2441)))],
  ["largest.webp", () => riff(riffChunk("VP8L", oneColour(16384, 16384)))],
  [
    "larger-than-its-canvas.webp",
    () => riff(canvas(10, 10, 0), riffChunk("VP8L", oneColour(16384, 16384))),
  ],
  ["canvas-of-24-bits.webp", () => riff(canvas(2 ** 24, 2 ** 24, 2))],
  [
    "many-frames.webp",
    () =>
      riff(
        canvas(1, 1, 2),
        riffChunk("ANIM", zeros(6)),
        many(20000 * size, frame()),
      ),
  ],
];

const polyglotCases = [
  ["png-and-zip.png", () => Buffer.concat([smallPng(), bytes("PK\x03\x04"), noise(5000)])],
  ["jpeg-and-pdf.jpeg", () => afterStart(whole("print.jpg"), segment(0xfe, bytes("%PDF-1.7\n")))],
  ["gif-and-script.gif", () => Buffer.concat([whole("colours.gif"), bytes("*/=1;alert(1)//")])],
  [
    "heic-and-jpeg.heic",
    () => Buffer.concat([whole("plain.heic"), whole("print.jpg")]),
  ],
  [
    "png-behind-ftyp.heic",
    () => Buffer.concat([bytes("\0\0\0\x14ftypheic\0\0\0\0mif1"), smallPng()]),
  ],
  ["svg.png", () => bytes('<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/>')],
  ["html.jpeg", () => repeated("<img src=file:///etc/passwd>", 10000)],
  ["nothing.png", () => zeros(0)],
  ["zeros.webp", () => zeros(1_000_000)],
];

// Each image of the documents' list once more, then those above.
export function pictureCases(size) {
  const others = new Map(imageCases(size).map(([name, make]) => [name, make]));
  return [
    ...others,
    ...pngCases(size),
    ...gifCases(size),
    ...jpegCases(size),
    ...webpCases(size),
    ...heifCases(size),
    ...polyglotCases,
    ...spoiledCases(size),
  ].map(([name, make]) => [others.has(name) ? name : `picture-${name}`, make, "picture"]);
}
