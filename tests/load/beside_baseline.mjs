#!/usr/bin/env node
// AIVA over MariaDB and Redis beside the guide's own architecture over the same servers, in one
// run: the same load in turns, then one api process of AIVA against two.
//
//   node tests/load/beside_baseline.mjs --baseline FOLDER [--rounds 5] [--seconds 5]
//        [--only kb_get,kb_list,search_1k,search_10k,chat] [--threads 1] [--quota 0.25]
//        [--program FILE] [--ratio-min 8] [--scale-min 1.7] [--folder F] [--keep]
//
// FOLDER has start.sh, seed.sh, stop.sh, env.sh and wrk/*.lua; it is copied, and its packages are
// installed where they are not. Needs mariadb-server, wrk, npm, and a redis-server, installed or
// that of tests/components/redis8. Both systems get vectors from the baseline's stub. The baseline
// has no chat: it is measured of AIVA alone. Where cores suffice, each api process has one of its
// own (taskset) and all else the others. Where they do not, --quota leaves each of one and two api
// processes that part of a core (a control group: root), so that generator and databases are not
// what is measured.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "../chaos/client.mjs";
import { ApiProcesses } from "./api_processes.mjs";
import { Baseline } from "./baseline.mjs";
import { limit, pin, shareCores } from "./cores.mjs";
import { cpuOf, median, runWrk } from "./wrk.mjs";

