// Tokens and words, counted the simple way: runs of letters and digits, and single other signs.

export const tokenize = (text) => text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu) ?? [];

export const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

// FNV-1a in 32 bits over UTF-8.
export const hash = (text) => {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(text, "utf8")) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
};
