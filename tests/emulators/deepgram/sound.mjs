// Audio as the emulator hears and makes it.

const windowMs = 20;
const loud = 500; // of 32768, on average

const decodeMu = (byte) => {
  const bits = ~byte & 0xff;
  return ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
};
const decodeA = (byte) => {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const base = ((bits & 15) << 4) + 8;
  return exponent === 0 ? base : (base + 0x100) << (exponent - 1);
};
const decoders = { mulaw: decodeMu, alaw: decodeA };
const tones = { mulaw: [0x10, 0x90], alaw: [0x25, 0xa5], linear16: [0x00, 0x20, 0x00, 0xe0] };

export const bytesPerMs = ({ encoding, sample_rate: rate }) =>
  (rate * (encoding === "linear16" ? 2 : 1)) / 1000;

/** So many milliseconds of a loud tone. */
export const makeTone = (format, ms) =>
  Buffer.alloc(Math.round(ms * bytesPerMs(format)), Buffer.from(tones[format.encoding]));

const loudness = (encoding, bytes) => {
  let sum = 0;
  const decode = decoders[encoding];
  if (decode !== undefined) {
    for (const byte of bytes) sum += decode(byte);
    return sum / bytes.length;
  }
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += Math.abs(bytes.readInt16LE(i));
  return sum / (bytes.length / 2);
};

/** Cuts what arrives into windows and says of each whether it is loud. */
export class Ear {
  #format;
  #left = Buffer.alloc(0);
  heardMs = 0;

  constructor(format) {
    this.#format = format;
  }

  hear(bytes) {
    const size = 2 * Math.round((bytesPerMs(this.#format) * windowMs) / 2);
    let buffer = Buffer.concat([this.#left, bytes]);
    const windows = [];
    for (; buffer.length >= size; buffer = buffer.subarray(size)) {
      this.heardMs += windowMs;
      const isLoud = loudness(this.#format.encoding, buffer.subarray(0, size)) > loud;
      windows.push({ ms: windowMs, isLoud, until: this.heardMs });
    }
    this.#left = buffer;
    return windows;
  }
}

/** The words of the script's turn that a connection has heard and that are not final. */
export class Hearing {
  #world;
  #loudMs = 0; // since the last final word

  constructor(world) {
    this.#world = world;
    this.#loudMs = world.turns.leftMs;
  }

  hearLoud(ms) {
    this.#loudMs += ms;
  }
  get words() {
    const { msPerWord, turns } = this.#world;
    if (this.#loudMs < 60) return [];
    const count = msPerWord > 0 ? Math.floor(this.#loudMs / msPerWord) : Infinity;
    return turns.words.slice(0, count);
  }
  finish() {
    const words = this.words;
    const { msPerWord, turns } = this.#world;
    turns.finish(words.length, msPerWord > 0 ? this.#loudMs - words.length * msPerWord : 0);
    this.#loudMs = turns.leftMs;
    return words;
  }
  takeTurn() {
    const words = this.words;
    if (words.length > 0) this.#world.turns.take();
    this.#loudMs = 0;
    return words;
  }
}

export const later = (ms) =>
  new Promise((resolve) => {
    if (ms > 0) setTimeout(resolve, ms);
    else setImmediate(resolve);
  });
