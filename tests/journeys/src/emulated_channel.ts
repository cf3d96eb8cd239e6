import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { WebSocket } from "ws";
import type { Json } from "./client.ts";
import { fromMulaw, toMulaw } from "./g711.ts";
import { Phone, type Line } from "./phone.ts";
import { repository } from "./server.ts";

/** A caller behind the emulated chan_websocket of tests/emulators. */
export class EmulatedChannelLine implements Line {
  readonly phone: Phone;
  private readonly channel: Json;
  private readonly timer: NodeJS.Timeout;
  private heard = 0;

  private constructor(channel: Json) {
    this.channel = channel;
    this.phone = new Phone(this);
    this.timer = setInterval(() => this.listen(), 5);
    void channel.closed.then(() => {
      this.listen();
      clearInterval(this.timer);
      this.phone.hungUp = true;
      this.phone.closed = true;
    });
  }

  /** Calls an agent by that address, with the password of the key. */
  static async dial(url: string, key: string): Promise<Phone> {
    const emulator = join(repository, "tests/emulators/asterisk_websocket.mjs");
    const { AsteriskChannel } = await import(pathToFileURL(emulator).href);
    const channel: Json = new AsteriskChannel({
      url,
      WebSocket,
      format: "ulaw",
      socketOptions: { headers: { "X-API-Key": key } },
    });
    await channel.answered;
    return new EmulatedChannelLine(channel).phone;
  }

  sendFrame(samples: Int16Array): void {
    void this.channel.speak(toMulaw(samples));
  }

  sendDigit(digit: string): void {
    this.channel.dtmf(digit);
  }

  close(): void {
    this.channel.hangUp();
  }

  private listen(): void {
    for (; this.heard < this.channel.played.length; ++this.heard)
      this.phone.hear(fromMulaw(this.channel.played[this.heard].frame));
  }
}
