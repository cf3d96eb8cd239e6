import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { Server } from "./server.ts";

let emulator: Emulator;
let server: Server;
let client: Client;
let base: string;

before(async () => {
  emulator = await Emulator.start("openai.mjs");
  server = await Server.start({
    environment: {
      ...emulator.asChatModel,
      AIVA_EMBEDDER_PROVIDER: "openai",
      AIVA_EMBEDDER_BASE_URL: `${emulator.url}/v1`,
      AIVA_EMBEDDER_API_KEY: "sk-test",
    },
  });
  client = await server.admin();
  base = await client.createKnowledgeBase("Emulated");
  await client.settled(
    base,
    await client.upload(
      base,
      "town.txt",
      "The mayor of Harwick is Ada Quill.\n\nThe market opens on Friday.",
    ),
  );
});
after(async () => {
  await server.remove();
  emulator.stop();
});

async function fault(body: object): Promise<void> {
  const reply = await fetch(`${emulator.url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(reply.ok, await reply.text());
}

async function endFaults(): Promise<void> {
  const reply = await fetch(`${emulator.url}/_faults`, { method: "DELETE" });
  assert.ok(reply.ok, await reply.text());
}

test("a configured model answers from the passages and cites them", async () => {
  const session = await client.createSession(base);
  const reply = await client.post(`/api/chat/${session}/messages`, {
    content: "Who is the mayor of Harwick?",
  });
  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.body.data.response.text, /Ada Quill/);
  assert.equal(reply.body.data.agent_metadata.provider, "openai");
  assert.match(reply.body.data.sources[0].quote, /Ada Quill/);
});

test("a rate-limited model is asked again and the answer still comes", async () => {
  await fault({ kind: "rate_limit", on: "chat", count: 1 });
  const session = await client.createSession(base);
  const reply = await client.post(`/api/chat/${session}/messages`, {
    content: "Who is the mayor of Harwick?",
  });
  assert.equal(reply.status, 200, reply.text);
});

test("a stream that is cut gives a typed error and the question is kept", async () => {
  await fault({ kind: "cut_stream", on: "chat", count: 10 });
  const session = await client.createSession(base);
  const reply = await client.post(`/api/chat/${session}/messages`, {
    content: "Who is the mayor of Harwick?",
  });
  assert.equal(reply.status, 503, reply.text);
  await endFaults();
  const messages = await client.get(`/api/chat/${session}/messages`);
  assert.equal(messages.body.data.items[0].content, "Who is the mayor of Harwick?");
});
