/** A recording as samples, those of all channels of an instant beside each other. */
export interface Recording {
  rate: number; // frames a second
  channels: number;
  samples: Int16Array; // frame after frame
  seconds: number;
}

const headerBytesMin = 44;

function tagAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(at + byte)));
}

/** Reads a RIFF WAVE file of 16-bit samples; null when it is none. */
export function readWav(bytes: ArrayBuffer): Recording | null {
  const view = new DataView(bytes);
  if (bytes.byteLength < headerBytesMin || tagAt(view, 0) !== "RIFF") return null;
  let channels = 0;
  let rate = 0;
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const tag = tagAt(view, at);
    const size = view.getUint32(at + 4, true);
    if (tag === "fmt ") {
      if (view.getUint16(at + 22, true) !== 16) return null;
      channels = view.getUint16(at + 10, true);
      rate = view.getUint32(at + 12, true);
    }
    if (tag === "data") {
      if (channels === 0 || rate === 0) return null;
      const there = Math.min(size, bytes.byteLength - at - 8);
      const frames = Math.floor(there / (2 * channels));
      const samples = new Int16Array(bytes.slice(at + 8, at + 8 + frames * 2 * channels));
      return { rate, channels, samples, seconds: frames / rate };
    }
    at += 8 + size + (size % 2);
  }
  return null;
}

/** The loudest of each of `count` stretches of a channel, 0 to 1. */
export function peaksOf(recording: Recording, channel: number, count: number): Float32Array {
  const { samples, channels } = recording;
  const frames = samples.length / channels;
  const peaks = new Float32Array(count);
  for (let column = 0; column < count; ++column) {
    const end = Math.floor(((column + 1) * frames) / count);
    let peak = 0;
    for (let frame = Math.floor((column * frames) / count); frame < end; ++frame)
      peak = Math.max(peak, Math.abs(samples[frame * channels + channel]!));
    peaks[column] = peak / 32768;
  }
  return peaks;
}
