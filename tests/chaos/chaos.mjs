#!/usr/bin/env node
// Runs an installation of several processes over a MariaDB primary with two replicas and a Redis
// Cluster under mixed load while parts of it are killed, held up and cut off at random, and proves
// at the end that all that was acknowledged is there exactly once.
//
//   node tests/chaos/chaos.mjs [--minutes 60] [--seed 1] [--api 3] [--workers 2] [--keep]
//        [--only "a trouble's name"] [--folder …]
//
// AIVA_BIN names the program; without it the release build is taken. Needs Debian's mariadb-server,
// what tests/components/redis8 and tests/components/s3 fetch, and 4 GB of memory.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeRandom } from "../crash/sample_documents.mjs";
import { Bucket } from "./bucket.mjs";
import { check } from "./check.mjs";
import { Client } from "./client.mjs";
import { Fleet } from "./fleet.mjs";
import { Load } from "./load.mjs";
import { MariaGroup } from "./mariadb.mjs";
import { pause, until } from "./processes.mjs";
import { RedisCluster } from "./redis_cluster.mjs";
import { troubles } from "./troubles.mjs";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    api: { type: "string", default: "3" },
    workers: { type: "string", default: "2" },
    bridges: { type: "string", default: "1" },
    only: { type: "string", multiple: true },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const folder = options.folder ?? mkdtempSync(join(tmpdir(), "aiva-chaos-"));
const logs = join(folder, "logs");
mkdirSync(logs, { recursive: true });
const random = makeRandom(Number(options.seed) * 7919);
const recoveryMs = 10_000;
const say = (line) => console.error(`${new Date().toISOString().slice(11, 23)} ${line}`);

const chosen = Object.entries(troubles).filter(
  ([name]) => options.only === undefined || options.only.includes(name),
);
if (chosen.length === 0) {
  console.error(`the troubles are:\n  ${Object.keys(troubles).join("\n  ")}`);
  process.exit(2);
}

async function startModel() {
  const file = join(here, "../emulators/openai.mjs");
  const child = spawn("node", [file, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((found) => child.stdout.once("data", found));
  return { child, url: `http://127.0.0.1:${JSON.parse(line.toString()).port}/v1` };
}

async function makeKnowledge(client) {
  const base = (await client.expect(201, "POST", "/api/knowledge", { name: "Shop" })).id;
  const form = new FormData();
  form.append("file", new Blob(["Refunds are paid within 14 days of a return.\n"]), "refunds.txt");
  const path = `/api/knowledge/${client.tenant}/knowledge-bases/${base}/documents/upload`;
  const { document_id: id } = await client.expect(201, "POST", path, form);
  const isRead = await until(async () => {
    const reply = await client.call("GET", `/api/knowledge/${base}/documents/${id}`);
    return reply.body?.data?.status === "completed";
  }, 60_000);
  if (!isRead) throw new Error("the first document is not read");
  return base;
}

/** Milliseconds until every api node takes a write and finds something; infinite after a minute. */
async function recovery(client, fleet, base, number) {
  const began = performance.now();
  const works = async ({ url, name }) => {
    const key = `probe-${number}-${name}`;
    const write = await client.call(
      "POST",
      "/api/credits/add",
      { amount: 0.001, note: key },
      { key, url, timeoutMs: 5000 },
    );
    const body = { kb_id: base, query: "refunds", search_type: "text", top_k: 1 };
    const read = await client.call("POST", "/api/v1/search", body, { url, timeoutMs: 5000 });
    return write.status === 201 && read.status === 200;
  };
  const each = fleet.apis.map((node) => until(() => works(node), 60_000, 100));
  const all = await Promise.all(each);
  return all.every(Boolean) ? performance.now() - began : Infinity;
}

const maria = new MariaGroup(folder, logs);
const redis = new RedisCluster(folder, logs);
const bucket = new Bucket(folder, logs);
const faults = [];
const happened = [];
let fleet;
let model;
let code = 1;
try {
  await Promise.all([maria.start(), redis.start(), bucket.start()]);
  say("the databases run");
  model = await startModel();
  fleet = new Fleet({
    program,
    folder,
    logs,
    maria,
    redisUrl: redis.url,
    environment: {
      ...bucket.environment,
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: model.url,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
    },
    sizes: {
      api: Number(options.api),
      worker: Number(options.workers),
      bridge: Number(options.bridges),
    },
  });
  const first = await fleet.start();
  say("the fleet runs");
  const client = new Client(
    fleet.apis.map(({ url }) => url),
    random,
  );
  await client.logIn(first.email, first.password);
  const base = await makeKnowledge(client);
  const load = new Load(client, base, random);
  load.start({});
  const end = performance.now() + Number(options.minutes) * 60_000;
  for (let number = 0; performance.now() < end; ++number) {
    await pause(1000 + 5000 * random());
    const [name, happen] = chosen[Math.floor(random() * chosen.length)];
    const outcome = await happen({ fleet, maria, redis, random });
    const ms = await recovery(client, fleet, base, number);
    const what = outcome.what ?? outcome;
    happened.push({ name, what, recovered_ms: Math.round(ms) });
    say(`${name} (${what}): recovered after ${(ms / 1000).toFixed(1)} s`);
    if (!(ms <= recoveryMs)) faults.push(`${name} (${what}): recovered after ${ms / 1000} s`);
    await outcome.after?.();
  }
  say("the troubles are over");
  await load.stop();
  faults.push(...new Set(load.faults));
  writeFileSync(
    join(folder, "acknowledged.jsonl"),
    load.ledger.map((entry) => `${JSON.stringify(entry)}\n`).join(""),
  );
  faults.push(...(await check(client, load.ledger)));
  const ends = await fleet.stop();
  ends.forEach((how, index) => {
    if (how.code !== 0) faults.push(`${fleet.nodes[index].name} ended with ${JSON.stringify(how)}`);
  });
  const slowest = Math.max(0, ...happened.map(({ recovered_ms: ms }) => ms));
  const figures = {
    troubles: happened.length,
    ...load.counts,
    slowest_recovery_ms: slowest,
    longest_wait_s: Math.max(0, ...load.waits.map(({ seconds }) => Math.round(seconds))),
    minutes: Number(options.minutes),
  };
  console.log(JSON.stringify({ ...figures, faults: faults.slice(0, 50) }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
} finally {
  if (fleet) for (const node of fleet.nodes) await node.kill();
  for (const link of fleet?.links ?? []) link.close();
  await Promise.allSettled([maria.stop(), redis.stop(), bucket.stop()]);
  model?.child.kill();
  if (options.keep || code !== 0) console.error(folder);
  else rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
