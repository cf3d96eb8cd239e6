#!/usr/bin/env node
// Whether a tenant notices how many others there are: the same lists, searches and uploads, in
// turns, in an installation of 100 tenants and in one of 10,000 with a million chunks.
//
//   node tests/load/many_tenants.mjs [--tenants 10000] [--few 100] [--chunks 1000000]
//        [--rounds 5] [--seconds 3] [--clients 1] [--samples 20] [--folder F] [--database URL]
//
// One tenant is made through the program, in both installations; its rows and files are multiplied
// as they stand, for there is no faster way that is true. With --folder the installations stay
// there and serve the next run. --database mysql://USER:PASSWORD@HOST:PORT/NAME keeps the rows in
// the databases NAME_few and NAME_many instead of SQLite. AIVA_BIN names the program; without it
// the release build is taken. Ends with 1 where a p95 is more than --ratio-max (1.5) times the
// other, the start takes longer than --start-s-max (5), or the process keeps more than
// --memory-mb-max (512) resident.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeRandom } from "../crash/sample_documents.mjs";
import { Installation, passage, question, untilRead, upload } from "./installation.mjs";

const { values: options } = parseArgs({
  options: {
    tenants: { type: "string", default: "10000" },
    few: { type: "string", default: "100" },
    chunks: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    clients: { type: "string", default: "1" },
    samples: { type: "string", default: "20" },
    folder: { type: "string" },
    database: { type: "string" },
    "ratio-max": { type: "string", default: "1.5" },
    "start-s-max": { type: "string", default: "5" },
    "memory-mb-max": { type: "string", default: "512" },
  },
});
const number = (name) => Number(options[name]);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const folder = options.folder ?? mkdtempSync(join(tmpdir(), "aiva-tenants-"));
mkdirSync(folder, { recursive: true });
const random = makeRandom(23);
const faults = [];
const say = (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
const firstSearchesMax = 30;

function percentile(times, share) {
  const sorted = times.toSorted((a, b) => a - b);
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2));
}

const figuresOf = (times) =>
  times.length === 0
    ? { calls: 0 }
    : {
        calls: times.length,
        p50_ms: percentile(times, 0.5),
        p95_ms: percentile(times, 0.95),
        p99_ms: percentile(times, 0.99),
      };

/** Tenants spread evenly over all, with a client each. */
function chooseSamples(installation) {
  const { tenants } = installation.wanted;
  const count = Math.min(number("samples"), tenants);
  const chosen = Array.from({ length: count }, (_, at) => Math.floor((at * tenants) / count));
  const samples = [];
  for (const tenant of chosen) {
    const client = installation.clientOf(tenant);
    samples.push({ client, base: installation.baseOf(tenant), uploads: 0 });
  }
  return samples;
}

let serial = Date.now(); // names no earlier run gave
const calls = {
  list: ({ client }) => client.call("GET", "/api/knowledge?limit=20"),
  list_documents: ({ client, base }) =>
    client.call("GET", `/api/knowledge/${base}/documents?limit=20`),
  search: ({ client, base }) =>
    client.call("POST", "/api/v1/search", { kb_id: base, query: question(random), top_k: 5 }),
  upload: ({ client, base }) =>
    upload(client, base, `news-${++serial}.txt`, `${serial}. ${passage(random)}`),
};

/** Times of one kind of call of each tenant in turn. */
async function measure(installation, kind) {
  const times = [];
  const until = performance.now() + number("seconds") * 1000;
  let turn = 0;
  const one = async () => {
    while (performance.now() < until) {
      const reply = await calls[kind](installation.samples[turn++ % installation.samples.length]);
      times.push(reply.ms);
      if (reply.status !== 200 && reply.status !== 201)
        faults.push(`${installation.name}: ${kind} got ${reply.status} ${reply.text}`);
    }
  };
  await Promise.all(Array.from({ length: number("clients") }, one));
  return times;
}

/** What was uploaded is read to the end, lest it disturb what is measured next, and removed. */
async function removeUploads(installation) {
  for (const { client, base } of installation.samples) {
    const documents = await untilRead(client, base);
    for (const { id, filename } of documents)
      if (filename.startsWith("news-"))
        await client.call("DELETE", `/api/knowledge/${base}/documents/${id}`);
  }
}

