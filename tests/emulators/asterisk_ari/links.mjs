// Ends of the sound of emulated channels: 20 ms of 16-bit samples at 8 kHz, little-endian, whatever
// goes over the line.
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";

const kinds = { hangUp: 0x00, id: 0x01, dtmf: 0x03, audio: 0x10 };

const frameOf = (kind, payload) => {
  const head = Buffer.from([kind, 0, 0]);
  head.writeUInt16BE(payload.length, 1);
  return Buffer.concat([head, payload]);
};

/** The client's side of AudioSocket: what Asterisk is. */
export class AudioLink {
  onAudio = () => {};
  onEnd = () => {};
  #socket;
  #unread = Buffer.alloc(0);
  #isOver = false;

  static open(port, host, uuid) {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.setNoDelay(true);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.write(frameOf(kinds.id, Buffer.from(uuid.replaceAll("-", ""), "hex")));
        resolve(new AudioLink(socket));
      });
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("close", () => this.#end());
    socket.on("data", (piece) => {
      this.#unread = Buffer.concat([this.#unread, piece]);
      while (this.#unread.length >= 3) {
        const length = this.#unread.readUInt16BE(1);
        if (this.#unread.length < 3 + length) return;
        const kind = this.#unread[0];
        const payload = this.#unread.subarray(3, 3 + length);
        this.#unread = this.#unread.subarray(3 + length);
        if (kind === kinds.audio && length > 0) this.onAudio(Buffer.from(payload));
        else return this.close(); // a hang-up, or what Asterisk drops the channel for
      }
    });
  }

  hear(audio) {
    if (!this.#isOver) this.#socket.write(frameOf(kinds.audio, audio));
  }
  press(digit) {
    if (!this.#isOver) this.#socket.write(frameOf(kinds.dtmf, Buffer.from(digit)));
  }
  close() {
    this.#socket.destroy();
    this.#end();
  }
  #end() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onEnd();
  }
}

// G.711, as ITU-T G.711 and the Sun sources have it.
const toMulaw = (sample) => {
  const value = Math.min(Math.abs(sample), 32635) + 0x84;
  const exponent = Math.max(0, 24 - Math.clz32(value));
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((value >> (exponent + 3)) & 15)) & 0xff;
};
const fromMulaw = (byte) => {
  const value = ~byte & 0xff;
  const magnitude = (((value & 15) << 3) + 0x84) << ((value >> 4) & 7);
  return value & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
};
const toAlaw = (sample) => {
  const value = Math.min(sample < 0 ? ~sample : sample, 32767) >> 3;
  const exponent = Math.max(0, 27 - Math.clz32(value));
  const code = value < 32 ? value >> 1 : (exponent << 4) | ((value >> exponent) & 15);
  return ((sample < 0 ? 0 : 0x80) | code) ^ 0x55;
};
const fromAlaw = (byte) => {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
};

const g711 = (type, encode, decode) => ({
  type,
  samples: 160,
  encode: (samples) => Buffer.from(Array.from(samples, encode)),
  decode: (payload) => Int16Array.from(payload, decode),
});
const swapped = (samples) => {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((sample, at) => bytes.writeInt16BE(sample, 2 * at));
  return bytes;
};
const unswapped = (payload) =>
  Int16Array.from({ length: payload.length / 2 }, (_, at) => payload.readInt16BE(2 * at));

// As Asterisk numbers them. Twice the rate: each sample and the middle to the next.
const codecs = {
  ulaw: g711(0, toMulaw, fromMulaw),
  alaw: g711(8, toAlaw, fromAlaw),
  slin: { type: 10, samples: 160, encode: swapped, decode: unswapped },
  slin16: {
    type: 118,
    samples: 320,
    encode: (samples) =>
      swapped(
        Int16Array.from({ length: 2 * samples.length }, (_, at) => {
          const here = samples[at >> 1];
          return at % 2 === 0 ? here : (here + (samples[(at >> 1) + 1] ?? here)) >> 1;
        }),
      ),
    decode: (payload) => unswapped(payload).filter((_, at) => at % 2 === 0),
  },
};

export const rtpFormats = Object.keys(codecs);

const headerBytes = 12;

/** A channel's end of plain RTP (RFC 3550): what chan_rtp is. */
export class RtpLink {
  onAudio = () => {};
  onEnd = () => {};
  received = 0; // packets of the far end
  #socket;
  #codec;
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  #source = randomBytes(4).readUInt32BE();
  #isOver = false;

  static open(port, host, format) {
    return new Promise((resolve, reject) => {
      const socket = createSocket("udp4");
      socket.once("error", reject);
      // Connected, so that only the far end is heard, and its port's end is noticed.
      socket.connect(port, host, () => resolve(new RtpLink(socket, codecs[format])));
    });
  }

  constructor(socket, codec) {
    this.#socket = socket;
    this.#codec = codec;
    socket.removeAllListeners("error");
    socket.on("error", () => {}); // a port that is closed; Asterisk sends on
    socket.on("message", (packet) => {
      if (packet.length <= headerBytes || (packet[1] & 0x7f) !== codec.type) return;
      this.received += 1;
      const samples = codec.decode(packet.subarray(headerBytes));
      this.onAudio(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
    });
  }

  get address() {
    return this.#socket.address().address;
  }
  get port() {
    return this.#socket.address().port;
  }

  hear(audio) {
    if (this.#isOver) return;
    const samples = Int16Array.from({ length: audio.length >> 1 }, (_, at) =>
      audio.readInt16LE(2 * at),
    );
    const header = Buffer.alloc(headerBytes);
    header[0] = 0x80;
    header[1] = this.#codec.type;
    header.writeUInt16BE(this.#sequence, 2);
    header.writeUInt32BE(this.#timestamp, 4);
    header.writeUInt32BE(this.#source, 8);
    this.#socket.send(Buffer.concat([header, this.#codec.encode(samples)]));
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const step = (samples.length * this.#codec.samples) / 160;
    this.#timestamp = (this.#timestamp + step) >>> 0;
  }
  press(digit) {
    if (this.#isOver) return;
    const event = "0123456789*#ABCD".indexOf(digit);
    for (const end of [0, 0, 0x80, 0x80, 0x80]) {
      const packet = Buffer.alloc(headerBytes + 4);
      packet[0] = 0x80;
      packet[1] = 101;
      packet.writeUInt16BE(this.#sequence, 2);
      packet.writeUInt32BE(this.#timestamp, 4);
      packet.writeUInt32BE(this.#source, 8);
      packet.set([event, end | 10, 3, 0x20], headerBytes);
      this.#socket.send(packet);
      this.#sequence = (this.#sequence + 1) & 0xffff;
    }
  }
  close() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.close();
    this.onEnd();
  }
}
