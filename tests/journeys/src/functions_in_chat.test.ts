import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { repository, Server } from "./server.ts";

const key = "shop-key-1234567890";

const emulators: ChildProcess[] = [];
let server: Server;
let client: Client;
let agent: string;

async function start(name: string, words: string[] = []): Promise<string> {
  const file = join(repository, `tests/emulators/${name}.mjs`);
  const child = spawn("node", [file, "--port", "0", ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  emulators.push(child);
  const port = await new Promise<number>((found) =>
    child.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port)),
  );
  return `127.0.0.1:${port}`;
}

before(async () => {
  const model = await start("openai");
  const shop = await start("http_api", ["--key", key]);
  server = await Server.start({
    environment: {
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: `http://${model}/v1`,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
      AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_FUNCTIONS_PRIVATE_HOSTS: shop,
    },
  });
  client = await server.admin();
  const base = await client.createKnowledgeBase("Shop");
  const made = await client.post("/api/agents", { name: "Desk", kb_id: base, publish: true });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
  await client.post("/api/secrets", { name: "SHOP_KEY", value: key });
  const added = await client.post(`/api/agents/${agent}/functions`, {
    name: "order_status",
    description: "Tells where an order is.",
    api_method: "GET",
    api_endpoint: `http://${shop}/orders/{number}`,
    api_headers: { Authorization: "Bearer {secret:SHOP_KEY}" },
    parameters: {
      type: "object",
      required: ["number"],
      properties: { number: { type: "string", pattern: "^[0-9]{6}$" } },
    },
    response_mapping: "/order/state",
  });
  assert.equal(added.status, 201, added.text);
});
after(async () => {
  await server.remove();
  for (const emulator of emulators) emulator.kill();
});

async function ask(message: string): Promise<Json> {
  const reply = await client.post("/api/chat/message", { agent_id: agent, message });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

test("a turn calls a function and answers with what it said", async () => {
  const turn = await ask('Where is it? call order_status {"number":"100200"}');

  assert.match(turn.response.text, /shipped/);
  assert.equal(turn.function_calls.length, 1);
  const log = await client.get(`/api/agents/${agent}/function-calls?limit=1`);
  const logged = log.body.data.items[0];
  assert.equal(logged.status, "completed");
  assert.equal(logged.message_id, turn.message_id);
  assert.equal(logged.session_id, turn.session_id);
  assert.equal(logged.result, '"shipped"');
});

test("a model that writes wrong arguments reads what is wrong with them", async () => {
  const turn = await ask('Where is it? call order_status {"number":"12"}');

  assert.match(turn.response.text, /number does not have the right form/);
  const log = await client.get(`/api/agents/${agent}/function-calls?status=failed&limit=1`);
  assert.equal(log.body.data.items[0].attempts, 0);
});

test("a function that was added or switched off counts from the next turn on", async () => {
  const list = await client.get(`/api/agents/${agent}/functions`);
  const id = list.body.data.items[0].id;
  await client.put(`/api/agents/${agent}/functions/${id}`, { is_active: false });

  const turn = await ask('Where is it? call order_status {"number":"100200"}');
  assert.equal(turn.function_calls.length, 0);
});
