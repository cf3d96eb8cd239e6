import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
let base: string;

before(async () => {
  server = await Server.start();
  client = await server.admin();
  base = await client.createKnowledgeBase("House rules");
});
after(() => server.remove());

async function make(fields: object): Promise<any> {
  const reply = await client.post("/api/agents", fields);
  assert.equal(reply.status, 201, reply.text);
  return reply.body.data;
}

test("an agent is made, published, changed, compared and rolled back", async () => {
  const agent = await make({ name: "Front desk", instructions: "one", kb_ids: [base] });
  assert.equal(agent.published_version, null);
  const path = `/api/agents/${agent.id}`;
  assert.equal((await client.post(`${path}/publish`)).body.data.published_version, 1);

  const changed = await client.put(path, { instructions: "two", temperature: 0.1 });
  assert.equal(changed.body.data.draft_version, 2);
  assert.equal(changed.body.data.published_version, 1);
  const diff = (await client.get(`${path}/versions/2/diff`)).body.data;
  assert.deepEqual(
    diff.differences.map((difference: any) => difference.field),
    ["instructions", "temperature"],
  );
  assert.equal((await client.post(`${path}/publish`)).body.data.published_version, 2);
  const back = await client.post(`${path}/rollback`);
  assert.equal(back.body.data.published_version, 1);
  assert.equal(back.body.data.instructions, "two");

  const log = await client.get("/api/audit-log?action=agent.");
  assert.deepEqual(
    log.body.data.items.map((entry: any) => entry.action),
    ["agent.rolled_back", "agent.published", "agent.updated", "agent.published", "agent.created"],
  );
});

test("older clients are understood", async () => {
  const agent = await make({
    name: "Old client",
    type: "sales",
    kb_id: base,
    provider: "deepgram",
    model: "gpt-4o-mini-realtime-preview",
    chat_model: "gpt-4o-mini",
    knowledge_search_mode: "always",
    conversation_strategy: { steps: ["greet", "answer"] },
    deepgram_model: "nova-3",
    vad_threshold: 0.4,
  });

  assert.equal(agent.model, "gpt-4o-mini");
  assert.equal(agent.voice_model, "gpt-4o-mini-realtime-preview");
  assert.equal(agent.voice_provider, "deepgram");
  assert.equal(agent.search_mode, "always");
  assert.deepEqual(agent.kb_ids, [base]);
  assert.deepEqual(agent.conversation_strategy, { steps: ["greet", "answer"] });
  const listed = await client.get("/api/agents?type=sales&is_active=true");
  assert.deepEqual(
    listed.body.data.items.map((item: any) => item.id),
    [agent.id],
  );
});

test("every wrong field is named", async () => {
  const reply = await client.post("/api/agents", {
    name: "x",
    slug: "-",
    temperature: 9,
    language: "klingon!",
    kb_ids: ["nothing"],
  });

  assert.equal(reply.status, 422, reply.text);
  assert.deepEqual(
    reply.body.error.details.map((detail: any) => detail.field),
    ["slug", "temperature", "language", "kb_ids"],
  );
});

test("instructions cannot be written without a model", async () => {
  const reply = await client.post("/api/agents/generate-instructions", { purpose: "help" });

  assert.equal(reply.status, 503, reply.text);
  assert.equal(reply.body.error.code, "unavailable");
});

test("agents outlive a restart, and go when deleted", async () => {
  const agent = await make({ name: "Steady", instructions: "stay", publish: true });
  const { token } = client;
  const { folder } = server;
  await server.stop();
  const again = await Server.start({ folder });
  client = again.anonymous;
  client.token = token;

  const found = await client.get(`/api/agents/${agent.id}`);
  assert.equal(found.body.data.instructions, "stay");
  assert.equal((await client.delete(`/api/agents/${agent.id}`)).status, 200);
  assert.equal((await client.get(`/api/agents/${agent.id}`)).status, 404);
  await again.stop();
});
