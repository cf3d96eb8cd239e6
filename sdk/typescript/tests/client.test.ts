import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server as Site } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Relay } from "../../../tests/journeys/src/relay.ts";
import { repository, Server } from "../../../tests/journeys/src/server.ts";
import { AivaError, Client, type ChatEvent } from "../src/index.ts";

let emulator: ChildProcess;
let model: string;
let server: Server;
let relay: Relay;
let apiKey: string;
let aiva: Client;

before(async () => {
  emulator = spawn("node", [join(repository, "tests/emulators/openai.mjs"), "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<number>((found) =>
    emulator.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port)),
  );
  model = `http://127.0.0.1:${port}`;
  server = await Server.start({
    environment: {
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: `${model}/v1`,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
    },
  });
  relay = await Relay.to(server.ready.url);
  const admin = await server.admin();
  const scopes = ["knowledge.read", "knowledge.write", "agents.read", "chat"];
  const made = await admin.post("/api/keys", { name: "SDK", scopes });
  assert.equal(made.status, 201, made.text);
  apiKey = made.body.data.key;
  aiva = new Client({ url: relay.url, credentials: { apiKey } });
});
after(async () => {
  await relay.close();
  await server.remove();
  emulator.kill();
});

async function fault(body: object): Promise<void> {
  const reply = await fetch(`${model}/_faults`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(reply.status, 200);
}

const isDelta = ({ type }: ChatEvent): boolean => type === "delta";

/** A server that answers as told, one after the other. */
async function answering(
  answers: { status: number; headers?: Record<string, string>; body: object }[],
): Promise<{ url: string; seen: IncomingMessage[]; site: Site }> {
  const seen: IncomingMessage[] = [];
  const site = createServer((request, response) => {
    seen.push(request);
    const answer = answers.shift()!;
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    request.resume().on("end", () => response.end(JSON.stringify(answer.body)));
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(site.address() as AddressInfo).port}`, seen, site };
}

test("calls are typed by the contract, and refusals say what the server says", async () => {
  const base = await aiva.post("/api/knowledge", { body: { name: "Typed" } });
  const id: string = base.id;
  assert.match(id, /^[0-9a-f-]{36}$/);
  const missing = aiva.get("/api/knowledge/{kbId}", { path: { kbId: randomUUID() } });
  await assert.rejects(missing, (error: AivaError) => {
    assert.equal(error.status, 404);
    assert.equal(error.code, "not_found");
    assert.match(error.requestId, /./);
    assert.match(error.traceId, /^[0-9a-f]{32}$/);
    return true;
  });
  await assert.rejects(aiva.post("/api/knowledge", { body: { name: "" } }), (error: AivaError) => {
    assert.equal(error.status, 422);
    assert.equal(error.details[0]?.field, "name");
    return true;
  });
  const wrong = () => [
    // @ts-expect-error there is no such path
    aiva.get("/api/nothing"),
    // @ts-expect-error the path wants an id
    aiva.get("/api/knowledge/{kbId}"),
    // @ts-expect-error a name is a text
    aiva.post("/api/knowledge", { body: { name: 1 } }),
  ];
  assert.equal(typeof wrong, "function");
});

test("a user's tokens are renewed, once for all calls that wait", async () => {
  const { email, password } = server.ready;
  const user = { email: email!, password: password! };
  const told: string[] = [];
  const signedIn = new Client({
    url: relay.url,
    credentials: user,
    onTokens: (tokens) => told.push(tokens.refreshToken),
  });
  assert.equal((await signedIn.get("/api/auth/me")).email, email);
  assert.equal(told.length, 1);
  const later = new Client({
    url: relay.url,
    credentials: { token: "worn.out.token", refreshToken: told[0]! },
    onTokens: (tokens) => told.push(tokens.refreshToken),
  });
  const all = await Promise.all([1, 2, 3].map(() => later.get("/api/auth/me")));
  assert.ok(all.every((me) => me.email === email));
  assert.equal(told.length, 2);
});

test("what may go well later is sent again, after Retry-After and under one key", async () => {
  const problem = { success: false, error: { code: "rate_limited", message: "Slow down" } };
  const { url, seen, site } = await answering([
    { status: 429, headers: { "retry-after": "1" }, body: problem },
    { status: 503, body: problem },
    { status: 201, body: { success: true, data: { id: "x" } } },
    { status: 429, headers: { "retry-after": "3600" }, body: problem },
  ]);
  const client = new Client({ url, credentials: { apiKey: "k" }, retry: { firstWaitMs: 10 } });
  const began = performance.now();
  const made = await client.post("/api/knowledge", { body: { name: "x" } });
  assert.equal(made.id, "x");
  assert.ok(performance.now() - began >= 990, "Retry-After was not waited for");
  const keys = seen.map((request) => request.headers["idempotency-key"]);
  assert.equal(new Set(keys).size, 1);
  assert.ok(keys[0]);
  await assert.rejects(client.get("/api/auth/me"), {
    code: "rate_limited",
    retryAfterMs: 3_600_000,
  });
  site.close();
});

test("a write that is sent again is done once", async () => {
  const name = `Once ${Date.now()}`;
  const call = { body: { name }, idempotencyKey: "once-1" };
  const first = await aiva.post("/api/knowledge", call);
  const second = await aiva.post("/api/knowledge", call);
  assert.equal(second.id, first.id);
});

test("a file is uploaded with progress and waited for", async () => {
  const base = await aiva.post("/api/knowledge", { body: { name: "Files" } });
  const progress: number[] = [];
  const file = new Blob([`The mayor of Harwick is Ada Quill. ${"It is a town. ".repeat(20_000)}`]);
  const id = await aiva.documents.upload({
    kbId: base.id,
    file,
    filename: 'town "old".txt',
    onProgress: (sent, total) => progress.push(sent / total),
  });
  assert.ok(progress.length > 1 && progress.at(-1) === 1, String(progress));
  assert.deepEqual(
    progress,
    [...progress].sort((a, b) => a - b),
  );
  const states = new Set<string>();
  const ready = await aiva.documents.waitUntilReady(base.id, id, {
    onStatus: ({ status }) => states.add(status),
  });
  assert.equal(ready.status, "completed");
  assert.ok(states.has("completed"));

  const empty = await aiva.documents.upload({
    kbId: base.id,
    file: new Uint8Array([0x25, 0x50, 0x44, 0x46, 0x2d]),
    filename: "broken.pdf",
  });
  await assert.rejects(aiva.documents.waitUntilReady(base.id, empty), { code: "failed" });
});

test("an answer streams, over a lost connection, and stops on demand", async () => {
  const base = await aiva.post("/api/knowledge", { body: { name: "Chat" } });
  const text =
    "The warranty of the coffee machine lasts five long and quiet years in every country.";
  const id = await aiva.documents.upload({
    kbId: base.id,
    file: new TextEncoder().encode(text),
    filename: "machine.txt",
  });
  await aiva.documents.waitUntilReady(base.id, id);
  const session = await aiva.post("/api/chat/sessions", { body: { kb_id: base.id } });
  const question = { sessionId: session.id, content: "How long is the warranty of the machine?" };

  await fault({ kind: "slow", delay_ms: 150, count: 1, on: "chat" });
  const events: ChatEvent[] = [];
  for await (const event of aiva.chat.stream(question)) {
    events.push(event);
    if (events.filter(({ type }) => type === "delta").length === 2) relay.cut();
  }
  const heard = events.map((event) => (event.type === "delta" ? event.text : "")).join("");
  const last = events.at(-1)!;
  assert.equal(events[0]?.type, "turn");
  assert.ok(last.type === "done");
  assert.match(heard, /lasts five long and quiet years/);
  assert.equal(heard.trim(), last.answer.response.markdown.trim());
  assert.equal(last.answer.sources[0]?.document_name, "machine.txt");

  // Longer than a single call is tried.
  await fault({ kind: "slow", delay_ms: 150, count: 1, on: "chat" });
  const late: ChatEvent[] = [];
  for await (const event of aiva.chat.stream(question)) {
    late.push(event);
    if (event.type !== "delta" || relay.isDown || late.filter(isDelta).length !== 2) continue;
    relay.isDown = true;
    relay.cut();
    setTimeout(() => (relay.isDown = false), 6_000);
  }
  assert.equal(late.at(-1)?.type, "done");

  await fault({ kind: "slow", delay_ms: 300, count: 1, on: "chat" });
  let turn = "";
  let isInterrupted = false;
  for await (const event of aiva.chat.stream(question)) {
    if (event.type === "turn") turn = event.turnId;
    if (event.type === "delta") await aiva.chat.cancel(session.id, turn).catch(() => undefined);
    if (event.type === "done") isInterrupted = event.answer.is_interrupted;
  }
  assert.equal(isInterrupted, true);

  const stop = new AbortController();
  await fault({ kind: "slow_first_token", delay_ms: 2_000, count: 1, on: "chat" });
  setTimeout(() => stop.abort(new Error("enough")), 200);
  await assert.rejects(aiva.chat.ask({ ...question, signal: stop.signal }), /enough|abort/i);
});

test("signing in outlasts a network that fails for a moment", async () => {
  const { email, password } = server.ready;
  const credentials = { email: email!, password: password! };
  relay.isDown = true;
  setTimeout(() => (relay.isDown = false), 300);
  const user = new Client({ url: relay.url, credentials });
  assert.equal((await user.get("/api/auth/me")).email, email);

  const { url, site } = await answering([]);
  await new Promise((closed) => site.close(closed));
  const nobody = new Client({ url, credentials, retry: { tries: 1, firstWaitMs: 10 } });
  await assert.rejects(nobody.get("/api/auth/me"), { code: "network", status: 0 });
});

test("a list is told to its end, by cursors", async () => {
  const before = new Set<string>();
  for await (const base of aiva.list("/api/knowledge")) before.add(base.id);
  for (let i = 0; i < 5; ++i) await aiva.post("/api/knowledge", { body: { name: `List ${i}` } });
  const found: string[] = [];
  for await (const base of aiva.list("/api/knowledge", { query: { limit: 2 } }))
    found.push(base.id);
  assert.equal(found.length, before.size + 5);
  assert.equal(new Set(found).size, found.length);
});

test("the packages for import and for require are whole", async () => {
  const module = (await import(resolve("dist/index.js"))) as object;
  const required = createRequire(resolve("tests/"))(resolve("dist/cjs/index.js")) as object;
  assert.deepEqual(Object.keys(module).sort(), Object.keys(required).sort());
  assert.ok("Client" in module);
});

test("every example of the README runs", async () => {
  const { stdout } = await promisify(execFile)("node", [".build/examples.mjs"], {
    env: {
      ...process.env,
      AIVA_URL: server.ready.url,
      AIVA_API_KEY: apiKey,
      AIVA_EMAIL: server.ready.email,
      AIVA_PASSWORD: server.ready.password,
    },
  });
  assert.match(stdout, /404 not_found/);
  assert.match(stdout, /100 %/);
  assert.match(stdout, /warranty\.txt 1/);
  assert.match(stdout, /lasts five years/);
});
