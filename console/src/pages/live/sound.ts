const worklets = "/aiva/call-audio.js"; // of the public call page: a microphone of 24 kHz
export const listenRate = 16_000;
export const speakRate = 24_000;
const aheadSeconds = 0.15; // of what is played, so that it does not stutter
const behindSecondsMax = 1;

/** Plays what is heard in a call: 16-bit samples, the caller left, the agent right. */
export class Loudspeaker {
  private readonly context = new AudioContext({ latencyHint: "interactive" });
  private next = 0;

  async start(): Promise<void> {
    await this.context.resume();
  }

  play(bytes: ArrayBuffer): void {
    const samples = new Int16Array(bytes);
    const frames = Math.floor(samples.length / 2);
    if (frames === 0) return;
    const buffer = this.context.createBuffer(2, frames, listenRate);
    for (const channel of [0, 1]) {
      const into = buffer.getChannelData(channel);
      for (let frame = 0; frame < frames; ++frame)
        into[frame] = samples[2 * frame + channel]! / 32768;
    }
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    const now = this.context.currentTime;
    const isAstray = this.next < now || this.next > now + behindSecondsMax;
    const at = isAstray ? now + aheadSeconds : this.next;
    source.start(at);
    this.next = at + buffer.duration;
  }

  close(): void {
    void this.context.close().catch(() => undefined);
  }
}

/** The microphone of whoever takes a call over. */
export class Microphone {
  private readonly context: AudioContext;
  private readonly stream: MediaStream;

  private constructor(context: AudioContext, stream: MediaStream) {
    this.context = context;
    this.stream = stream;
  }

  /** Asks for it and tells `onSamples` what it hears: 16-bit samples of `speakRate`. */
  static async open(onSamples: (samples: ArrayBuffer) => void): Promise<Microphone> {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
    });
    const context = new AudioContext({ latencyHint: "interactive" });
    const opened = new Microphone(context, stream);
    try {
      await context.resume();
      await context.audioWorklet.addModule(worklets);
      const node = new AudioWorkletNode(context, "aiva-microphone", {
        numberOfInputs: 1,
        numberOfOutputs: 0,
      });
      node.port.onmessage = ({ data }: MessageEvent<{ samples: ArrayBuffer }>) =>
        onSamples(data.samples);
      context.createMediaStreamSource(stream).connect(node);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close().catch(() => undefined);
  }
}
