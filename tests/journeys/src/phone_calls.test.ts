import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";

// A whole call over AudioSocket with the packaged voices: nothing but this program and flite, which
// speaks for the caller.
let server: Server;
let client: Client;
let agent: string;
let port: number;

before(async () => {
  server = await Server.start({
    environment: { AIVA_AUDIOSOCKET_PORT: "0" },
  });
  port = (server.ready as Json).audiosocket_port;
  client = await server.admin();
  const base = await client.createKnowledgeBase("Machines");
  const document = await client.upload(
    base,
    "machine.md",
    "# The coffee machine\n\n## Warranty\n\n" +
      "The warranty of the coffee machine lasts five years.\n\n" +
      "## Cleaning\n\nThe water tank is cleaned every Monday with vinegar.\n",
  );
  await client.settled(base, document);
  const made = await client.post("/api/agents", {
    name: "Desk",
    kb_id: base,
    greeting: "Welcome to the machine shop. How can I help you?",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
});
after(() => server.remove());

async function announce(): Promise<Json> {
  const reply = await client.post("/api/calls", { agent_id: agent, caller_id: "+4930123456" });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.data;
}

async function transcript(call: string): Promise<Json[]> {
  const reply = await client.get(`/api/calls/${call}/transcript`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.items ?? reply.body.data;
}

async function ended(call: string): Promise<Json> {
  for (let tries = 0; tries < 100; ++tries) {
    const reply = await client.get(`/api/calls/${call}`);
    if (reply.body.data.status !== "in_progress") return reply.body.data;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the call is still in progress");
}

test("a caller is greeted, asks, and hears the answer out of a document", async () => {
  const call = await announce();
  const phone = await Phone.dial(port, call.session_id);
  await phone.untilSpoken();
  await phone.untilSilent();
  await phone.say(speech("How long is the warranty of the coffee machine?"));
  const waited = await phone.untilSpoken();
  console.log(`# first audio ${Math.round(waited)} ms after the question`);
  await phone.untilSilent();
  phone.close();

  const row = await ended(call.id);
  assert.equal(row.status, "completed");
  assert.equal(row.end_reason, "caller_hung_up");
  assert.equal(row.turns, 1);
  const lines = await transcript(call.id);
  assert.deepEqual(
    lines.map((line) => line.speaker),
    ["agent", "customer", "agent"],
  );
  assert.match(lines[0].original_message, /Welcome to the machine shop/);
  assert.match(lines[1].original_message, /warranty/i);
  assert.match(lines[2].original_message, /five years/);
  assert.ok(lines[2].latency.first_audio_ms > 0);
});

test("an agent that is interrupted falls silent at once", async () => {
  const call = await announce();
  const phone = await Phone.dial(port, call.session_id);
  await phone.untilSpoken();
  await phone.untilSilent();
  await phone.say(speech("Tell me how the water tank is cleaned."));
  await phone.untilSpoken();
  const said = phone.say(speech("No, wait, stop it please, I want something else."));
  const began = phone.now;
  await said;
  const silentAfter = phone.lastLoud() - began;
  console.log(`# the last loud frame came ${Math.round(silentAfter)} ms after the caller began`);
  phone.close();
  await ended(call.id);
  const interrupted = (await transcript(call.id)).filter((line) => line.is_interrupted);
  assert.ok(silentAfter < 1000, `${silentAfter} ms`);
  assert.equal(interrupted.length, 1);
});

test("a call that nobody announced is refused", async () => {
  const phone = await Phone.dial(port, "0190f3a0-0000-7000-8000-000000000000");
  await phone.untilHungUp(5_000);
  assert.equal(phone.frames, 0);
});
