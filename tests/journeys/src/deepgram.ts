// @ts-expect-error a plain module without types
import { startDeepgram } from "../../emulators/deepgram/server.mjs";
import assert from "node:assert/strict";
import type { Json } from "./client.ts";

export const key = "dg-test";

/** The emulator and what a test asks of it. */
export class Deepgram {
  readonly url: string;
  private readonly server: { port: number; close: () => Promise<void> };

  private constructor(server: { port: number; close: () => Promise<void> }) {
    this.server = server;
    this.url = `http://127.0.0.1:${server.port}`;
  }
  static async start(): Promise<Deepgram> {
    return new Deepgram(await startDeepgram({ key }));
  }
  async ask(method: string, path: string, body?: Json): Promise<Json> {
    const reply = await fetch(this.url + path, { method, body: body && JSON.stringify(body) });
    assert.equal(reply.status, 200);
    return reply.json();
  }
  script(script: Json): Promise<Json> {
    return this.ask("POST", "/_script", script);
  }
  fault(fault: Json): Promise<Json> {
    return this.ask("POST", "/_faults", fault);
  }
  async events(type?: string): Promise<Json[]> {
    const events: Json[] = await this.ask("GET", "/_events");
    return type === undefined ? events : events.filter((event) => event.type === type);
  }
  /** Bytes of audio that a connection was sent. */
  async heardBy(connection: number): Promise<number> {
    return (await this.events("audio"))
      .filter((event) => event.connection === connection)
      .reduce((sum, event) => sum + event.bytes, 0);
  }
  async forget(): Promise<void> {
    await this.ask("DELETE", "/_events");
    await this.ask("DELETE", "/_faults");
  }
  stop(): Promise<void> {
    return this.server.close();
  }
}
