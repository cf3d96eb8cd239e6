// An emulator of one channel of Asterisk's chan_websocket (channels/chan_websocket.c): it dials in
// with the sub-protocol `media`, sends what the caller says and plays what it is sent. As strict as
// Asterisk: of a message that is no whole number of frames the rest is thrown away, beyond 1000
// queued frames everything, commands of more than 128 bytes are passed over, HANGUP throws away
// what is queued. For tests:
//
//   const channel = new AsteriskChannel({ url, WebSocket, format: "ulaw", control: "json" });
//   await channel.answered; await channel.speak(bytes); channel.dtmf("1"); channel.hangUp();
//
// `WebSocket` is a class with the interface of browsers; that of Node.js by default.

const formats = {
  ulaw: { bytesPerMs: 8, silence: 0xff },
  alaw: { bytesPerMs: 8, silence: 0xd5 },
  slin: { bytesPerMs: 16, silence: 0 },
  slin16: { bytesPerMs: 32, silence: 0 },
};
const frameMs = 20;
const queueMax = 1000; // frames
const xoffLevel = 900;
const xonLevel = 800;
const commandBytesMax = 128;

export class AsteriskChannel {
  played = []; // {at, frame}: what the caller heard, without the gaps
  commands = []; // that were understood
  ignored = []; // commands that were not
  lostBytes = 0; // of frames that were not whole
  lostFrames = 0; // for which there was no room, or that HANGUP or FLUSH_MEDIA threw away
  queueLongest = 0;
  closed; // settles with {code, reason}
  answered; // settles when the channel has begun

  #socket;
  #format;
  #frameBytes;
  #isJson;
  #queue = [];
  #leftover = Buffer.alloc(0);
  #isBuffering = false;
  #isPaused = false;
  #isStopped = false; // MEDIA_XOFF was sent
  #reportsDrained = false;
  #speech = [];
  #timer;
  #ids;

