// Audio as the emulator hears and makes it.

const windowMs = 20;
const loud = 500; // of 32768, on average

const decodeMu = (byte) => {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7);
  return magnitude - 0x84;
};
const decodeA = (byte) => {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const base = ((bits & 15) << 4) + 8;
  return exponent === 0 ? base : (base + 0x100) << (exponent - 1);
};

export const formats = {
  "audio/pcmu": { bytesPerMs: 8, tone: [0x10, 0x90], decode: decodeMu },
  "audio/pcma": { bytesPerMs: 8, tone: [0x25, 0xa5], decode: decodeA },
  "audio/pcm": { bytesPerMs: 48, tone: [0x00, 0x20, 0x00, 0xe0], decode: null },
};

/** So many milliseconds of a loud tone. */
export const makeTone = (type, ms) => {
  const { bytesPerMs, tone } = formats[type];
  return Buffer.alloc(ms * bytesPerMs, Buffer.from(tone));
};

const loudness = (type, bytes) => {
  const { decode } = formats[type];
  let sum = 0;
  if (decode !== null) {
    for (const byte of bytes) sum += decode(byte);
    return sum / bytes.length;
  }
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += Math.abs(bytes.readInt16LE(i));
  return sum / (bytes.length / 2);
};

/** Cuts what arrives into windows and says of each whether it is loud. */
export class Ear {
  #left = Buffer.alloc(0);

  hear(type, bytes) {
    const size = formats[type].bytesPerMs * windowMs;
    let buffer = Buffer.concat([this.#left, bytes]);
    const windows = [];
    for (; buffer.length >= size; buffer = buffer.subarray(size))
      windows.push({ ms: windowMs, isLoud: loudness(type, buffer.subarray(0, size)) > loud });
    this.#left = buffer;
    return windows;
  }
}
