// A caller by AudioSocket: silence every 20 ms, and what comes back is counted.
import { connect } from "node:net";

const kinds = { hangUp: 0x00, id: 0x01, audio: 0x10 };
const frameBytes = 320; // 20 ms of 16-bit samples at 8 kHz
const everyMs = 20;

export class Caller {
  heard = 0; // frames
  isHungUp = false; // by the far end
  #unread = Buffer.alloc(0);

  /** `id`: of the session that was announced. */
  static async dial(port, id) {
    const socket = connect(port, "127.0.0.1");
    await new Promise((done, failed) => {
      socket.once("connect", done);
      socket.once("error", failed);
    });
    return new Caller(socket, id);
  }

  constructor(socket, id) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (piece) => this.#read(piece));
    socket.on("error", () => {});
    this.over = new Promise((done) => socket.once("close", done));
    socket.once("close", () => {
      this.isClosed = true;
      clearInterval(this.timer);
    });
    this.#send(kinds.id, Buffer.from(id.replaceAll("-", ""), "hex"));
    const silence = Buffer.alloc(frameBytes);
    this.timer = setInterval(() => this.#send(kinds.audio, silence), everyMs);
  }

  /** Whether the far end ended the call, or the way to it broke. */
  get isDropped() {
    return this.isHungUp || (this.isClosed === true && !this.isHangingUp);
  }

  hangUp() {
    this.isHangingUp = true;
    this.#send(kinds.hangUp, Buffer.alloc(0));
    this.socket.end();
    return this.over;
  }

  #send(kind, payload) {
    if (this.socket.writableEnded || this.socket.destroyed) return;
    const head = Buffer.alloc(3);
    head.writeUInt8(kind, 0);
    head.writeUInt16BE(payload.length, 1);
    this.socket.write(Buffer.concat([head, payload]));
  }

  #read(piece) {
    this.#unread = Buffer.concat([this.#unread, piece]);
    while (this.#unread.length >= 3) {
      const length = this.#unread.readUInt16BE(1);
      if (this.#unread.length < 3 + length) return;
      const kind = this.#unread.readUInt8(0);
      if (kind === kinds.hangUp && !this.isHangingUp) this.isHungUp = true;
      if (kind === kinds.audio) this.heard += 1;
      this.#unread = this.#unread.subarray(3 + length);
    }
  }
}
