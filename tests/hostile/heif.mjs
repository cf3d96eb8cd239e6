// HEIF files that lead their reader astray, around the stream of a whole one.

import { readFileSync } from "node:fs";

import { noise } from "./packing.mjs";

const u16 = (value) => [value >>> 8, value & 255];
const u32 = (value) => [...u16(value >>> 16), ...u16(value & 65535)];
const text = (letters) => Buffer.from(letters, "latin1");

export function box(type, ...content) {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from(u32(body.length + 8)), text(type), body]);
}
const fullBox = (type, version, ...content) => box(type, [version, 0, 0, 0], ...content);

function findBox(bytes, type) {
  const at = bytes.indexOf(type, 0, "latin1");
  return bytes.subarray(at + 4, at - 4 + bytes.readUInt32BE(at - 4));
}

const whole = readFileSync(new URL("../fuzz/corpus/picture/plain.heic", import.meta.url));
const settings = findBox(whole, "hvcC");
const stream = findBox(whole, "mdat");

// A sequence parameter set that says this size.
function sequence(width, height) {
  let bits = "0".repeat(4) + "000" + "1" + "0".repeat(96);
  const golomb = (value) => {
    const digits = (value + 1).toString(2);
    bits += "0".repeat(digits.length - 1) + digits;
  };
  for (const value of [0, 1, width, height]) golomb(value);
  bits += "0".repeat(64);
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  // No two zeros may come before a small byte.
  const safe = [];
  for (const byte of bytes) {
    if (byte <= 3 && safe.at(-1) === 0 && safe.at(-2) === 0) safe.push(3);
    safe.push(byte);
  }
  return Buffer.from([0x42, 1, ...safe]);
}

const withSequence = (unit) =>
  Buffer.concat([
    settings.subarray(0, 22),
    Buffer.from([1, 0x21, ...u16(1), ...u16(unit.length)]),
    unit,
  ]);

// Items are { type, size, data, extents }; 1 is the primary one unless `primary` says otherwise.
function heif({ items, references = [], primary = 1, hvcC = settings, extra = [] }) {
  const properties = [box("hvcC", hvcC)];
  const entries = items.map(({ type, size }, i) => {
    properties.push(fullBox("ispe", 0, u32(size[0]), u32(size[1])));
    const own = type === "grid" ? [properties.length] : [0x81, properties.length];
    return [...u16(i + 1), own.length, ...own];
  });
  const list = items.map(({ type }, i) => fullBox("infe", 2, u16(i + 1), u16(0), text(type), [0]));
  const make = (places) =>
    Buffer.concat([
      box("ftyp", text("heic"), u32(0), text("mif1heic")),
      fullBox(
        "meta",
        0,
        fullBox("hdlr", 0, u32(0), text("pict"), new Array(13).fill(0)),
        fullBox("pitm", 0, u16(primary)),
        fullBox("iinf", 0, u16(items.length), ...list),
        box("iprp", box("ipco", ...properties), fullBox("ipma", 0, u32(items.length), ...entries)),
        fullBox("iref", 0, ...references),
        fullBox(
          "iloc",
          0,
          [0x44, 0],
          u16(items.length),
          ...items.map(({ data, extents = 1 }, i) => [
            ...u16(i + 1),
            ...u16(0),
            ...u16(extents),
            ...new Array(extents).fill([...u32(places[i]), ...u32(data.length)]).flat(),
          ]),
        ),
        ...extra,
      ),
    ]);
  let place = make(items.map(() => 0)).length + 8;
  const places = items.map(({ data }) => (place += data.length) - data.length);
  return Buffer.concat([make(places), box("mdat", ...items.map(({ data }) => data))]);
}

const picture = (more) => ({ type: "hvc1", size: [128, 64], data: stream, ...more });
const grid = (rows, columns, size) => ({
  type: "grid",
  size,
  data: Buffer.from([0, 1, rows - 1, columns - 1, ...u32(size[0]), ...u32(size[1])]),
});
const isMadeOf = (whole, parts) =>
  box("dimg", u16(whole), u16(parts.length), parts.flatMap((part) => u16(part)));
