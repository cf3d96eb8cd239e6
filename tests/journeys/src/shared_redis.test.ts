import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server as Listener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Client, Json, Reply, ServerEvent } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { repository, run, Server } from "./server.ts";

// Two processes over one data folder share a Redis 8 with their rate limits, vectors, agents and
// the events of chat turns.
const port = 22_000 + Math.floor(Math.random() * 8000);
const password = "a-password-of-the-journey";
const environment = {
  AIVA_CACHE_PROVIDER: "redis",
  AIVA_CACHE_URL: `redis://:${password}@127.0.0.1:${port}/0`,
  AIVA_SEARCH_VECTOR_INDEX: "redis",
  AIVA_SEARCH_CACHE_S: "0",
  AIVA_LIMITS_LOGIN_PER_MINUTE: "5",
};

let folder: string;
let redis: ChildProcess;
let model: Emulator;
let door: Listener; // leads to the first process, at an address known before it starts
let first: Server;
let second: Server;
let client: Client; // of the first process
let other: Client; // of the second
let base: string;

/** Sends one line to Redis and answers the first piece of its reply. */
function ask(line: string): Promise<string> {
  return new Promise((answered, failed) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`AUTH ${password}\r\n${line}\r\n`);
    });
    let text = "";
    socket.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (text.split("\r\n").length < 3) return;
      socket.destroy();
      answered(text.slice(text.indexOf("\r\n") + 2));
    });
    socket.on("error", failed);
  });
}

/** Starts Redis and waits until it answers. */
async function startRedis(): Promise<void> {
  const program = join(repository, "build/redis8/redis-server");
  const words = ["--port", `${port}`, "--save", "", "--dir", folder, "--requirepass", password];
  redis = spawn(program, words, { stdio: "ignore" });
  for (let tries = 0; ; ++tries) {
    if (await ask("PING").catch(() => "")) break;
    assert.ok(tries < 200, "Redis did not start");
    await pause(50);
  }
}

/** Waits until both processes say so in their metrics. */
async function untilBothSay(line: RegExp): Promise<void> {
  for (const server of [first, second]) {
    for (let tries = 0; ; ++tries) {
      const { text } = await server.anonymous.get("/metrics");
      if (line.test(text)) break;
      assert.ok(tries < 200, `${line} is not in the metrics`);
      await pause(100);
    }
  }
}

const countSets = `EVAL "return #redis.call('KEYS','aiva:vectors:*:set:*')" 0`;