const { values: options } = parseArgs({
  options: {
    baseline: { type: "string" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    only: { type: "string", default: "kb_get,kb_list,search_1k,chat" },
    threads: { type: "string", default: "1" },
    quota: { type: "string" },
    program: { type: "string" },
    "ratio-min": { type: "string", default: "8" },
    "scale-min": { type: "string", default: "1.7" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
if (!options.baseline) {
  console.error("--baseline names the folder of the baseline");
  process.exit(2);
}
const number = (name) => Number(options[name]);
const here = dirname(fileURLToPath(import.meta.url));
const build = join(here, "../../build");
const program = options.program ?? process.env.AIVA_BIN ?? join(build, "release/bin/aiva");
const folder = options.folder ?? mkdtempSync(join(tmpdir(), "aiva-beside-"));
mkdirSync(folder, { recursive: true });
const say = (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
const faults = [];
const only = options.only.split(",");
const processes = 2;
const redisDatabase = 9; // the baseline has the first ones
const seeded = {
  tenant: "a0000000-0000-4000-8000-000000000001",
  bases: Array.from(
    { length: 4 },
    (_, at) => `c0000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
  ),
  user: { email: "user0@bench.test", password: "Passw0rd!" },
};

/** What each kind of load asks of a system. */
const scenarios = {
  kb_get: { script: "get.lua", connections: 32, path: ({ root, bases }) => `${root}/${bases[3]}` },
  kb_list: { script: "get.lua", connections: 32, path: ({ root }) => root },
  search_1k: { script: "search.lua", connections: 8, path: () => "/api/v1/search", base: 0 },
  search_10k: { script: "search.lua", connections: 4, path: () => "/api/v1/search", base: 1 },
  chat: { script: "chat.lua", connections: 16, path: () => "/api/chat/message", base: 0 },
};
const unknown = only.filter((name) => !scenarios[name]);
if (unknown.length > 0) {
  console.error(`there is no ${unknown}; there are ${Object.keys(scenarios)}`);
  process.exit(2);
}

// The reply's check, the percentiles and the line of figures are those of the baseline's scripts.
const chatScript = `dofile(os.getenv("WRK_DIR") .. "/common.lua")
wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("B_TOKEN")
local kb = os.getenv("B_KB")
function init() math.randomseed(os.time()) end
function request()
  return wrk.format(nil, nil, nil, string.format(
    '{"kb_id":"%s","message":"question number %d about my order"}', kb, math.random(1, 1000000)))
end
`;

const cores = shareCores(processes);
const removeLimits = [];

/** Loads some processes of a system at once, and sums up. */
async function measure(system, name, count = 1) {
  const { script, connections, path, base = 0 } = scenarios[name];
  const chosen = system.processes.slice(0, count);
  const used = () => chosen.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
  const before = used();
  const runs = await Promise.all(
    chosen.map(({ url }) =>
      runWrk(script === "chat.lua" ? join(folder, script) : script, url + path(system), {
        connections,
        seconds: number("seconds"),
        scripts: baseline.scripts,
        core: cores?.others,
        environment: {
          B_TOKEN: system.token,
          B_KB: system.bases[base],
          B_DISTINCT: "1000000",
        },
      }),
    ),
  );
  const cpu = used() - before;
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  const errors = runs.reduce((sum, run) => sum + run.errors, 0);
  if (errors > 0) faults.push(`${system.name}: ${errors} errors of ${requests} in ${name}`);
  return {
    per_s: runs.reduce((sum, run) => sum + run.requests / run.seconds, 0),
    p50_ms: Math.max(...runs.map((run) => run.p50_ms)),
    p99_ms: Math.max(...runs.map((run) => run.p99_ms)),
    cpu_ms: (cpu * 1e3) / requests,
    per_cpu_s: requests / cpu,
  };
}

const rounded = (value) => Number(value.toPrecision(4));

function medians(runs) {
  const names = Object.keys(runs[0]);
  return Object.fromEntries(
    names.map((name) => [name, rounded(median(runs.map((run) => run[name])))]),
  );
}

/** Takes turns; whoever came first last time comes second. */
async function inTurns(contenders) {
  const runs = contenders.map(() => []);
  for (let round = 0; round < number("rounds"); ++round) {
    const order = [...contenders.keys()];
    for (const at of round % 2 ? order.toReversed() : order) runs[at].push(await contenders[at]());
  }
  return runs.map(medians);
}

async function compare(node, aiva) {
  const found = {};
  for (const name of only) {
    if (name === "chat") {
      const [ours] = await inTurns([() => measure(aiva, name)]);
      found[name] = { aiva: ours };
    } else {
      const [theirs, ours] = await inTurns([() => measure(node, name), () => measure(aiva, name)]);
      const ratio = rounded(theirs.cpu_ms / ours.cpu_ms);
      found[name] = { baseline: theirs, aiva: ours, less_cpu: ratio };
      if (!(ratio >= number("ratio-min"))) faults.push(`${name} takes 1/${ratio} of the CPU`);
    }
    say(`${name}: ${JSON.stringify(found[name])}`);
  }
  return found;
}

/** One process against two. Throughput counts where there is room for both and for their load. */
async function scale(aiva) {
  if (options.quota)
    for (const { pid } of aiva.processes) removeLimits.push(limit(pid, number("quota")));
  const hasRoom = cores !== null || options.quota !== undefined;
  const found = { judged_by: hasRoom ? "throughput" : "requests per CPU second" };
  if (!hasRoom)
    found.note =
      `${availableParallelism()} cores are too few for ${processes} processes, the generator and ` +
      "the databases: requests/s do not tell how AIVA scales, only what a request costs does";
  for (const name of only) {
    const [one, two] = await inTurns([() => measure(aiva, name), () => measure(aiva, name, 2)]);
    const throughput = rounded(two.per_s / one.per_s);
    // What two processes would do with a core each, by what a request costs then.
    const capacity = rounded((2 * two.per_cpu_s) / one.per_cpu_s);
    found[name] = { one, two, throughput, capacity };
    const judged = hasRoom ? throughput : capacity;
    if (!(judged >= number("scale-min")))
      faults.push(`two processes do ${judged} times as much as one in ${name}`);
    say(`${name}: ${JSON.stringify(found[name])}`);
  }
  return found;
}

async function signIn() {
  const client = new Client([baseline.url]);
  const reply = await client.call("POST", "/api/auth/login", seeded.user);
  const token = reply.body?.data?.token;
  if (!token) throw new Error(`the baseline's log-in got ${reply.status} ${reply.text}`);
  return token;
}

function place(aiva) {
  if (cores === null) return;
  aiva.processes.forEach(({ pid }, at) => pin(pid, cores.measured(at)));
  pin(baseline.pid("api"), cores.measured(0));
  for (const name of ["mariadb", "redis", "stub"]) pin(baseline.pid(name), cores.others);
  pin(api.model.pid, cores.others);
}

const rootOf = (tenant) => `/api/knowledge/${tenant}/knowledge-bases`;
const baseline = new Baseline(resolve(options.baseline), folder, {
  redisFolder: join(build, "redis8"),
});
let api;
let code = 1;
try {
  writeFileSync(join(folder, "chat.lua"), chatScript);
  say("the baseline starts and is filled");
  await baseline.start();
  api = new ApiProcesses(folder, {
    program,
    database: baseline.makeDatabase("aiva_beside", "beside-password"),
    redis: `redis://127.0.0.1:${baseline.ports.REDIS}/${redisDatabase}`,
    embeddings: `http://127.0.0.1:${baseline.ports.STUB}/v1`,
    threads: number("threads"),
  });
  say("AIVA is filled");
  await api.seed([1000, ...(only.includes("search_10k") ? [10_000] : [])]);
  await api.start(processes);
  const node = {
    name: "baseline",
    token: await signIn(),
    bases: seeded.bases,
    root: rootOf(seeded.tenant),
    processes: [{ url: baseline.url, pid: baseline.pid("api") }],
  };
  const aiva = {
    name: "AIVA",
    token: api.token,
    bases: api.bases,
    root: rootOf(api.tenant),
    processes: api.nodes.map(({ url, child }) => ({ url, pid: child.pid })),
  };
  place(aiva);
  const figures = { cores: availableParallelism(), pinned: cores !== null };
  if (options.quota) figures.cores_of_each_api_process = number("quota");
  figures.beside_baseline = await compare(node, aiva);
  figures.one_and_two_processes = await scale(aiva);
  console.log(JSON.stringify({ ...figures, faults }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
} finally {
  await api?.stop();
  for (const remove of removeLimits) remove();
  baseline.stop();
  if (options.keep || options.folder || code !== 0) console.error(folder);
  else rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
