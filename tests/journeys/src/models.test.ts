import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Client, Json, Reply } from "./client.ts";
import { repository, Server } from "./server.ts";

const question = "Who is the mayor of Harwick?";

let emulators: ChildProcess[] = [];
let openai: string;
let anthropic: string;
let server: Server;
let client: Client;
let base: string;

async function emulate(name: string, key: string): Promise<string> {
  const program = join(repository, `tests/emulators/${name}.mjs`);
  const child = spawn("node", [program, "--port", "0", "--key", key], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  emulators.push(child);
  const port = await new Promise<number>((found) =>
    child.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port)),
  );
  return `http://127.0.0.1:${port}`;
}

before(async () => {
  openai = await emulate("openai", "sk-operator");
  anthropic = await emulate("anthropic", "sk-ant-test");
  server = await Server.start({
    environment: {
      AIVA_MODELS_PROVIDERS: "openai,anthropic",
      AIVA_MODELS_DEFAULT_MODEL: "gpt-4o-mini",
      AIVA_MODELS_FALL_BACK: "anthropic/claude-haiku-4-5",
      AIVA_MODELS_FIRST_TOKEN_TIMEOUT_MS: "1500",
      AIVA_MODELS_BREAKER_FAILURES: "3",
      AIVA_MODELS_BREAKER_REST_S: "1",
      AIVA_MODEL_PROVIDERS_OPENAI_BASE_URL: `${openai}/v1`,
      AIVA_MODEL_PROVIDERS_OPENAI_API_KEY: "env:KEY_OF_THE_OPERATOR",
      AIVA_MODEL_PROVIDERS_OPENAI_REQUESTS_PER_MINUTE: "6000",
      AIVA_MODEL_PROVIDERS_ANTHROPIC_BASE_URL: anthropic,
      AIVA_MODEL_PROVIDERS_ANTHROPIC_API_KEY: "sk-ant-test",
      KEY_OF_THE_OPERATOR: "sk-operator",
    },
  });
  client = await server.admin();
  base = await client.createKnowledgeBase("Emulated");
  const text = "The mayor of Harwick is Ada Quill.\n\nThe market opens on Friday.";
  await client.settled(base, await client.upload(base, "town.txt", text));
});
after(async () => {
  await server.remove();
  for (const emulator of emulators) emulator.kill();
});
afterEach(async () => {
  for (const emulator of [openai, anthropic])
    for (const path of ["_faults", "_requests"])
      await (await fetch(`${emulator}/${path}`, { method: "DELETE" })).text();
});

