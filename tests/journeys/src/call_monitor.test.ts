import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Client, Json } from "./client.ts";
import { askUntilAnswered, untilUnderstood } from "./conversation.ts";
import { Emulator } from "./emulator.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";

// People who follow calls over AudioSocket and steer them; the agent answers by an emulated model.

let server: Server;
let client: Client;
let emulator: Emulator;
let port: number;
let agent: string;
let base: string;

before(async () => {
  emulator = await Emulator.start("openai.mjs");
  server = await Server.start({
    environment: {
      AIVA_AUDIOSOCKET_PORT: "0",
      ...emulator.asChatModel,
    },
  });
  port = (server.ready as Json).audiosocket_port;
  client = await server.admin();
  base = await client.createKnowledgeBase("Shop");
  const made = await client.post("/api/agents", {
    name: "Desk",
    kb_id: base,
    greeting: "Welcome to the machine shop.",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
});
after(async () => {
  emulator.stop();
  await server.remove();
});

async function dial(): Promise<{ phone: Phone; call: string }> {
  const reply = await client.post("/api/calls", { agent_id: agent });
  assert.equal(reply.status, 201, reply.text);
  const phone = await Phone.dial(port, reply.body.data.session_id);
  await phone.untilSpoken();
  await phone.untilSilent();
  return { phone, call: reply.body.data.id };
}

/** One who follows a call. */
class Monitor {
  readonly events: Json[] = [];
  sound = Buffer.alloc(0);
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.sound = Buffer.concat([this.sound, data]);
      else this.events.push(JSON.parse(data.toString()));
    });
  }

  static async open(call: string, token = client.token): Promise<Monitor> {
    const url = `${client.url.replace("http", "ws")}/api/calls/${call}/monitor`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    const monitor = new Monitor(socket);
    await new Promise<void>((done, failed) => {
      socket.once("open", done);
      socket.once("unexpected-response", (_, response) =>
        failed(new Error(String(response.statusCode))),
      );
      socket.once("error", failed);
    });
    return monitor;
  }

  send(command: Json): void {
    this.socket.send(JSON.stringify(command));
  }
  speak(samples: Buffer): void {
    this.socket.send(samples);
  }

  async next(is: (event: Json) => boolean, complaint: string): Promise<Json> {
    for (let tries = 0; tries < 600; ++tries) {
      const found = this.events.find(is);
      if (found !== undefined) return found;
      await pause(20);
    }
    throw new Error(`${complaint}: ${JSON.stringify(this.events)}`);
  }

  close(): void {
    this.socket.close();
  }
}

const refused = (call: string, token: string) =>
  Monitor.open(call, token).then(
    () => "opened",
    (error: Error) => error.message,
  );

function loudest(sound: Buffer, step: number, side = 0): number {
  let peak = 0;
  for (let at = 2 * side; at + 2 <= sound.length; at += 2 * step)
    peak = Math.max(peak, Math.abs(sound.readInt16LE(at)));
  return peak;
}

test("two follow a call: what is said, written down and heard", async () => {
  const { phone, call } = await dial();
  const active = (await client.get("/api/calls/active")).body.data;
  assert.equal(active.items[0].call.id, call);
  assert.equal(active.items[0].is_here, true);
  const one = await Monitor.open(call);
  const two = await Monitor.open(call);
  one.send({ type: "listen", rate: 16_000, channels: 2 });
  two.send({ type: "listen", encoding: "base64" });
  await one.next((event) => event.type === "state" && event.followers === 2, "no state");
  await askUntilAnswered(phone, {
    words: "How long is the warranty of the coffee machine?",
    heard: /warranty/i,
    answer: /./,
    lines: async () => (await client.get(`/api/calls/${call}/transcript`)).body.data.items,
  });
  for (const monitor of [one, two]) {
    const line = await monitor.next(
      (event) => event.type === "line" && event.line.speaker === "agent",
      "no line of the agent",
    );
    assert.ok(line.line.latency.first_audio_ms > 0);
    const said = monitor.events.filter((event) => event.line?.speaker === "customer");
    assert.match(said.at(-1)!.line.original_message, /warranty/i);
    const types = monitor.events.map((event) => event.type);
    assert.ok(types.indexOf("speech_started") < types.indexOf("speech_stopped"));
    assert.ok(types.indexOf("speech_stopped") < types.indexOf("answer_started"));
  }
  assert.ok(loudest(one.sound, 2, 0) > 2000, "the caller on the left");
  assert.ok(loudest(one.sound, 2, 1) > 2000, "the agent on the right");
  const heard = two.events.filter((event) => event.type === "audio");
  const mixed = Buffer.concat(heard.map((event) => Buffer.from(event.audio, "base64")));
  assert.ok(loudest(mixed, 1) > 2000);

  phone.close();
  const over = await two.next((event) => event.type === "over", "it is not over");
  assert.equal(over.end_reason, "caller_hung_up");
  assert.equal(await refused(call, client.token), "409");
});

