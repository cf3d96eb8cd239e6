import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";

// Recordings of calls over AudioSocket with the packaged voices.

let folder: string;
let server: Server;
let client: Client;
let port: number;
let agent: string;

const headerBytes = 44;
const rate = 8000;

async function start(): Promise<void> {
  server = await Server.start({ folder, environment: { AIVA_AUDIOSOCKET_PORT: "0" } });
  port = (server.ready as Json).audiosocket_port;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-recordings-"));
  await start();
  client = await server.admin();
  const made = await client.post("/api/agents", {
    name: "Desk",
    greeting: "Welcome to the machine shop.",
    recording: true,
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.data.recording, true);
  agent = made.body.data.id;
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function dial(fields: Json = {}): Promise<{ phone: Phone; call: string }> {
  const reply = await client.post("/api/calls", { agent_id: agent, ...fields });
  assert.equal(reply.status, 201, reply.text);
  const phone = await Phone.dial(port, reply.body.data.session_id);
  return { phone, call: reply.body.data.id };
}

/** The call as soon as it is so. */
async function callOnce(id: string, is: (call: Json) => boolean): Promise<Json> {
  for (let tries = 0; tries < 400; ++tries) {
    const call = (await client.get(`/api/calls/${id}`)).body.data;
    if (is(call)) return call;
    await pause(50);
  }
  throw new Error("the call does not come to that");
}

interface Recorded {
  call: string;
  greetedAt: number; // milliseconds of the phone's clock, as what follows
  said: [number, number];
}

/** A call in which the caller says something after the greeting. */
async function recordedCall(): Promise<Recorded> {
  const { phone, call } = await dial();
  await phone.untilSpoken();
  const greetedAt = phone.now;
  await phone.untilSilent();
  const from = phone.now;
  await phone.say(speech("I would like to buy a coffee machine, please."));
  const said: [number, number] = [from, phone.now];
  await pause(300);
  phone.close();
  await callOnce(call, (row) => row.recording_status === "complete");
  return { call, greetedAt, said };
}

async function wavOf(call: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${client.url}/api/calls/${call}/recording`, {
    headers: { authorization: `Bearer ${client.token}`, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

/** The loudest sample of each side in a span of milliseconds. */
function peaks(wav: Buffer, from: number, until: number): { left: number; right: number } {
  const loudest = { left: 0, right: 0 };
  const at = (ms: number) => headerBytes + Math.floor((ms * rate) / 1000) * 4;
  for (let place = at(from); place + 4 <= Math.min(at(until), wav.length); place += 4) {
    loudest.left = Math.max(loudest.left, Math.abs(wav.readInt16LE(place)));
    loudest.right = Math.max(loudest.right, Math.abs(wav.readInt16LE(place + 2)));
  }
  return loudest;
}

/** When the agent is first heard. */
function firstHeard(wav: Buffer): number {
  for (let ms = 0; ms * rate < wav.length * 1000; ms += 5)
    if (peaks(wav, ms, ms + 5).right > 400) return ms;
  throw new Error("the agent is not heard");
}

function filesOf(call: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.includes(call),
  );
}

async function untilGone(call: string): Promise<void> {
  for (let tries = 0; tries < 600 && filesOf(call).length > 0; ++tries) await pause(50);
  assert.deepEqual(filesOf(call), []);
}

test("a recording has the caller left and the agent right, each where they spoke", async () => {
  const { call, greetedAt, said } = await recordedCall();
  const row = (await client.get(`/api/calls/${call}`)).body.data;
  assert.equal(row.is_recorded, true);
  assert.ok(row.mos > 1 && row.mos <= 4.5, `${row.mos}`);
  const { status, headers, bytes } = await wavOf(call);
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "audio/wav");
  assert.equal(bytes.toString("latin1", 0, 4), "RIFF");
  assert.equal(bytes.readUInt16LE(22), 2);
  assert.equal(bytes.readUInt32LE(24), rate);
  assert.equal(bytes.readUInt32LE(40), bytes.length - headerBytes);
  const seconds = (bytes.length - headerBytes) / 4 / rate;
  assert.ok(Math.abs(seconds - row.duration_seconds) < 0.1, `${seconds} ${row.duration_seconds}`);

  const lines = (await client.get(`/api/calls/${call}/transcript`)).body.data.items;
  assert.match(lines[0].original_message, /^This call is being recorded\. Welcome to the machine/);
  const greeting = peaks(bytes, lines[0].starts_ms, lines[0].ends_ms);
  assert.ok(greeting.right > 2000 && greeting.left === 0, JSON.stringify(greeting));
  // The phone's clock began a little before the call's.
  const early = greetedAt - firstHeard(bytes);
  const caller = peaks(bytes, said[0] - early, said[1] - early);
  assert.ok(caller.left > 2000, JSON.stringify(caller));
  const before = peaks(bytes, lines[0].ends_ms, said[0] - early - 200);
  assert.equal(before.left, 0);
});

test("parts of a recording are sent as they are asked for", async () => {
  const { call } = await recordedCall();
  const whole = (await wavOf(call)).bytes;
  const part = await wavOf(call, { range: "bytes=44-1043" });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), `bytes 44-1043/${whole.length}`);
  assert.deepEqual(part.bytes, whole.subarray(44, 1044));
  const tail = await wavOf(call, { range: "bytes=-100" });
  assert.deepEqual(tail.bytes, whole.subarray(-100));
  assert.equal((await wavOf(call, { range: `bytes=${whole.length}-` })).status, 416);
});

test("a call says for itself whether it is recorded", async () => {
  const { phone, call } = await dial({ record: false });
  await phone.untilSpoken();
  await phone.untilSilent();
  phone.close();
  const row = await callOnce(call, (each) => each.status === "completed");
  assert.equal(row.is_recorded, false);
  assert.equal(row.recording_status, null);
  const lines = (await client.get(`/api/calls/${call}/transcript`)).body.data.items;
  assert.equal(lines[0].original_message, "Welcome to the machine shop.");
  assert.equal((await wavOf(call)).status, 404);
});

test("a recording is not given away while it is written", async () => {
  const { phone, call } = await dial();
  await phone.untilSpoken();
  assert.equal((await wavOf(call)).status, 409);
  assert.equal((await client.delete(`/api/calls/${call}/recording`)).status, 409);
  phone.close();
  await callOnce(call, (row) => row.recording_status === "complete");
});

test("a recording goes when it is deleted, and the call stays", async () => {
  const { call } = await recordedCall();
  assert.equal(filesOf(call).length, 1);
  const reader = await client.post("/api/keys", { name: "reader", scopes: ["agents.read"] });
  const other = server.anonymous;
  other.apiKey = reader.body.data.key;
  assert.equal((await other.delete(`/api/calls/${call}/recording`)).status, 403);
  assert.equal((await client.delete(`/api/calls/${call}/recording`)).status, 200);
  assert.deepEqual(filesOf(call), []);
  assert.equal((await client.delete(`/api/calls/${call}/recording`)).status, 404);
  assert.equal((await wavOf(call)).status, 404);
  assert.equal((await client.get(`/api/calls/${call}`)).body.data.recording_status, "removed");
  const audit = await client.get("/api/audit-log?action=call.recording_deleted");
  assert.equal(audit.body.data.items[0].resource_id, call, audit.text);
});

test("a recording goes with its conversation", async () => {
  const { call } = await recordedCall();
  const row = (await client.get(`/api/calls/${call}`)).body.data;
  const erased = await client.delete(`/api/chat/sessions/${row.chat_session_id}`);
  assert.equal(erased.status, 200, erased.text);
  assert.equal((await wavOf(call)).status, 404);
  await untilGone(call);
});

test("what was recorded when the server was killed can be played", async () => {
  const { phone, call } = await dial();
  await phone.untilSpoken();
  await phone.untilSilent();
  await pause(1_500);
  await server.stop("SIGKILL");
  phone.close();
  const email = server.ready.email;
  const password = server.ready.password;
  await start();
  client = server.anonymous;
  assert.equal((await client.login(email!, password!)).status, 200);
  const row = await callOnce(call, (each) => each.recording_status !== "recording");
  assert.equal(row.status, "failed");
  assert.equal(row.recording_status, "partial");
  const { status, bytes } = await wavOf(call);
  assert.equal(status, 200);
  assert.equal(bytes.readUInt32LE(40), bytes.length - headerBytes);
  const heard = peaks(bytes, 0, ((bytes.length - headerBytes) / 4 / rate) * 1000);
  assert.ok(heard.right > 2000, JSON.stringify(heard));
});

test("recordings go with their agent", async () => {
  const { call } = await recordedCall();
  assert.equal((await client.delete(`/api/agents/${agent}`)).status, 200);
  assert.equal((await wavOf(call)).status, 404);
  await untilGone(call);
});
