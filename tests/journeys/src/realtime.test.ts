import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import OpenAI from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { WebSocket } from "ws";
import type { Client, Json } from "./client.ts";
import { untilUnderstood } from "./conversation.ts";
import { loudestOf, toMulaw } from "./g711.ts";
import { speech } from "./phone.ts";
import { repository, Server } from "./server.ts";

// Calls over WebSockets with the packaged voices: the official Realtime client as people install
// it, and a channel as Asterisk has it.

process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"; // the certificate is our own
(globalThis as Json).WebSocket = WebSocket; // as browsers have it

let folder: string;
let server: Server;
let client: Client;
let openai: OpenAI;
let key: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-tls-"));
  const [certificate, secret] = [join(folder, "chain.pem"), join(folder, "key.pem")];
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1";
  const files = ["-subj", "/CN=localhost", "-keyout", secret, "-out", certificate];
  execFileSync("openssl", [...words.split(" "), ...files], { stdio: "ignore" });
  server = await Server.start({
    environment: { AIVA_SERVER_TLS_CERTIFICATE: certificate, AIVA_SERVER_TLS_KEY: secret },
  });
  client = await server.admin();
  const base = await client.createKnowledgeBase("Machines");
  const text = "# Warranty\n\nThe warranty of the coffee machine lasts five years.\n";
  await client.settled(base, await client.upload(base, "machine.md", text));
  const made = await client.post("/api/agents", {
    name: "Desk",
    slug: "realtime-desk",
    kb_id: base,
    greeting: "Welcome to the shop.",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  const named = await client.post("/api/keys", { name: "realtime", scopes: ["chat"] });
  assert.equal(named.status, 201, named.text);
  key = named.body.data.key;
  openai = new OpenAI({ baseURL: `${server.ready.url}/v1`, apiKey: key });
});
after(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});

type Session = OpenAIRealtimeWS | OpenAIRealtimeWebSocket;

/** Notes what a session says. */
class Listener {
  readonly events: Json[] = [];
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
    session.on("event", (event) => this.events.push(event));
    session.on("error", () => {}); // is an event, too
  }

  async next(type: string, from = 0): Promise<Json> {
    for (let tries = 0; tries < 600; ++tries) {
      const found = this.events.slice(from).find((event) => event.type === type);
      if (found !== undefined) return found;
      await pause(50);
    }
    throw new Error(`no ${type} but ${this.events.map((event) => event.type).join(" ")}`);
  }

  async say(sound: Buffer): Promise<void> {
    for (let at = 0; at < sound.length; at += 800) {
      const audio = sound.subarray(at, at + 800).toString("base64");
      this.session.send({ type: "input_audio_buffer.append", audio });
      await pause(100);
    }
  }
}

const pcmu = { type: "audio/pcmu" as const };
const silence = (ms: number) => Buffer.alloc(8 * ms, 0xff);

test("the official client speaks, is understood, and hears the answer", async () => {
  const session = new OpenAIRealtimeWS({ model: "realtime-desk" }, openai);
  const listener = new Listener(session);
  await listener.next("session.created");
  const audio = { input: { format: pcmu }, output: { format: pcmu } };
  session.send({ type: "session.update", session: { type: "realtime", audio } });
  const updated = await listener.next("session.updated");
  assert.equal(updated.session.audio.output.format.type, "audio/pcmu");
  await listener.next("response.done");

  let from = 0;
  const question = toMulaw(speech("How long is the warranty of the coffee machine?"));
  const answers: string[] = [];
  await untilUnderstood(
    async () => {
      from = listener.events.length;
      await listener.say(Buffer.concat([question, silence(1500)]));
      const done = await listener.next("response.done", from);
      assert.equal(done.response.status, "completed");
      answers.push(done.response.output[0].content[0].transcript);
      return /five years/.test(answers.at(-1)!);
    },
    async () => answers.join("\n"),
  );
  session.close();

  const types = listener.events.slice(from).map((event) => event.type);
  const order = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "response.created",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_item.done",
    "response.done",
  ];
  assert.deepEqual(
    order.map((type) => types.indexOf(type)).toSorted((a, b) => a - b),
    order.map((type) => types.indexOf(type)),
  );
  assert.ok(types.includes("conversation.item.input_audio_transcription.completed"));
  const sound = listener.events
    .slice(from)
    .filter((event) => event.type === "response.output_audio.delta")
    .map((event) => Buffer.from(event.delta, "base64"));
  assert.ok(loudestOf(Buffer.concat(sound)) > 1000);
  assert.ok(!listener.events.some((event) => event.type === "error"));
});

test("a browser writes, with a key of its own", async () => {
  const secret = await openai.realtime.clientSecrets.create({
    session: { type: "realtime", model: "realtime-desk" },
  });
  const browser = new OpenAI({ baseURL: `${server.ready.url}/v1`, apiKey: secret.value });
  const session = new OpenAIRealtimeWebSocket({ model: "realtime-desk" }, browser);
  const listener = new Listener(session);
  await listener.next("response.done");

  const from = listener.events.length;
  session.send({
    type: "conversation.item.create",
    item: {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "How long is the warranty of the coffee machine?" }],
    },
  });
  session.send({ type: "response.create" });
  const done = await listener.next("response.done", from);
  session.close();
  assert.match(done.response.output[0].content[0].transcript, /five years/);
});

test("what is not offered is said, and the session goes on", async () => {
  const session = new OpenAIRealtimeWS({ model: "realtime-desk" }, openai);
  const listener = new Listener(session);
  await listener.next("session.created");
  session.send({
    type: "session.update",
    event_id: "tools",
    session: { type: "realtime", tools: [{ type: "function", name: "f", parameters: {} }] },
  });
  const error = await listener.next("error");
  assert.equal(error.error.event_id, "tools");
  assert.equal(error.error.param, "session.tools");
  await listener.next("session.updated");
  await listener.next("response.done");
  session.close();
});

test("a channel of Asterisk is greeted, asks, and is hung up by itself", async () => {
  const emulator = join(repository, "tests/emulators/asterisk_websocket.mjs");
  const { AsteriskChannel } = await import(pathToFileURL(emulator).href);
  const address = server.ready.url.replace("https", "wss");
  const channel: Json = new AsteriskChannel({
    url: `${address}/realtime/realtime-desk?caller=%2B4930123&did=100`,
    WebSocket,
    earlyFrames: 3,
    socketOptions: { headers: { authorization: `Bearer ${key}` } },
  });
  await channel.answered;
  for (let tries = 0; tries < 100 && channel.played.length === 0; ++tries) await pause(50);
  await pause(2500);
  const greeting = channel.played.length;
  assert.ok(greeting > 25, `${greeting} frames`);
  await channel.speak(toMulaw(speech("How long is the warranty of the coffee machine?")));
  for (let tries = 0; tries < 200 && channel.played.length === greeting; ++tries) await pause(50);
  await pause(3000);
  assert.ok(channel.played.length > greeting + 25);
  assert.equal(channel.lostBytes, 0);
  assert.deepEqual(channel.ignored, []);
  assert.ok(channel.queueLongest <= 5, `${channel.queueLongest} frames were queued`);
  channel.hangUp();
  await channel.closed;

  const calls = await client.get("/api/calls?caller_id=%2B4930123");
  const [call] = calls.body.data.items ?? calls.body.data;
  assert.equal(call.provider, "websocket");
  assert.equal(call.dialled_number, "100");
});
