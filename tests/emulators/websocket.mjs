// The server's side of a WebSocket (RFC 6455), as far as emulators need it.
import { createHash } from "node:crypto";

const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const frame = (opcode, payload) => {
  const length = payload.length;
  let head;
  if (length < 126) head = Buffer.from([0x80 | opcode, length]);
  else if (length < 65536) {
    head = Buffer.from([0x80 | opcode, 126, 0, 0]);
    head.writeUInt16BE(length, 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
};

/** One client's socket. `onText`, `onBinary` and `onEnd` are set by its owner. */
export class ServerSocket {
  onText = () => {};
  onBinary = (bytes) => this.onText(bytes.toString());
  onEnd = () => {};
  isOpen = true;
  #socket;
  #buffer = Buffer.alloc(0);
  #pieces = [];
  #opcode = opcodes.text; // of the message that goes on

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", () => {});
    socket.on("close", () => this.#end());
  }

  send(text) {
    if (this.isOpen) this.#socket.write(frame(opcodes.text, Buffer.from(text)));
  }

  sendBinary(bytes) {
    if (this.isOpen) this.#socket.write(frame(opcodes.binary, bytes));
  }

  close(code, reason = "") {
    if (!this.isOpen) return;
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.#socket.end(frame(opcodes.close, payload));
    this.#end();
  }

  /** Without a word. */
  cut() {
    this.#socket.destroy();
    this.#end();
  }

  #end() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onEnd();
  }

  #read(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    while (this.isOpen && this.#takeFrame());
  }

  #takeFrame() {
    const buffer = this.#buffer;
    if (buffer.length < 2) return false;
    let length = buffer[1] & 127;
    let at = 2;
    if (length === 126) {
      if (buffer.length < 4) return false;
      length = buffer.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (buffer.length < 10) return false;
      length = Number(buffer.readBigUInt64BE(2));
      at = 10;
    }
    if ((buffer[1] & 0x80) === 0 || (buffer[0] & 0x70) !== 0) {
      this.close(1002, "frames of clients are masked and plain");
      return false;
    }
    if (buffer.length < at + 4 + length) return false;
    const key = buffer.subarray(at, at + 4);
    const payload = Buffer.from(buffer.subarray(at + 4, at + 4 + length));
    for (let i = 0; i < length; ++i) payload[i] ^= key[i & 3];
    this.#buffer = buffer.subarray(at + 4 + length);
    this.#take(buffer[0] & 15, (buffer[0] & 0x80) !== 0, payload);
    return true;
  }

  #take(opcode, isFinal, payload) {
    if (opcode === opcodes.close) {
      if (this.isOpen) this.#socket.end(frame(opcodes.close, payload));
      this.#end();
    } else if (opcode === opcodes.ping) this.#socket.write(frame(opcodes.pong, payload));
    else if (opcode < opcodes.close) {
      if (opcode !== 0) this.#opcode = opcode;
      this.#pieces.push(payload);
      if (!isFinal) return;
      const message = Buffer.concat(this.#pieces.splice(0));
      if (this.#opcode === opcodes.binary) this.onBinary(message);
      else this.onText(message.toString());
    }
  }
}

/** Answers an upgrade. */
export const acceptSocket = (request, socket, protocol) => {
  const accept = createHash("sha1")
    .update(request.headers["sec-websocket-key"] + acceptSuffix)
    .digest("base64");
  const chosen = protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`,
  );
  socket.setNoDelay(true);
  return new ServerSocket(socket);
};

/** Refuses an upgrade. */
export const refuseSocket = (socket, status, body, headers = {}) => {
  const text = JSON.stringify(body);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n${lines.join("")}\r\n${text}`,
  );
};
