import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const rate = 8000; // samples a second
export const frameSamples = rate / 50; // 20 ms
const loud = 400; // of a sample, of speech rather than silence
const lateFramesMax = 2; // more of them at once are lost where a clock plays them

const spoken = new Map<string, Int16Array>(); // a call waits while flite speaks

/** What a caller says, as 16-bit samples of 8 kHz, spoken by flite. */
export function speech(text: string, voice = "rms"): Int16Array {
  const known = spoken.get(`${voice} ${text}`);
  if (known !== undefined) return known;
  const made = speak(text, voice);
  spoken.set(`${voice} ${text}`, made);
  return made;
}

function speak(text: string, voice: string): Int16Array {
  const folder = mkdtempSync(join(tmpdir(), "aiva-speech-"));
  try {
    const file = join(folder, "speech.wav");
    execFileSync("flite", ["-voice", voice, "-t", text, "-o", file]);
    const wav = readFileSync(file);
    const from = wav.readUInt32LE(24);
    const data = wav.indexOf("data") + 8;
    const samples = new Int16Array(
      wav.buffer.slice(
        wav.byteOffset + data,
        wav.byteOffset + wav.length - ((wav.length - data) % 2),
      ),
    );
    return atTelephoneRate(samples, from);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// A windowed sinc at each output; slow, and good enough for a recogniser.
function atTelephoneRate(samples: Int16Array, from: number): Int16Array {
  const step = from / rate;
  const out = new Int16Array(Math.floor(samples.length / step));
  const reach = Math.ceil(8 * step);
  for (let index = 0; index < out.length; ++index) {
    const centre = index * step;
    let sum = 0;
    let weight = 0;
    for (let at = Math.ceil(centre - reach); at <= centre + reach; ++at) {
      const x = (at - centre) / step;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      const tap = sinc * (0.5 + 0.5 * Math.cos((Math.PI * (at - centre)) / reach));
      sum += tap * (samples[at] ?? 0);
      weight += tap;
    }
    out[index] = Math.max(-32768, Math.min(32767, Math.round(sum / weight)));
  }
  return out;
}

interface Heard {
  at: number; // milliseconds since the call began
  isLoud: boolean;
}

/** How a phone's sound travels. */
export interface Line {
  sendFrame(samples: Int16Array): void; // 20 ms
  sendDigit(digit: string): void;
  close(): void; // hangs up
  beginUtterance?(): void; // the next frames are one
  skip?(frames: number): void; // nothing was sent for so long
  deliver?(nowMs: number): void; // what is on its way, often; milliseconds since the call began
}

/** The caller's end of a call: it sends a frame every 20 ms and notes what it hears. */
export class Phone {
  private readonly line: Line;
  private readonly began = performance.now();
  private readonly queue: Int16Array[] = [];
  private readonly heard: Heard[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sent = 0; // or skipped
  /**
   * Whether what could not be sent in time is silence, instead of coming all at once: a burst is
   * late for those who play it by a clock, behind RTP.
   */
  skipsLateFrames = false;
  hungUp = false; // by the far end
  closed = false;
  frames = 0; // heard
  digits = ""; // heard

  constructor(line: Line) {
    this.line = line;
    this.skipsLateFrames = line.skip !== undefined;
    this.timer = setInterval(() => this.sendDueFrames(), 5);
  }

  /** Calls an AudioSocket server. */
  static async dial(port: number, id: string): Promise<Phone> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((done, failed) => {
      socket.once("connect", done);
      socket.once("error", failed);
    });
    const line = new AudioSocketLine(socket);
    line.send(0x01, Buffer.from(id.replaceAll("-", ""), "hex"));
    return line.phone;
  }

  /** The caller's end of a channel that Asterisk dialled. */
  static pickUp(socket: Socket): Phone {
    return new AudioSocketLine(socket).phone;
  }

  get now(): number {
    return performance.now() - this.began;
  }

  /** A frame came. */
  hear(samples: Iterable<number>): void {
    ++this.frames;
    let peak = 0;
    for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
    this.heard.push({ at: this.now, isLoud: peak > loud });
  }

  /** Says something and returns when it is over. */
  async say(samples: Int16Array): Promise<void> {
    this.line.beginUtterance?.();
    for (let at = 0; at < samples.length; at += frameSamples) {
      const frame = new Int16Array(frameSamples);
      frame.set(samples.subarray(at, at + frameSamples));
      this.queue.push(frame);
    }
    while (this.queue.length > 0 && !this.closed) await pause(5);
  }

  press(digits: string): void {
    for (const digit of digits) this.line.sendDigit(digit);
  }

  /** Waits until the agent speaks; says since when it waited. */
  async untilSpoken(timeoutMs = 15_000): Promise<number> {
    const from = this.now;
    await this.until(() => this.isSpeaking(100), timeoutMs, "nobody speaks");
    return this.now - from;
  }

  /** Waits until the agent has been silent for so long. */
  async untilSilent(silenceMs = 800, timeoutMs = 30_000): Promise<void> {
    const from = this.now;
    await this.until(
      () => this.now - Math.max(from, this.lastLoud()) > silenceMs,
      timeoutMs,
      "the agent does not stop",
    );
  }

  /** Whether a voice was heard within the last so many milliseconds. */
  isSpeaking(withinMs: number): boolean {
    return this.now - this.lastLoud() < withinMs;
  }

  lastLoud(): number {
    for (let at = this.heard.length - 1; at >= 0; --at)
      if (this.heard[at]!.isLoud) return this.heard[at]!.at;
    return -Infinity;
  }

  /** Waits until the far end has sent these digits. */
  async untilDigits(digits: string, timeoutMs = 10_000): Promise<void> {
    await this.until(() => this.digits === digits, timeoutMs, `no ${digits} but ${this.digits}`);
  }

  /** Waits for the far end to end the call. */
  async untilHungUp(timeoutMs = 30_000): Promise<void> {
    await this.until(() => this.hungUp || this.closed, timeoutMs, "the call does not end");
    this.close();
  }

  /** Hangs up. */
  close(): void {
    clearInterval(this.timer);
    this.line.close();
  }

  private async until(is: () => boolean, timeoutMs: number, complaint: string): Promise<void> {
    const end = this.now + timeoutMs;
    while (!is()) {
      if (this.now > end) throw new Error(`After ${timeoutMs} ms ${complaint}`);
      await pause(5);
    }
  }

  private sendDueFrames(): void {
    if (this.closed) clearInterval(this.timer); // a test that failed hangs up nothing
    const late = Math.floor(this.now / 20) - this.sent;
    if (this.skipsLateFrames && late > lateFramesMax) {
      this.line.skip?.(late);
      this.sent += late;
    }
    while (this.sent * 20 < this.now && !this.closed) {
      this.line.sendFrame(this.queue.shift() ?? new Int16Array(frameSamples));
      ++this.sent;
    }
    this.line.deliver?.(this.now);
  }
}

/** Asterisk's AudioSocket protocol. */
class AudioSocketLine implements Line {
  readonly phone: Phone;
  private readonly socket: Socket;
  private unread = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    this.phone = new Phone(this);
    socket.setNoDelay(true);
    socket.on("data", (piece: Buffer) => this.read(piece));
    socket.on("error", () => (this.phone.closed = true));
    socket.on("close", () => (this.phone.closed = true));
  }

  send(kind: number, payload: Buffer): void {
    if (this.phone.closed) return;
    const frame = Buffer.alloc(3 + payload.length);
    frame.writeUInt8(kind, 0);
    frame.writeUInt16BE(payload.length, 1);
    payload.copy(frame, 3);
    this.socket.write(frame);
  }

  sendFrame(samples: Int16Array): void {
    this.send(0x10, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  }

  sendDigit(digit: string): void {
    this.send(0x03, Buffer.from(digit));
  }

  close(): void {
    this.socket.destroy();
  }

  private read(piece: Buffer): void {
    this.unread = Buffer.concat([this.unread, piece]);
    while (this.unread.length >= 3) {
      const length = this.unread.readUInt16BE(1);
      if (this.unread.length < 3 + length) return;
      const kind = this.unread.readUInt8(0);
      const payload = this.unread.subarray(3, 3 + length);
      if (kind === 0x00) this.phone.hungUp = true;
      if (kind === 0x03) this.phone.digits += payload.toString();
      if (kind === 0x10) this.phone.hear(samplesOf(payload));
      this.unread = this.unread.subarray(3 + length);
    }
  }
}

function* samplesOf(payload: Buffer): Iterable<number> {
  for (let at = 0; at + 1 < payload.length; at += 2) yield payload.readInt16LE(at);
}
