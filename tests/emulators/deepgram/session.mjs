// What every connection does: it notes what it is told, hears audio in windows, and meets faults.
import { randomUUID } from "node:crypto";
import { Ear } from "./sound.mjs";

export class SocketSession {
  world;
  socket;
  requestId = randomUUID();
  #on;
  #ear;
  #idle;
  #queue = Promise.resolve(); // what is sent with delay keeps its order

  constructor(socket, world, on) {
    this.socket = socket;
    this.world = world;
    this.#on = on;
    const onEnd = socket.onEnd;
    socket.onEnd = () => {
      clearTimeout(this.#idle);
      this.onEnd();
      onEnd();
    };
    socket.onText = (text) => this.#takeText(text);
    socket.onBinary = (bytes) => this.#takeAudio(bytes);
    this.waitForIdle();
  }

  onEnd() {}

  listenTo(format) {
    this.#ear = new Ear(format);
  }
  get heardMs() {
    return this.#ear?.heardMs ?? 0;
  }

  send(message) {
    const slow = this.world.takeFault("slow", this.#on);
    if (this.world.takeFault("garbage", this.#on)) this.#sendLater("{not json", slow?.delay_ms);
    this.#sendLater(JSON.stringify(message), slow?.delay_ms);
  }
  sendAudio(bytes) {
    const slow = this.world.takeFault("slow", this.#on);
    this.#sendLater(bytes, slow?.delay_ms);
  }
  #sendLater(content, delayMs = 0) {
    this.#queue = this.#queue.then(async () => {
      if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
      if (typeof content === "string") this.socket.send(content);
      else this.socket.sendBinary(content);
    });
  }
  close(code, reason) {
    this.#queue = this.#queue.then(() => this.socket.close(code, reason));
  }
  /** Cuts the connection if that is asked for after so much audio. */
  cutAfter(ms) {
    const fault = this.world.findFault("cut", this.#on);
    if (fault === undefined || ms < (fault.after_ms ?? 0)) return false;
    --fault.count;
    this.socket.cut();
    return true;
  }

  waitForIdle() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(
      () => this.close(1011, "NET-0001: no audio was received in time"),
      this.world.idleMs,
    );
  }

  #takeText(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      message = undefined;
    }
    this.world.note({ connection: this.socket.number, ...(message ?? { type: "unparsable" }) });
    this.waitForIdle();
    this.take(message ?? {});
  }

  #takeAudio(bytes) {
    this.world.noteAudio(this.socket, bytes.length);
    if (this.#ear === undefined) return this.takeUnwantedAudio();
    this.waitForIdle();
    for (const window of this.#ear.hear(bytes)) {
      if (!this.socket.isOpen || this.cutAfter(window.until)) return undefined;
      this.hear(window);
    }
    return undefined;
  }

  takeUnwantedAudio() {
    this.close(1008, "DATA-0000: audio was not expected");
  }
}

/** Whether an object has these members and no others, beside its type. */
export const isExactly = (message, rules) =>
  Object.keys(message).every((name) => name === "type" || name in rules) &&
  Object.entries(rules).every(([name, check]) => check(message[name]));
