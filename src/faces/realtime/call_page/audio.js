// Both ends of a call's sound, as worklets of the Web Audio API: the microphone as 16-bit samples
// of 24 kHz, and such samples on the loudspeaker, by way of a buffer that evens out how they come.
"use strict";

const callRate = 24000;
const reach = 12; // of the filter, in samples of the lower rate
const pieceSamples = 960; // 40 ms go to the page at once
const firstWait = 0.12; // seconds that are there before an answer begins
const waitMax = 0.5; // after it ran dry
const queueMax = 15; // seconds; the server sends no more than two ahead
const fadeSamples = 240;
const meterTime = 0.05;

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

// Changes the rate of one stream by a windowed sinc, cut into phases.
class Resampler {
  constructor(from, to) {
    const divisor = gcd(from, to);
    this.up = to / divisor;
    this.down = from / divisor;
    const cut = Math.min(1, to / from) * 0.94; // of the input's band
    this.half = Math.ceil(reach * Math.max(1, from / to));
    this.taps = [];
    for (let phase = 0; phase < this.up; ++phase)
      this.taps.push(this.row(phase / this.up, cut));
    this.index = this.half - 1; // of the input that the next output stands at or behind
    this.phase = 0;
    this.pending = new Float32Array(this.half - 1);
  }

  row(offset, cut) {
    const taps = new Float32Array(2 * this.half);
    let sum = 0;
    for (let at = 0; at < taps.length; ++at) {
      const x = at - this.half + 1 - offset;
      const sinc =
        x === 0 ? 1 : Math.sin(Math.PI * x * cut) / (Math.PI * x * cut);
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (this.half + 1));
      taps[at] = sinc * window;
      sum += taps[at];
    }
    return taps.map((tap) => tap / sum);
  }

  // What the next samples complete.
  feed(samples) {
    const input = new Float32Array(this.pending.length + samples.length);
    input.set(this.pending);
    input.set(samples, this.pending.length);
    const out = [];
    while (this.index + this.half < input.length) {
      const taps = this.taps[this.phase];
      const first = this.index - this.half + 1;
      let sum = 0;
      for (let at = 0; at < taps.length; ++at)
        sum += taps[at] * input[first + at];
      out.push(sum);
      this.phase += this.down;
      this.index += Math.floor(this.phase / this.up);
      this.phase %= this.up;
    }
    const kept = Math.min(input.length, this.index - this.half + 1);
    this.pending = input.slice(kept);
    this.index -= kept;
    return out;
  }
}

function peakOf(samples) {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

// Posts {samples: ArrayBuffer of 16-bit samples, level}; is told {muted}.
class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, callRate);
    this.piece = new Int16Array(pieceSamples);
    this.filled = 0;
    this.level = 0;
    this.isMuted = false;
    this.port.onmessage = ({ data }) => {
      this.isMuted = data.muted;
    };
  }

  process([input]) {
    const channel = input[0];
    if (channel === undefined) return true;
    for (const sample of this.resampler.feed(channel)) {
      // Muted, it sends silence: so the server notices that a sentence is over.
      const heard = this.isMuted ? 0 : Math.max(-1, Math.min(1, sample));
      this.level = Math.max(this.level, Math.abs(heard));
      this.piece[this.filled++] = Math.round(heard * 32767);
      if (this.filled === pieceSamples) this.send();
    }
    return true;
  }

  send() {
    const samples = this.piece.buffer;
    this.port.postMessage({ samples, level: this.level }, [samples]);
    this.piece = new Int16Array(pieceSamples);
    this.filled = 0;
    this.level = 0;
  }
}

// Is told {samples: ArrayBuffer}, {end: true} behind the last of an answer, {flush: true}; posts
// {level, isPlaying, underruns}.
class Loudspeaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(callRate, sampleRate);
    this.queue = [];
    this.queued = 0;
    this.at = 0; // within the first of the queue
    this.wait = firstWait;
    this.isPlaying = false;
    this.hasEnd = false;
    this.underruns = 0;
    this.level = 0;
    this.metered = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(message) {
    if (message.flush) return this.flush();
    if (message.end) {
      this.hasEnd = true;
      return;
    }
    this.hasEnd = false;
    const samples = Float32Array.from(
      new Int16Array(message.samples),
      (value) => value / 32768,
    );
    const out = this.resampler.feed(samples);
    this.queue.push(out);
    this.queued += out.length;
    while (this.queued > queueMax * sampleRate) this.drop();
  }

  drop() {
    this.queued -= this.queue.shift().length - this.at;
    this.at = 0;
  }

  // Stops within a few milliseconds, so that it does not click.
  flush() {
    const rest = [];
    const count = this.isPlaying ? Math.min(fadeSamples, this.queued) : 0;
    for (let left = count; left > 0; --left)
      rest.push(this.next() * (left / count));
    this.queue = rest.length > 0 ? [rest] : [];
    this.queued = rest.length;
    this.at = 0;
    this.hasEnd = true;
    this.resampler = new Resampler(callRate, sampleRate);
  }

  next() {
    const value = this.queue[0][this.at++];
    --this.queued;
    if (this.at === this.queue[0].length) {
      this.queue.shift();
      this.at = 0;
    }
    return value;
  }

  begin() {
    if (this.isPlaying || this.queued === 0) return;
    this.isPlaying = this.hasEnd || this.queued >= this.wait * sampleRate;
  }

  // Nothing is left: at the end of an answer that is right, else more is waited for next time.
  rest() {
    this.isPlaying = false;
    if (this.hasEnd) return;
    ++this.underruns;
    this.wait = Math.min(this.wait * 2, waitMax);
  }

  process(_inputs, [output]) {
    const channel = output[0];
    this.begin();
    for (let at = 0; this.isPlaying && at < channel.length; ++at) {
      channel[at] = this.next();
      if (this.queued === 0) this.rest();
    }
    for (const other of output.slice(1)) other.set(channel);
    this.level = Math.max(this.level, peakOf(channel));
    if (currentTime - this.metered >= meterTime) this.tell();
    return true;
  }

  tell() {
    this.metered = currentTime;
    const { level, isPlaying, underruns } = this;
    this.port.postMessage({ level, isPlaying, underruns });
    this.level = 0;
  }
}

registerProcessor("aiva-microphone", Microphone);
registerProcessor("aiva-loudspeaker", Loudspeaker);
