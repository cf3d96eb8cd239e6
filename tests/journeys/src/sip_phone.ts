import { randomUUID } from "node:crypto";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fromMulaw, toMulaw } from "./g711.ts";
import { Phone, type Line } from "./phone.ts";

/** Whether SIPp is installed. */
export const hasSipp = spawnSync("sipp", ["-v"]).error === undefined;

const keys = "0123456789*#ABCD";
const mulaw = 0; // payload types
const telephoneEvent = 101;

// One call of a caller: SIPp signals, the sound goes by the socket that the description names.
const scenario = (media: number): string => `<?xml version="1.0"?>
<scenario name="caller">
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Ann" <sip:4711@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:4711@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio ${media} RTP/AVP ${mulaw} ${telephoneEvent}
a=rtpmap:${mulaw} PCMU/8000
a=rtpmap:${telephoneEvent} telephone-event/8000
a=fmtp:${telephoneEvent} 0-15
a=ptime:20
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Ann" <sip:4711@[local_ip]:[local_port]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv request="BYE"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
`;

/** A telephone by SIP: RTP with PCMU, keys by RFC 4733. */
export class SipLine implements Line {
  readonly phone: Phone;
  private readonly sip: ChildProcess;
  private readonly media: Socket;
  private readonly dialogue: Dialogue;
  private sequence = 1;
  private timestamp = 0;

  private constructor(sip: ChildProcess, media: Socket, dialogue: Dialogue) {
    this.sip = sip;
    this.media = media;
    this.dialogue = dialogue;
    this.phone = new Phone(this);
    media.on("message", (packet: Buffer) => {
      const isMulaw = packet.length > 12 && (packet.readUInt8(1) & 0x7f) === mulaw;
      if (isMulaw) this.phone.hear(fromMulaw(packet.subarray(12)));
    });
    sip.once("exit", () => {
      this.phone.hungUp = true;
      this.phone.closed = true;
    });
  }

  /** Calls an extension of the telephone system whose SIP listens on that port of this machine. */
  static async dial(port: number, extension: string): Promise<Phone> {
    const media = createSocket("udp4");
    await new Promise<void>((done) => media.bind(0, "127.0.0.1", done));
    const folder = mkdtempSync(join(tmpdir(), "aiva-sip-"));
    const script = join(folder, "caller.xml");
    const messages = join(folder, "messages");
    writeFileSync(script, scenario(media.address().port));
    const sip = spawn(
      "sipp",
      [`127.0.0.1:${port}`, "-i", "127.0.0.1", "-sf", script, "-s", extension, "-m", "1"].concat([
        "-nostdin",
        "-trace_msg",
        "-message_file",
        messages,
        "-message_overwrite",
        "true",
      ]),
      { stdio: "ignore" },
    );
    try {
      return new SipLine(sip, media, await untilAnswered(sip, messages, port)).phone;
    } catch (error) {
      media.close();
      throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  sendFrame(samples: Int16Array): void {
    this.send(mulaw, toMulaw(samples), false);
    this.timestamp += samples.length;
  }

  sendDigit(digit: string): void {
    const event = Buffer.from([keys.indexOf(digit), 10, 0, 0]);
    for (const [duration, isEnd] of [
      [160, false],
      [480, false],
      [800, true],
      [800, true],
      [800, true],
    ] as const) {
      event.writeUInt8(10 | (isEnd ? 0x80 : 0), 1);
      event.writeUInt16BE(duration, 2);
      this.send(telephoneEvent, event, duration === 160);
    }
    this.timestamp += 800;
  }

  /** Hangs up. SIPp can only wait for the far end to do so: its dialogue is ended from here. */
  close(): void {
    if (!this.phone.closed) this.media.send(this.dialogue.bye, this.dialogue.port, "127.0.0.1");
    this.sip.kill("SIGKILL");
    setTimeout(() => this.media.close(), 200);
    this.phone.closed = true;
  }

  private send(type: number, payload: Buffer, isMarked: boolean): void {
    if (this.phone.closed) return;
    const packet = Buffer.alloc(12 + payload.length);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(type | (isMarked ? 0x80 : 0), 1);
    packet.writeUInt16BE(this.sequence++ & 0xffff, 2);
    packet.writeUInt32BE(this.timestamp >>> 0, 4);
    packet.writeUInt32BE(0x41495641, 8);
    payload.copy(packet, 12);
    this.media.send(packet, this.dialogue.media, "127.0.0.1");
  }
}

interface Dialogue {
  port: number; // of the far end's SIP
  media: number; // port of its sound
  bye: string;
}

/** Waits for the answer: SIPp writes down what it hears. */
async function untilAnswered(sip: ChildProcess, messages: string, port: number): Promise<Dialogue> {
  for (let tries = 0; tries < 2000; ++tries) {
    const answer = /SIP\/2\.0 200 [^]*?m=audio (\d+)/.exec(readOr(messages));
    if (answer !== null) return { port, media: Number(answer[1]), bye: byeAfter(answer[0]) };
    if (sip.exitCode !== null) break;
    await pause(5);
  }
  sip.kill("SIGKILL");
  throw new Error(`Nobody answers:\n${readOr(messages)}`);
}

function byeAfter(answer: string): string {
  const field = (name: string): string => new RegExp(`^${name}: *(.*?)\r?$`, "m").exec(answer)![1]!;
  const lines = [
    `BYE ${/<(.*?)>/.exec(field("Contact"))![1]} SIP/2.0`,
    `Via: ${field("Via").replace(/branch=[^;]*/, `branch=z9hG4bK${randomUUID()}`)}`,
    `From: ${field("From")}`,
    `To: ${field("To")}`,
    `Call-ID: ${field("Call-ID")}`,
    "CSeq: 2 BYE",
    "Max-Forwards: 70",
    "Content-Length: 0",
  ];
  return lines.join("\r\n") + "\r\n\r\n";
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