  constructor({
    url,
    WebSocket = globalThis.WebSocket,
    format = "ulaw",
    control = "json",
    earlyFrames = 0,
    socketOptions = undefined,
    id = "1763.1",
  }) {
    this.#format = formats[format];
    this.#frameBytes = this.#format.bytesPerMs * frameMs;
    this.#isJson = control === "json";
    this.#ids = { connection_id: "emulated", channel: "WebSocket/emulated/0x1", channel_id: id };
    this.#socket = socketOptions
      ? new WebSocket(url, ["media"], socketOptions)
      : new WebSocket(url, ["media"]);
    this.#socket.binaryType = "arraybuffer";
    this.answered = new Promise((resolve, reject) => {
      this.#socket.addEventListener("open", () => {
        for (let count = 0; count < earlyFrames; count += 1) this.#sendFrame();
        this.#tell("MEDIA_START", {
          ...this.#ids,
          format,
          optimal_frame_size: this.#frameBytes,
          ptime: frameMs,
        });
        this.#timer = setInterval(() => this.#tick(), frameMs);
        resolve();
      });
      this.#socket.addEventListener("error", (event) =>
        reject(new Error(event.message ?? "no connection")),
      );
    });
    this.closed = new Promise((resolve) => {
      this.#socket.addEventListener("close", ({ code, reason }) => {
        clearInterval(this.#timer);
        resolve({ code, reason });
      });
    });
    this.#socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#obey(data);
      else this.#enqueue(Buffer.from(data));
    });
  }

  /** The caller says this, at its own pace; settles when it was said. */
  speak(bytes) {
    const frames = [];
    for (let at = 0; at < bytes.length; at += this.#frameBytes) {
      const frame = Buffer.alloc(this.#frameBytes, this.#format.silence);
      bytes.copy(frame, 0, at, Math.min(bytes.length, at + this.#frameBytes));
      frames.push(frame);
    }
    return new Promise((done) => this.#speech.push({ frames, done }));
  }

  dtmf(digit) {
    this.#tell("DTMF_END", { digit });
  }

  hangUp() {
    this.#socket.close();
  }

  get queueLength() {
    return this.#queue.length;
  }

  // One frame in time: the caller's, and the next one of the queue.
  #tick() {
    const speech = this.#speech[0];
    this.#sendFrame(speech?.frames.shift());
    if (speech?.frames.length === 0) this.#speech.shift().done();
    if (!this.#isPaused && this.#queue.length > 0) this.#played(this.#queue.shift());
    if (this.#isStopped && this.#queue.length < xonLevel) {
      this.#isStopped = false;
      this.#tell("MEDIA_XON");
    }
    if (this.#reportsDrained && this.#queue.length === 0) {
      this.#reportsDrained = false;
      this.#tell("QUEUE_DRAINED");
    }
  }

  #played(entry) {
    if (entry.mark === undefined) this.played.push({ at: performance.now(), frame: entry.frame });
    else this.#tell(entry.event, { correlation_id: entry.mark });
  }

  #sendFrame(frame = Buffer.alloc(this.#frameBytes, this.#format.silence)) {
    this.#socket.send(frame);
  }

  #tell(event, fields = {}) {
    const words = Object.entries(fields).map(([name, value]) => `${name}:${value}`);
    this.#socket.send(
      this.#isJson
        ? JSON.stringify({ event, channel_id: this.#ids.channel_id, ...fields })
        : [event, ...words].join(" "),
    );
  }

  #enqueue(bytes) {
    let rest = this.#isBuffering ? Buffer.concat([this.#leftover, bytes]) : bytes;
    while (rest.length >= this.#frameBytes) {
      this.#push({ frame: rest.subarray(0, this.#frameBytes) });
      rest = rest.subarray(this.#frameBytes);
    }
    if (this.#isBuffering) this.#leftover = rest;
    else this.lostBytes += rest.length;
  }

  #push(entry) {
    if (this.#queue.length >= queueMax) {
      this.lostFrames += 1;
      return;
    }
    this.#queue.push(entry);
    this.queueLongest = Math.max(this.queueLongest, this.#queue.length);
    if (this.#queue.length < xoffLevel || this.#isStopped) return;
    this.#isStopped = true;
    this.#tell("MEDIA_XOFF");
  }

  #obey(text) {
    const read = Buffer.byteLength(text) > commandBytesMax ? undefined : this.#read(text);
    if (read === undefined) {
      this.ignored.push(text);
      return;
    }
    const { command, correlation_id: mark } = read;
    this.commands.push(command);
    if (command === "HANGUP") {
      this.#drop();
      this.#socket.close(1000);
    } else if (command === "FLUSH_MEDIA") {
      this.#drop();
    } else if (command === "REPORT_QUEUE_DRAINED") {
      this.#reportsDrained = true;
    } else if (command === "GET_STATUS") {
      this.#tell("STATUS", {
        queue_length: this.#queue.length,
        xon_level: xonLevel,
        xoff_level: xoffLevel,
        queue_full: this.#queue.length >= queueMax,
        bulk_media: this.#isBuffering,
        media_paused: this.#isPaused,
      });
    } else if (command === "START_MEDIA_BUFFERING") {
      this.#isBuffering = true;
    } else if (command === "STOP_MEDIA_BUFFERING") {
      this.#stopBuffering(mark);
    } else if (command === "MARK_MEDIA") {
      this.#push({ mark, event: "MEDIA_MARK_PROCESSED" });
    } else if (command === "PAUSE_MEDIA" || command === "CONTINUE_MEDIA") {
      this.#isPaused = command === "PAUSE_MEDIA";
    } else if (command !== "ANSWER") {
      this.#tell("ERROR", { error_text: `Unknown command ${command}` });
    }
  }

  // JSON where control is JSON, plain text where it is plain: the other one is not understood.
  #read(text) {
    if (!this.#isJson) {
      const [command, mark] = text.split(" ");
      return /^[A-Z_]+$/.test(command) ? { command, correlation_id: mark } : undefined;
    }
    try {
      const read = JSON.parse(text);
      return typeof read.command === "string" ? read : undefined;
    } catch {
      return undefined;
    }
  }

  #stopBuffering(mark) {
    if (this.#leftover.length > 0) {
      const frame = Buffer.alloc(this.#frameBytes, this.#format.silence);
      this.#leftover.copy(frame);
      this.#push({ frame });
    }
    this.#leftover = Buffer.alloc(0);
    this.#isBuffering = false;
    this.#push({ mark: mark ?? "", event: "MEDIA_BUFFERING_COMPLETED" });
  }

  #drop() {
    this.lostFrames += this.#queue.length;
    this.#queue = [];
    this.#leftover = Buffer.alloc(0);
    this.#isBuffering = false;
  }
}
