// Measures AIVA beside the guide's own architecture (Node.js, MariaDB, Redis) in one run.
//
//   node bench/baseline/compare.mjs --baseline FOLDER [--reps 5] [--secs 5] [--only NAME,…]
//
// FOLDER is a running baseline: its start.sh and seed.sh were run, its bench.sh measures any
// server with the same endpoints. The two systems are measured in turn, `reps` times each, and the
// ratios of the medians of CPU time per request, requests per second and p99 are printed.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const argument = (name, fallback) => {
  const at = process.argv.indexOf("--" + name);
  return at < 0 ? fallback : process.argv[at + 1];
};
const baseline = resolve(argument("baseline", "../shared/baseline"));
const reps = Number(argument("reps", 5));
const secs = Number(argument("secs", 5));
const only = argument("only", "login,kb_list,kb_get_cached,upload_1mb");
const program = argument("program", join(repository, "build/release/bin/aiva"));
const userCount = 50;
const password = "Passw0rd!";

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

async function startAiva(folder) {
  const environment = {
    ...process.env,
    AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
    AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
    AIVA_SERVER_ACCESS_LOG: "false",
    AIVA_EMBEDDER_PROVIDER: "none",
  };
  const child = spawn(
    program,
    ["serve", "--json", "--port", "0", "--role", "api", "--data", folder],
    { stdio: ["ignore", "pipe", "inherit"], env: environment },
  );
  const ready = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      if (text.includes("\n")) found(JSON.parse(text.split("\n")[0]));
    });
    child.on("exit", (code) => failed(new Error(`aiva ended with ${code}`)));
  });
  return { child, ready };
}

async function call(url, method, path, token, body) {
  const response = await fetch(url + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text).data;
}

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
            chunk_overlap: 50,
            enable_image_search: true,
          },
        })
      ).id,
    );
  return { tenant, bases };
}

function measure(label, extra, environment) {
  const out = join(tmpdir(), `compare-${process.pid}-${label}.json`);
  const words = [
    join(baseline, "bench.sh"),
    "--reps",
    "1",
    "--secs",
    String(secs),
    "--only",
    only,
    "--label",
    label,
    "--out",
    out,
    ...extra,
  ];
  const ran = spawnSync("bash", words, {
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr);
  const result = JSON.parse(readFileSync(out, "utf8"));
  rmSync(out);
  return result;
}

const folder = mkdtempSync(join(tmpdir(), "aiva-compare-"));
const { child, ready } = await startAiva(folder);
try {
  const { tenant, bases } = await seed(ready);
  const ours = ["--base", ready.url, "--pids", `api=${child.pid}`];
  const environment = {
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
    runs.node.push(measure("node", [], {}));
    runs.aiva.push(measure("aiva", ours, environment));
    // The baseline's bench removes its uploads after each run; both then write into recycled pages.
    rmSync(join(folder, "files/objects"), { recursive: true, force: true });
    mkdirSync(join(folder, "files/objects"), { recursive: true });
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
    "AIVA errors",
  ]);
  row(["---", ...Array(10).fill("--:")]);
  for (const name of only.split(",")) {
    const pick = (system, read) =>
      median(runs[system].map((run) => read(run.scenarios.find((s) => s.name === name).median)));
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
      values.errors,
    ]);
  }
} finally {
  child.kill("SIGTERM");
  await new Promise((done) => child.once("exit", done));
  rmSync(folder, { recursive: true, force: true });
}