const unit = (bytes) => Buffer.concat([Buffer.from(u32(bytes.length)), bytes]);

function nested(depth) {
  let inner = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) inner = box("iprp", inner);
  return inner;
}

function longBox() {
  const ftyp = box("ftyp", text("heic"), u32(0), text("mif1"));
  const length = Buffer.alloc(8, 0x7f);
  return Buffer.concat([ftyp, Buffer.from(u32(1)), text("meta"), length, noise(1000)]);
}

export const heifCases = (size) => [
  ["good.heic", () => heif({ items: [picture()] })],
  ["giant.heic", () => heif({ items: [picture({ size: [30000, 30000] })] })],
  ["giant-sides.heic", () => heif({ items: [picture({ size: [4294967295, 4294967295] })] })],
  ["larger-than-its-stream.heic", () => heif({ items: [picture({ size: [7000, 5000] })] })],
  ["smaller-than-its-stream.heic", () => heif({ items: [picture({ size: [2, 2] })] })],
  [
    "giant-stream.heic",
    () => heif({ items: [picture()], hvcC: withSequence(sequence(16384, 16384)) }),
  ],
  [
    "giant-stream-within.heic",
    () =>
      heif({ items: [picture({ data: Buffer.concat([unit(sequence(16384, 16384)), stream]) })] }),
  ],
  [
    "stream-of-noise.heic",
    () =>
      heif({
        items: [
          picture({
            size: [7000, 5000],
            data: unit(Buffer.concat([Buffer.from([0x26, 1]), noise(100000 * size)])),
          }),
        ],
      }),
  ],
  [
    "units-without-end.heic",
    () => heif({ items: [picture({ data: Buffer.concat(new Array(20000 * size).fill(stream)) })] }),
  ],
  ["unit-too-long.heic", () => heif({ items: [picture({ data: Buffer.alloc(5000, 0xff) })] })],
  [
    "extents-of-everything.heic",
    () => heif({ items: [picture({ data: noise(4_000_000), extents: 32 })] }),
  ],
  [
    "65536-tiles.heic",
    () =>
      heif({
        items: [picture(), grid(256, 256, [6000, 6000])],
        references: [isMadeOf(2, new Array(65535).fill(1))],
        primary: 2,
      }),
  ],
  [
    "4096-tiles-of-noise.heic",
    () =>
      heif({
        items: [picture({ data: noise(3000) }), grid(64, 64, [6000, 4096])],
        references: [isMadeOf(2, new Array(4096).fill(1))],
        primary: 2,
      }),
  ],
  [
    "4096-tiles.heic",
    () =>
      heif({
        items: [picture(), grid(64, 64, [8192, 4096])],
        references: [isMadeOf(2, new Array(4096).fill(1))],
        primary: 2,
      }),
  ],
  [
    "canvas-larger-than-it-says.heic",
    () =>
      heif({
        items: [picture(), { ...grid(1, 1, [31000, 31000]), size: [31000, 64] }],
        references: [isMadeOf(2, [1])],
        primary: 2,
      }),
  ],
  [
    "tile-of-its-tile.heic",
    () =>
      heif({
        items: [grid(1, 1, [100, 100]), grid(1, 1, [100, 100])],
        references: [isMadeOf(1, [2]), isMadeOf(2, [1])],
      }),
  ],
  ["boxes-in-boxes.heic", () => heif({ items: [picture()], extra: [nested(5000)] })],
  [
    "empty-boxes.heic",
    () => heif({ items: [picture()], extra: [Buffer.alloc(1_600_000, box("free"))] }),
  ],
  ["box-without-end.heic", longBox],
  [
    "two-lists.heic",
    () => Buffer.concat([heif({ items: [picture()] }), fullBox("meta", 0, nested(3))]),
  ],
  ["jpeg-inside.heic", () => heif({ items: [picture({ type: "jpeg", data: noise(3000) })] })],
  ["av1-of-noise.heic", () => heif({ items: [picture({ type: "av01", data: noise(50000) })] })],
];