/** Searches of tenants whose knowledge nobody has asked since the start. */
async function searchFirst(installation) {
  const { tenants } = installation.wanted;
  const count = Math.min(firstSearchesMax, Math.floor(tenants / 2));
  const times = [];
  for (let at = 0; at < count; ++at) {
    const tenant = Math.min(tenants - 1, Math.floor(((at + 0.5) * tenants) / count));
    const client = installation.clientOf(tenant);
    const reply = await calls.search({ client, base: installation.baseOf(tenant) });
    times.push(reply.ms);
    if (reply.body?.data?.text_results?.length === 0)
      faults.push(`${installation.name}: tenant ${tenant} finds nothing`);
    if (reply.status !== 200)
      faults.push(`${installation.name}: a first search got ${reply.status} ${reply.text}`);
  }
  return times;
}

/** Somebody who manages all tenants sees them all. */
async function listTenants(installation) {
  const root = await installation.rootClient();
  const times = [];
  for (let i = 0; i < 50; ++i) {
    const reply = await root.call("GET", "/api/tenants?limit=20");
    times.push(reply.ms);
    if (!(reply.body?.data?.total >= installation.wanted.tenants))
      faults.push(`${installation.name}: the list of tenants has ${reply.body?.data?.total}`);
  }
  return times;
}

function judge(figures) {
  const [few, many] = ["few", "many"].map((name) => figures[name]);
  figures.p95_ratios = {};
  for (const kind of Object.keys(calls)) {
    const ratio = Number((many[kind].p95_ms / few[kind].p95_ms).toFixed(2));
    figures.p95_ratios[kind] = ratio;
    if (!(ratio <= number("ratio-max"))) faults.push(`p95 of ${kind} is ${ratio} times as long`);
  }
  if (many.start_ms > number("start-s-max") * 1000) faults.push(`ready after ${many.start_ms} ms`);
  if (many.memory.resident_mb > number("memory-mb-max"))
    faults.push(`${many.memory.resident_mb} MB are resident`);
}

const chunksEach = Math.ceil(number("chunks") / number("tenants"));
const installations = ["few", "many"].map((name) => {
  const database = options.database && `${options.database}_${name}`;
  const tenants = name === "few" ? number("few") : number("tenants");
  return new Installation(name, folder, { program, tenants, chunksEach, database });
});
let code = 1;
try {
  for (const installation of installations) await installation.make(say);
  const figures = { database: options.database ? "MySQL or MariaDB" : "SQLite" };
  for (const installation of installations) {
    const { counts, left_out, made_in_s } = installation.made;
    const start = Math.round(await installation.startCold());
    figures[installation.name] = { ...counts, made_in_s, not_copied: left_out, start_ms: start };
    figures[installation.name].memory_at_start = installation.memory();
    installation.samples = chooseSamples(installation);
    figures[installation.name].first_search = figuresOf(await searchFirst(installation));
    for (const sample of installation.samples) await calls.search(sample); // indexes are open
  }
  const times = new Map(installations.map(({ name }) => [name, {}]));
  for (let round = 0; round < number("rounds"); ++round) {
    say(`round ${round + 1} of ${options.rounds}`);
    for (const kind of Object.keys(calls)) {
      // Whoever came first last time comes second.
      for (const installation of round % 2 ? installations.toReversed() : installations) {
        const of = times.get(installation.name);
        (of[kind] ??= []).push(...(await measure(installation, kind)));
        if (kind === "upload") await removeUploads(installation);
      }
    }
  }
  for (const installation of installations) {
    const of = times.get(installation.name);
    for (const kind of Object.keys(calls)) figures[installation.name][kind] = figuresOf(of[kind]);
    figures[installation.name].list_tenants = figuresOf(await listTenants(installation));
    figures[installation.name].memory = installation.memory();
    await installation.stop();
  }
  judge(figures);
  console.log(JSON.stringify({ ...figures, faults: [...new Set(faults)].slice(0, 20) }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
} finally {
  for (const { server } of installations) if (server.child?.exitCode === null) await server.kill();
  if (!options.folder) rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
