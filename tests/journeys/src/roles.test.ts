import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Client, Json } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { repository, run, Server } from "./server.ts";

// One installation of several processes: two that answer, workers, a bridge. They share a data
// folder, or the database AIVA_TEST_DATABASE names.
const database = process.env["AIVA_TEST_DATABASE"];
const redisProgram = join(repository, "build/redis8/redis-server");

let folder: string;
let model: Emulator;
let environment: Record<string, string>;
let first: Server;
let second: Server;
let client: Client; // of the first
let other: Client; // of the second
let base: string;

/** One more process of the installation. */
function start(role: string, more: Record<string, string> = {}): Promise<Server> {
  return Server.start({
    folder,
    arguments: ["--role", role],
    environment: { ...environment, ...more },
  });
}

async function until(
  what: string,
  isSo: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await isSo()); await pause(50))
    assert.ok(Date.now() < end, `never ${what}`);
}

/** A figure of /metrics, 0 where there is none. */
async function metric(of: Server, name: string): Promise<number> {
  const shown = (await of.anonymous.get("/metrics")).text;
  const line = shown.split("\n").find((candidate) => candidate.startsWith(name + " "));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

async function finds(on: Client, words: string): Promise<boolean> {
  const question = { kb_id: base, query: words, search_type: "hybrid", top_k: 3 };
  const reply = await on.post("/api/v1/search", question);
  assert.equal(reply.status, 200, reply.text);
  return reply.text.includes(words);
}

/** The next answer of the model comes a word at a time. */
async function slow(delayMs: number): Promise<void> {
  const reply = await fetch(`${model.url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "slow", on: "chat", count: 1, delay_ms: delayMs }),
  });
  assert.ok(reply.ok, await reply.text());
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-roles-"));
  model = await Emulator.start("openai.mjs");
  environment = {
    ...model.asChatModel,
    ...(database === undefined ? {} : { AIVA_DATABASE_URL: database }),
  };
  first = await start("api");
  second = await start("api");
  client = await first.admin();
  other = second.anonymous;
  other.token = client.token;
  other.user = client.user;
  base = await client.createKnowledgeBase("Town");
});
after(async () => {
  await second?.stop();
  await first?.stop();
  model.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("what one process takes in, a worker reads and another process finds", async () => {
  const document = await client.upload(base, "town.txt", "The lighthouse stands in Harwick.");
  const waiting = 'aiva_jobs_queued{kind="ingest_document"}';
  assert.equal(await metric(first, waiting), 1);
  assert.equal(await metric(second, waiting), 1);
  assert.equal((await other.documentStatus(base, document)).status, "queued");

  const worker = await start("worker");
  try {
    assert.equal((await client.settled(base, document)).status, "completed");

    assert.ok(await finds(client, "lighthouse"));
    assert.ok(await finds(other, "lighthouse"));
    assert.equal(await metric(second, waiting), 0);
    // The next one is found at once, too, by indexes that are in use.
    const next = await other.upload(base, "mill.txt", "The windmill belongs to Ada Quill.");
    await other.settled(base, next);
    assert.ok(await finds(other, "windmill"));
    assert.ok(await finds(client, "windmill"));
  } finally {
    assert.equal(await worker.stop(), 0);
  }
});

test("a worker and a bridge answer what is theirs and tell what they are", async () => {
  const worker = await start("worker");
  const bridge = await start("bridge");
  try {
    for (const [process, role] of [
      [first, "api"],
      [worker, "worker"],
      [bridge, "bridge"],
    ] as const) {
      const alive = await process.anonymous.get("/livez");
      const ready = await process.anonymous.get("/readyz");
      assert.equal(alive.body.role, role);
      assert.equal(ready.status, 200, ready.text);
      assert.equal(ready.body.role, role);
      assert.match((await process.anonymous.get("/metrics")).text, /aiva_http_requests_total/);
    }
    const carrier = bridge.anonymous;
    carrier.token = client.token;
    assert.equal((await worker.anonymous.get("/api/calls")).status, 404);
    assert.equal((await carrier.get("/api/calls")).status, 200);
    assert.equal((await carrier.get(`/api/knowledge/${base}`)).status, 404);
    const alone = await run(["serve", "--port", "0", "--data", folder], "", environment);
    assert.notEqual(alone.code, 0);
    assert.match(alone.out + alone.err, /Another process serves the folder/);
  } finally {
    await bridge.stop();
    await worker.stop();
  }
});

test("a key that was revoked at one process is refused by the other within a second", async () => {
  const made = await client.post("/api/keys", { name: "passing", scopes: ["knowledge.read"] });
  assert.equal(made.status, 201, made.text);
  const caller = second.anonymous;
  caller.apiKey = made.body.data.key;
  const look = async () => (await caller.get("/api/knowledge")).status;
  assert.equal(await look(), 200);

  const revoked = await client.delete(`/api/keys/${made.body.data.id}`);
  assert.ok(revoked.status < 300, revoked.text);
  await pause(1000);

  assert.equal(await look(), 401);
});

test("what is changed at one process is seen by the other within a second", async () => {
  const path = `/api/knowledge/${base}`;
  assert.equal((await other.get(path)).status, 200);

  const changed = await client.put(path, { description: "By the sea" });
  assert.equal(changed.status, 200, changed.text);
  await pause(1000);

  assert.equal((await other.get(path)).body.data.description, "By the sea");
});

/** A document that takes its reader a while, in work. */
async function beginLong(name: string): Promise<string> {
  const sentence = (i: number) => `Ship ${name} ${i} carried ${i * 7} barrels of salt in ${i}.\n\n`;
  const text = Array.from({ length: 10_000 }, (_, i) => sentence(i)).join("");
  const document = await client.upload(base, `${name}.txt`, text);
  const isInWork = async () => (await client.documentStatus(base, document)).status !== "queued";
  await until("in work", isInWork);
  return document;
}

test("a worker that starts again under its name goes on at once", async () => {
  const own = { AIVA_WORKER_NAME: "worker-0", AIVA_WORKER_LEASE_S: "3600" };
  const dying = await start("worker", own);
  const document = await beginLong("Falcon");
  await dying.stop("SIGKILL");

  const next = await start("worker", own);
  try {
    assert.equal((await client.settled(base, document)).status, "completed");
  } finally {
    await next.stop();
  }
});

test("a worker that is told to stop leaves its job to the next one", async () => {
  const long = { AIVA_WORKER_LEASE_S: "3600" };
  const stopping = await start("worker", long);
  const document = await beginLong("Heron");
  assert.equal(await stopping.stop(), 0);

  const next = await start("worker", long);
  try {
    assert.equal((await client.settled(base, document)).status, "completed");
  } finally {
    await next.stop();
  }
});

test("a process that is told to stop says so first, and ends its streams", async () => {
  const leaving = await start("api", { AIVA_SERVER_DRAIN_DELAY_S: "2" });
  const caller = leaving.anonymous;
  caller.token = client.token;
  const session = await caller.createSession(base);
  await slow(150);
  let told = () => {};
  const hasBegun = new Promise<void>((done) => (told = done));
  const streaming = caller.events(
    "POST",
    `/api/chat/${session}/messages`,
    { content: "Where does the lighthouse stand?", stream: true },
    ({ event }) => {
      if (event === "delta") told();
      return false;
    },
  );
  await hasBegun;

  const ended = leaving.stop();
  await until("draining", async () => {
    const ready = await leaving.anonymous.get("/readyz");
    return ready.status === 503 && ready.body.status === "draining";
  });
  const meanwhile = await caller.get("/api/knowledge");
  const events = await streaming;

  assert.equal(meanwhile.status, 200, meanwhile.text);
  assert.equal(events.at(-1)!.event, "done");
  assert.equal(events.at(-1)!.data.is_interrupted ?? false, false);
  assert.equal(await ended, 0);
});

/** The first thing a socket says. */
function firstWords(socket: WebSocket): Promise<Json> {
  return new Promise((heard, failed) => {
    socket.once("message", (text) => heard(JSON.parse(text.toString())));
    socket.once("error", failed);
    socket.once("unexpected-response", (_, reply) => failed(new Error(`${reply.statusCode}`)));
  });
}

test("with Redis a bridge takes the key that another one gave", async (context) => {
  if (!existsSync(redisProgram)) return context.skip("no Redis");
  const port = 22_000 + Math.floor(Math.random() * 8000);
  const redis = spawn(redisProgram, ["--port", `${port}`, "--save", "", "--dir", folder], {
    stdio: "ignore",
  });
  const answers = () =>
    new Promise<boolean>((found) => {
      const socket = connect(port, "127.0.0.1", () => found(true) ?? socket.destroy());
      socket.on("error", () => found(false));
    });
  await until("Redis", answers);
  const shared = {
    AIVA_CACHE_PROVIDER: "redis",
    AIVA_CACHE_URL: `redis://127.0.0.1:${port}/0`,
  };
  const giving = await start("bridge", shared);
  const taking = await start("bridge", shared);
  try {
    const made = await client.post("/api/agents", {
      name: "Harbour",
      slug: "harbour-desk",
      kb_id: base,
      greeting: "Welcome to the harbour.",
      publish: true,
    });
    assert.equal(made.status, 201, made.text);
    const giver = giving.anonymous;
    giver.token = client.token;
    const secret = await giver.post("/v1/realtime/client_secrets", {
      session: { type: "realtime", model: "harbour-desk" },
    });
    assert.equal(secret.status, 200, secret.text);

    const address = taking.ready.url.replace("http", "ws");
    const socket = new WebSocket(`${address}/v1/realtime?model=harbour-desk`, {
      headers: { authorization: `Bearer ${secret.body.value}` },
    });
    const words = await firstWords(socket);
    socket.close();

    assert.equal(words.type, "session.created");
  } finally {
    await taking.stop();
    await giving.stop();
    redis.kill("SIGKILL");
  }
});
