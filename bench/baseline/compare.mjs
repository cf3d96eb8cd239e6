// Measures AIVA beside the guide's own architecture (Node.js, MariaDB, Redis) in one run.
//
//   node bench/baseline/compare.mjs --baseline FOLDER [--reps 5] [--secs 5] [--only NAME,…]
//     [--stub http://127.0.0.1:33963] [--cache]
//
// NAME is login, kb_list, kb_get_cached, upload_1mb, search_1k or search_10k; with --cache (and a
// baseline that was started with SEMANTIC_CACHE=1) also search_10k_cache_hit. Searches of both get
// their vectors from the baseline's stub of an embedding service.
// FOLDER is a running baseline: its start.sh and seed.sh were run, its bench.sh measures any
// server with the same endpoints. The two systems are measured in turn, `reps` times each, and the
// ratios of the medians of CPU time per request, requests per second and p99 are printed.
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { argument, call, measure, median, start_aiva } from "./aiva_server.mjs";

const baseline = resolve(argument("baseline", "../shared/baseline"));
const reps = Number(argument("reps", 5));
const secs = Number(argument("secs", 5));
const only = argument("only", "login,kb_list,kb_get_cached,upload_1mb");
const stub = argument("stub", "http://127.0.0.1:33963");
const is_cached = process.argv.includes("--cache");
const has_searches = only.includes("search");
const userCount = 50;
const password = "Passw0rd!";

/** The same content as the baseline's seed: one tenant, 50 users, 20 knowledge bases. */
async function seed({ url, email, password: first }) {
  const root = await call(url, "POST", "/api/auth/login", "", { email, password: first });
  const tenant = root.user.tenant_id;
  for (let i = 0; i < userCount; ++i)
    await call(url, "POST", "/api/users", root.token, {
      email: `user${i}@bench.test`,
      password,
      name: `User ${i}`,
      role: "admin",
    });
  const bases = [];
  for (let i = 0; i < 20; ++i)
    bases.push(
      (
        await call(url, "POST", `/api/knowledge/${tenant}/knowledge-bases`, root.token, {
          name: `Knowledge base ${i}`,
          description: `Description of knowledge base ${i}, used for measuring.`,
          settings: {
            embedding_model: "text-embedding-3-small",
            chunk_size: 500,
            chunk_overlap: has_searches ? 0 : 50,
            enable_image_search: true,
          },
        })
      ).id,
    );
  if (has_searches) {
    await fill(url, root.token, bases[0], 1_000);
    await fill(url, root.token, bases[1], 10_000);
  }
  return { tenant, bases };
}

const words =
  "order refund delivery product warranty policy price support agent number account billing " +
  "shipping return size colour stock invoice payment store";

/** Passages of 490 characters like the baseline's, a hundred a document. */
async function fill(url, token, base, passages) {
  const list = words.split(" ");
  for (let first = 0; first < passages; first += 100) {
    const paragraphs = Array.from({ length: 100 }, () => {
      let text = "";
      while (text.length < 480) text += list[Math.floor(Math.random() * list.length)] + " ";
      return text.trim() + ".";
    });
    const form = new FormData();
    form.append("file", new Blob([paragraphs.join("\n\n")]), `document-${first}.txt`);
    await call(url, "POST", `/api/knowledge/${base}/documents`, token, form);
  }
  for (;;) {
    const found = await call(url, "GET", `/api/knowledge/${base}/documents?limit=100`, token);
    const documents = found.items ?? found.documents;
    if (documents.some((one) => one.status === "failed")) throw new Error("a document failed");
    if (documents.every((one) => one.status === "completed")) break;
    await new Promise((done) => setTimeout(done, 200));
  }
  const { chunk_count } = await call(url, "GET", `/api/knowledge/${base}`, token);
  console.error(`${passages} passages wanted, ${chunk_count} made`);
}

const embedder = has_searches
  ? {
      AIVA_EMBEDDER_PROVIDER: "openai",
      AIVA_EMBEDDER_BASE_URL: `${stub}/v1`,
      AIVA_EMBEDDER_API_KEY: "stub",
      AIVA_SEARCH_CACHE_S: is_cached ? "3600" : "0",
    }
  : { AIVA_EMBEDDER_PROVIDER: "none" };
const aiva = await start_aiva(has_searches ? "all" : "api", embedder);
try {
  const { tenant, bases } = await seed(aiva);
  const ours = ["--base", aiva.url, "--pids", `api=${aiva.child.pid}`];
  const shared = { SEMANTIC_CACHE: is_cached ? "1" : "0" };
  const environment = {
    ...shared,
    B_TENANT: tenant,
    B_EMAIL_FMT: "user%d@bench.test",
    B_PASSWORD: password,
    B_KB0: bases[0],
    B_KB1: bases[1],
    B_KB2: bases[2],
    B_KB3: bases[3],
  };
  const runs = { aiva: [], node: [] };
  for (let i = 0; i < reps; ++i) {
    runs.node.push(measure(baseline, { label: "node", secs, only }, [], shared));
    runs.aiva.push(measure(baseline, { label: "aiva", secs, only }, ours, environment));
    // The baseline's bench removes its uploads after each run; both then write into recycled pages.
    rmSync(join(aiva.folder, "files/objects"), { recursive: true, force: true });
    mkdirSync(join(aiva.folder, "files/objects"), { recursive: true });
    console.error(`round ${i + 1} of ${reps}`);
  }
  const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
  row([
    "scenario",
    "Node CPU ms/request (API; with databases)",
    "AIVA CPU ms/request",
    "ratio to API",
    "ratio to all",
    "Node req/s",
    "AIVA req/s",
    "ratio",
    "Node p99 ms",
    "AIVA p99 ms",
    "Node p50 ms, 1 connection",
    "AIVA p50 ms, 1 connection",
    "AIVA errors",
  ]);
  row(["---", ...Array(12).fill("--:")]);
  for (const name of only.split(",")) {
    const of_runs = (system, read) =>
      median(runs[system].map((run) => read(run.scenarios.find((s) => s.name === name))));
    const pick = (system, read) => of_runs(system, (scenario) => read(scenario.median));
    const alone = (system) => of_runs(system, (scenario) => scenario.c1.p50) / 1e3;
    const api = (s) => s.cpu_ms_per_req.api;
    const all = (s) => Object.values(s.cpu_ms_per_req).reduce((sum, value) => sum + value, 0);
    const values = {
      nodeApi: pick("node", api),
      nodeAll: pick("node", all),
      aiva: pick("aiva", api),
      nodeRps: pick("node", (s) => s.rps),
      aivaRps: pick("aiva", (s) => s.rps),
      nodeP99: pick("node", (s) => s.p99) / 1e3,
      aivaP99: pick("aiva", (s) => s.p99) / 1e3,
      errors: pick("aiva", (s) => s.non2xx + s.sockerr),
    };
    const times = (a, b) => `${(a / b).toFixed(1)}×`;
    row([
      name,
      `${values.nodeApi.toFixed(3)}; ${values.nodeAll.toFixed(3)}`,
      values.aiva.toFixed(4),
      times(values.nodeApi, values.aiva),
      times(values.nodeAll, values.aiva),
      values.nodeRps.toFixed(0),
      values.aivaRps.toFixed(0),
      times(values.aivaRps, values.nodeRps),
      values.nodeP99.toFixed(1),
      values.aivaP99.toFixed(1),
      alone("node").toFixed(2),
      alone("aiva").toFixed(2),
      values.errors,
    ]);
  }
} finally {
  await aiva.stop();
}
