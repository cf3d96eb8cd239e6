import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "./client.ts";
import { repository, run, Server } from "./server.ts";

// Two processes over one data folder share a Redis 8 with their rate limits and vectors.
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
let first: Server;
let second: Server;
let client: Client;
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
  const program = join(repository, "build/redis8/redis-server");
  const words = ["--port", `${port}`, "--save", "", "--dir", folder, "--requirepass", password];
  redis = spawn(program, words, { stdio: "ignore" });
  for (let tries = 0; ; ++tries) {
    if (await ask("PING").catch(() => "")) break;
    assert.ok(tries < 200, "Redis did not start");
    await pause(50);
  }
  first = await Server.start({ sample: true, environment });
  second = await Server.start({
    folder: first.folder,
    environment,
    arguments: ["--role", "api"],
  });
  client = await first.admin();
  const list = await client.get("/api/knowledge");
  base = list.body.data.items[0].id as string;
  const documents = await client.get(`/api/knowledge/${base}/documents`);
  for (const document of documents.body.data.items) await client.settled(base, document.id);
});
after(async () => {
  await second?.stop();
  await first?.remove();
  redis.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("both processes find passages by vectors that lie in Redis", async () => {
  assert.match(await search(client), /14 days/);
  const other = second.anonymous;
  other.token = client.token;

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