test("an answer follows what was whispered, and the caller hears nothing of it", async () => {
  const { phone, call } = await dial();
  const monitor = await Monitor.open(call);
  monitor.send({ type: "whisper", text: "Offer a discount of seven percent." });
  await fetch(`${emulator.url}/_requests`, { method: "DELETE" });
  await pause(200);
  await phone.say(speech("How much does the coffee machine cost?"));
  await phone.untilSpoken();
  phone.close();
  const asked = await (await fetch(`${emulator.url}/_requests`)).text();
  assert.match(asked, /Offer a discount of seven percent\./);
  const lines = await client.get(`/api/calls/${call}/transcript`);
  assert.doesNotMatch(lines.text, /seven percent/);
  const row = (await client.get(`/api/calls/${call}`)).body.data;
  const said = await client.get(`/api/chat/sessions/${row.chat_session_id}/messages`);
  assert.doesNotMatch(said.text, /seven percent/);
  const audit = (await client.get("/api/audit-log?action=call.")).body.data.items;
  assert.deepEqual(
    audit.slice(0, 2).map((entry: Json) => [entry.action, entry.resource_id]),
    [
      ["call.whispered", call],
      ["call.monitored", call],
    ],
  );
});

test("the model that answers behind a flow knows what was said in it", async () => {
  const led = await client.post("/api/agents", {
    name: "Shop",
    kb_id: base,
    greeting: "Welcome.",
    publish: true,
  });
  assert.equal(led.status, 201, led.text);
  const flow = await client.post(`/api/agents/${led.body.data.id}/flows`, {
    name: "Order",
    begins_with: "call",
    steps: [
      {
        name: "many",
        type: "collect_slot",
        slot: "count",
        slot_type: "number",
        text: "How many lamps?",
      },
    ],
    completion: { type: "respond", text: "Noted, {count} lamps." },
  });
  assert.equal(flow.status, 201, flow.text);
  const reply = await client.post("/api/calls", { agent_id: led.body.data.id });
  const phone = await Phone.dial(port, reply.body.data.session_id);
  const lines = async (): Promise<Json[]> =>
    (await client.get(`/api/calls/${reply.body.data.id}/transcript`)).body.data.items;
  const told = async (words: RegExp): Promise<void> => {
    for (
      let tries = 0;
      !(await lines()).some((line) => words.test(line.original_message));
      ++tries
    ) {
      assert.ok(tries < 300, `never said ${words}`);
      await pause(50);
    }
  };
  await told(/How many lamps/);
  phone.press("4#");
  await told(/Noted, 4 lamps/);
  await phone.untilSilent();
  await fetch(`${emulator.url}/_requests`, { method: "DELETE" });
  await phone.say(speech("How much do they cost?"));
  await phone.untilSpoken();
  phone.close();
  const asked = await (await fetch(`${emulator.url}/_requests`)).text();
  assert.match(asked, /How many lamps\?/);
  assert.match(asked, /Noted, 4 lamps\./);
});

test("a person takes a call over, is heard, and hands it back", async () => {
  const { phone, call } = await dial();
  const monitor = await Monitor.open(call);
  monitor.send({ type: "take_over", rate: 16_000 });
  await monitor.next((event) => event.type === "state" && event.taken_over_by, "not taken over");
  assert.equal(phone.isSpeaking(300), false);
  const tone = Buffer.alloc(640);
  for (let at = 0; at < 320; ++at)
    tone.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 500 * at) / 16_000)), 2 * at);
  for (let i = 0; i < 40; ++i) {
    monitor.speak(tone);
    await pause(20);
  }
  assert.equal(phone.isSpeaking(300), true);
  await phone.untilSilent();
  await phone.say(speech("Is anybody there?"));
  await pause(1_500);
  assert.equal(phone.isSpeaking(1_000), false, "the agent says nothing");
  monitor.send({ type: "hand_back" });
  await monitor.next(
    (event) => event.line?.original_message === "The agent goes on with the call.",
    "not handed back",
  );
  await phone.say(speech("How long is the warranty of the coffee machine?"));
  await phone.untilSpoken();
  monitor.send({ type: "hang_up" });
  await phone.untilHungUp();
  const lines = (await client.get(`/api/calls/${call}/transcript`)).body.data.items;
  assert.ok(lines.some((line: Json) => line.speaker === "system"));
});

