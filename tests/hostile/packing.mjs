// Compression and checksums as the formats need them.

import zlib from "node:zlib";

export const megabyte = 2 ** 20;

const table = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

export const deflateRawSync = (bytes) => zlib.deflateRawSync(bytes, { level: 9 });
export const deflateSync = (bytes) => zlib.deflateSync(bytes, { level: 9 });
export const gzipSync = (bytes) => zlib.gzipSync(bytes);

// `text` again and again until there are `bytes` of it.
export const repeated = (text, bytes) => Buffer.alloc(bytes, text);

// Bytes that look random and are the same each time.
export function noise(bytes, seed = 1) {
  const out = Buffer.alloc(bytes);
  let state = seed >>> 0;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}