async function search(on: Client): Promise<string> {
  const reply = await on.post("/api/v1/search", {
    kb_id: base,
    query: "Within how many days are refunds paid?",
    search_type: "hybrid",
    top_k: 3,
  });
  return reply.status === 200 ? reply.text : `status ${reply.status}`;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-redis-"));
  await startRedis();
  model = await Emulator.start("openai.mjs");
  Object.assign(environment, {
    ...model.asChatModel,
  });
  door = createServer((caller) => {
    const inner = connect(Number(new URL(first.ready.url).port), "127.0.0.1");
    for (const socket of [caller, inner]) socket.on("error", () => socket.destroy());
    caller.pipe(inner).pipe(caller);
  });
  await new Promise<void>((done) => door.listen(0, "127.0.0.1", done));
  const advertised = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  first = await Server.start({
    sample: true,
    environment: { ...environment, AIVA_SERVER_ADVERTISED_URL: advertised },
  });
  second = await Server.start({
    folder: first.folder,
    environment,
    arguments: ["--role", "api"],
  });
  client = await first.admin();
  other = second.anonymous;
  other.token = client.token;
  const list = await client.get("/api/knowledge");
  base = list.body.data.items[0].id as string;
  const documents = await client.get(`/api/knowledge/${base}/documents`);
  for (const document of documents.body.data.items) await client.settled(base, document.id);
});
after(async () => {
  await second?.stop();
  await first?.remove();
  door?.close();
  redis.kill("SIGKILL");
  model.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("both processes find passages by vectors that lie in Redis", async () => {
  assert.match(await search(client), /14 days/);

  assert.match(await search(other), /"used_vectors":true/);
  assert.match(await ask(countSets), /^:[1-9]/);
});

test("what Redis lost is brought again from the rows", async () => {
  assert.match(await ask("FLUSHALL"), /OK/);

  // The first search finds by words only and notices the loss.
  for (let tries = 0; tries < 100 && !/^:[1-9]/.test(await ask(countSets)); ++tries) {
    assert.match(await search(client), /14 days/);
    await pause(50);
  }

  assert.match(await ask(countSets), /^:[1-9]/);
  assert.match(await search(client), /"used_vectors":true/);
});

/** The next answer of the model comes a word at a time. */
async function slow(delayMs: number): Promise<void> {
  const reply = await fetch(`${model.url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "slow", on: "chat", count: 1, delay_ms: delayMs }),
  });
  assert.ok(reply.ok, await reply.text());
}

const question = { content: "Within how many days are refunds paid?" };

/** Begins a turn on the first process and leaves it after its first words. */
async function beginTurn(session: string): Promise<{ turn: string; heard: ServerEvent[] }> {
  const body = { ...question, stream: true, resumable: true };
  const path = `/api/chat/${session}/messages`;
  const heard = await client.events("POST", path, body, ({ event }) => event === "delta");
  return { turn: heard[0]!.data.turn_id, heard };
}

test("a stream that began on one process goes on on the other", async () => {
  const session = await client.createSession(base);
  await slow(120);
  const { turn, heard } = await beginTurn(session);

  const path = `/api/chat/${session}/turns/${turn}/events`;
  const rest = await other.events("GET", path, undefined, undefined, {
    "last-event-id": `${heard.length}`,
  });

  assert.equal(heard.at(-1)!.event, "delta");
  const done = rest.at(-1)!;
  assert.equal(done.event, "done");
  const said = [...heard, ...rest]
    .filter(({ event }) => event === "delta")
    .map(({ data }) => data.text);
  assert.ok(said.length > 3, JSON.stringify(said));
  assert.equal(said.join(""), done.data.response.markdown);
  assert.equal(done.data.is_interrupted, false);
  assert.match(done.data.response.text, /14 days/);
  const again = await other.events("GET", path);
  assert.deepEqual(again, [...heard, ...rest]);
  const kept = await other.get(`/api/chat/${session}/messages`);
  assert.equal(kept.body.data.items[1].content, done.data.response.markdown);
  const foreign = await client.createSession(base);
  assert.equal((await other.get(`/api/chat/${foreign}/turns/${turn}/events`)).status, 404);
});

test("a call to one process stops a turn of the other", async () => {
  const session = await client.createSession(base);
  await slow(1500);
  const { turn } = await beginTurn(session);
  const ending = client.events("GET", `/api/chat/${session}/turns/${turn}/events`);

  const began = Date.now();
  const stopped = await other.post(`/api/chat/${session}/messages/${turn}/cancel`);
  const events = await ending;

  assert.equal(stopped.status, 200, stopped.text);
  assert.ok(Date.now() - began < 6000, `after ${Date.now() - began} ms`);
  const done = events.at(-1)!;
  assert.equal(done.event, "done");
  assert.equal(done.data.is_interrupted, true);
  const next = await other.post(`/api/chat/${session}/messages`, question);
  assert.equal(next.status, 200, next.text);
});

test("a turn whose process dies ends on the other, and its message is answered there", async () => {
  const session = await client.createSession(base);
  const message = { ...question, client_message_id: "once" };
  const third = await Server.start({
    folder: first.folder,
    environment,
    arguments: ["--role", "api"],
  });
  const dying = third.anonymous;
  dying.token = client.token;
  await slow(1500);
  const heard = await dying.events(
    "POST",
    `/api/chat/${session}/messages`,
    { ...message, stream: true, resumable: true },
    ({ event }) => event === "delta",
  );
  const path = `/api/chat/${session}/turns/${heard[0]!.data.turn_id}/events`;
  const following = other.events("GET", path);
  await third.stop("SIGKILL");
  const events = await following;
  const answer = await other.post(`/api/chat/${session}/messages`, message);

  assert.ok(!events.some(({ event }) => event === "done"));
  assert.equal(answer.status, 200, answer.text);
  const kept = await client.get(`/api/chat/${session}/messages`);
  assert.equal(kept.body.data.total, 2);
});

test("an agent changed on one process is the new one on the other", async () => {
  const made = await client.post("/api/agents", { name: "Desk", kb_id: base, publish: true });
  assert.equal(made.status, 201, made.text);
  const path = `/api/agents/${made.body.data.id}`;
  const ask = (): Promise<Reply> =>
    other.post("/api/chat/message", {
      agent_id: made.body.data.id,
      message: "Are refunds paid?",
    });
  const before = await ask();
  const cached = await ask();
  const change = { instructions: "Be brief.", publish: true };
  const changed = await client.put(path, change);
  assert.equal(changed.status, 200, changed.text);
  await pause(1500);
  const after = await ask();
  await client.put(path, { is_active: false });
  await pause(1500);
  const off = await ask();

  assert.equal(before.body.data.agent_metadata.agent_version, 1);
  assert.equal(cached.body.data.agent_metadata.agent_version, 1);
  assert.equal(after.body.data.agent_metadata.agent_version, 2);
  assert.equal(off.status, 409, off.text);
});

test("a key revoked on one process opens nothing on the other", async () => {
  const made = await client.post("/api/keys", { name: "Short-lived", scopes: ["knowledge.read"] });
  assert.equal(made.status, 201, made.text);
  const holder = second.anonymous;
  holder.token = made.body.data.key;
  assert.equal((await holder.get("/api/knowledge")).status, 200);

  const revoked = await client.delete(`/api/keys/${made.body.data.id}`);
  assert.ok(revoked.status < 300, revoked.text);
  await pause(500); // it would be remembered for five seconds
  const after = await holder.get("/api/knowledge");

  assert.equal(after.status, 401, after.text);
});

/** Sends requests of all kinds to both processes until told to stop; answers their statuses. */
function keepAsking(): { stop: () => Promise<number[]> } {
  let isOver = false;
  const statuses: number[] = [];
  const question = { kb_id: base, query: "refunds", top_k: 1 };
  const loops = [client, other].map(async (on) => {
    while (!isOver) {
      statuses.push((await on.get("/api/knowledge")).status);
      statuses.push((await on.post("/api/v1/search", question)).status);
      statuses.push((await on.get("/api/agents")).status);
    }
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
      return statuses;
    },
  };
}

async function failToLogIn(server: Server): Promise<number> {
  const body = { email: "nobody@example.com", password: "not-a-password" };
  return (await server.anonymous.post("/api/auth/login", body)).status;
}

function thawRedis(): Promise<void> {
  redis.kill("SIGCONT");
  return Promise.resolve();
}

for (const [how, signal, comeBack] of [
  ["killed", "SIGKILL", startRedis],
  ["frozen", "SIGSTOP", thawRedis],
] as const) {
  test(`both processes go on while Redis is ${how}, each with its share of limits`, async () => {
    await untilBothSay(/^aiva_redis_up 1$/m);
    const asking = keepAsking();
    await pause(300);

    redis.kill(signal);
    await untilBothSay(/^aiva_redis_up 0$/m);
    const logins: number[] = [];
    for (let tries = 0; tries < 6; ++tries)
      for (const server of [first, second]) logins.push(await failToLogIn(server));
    await comeBack();
    await untilBothSay(/^aiva_redis_up 1$/m);
    await pause(300);
    const statuses = await asking.stop();

    assert.ok(statuses.length > 20, `${statuses.length} requests`);
    assert.deepEqual(
      statuses.filter((status) => status !== 200),
      [],
    );
    assert.deepEqual(
      logins.filter((status) => status !== 401 && status !== 429),
      [],
    );
    assert.ok(logins.filter((status) => status === 401).length <= 5, logins.join(" "));
    assert.match(
      (await client.get("/metrics")).text,
      /^aiva_cache_fallbacks_total\{what="limits"\} [1-9]/m,
    );
  });
}

test("a limit counts the calls of both processes", async () => {
  const statuses: number[] = [];
  for (let tries = 0; tries < 4; ++tries) {
    for (const server of [first, second]) {
      const reply = await server.anonymous.post("/api/auth/login", {
        email: "nobody@example.com",
        password: "not-a-password",
      });
      statuses.push(reply.status);
    }
  }

  assert.ok(statuses.includes(429), statuses.join(" "));
});

test("a call of one process is followed and steered over the other", async () => {
  const made = await client.post("/api/agents", {
    name: "Followed desk",
    greeting: "Welcome to the machine shop.",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  const caller = new Talk(client, `/realtime/${made.body.data.id}`);
  await caller.next("session.created");
  caller.socket.send(JSON.stringify({ type: "session.update", session: { type: "realtime" } }));
  await caller.next("response.done");
  const active = await other.get("/api/calls/active");
  assert.equal(active.status, 200, active.text);
  const followed = active.body.data.items[0];
  assert.equal(followed.is_here, false);

  const monitor = new Talk(other, `/api/calls/${followed.call.id}/monitor`);
  assert.equal((await monitor.next("state")).followers, 1);
  monitor.socket.send(JSON.stringify({ type: "say", text: "Somebody will call you back." }));
  assert.match((await monitor.next("line")).line.original_message, /call you back/);
  monitor.socket.send(JSON.stringify({ type: "hang_up" }));
  assert.equal((await monitor.next("over")).end_reason, "agent_hung_up");
  assert.equal((await monitor.next("closed")).code, 1000);
  await caller.next("closed");
});

test("a server without its Redis searches by words and says what is wrong", async () => {
  redis.kill("SIGKILL");

  const lists = await client.get("/api/knowledge");
  const found = await client.post("/api/v1/search", { kb_id: base, query: "refunds", top_k: 1 });
  const doctor = await run(["doctor", "--data", first.folder], "", environment);

  assert.equal(lists.status, 200);
  assert.equal(found.status, 200, found.text);
  assert.equal(found.body.data.used_vectors, false);
  assert.equal(found.body.data.returned, 1);
  assert.equal(doctor.code, 1);
  assert.match(doctor.out, /FAIL +Redis +Redis cannot be reached/);
  for (const text of [first.log, second.log, doctor.out, doctor.err, found.text])
    assert.ok(!text.includes(password), "the password is told to nobody");
});

/** The messages of a WebSocket as they come. */
class Talk {
  readonly messages: Json[] = [];
  readonly socket: WebSocket;

  constructor(on: Client, path: string) {
    const headers = { authorization: `Bearer ${on.token}` };
    this.socket = new WebSocket(on.url.replace("http", "ws") + path, { headers });
    this.socket.on("message", (text) => this.messages.push(JSON.parse(text.toString())));
    this.socket.on("close", (code) => this.messages.push({ type: "closed", code }));
    this.socket.on("error", (error) => this.messages.push({ type: "broken", why: error.message }));
  }

  async next(type: string): Promise<Json> {
    const end = performance.now() + 60_000;
    while (performance.now() < end) {
      const found = this.messages.find((message) => message.type === type);
      if (found !== undefined) return found;
      await pause(20);
    }
    throw new Error(`No ${type} among ${JSON.stringify(this.messages).slice(0, 5_000)}`);
  }
}
