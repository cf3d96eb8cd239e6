// G.711 mu-law (ITU-T G.711), as telephone servers and Realtime clients send it.
const bias = 0x84;

function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const value = Math.min(Math.abs(sample), 32635) + bias;
  const exponent = Math.max(0, 24 - Math.clz32(value));
  const mantissa = (value >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decode(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + bias) << ((value >> 4) & 7);
  return value & 0x80 ? bias - magnitude : magnitude - bias;
}

export function toMulaw(samples: Int16Array): Buffer {
  return Buffer.from(Array.from(samples, encode));
}

export function fromMulaw(bytes: Buffer): Int16Array {
  return Int16Array.from(bytes, decode);
}

/** The loudest sample of a piece of sound. */
export function loudestOf(bytes: Buffer): number {
  return bytes.reduce((most, byte) => Math.max(most, Math.abs(decode(byte))), 0);
}