test("what a person and the caller say meanwhile is written down", async () => {
  const { phone, call } = await dial();
  const monitor = await Monitor.open(call);
  monitor.send({ type: "take_over", rate: 8_000 });
  await monitor.next((event) => event.type === "state" && event.taken_over_by, "not taken over");
  const lines = async (): Promise<Json[]> =>
    (await client.get(`/api/calls/${call}/transcript`)).body.data.items;
  /** Whether that is written down soon. */
  const isWritten = async (speaker: string, words: RegExp): Promise<boolean> => {
    for (let tries = 0; tries < 100; ++tries) {
      const said = (await lines()).filter((line) => line.speaker === speaker);
      if (said.some((line) => words.test(line.original_message))) return true;
      await pause(50);
    }
    return false;
  };
  const all = async (): Promise<string> => JSON.stringify(await lines());

  const spoken = speech("I can help you with the coffee machine.");
  const bytes = Buffer.from(spoken.buffer, spoken.byteOffset, spoken.byteLength);
  await untilUnderstood(async () => {
    const began = performance.now();
    for (let at = 0; at < bytes.length; at += 320) {
      while (performance.now() - began < at / 16) await pause(5); // 16 bytes a millisecond
      monitor.speak(bytes.subarray(at, at + 320));
    }
    return isWritten("agent", /coffee machine/i);
  }, all);
  await untilUnderstood(async () => {
    await phone.say(speech("How long is the warranty of it?"));
    return isWritten("customer", /warranty/i);
  }, all);

  monitor.send({ type: "hand_back" });
  await monitor.next(
    (event) => event.line?.original_message === "The agent goes on with the call.",
    "not handed back",
  );
  await fetch(`${emulator.url}/_requests`, { method: "DELETE" });
  await phone.say(speech("And what does it cost?"));
  await phone.untilSpoken();
  phone.close();
  assert.match(await (await fetch(`${emulator.url}/_requests`)).text(), /help you/i);
});

test("a call of another tenant is not there", async () => {
  const { phone, call } = await dial();
  const tenant = await client.post("/api/tenants", { name: "Mallory" });
  assert.equal(tenant.status, 201, tenant.text);
  const fields = { email: "admin@mallory.test", password: "Passw0rd-of-Mallory" };
  const user = await client.post("/api/users", {
    ...fields,
    name: "Mallory",
    role: "admin",
    tenant_id: tenant.body.data.id,
  });
  assert.equal(user.status, 201, user.text);
  const mallory = server.anonymous;
  await mallory.login(fields.email, fields.password);
  assert.equal(await refused(call, mallory.token), "404");
  assert.equal(await refused(call, "nonsense"), "401");
  assert.equal((await mallory.get(`/api/calls/${call}/recording`)).status, 404);
  assert.equal((await mallory.get("/api/calls/active")).body.data.total, 0);
  phone.close();
});

/** Listens and never reads a byte. */
async function deafListener(call: string): Promise<Socket> {
  const url = new URL(client.url);
  const socket = connect(Number(url.port), url.hostname);
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET /api/calls/${call}/monitor HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n` +
      `Authorization: Bearer ${client.token}\r\n\r\n`,
  );
  await new Promise((done) => socket.once("readable", done));
  const text = Buffer.from(JSON.stringify({ type: "listen", rate: 16_000, channels: 2 }));
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  return socket;
}

test("listeners who do not read hold up nobody", async () => {
  const { phone, call } = await dial();
  const framesIn = async (ms: number) => {
    const before = phone.frames;
    const from = phone.now;
    await pause(ms);
    return (phone.frames - before) / (phone.now - from);
  };
  const alone = await framesIn(2_000);
  const deaf = await Promise.all([1, 2, 3].map(() => deafListener(call)));
  const reader = await Monitor.open(call);
  reader.send({ type: "listen", rate: 8_000 });
  const followed = await framesIn(6_000);
  console.log(`# ${alone * 1000} frames a second alone, ${followed * 1000} with listeners`);
  assert.ok(followed > 0.9 * alone, `${followed} of ${alone}`);
  assert.ok(reader.sound.length > 8_000 * 2 * 3, `${reader.sound.length} bytes were heard`);
  for (const socket of deaf) socket.destroy();
  reader.close();
  phone.close();
});
