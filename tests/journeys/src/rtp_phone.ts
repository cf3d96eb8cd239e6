import { createSocket, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { fromMulaw, toMulaw } from "./g711.ts";
import { frameSamples, Phone, type Line } from "./phone.ts";

/**
 * What a network does to packets on their way. It depends on nothing but the packet's place in its
 * utterance and which utterance of the call it is: how busy the machine is changes nothing of it.
 */
export interface Network {
  loss?: number; // 0 to 1
  duplicates?: number;
  jitterMs?: number; // packets come up to so much later, and overtake each other
}

/** A caller behind RTP with mu-law, whose packets take a bad network. */
export class RtpPhone extends Phone {
  private readonly rtp: RtpLine;

  private constructor(socket: Socket, to: number, network: Network) {
    const rtp = new RtpLine(socket, to, network);
    super(rtp);
    this.rtp = rtp;
    socket.on("message", (packet: Buffer) => this.hear(rtp.read(packet)));
    socket.on("error", () => (this.closed = true));
  }

  static async call(to: number, network: Network = {}): Promise<RtpPhone> {
    return new RtpPhone(await RtpPhone.open(), to, network);
  }

  /** A caller who sends only later: where from is known already. */
  static async open(): Promise<Socket> {
    const socket = createSocket("udp4");
    await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
    return socket;
  }

  static on(socket: Socket, to: number, network: Network = {}): RtpPhone {
    return new RtpPhone(socket, to, network);
  }

  get port(): number {
    return this.rtp.port;
  }

  /** Packets that the network lost. */
  get lost(): number {
    return this.rtp.lost;
  }

  /** Packets heard that did not follow the one before. */
  get misnumbered(): number {
    return this.rtp.misnumbered;
  }
}

const frameMs = 20;
const seed = 12_397; // three to five packets of a question at 3 %, never two in a row

interface OnItsWay {
  dueMs: number; // since the call began
  packet: Buffer;
}

class RtpLine implements Line {
  private readonly socket: Socket;
  private readonly to: number;
  private readonly network: Network;
  private random = seed;
  private utterances = 0;
  private frames = 0; // sent or skipped: the time of the next one
  private readonly onTheWay: OnItsWay[] = []; // by when they are due
  private sequence = 65_500;
  private timestamp = 0xfffff000;
  private lastSequence: number | undefined;
  private readonly source = 0x5eed0001;
  private isClosed = false;
  readonly port: number;
  misnumbered = 0;
  lost = 0;

  constructor(socket: Socket, to: number, network: Network) {
    this.socket = socket;
    this.to = to;
    this.network = network;
    this.port = (socket.address() as AddressInfo).port;
  }

  /** A key as packets of RFC 4733 tell it. */
  sendDigit(digit: string): void {
    const event = "0123456789*#ABCD".indexOf(digit);
    for (const end of [0, 0, 0x80, 0x80, 0x80])
      this.send(101, Buffer.from([event, end | 10, 0x03, 0x20]));
  }

  close(): void {
    if (!this.isClosed) this.socket.close();
    this.isClosed = true;
  }

  sendFrame(samples: Int16Array): void {
    this.send(0, toMulaw(samples));
    this.skip(1);
  }

  skip(frames: number): void {
    this.frames += frames;
    this.timestamp = (this.timestamp + frames * frameSamples) >>> 0;
  }

  /** Other packets of an utterance are lost when it is said again, the same ones in each run. */
  beginUtterance(): void {
    this.random = seed + 7919 * ++this.utterances;
    for (let mixing = 0; mixing < 3; ++mixing) this.chance();
  }

  /** Packets leave in the order of when they are due, however late we look. */
  deliver(nowMs: number): void {
    while (this.onTheWay.length > 0 && this.onTheWay[0]!.dueMs <= nowMs) {
      const { packet } = this.onTheWay.shift()!;
      if (!this.isClosed) this.socket.send(packet, this.to, "127.0.0.1");
    }
  }

  private send(type: number, payload: Buffer): void {
    const packet = Buffer.alloc(12 + payload.length);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(type, 1);
    packet.writeUInt16BE(this.sequence, 2);
    packet.writeUInt32BE(this.timestamp, 4);
    packet.writeUInt32BE(this.source, 8);
    payload.copy(packet, 12);
    this.sequence = (this.sequence + 1) & 0xffff;
    const { loss = 0, duplicates = 0, jitterMs = 0 } = this.network;
    const [isLost, isDoubled] = [this.chance() < loss, this.chance() < duplicates];
    const delays = [this.chance() * jitterMs, this.chance() * jitterMs];
    if (isLost) {
      ++this.lost;
      return;
    }
    this.put(packet, delays[0]!);
    if (isDoubled) this.put(packet, delays[1]!);
  }

  private put(packet: Buffer, delayMs: number): void {
    const dueMs = this.frames * frameMs + delayMs;
    const place = this.onTheWay.findLastIndex((other) => other.dueMs <= dueMs) + 1;
    this.onTheWay.splice(place, 0, { dueMs, packet });
  }

  private chance(): number {
    this.random = (this.random * 48_271) % 2_147_483_647; // Park and Miller, 1993
    return this.random / 2_147_483_647;
  }

  read(packet: Buffer): Int16Array {
    const sequence = packet.readUInt16BE(2);
    const expected = this.lastSequence === undefined ? sequence : (this.lastSequence + 1) & 0xffff;
    if (sequence !== expected) ++this.misnumbered;
    this.lastSequence = sequence;
    return fromMulaw(packet.subarray(12));
  }
}