async function fault(emulator: string, body: object): Promise<void> {
  const reply = await fetch(`${emulator}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(reply.ok, await reply.text());
}

async function seen(emulator: string): Promise<Json[]> {
  return (await (await fetch(`${emulator}/_requests`)).json()) as Json[];
}

async function ask(who = client): Promise<Reply> {
  const session = await who.createSession(base);
  return who.post(`/api/chat/${session}/messages`, { content: question });
}

async function provider(name: string): Promise<Json> {
  const reply = await client.get("/api/models");
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.providers.find((one: Json) => one.name === name);
}

async function removeKey(name: string): Promise<number> {
  return (await client.send("DELETE", `/api/models/keys?provider=${name}`)).status;
}

test("the default model answers, and providers are listed as they fare", async () => {
  const reply = await ask();

  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.body.data.response.text, /Ada Quill/);
  assert.equal((await seen(openai)).length, 1);
  assert.equal((await seen(anthropic)).length, 0);
  const state = await provider("openai");
  assert.equal(state.breaker, "closed");
  assert.equal(state.is_available, true);
  assert.equal(state.has_own_key, false);
  assert.ok(state.requests_left >= 98 && state.requests_left <= 100);
  assert.equal(state.tokens_left, null);
});

test("a provider that fails is left for the next one in the chain", async () => {
  await fault(openai, { kind: "server_error", on: "chat", count: 50 });

  const reply = await ask();

  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.body.data.response.text, /Ada Quill/);
  assert.match(reply.body.data.agent_metadata.model, /^claude-haiku/);
  const [request] = await seen(anthropic);
  assert.equal(request.headers["x-api-key"], "sk-ant-test");
  assert.equal(request.body.model, "claude-haiku-4-5");
});

test("a provider that says nothing in time is left, too", async () => {
  await fault(openai, { kind: "slow_first_token", on: "chat", delay_ms: 20000 });
  const begin = performance.now();

  const reply = await ask();

  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.body.data.agent_metadata.model, /^claude-haiku/);
  assert.ok(performance.now() - begin < 15000);
});

test("an answer that breaks off after its first words is an error, not another", async () => {
  await fault(openai, { kind: "cut_stream", on: "chat", after_chunks: 3 });

  const reply = await ask();

  assert.equal(reply.status, 503, reply.text);
  assert.equal((await seen(anthropic)).length, 0);
});

test("a provider that keeps failing rests and is tried again", async () => {
  await fault(openai, { kind: "drop", on: "chat", count: 100 });
  let state = await provider("openai");
  for (let turn = 0; turn < 6 && state.breaker === "closed"; ++turn) {
    assert.equal((await ask()).status, 200);
    state = await provider("openai");
  }
  assert.equal(state.breaker, "open");
  await (await fetch(`${openai}/_faults`, { method: "DELETE" })).text();
  const deadline = performance.now() + 20000;
  while (state.breaker !== "closed" && performance.now() < deadline) {
    assert.equal((await ask()).status, 200);
    state = await provider("openai");
  }
  assert.equal(state.breaker, "closed");
  const metrics = await client.get("/metrics");
  assert.match(metrics.text, /aiva_model_fall_backs_total\{provider="openai"\} [1-9]/);
  assert.match(
    metrics.text,
    /aiva_model_attempt_failures_total\{kind="unreachable",provider="openai"\} [1-9]/,
  );
});

test("a tenant's own key is taken, tested, shown by its end, and given back", async () => {
  const wrong = await client.send("PUT", "/api/models/keys", {
    provider: "openai",
    key: "sk-of-the-tenant-wrong",
  });
  assert.equal(wrong.status, 200, wrong.text);
  const failed = await client.post("/api/models/keys/test", { provider: "openai" });
  assert.equal(failed.body.data.is_working, false);
  assert.match(failed.body.data.message, /refuses our key/);
  const [tested] = await seen(openai);
  assert.equal(tested.headers["authorization"], "Bearer sk-of-the-tenant-wrong");
  assert.match((await ask()).body.data.agent_metadata.model, /^claude-haiku/);

  const working = { provider: "openai", key: "sk-operator" };
  assert.equal((await client.send("PUT", "/api/models/keys", working)).status, 200);
  const worked = await client.post("/api/models/keys/test", { provider: "openai" });
  assert.equal(worked.body.data.is_working, true, worked.text);
  assert.match(worked.body.data.model, /^gpt-4o-mini/);
  const short = await client.send("PUT", "/api/models/keys", { provider: "openai", key: "short" });
  assert.equal(short.status, 422, short.text);
  const none = await client.send("PUT", "/api/models/keys", { provider: "none", key: "12345678" });
  assert.equal(none.status, 404, none.text);
  const listed = await client.get("/api/models/keys");
  assert.ok(!listed.text.includes("sk-of-the-tenant"));
  assert.equal(listed.body.data.items[0].last4, "ator");
  assert.equal((await provider("openai")).has_own_key, true);
  const audit = await client.get("/api/audit-log?action=model_key.set");
  assert.equal(audit.body.data.items[0].resource_id, "openai");
  assert.ok(!audit.text.includes("sk-of-the-tenant"));
  assert.ok(!server.log.includes("sk-of-the-tenant"), "the key is in the log");

  assert.equal(await removeKey("openai"), 200);
  assert.equal(await removeKey("openai"), 404);
  assert.match((await ask()).body.data.agent_metadata.model, /^gpt-4o-mini/);
});

test("prices are edited while the server runs", async () => {
  const find = async (): Promise<Json> =>
    (await client.get("/api/models/prices")).body.data.items.find(
      (price: Json) => price.provider === "openai" && price.model === "gpt-4o-mini",
    );
  assert.deepEqual(await find(), {
    provider: "openai",
    model: "gpt-4o-mini",
    input_nano_usd: 150,
    cached_nano_usd: 75,
    output_nano_usd: 600,
    is_default: true,
    updated_at: null,
  });

  const price = { input_nano_usd: 100000, cached_nano_usd: 50000, output_nano_usd: 0 };
  const named = { provider: "openai", model: "gpt-4o-mini", ...price };
  const set = await client.send("PUT", "/api/models/prices", named);
  assert.equal(set.status, 200, set.text);
  assert.equal((await find()).input_nano_usd, 100000);
  assert.equal((await find()).is_default, false);
  const wrong = await client.send("PUT", "/api/models/prices", { ...named, input_nano_usd: -1 });
  assert.equal(wrong.status, 422, wrong.text);

  const path = "/api/models/prices?provider=openai&model=gpt-4o-mini";
  assert.equal((await client.send("DELETE", path)).status, 200);
  assert.equal((await find()).input_nano_usd, 150);
  assert.equal((await client.send("DELETE", path)).status, 404);
});
