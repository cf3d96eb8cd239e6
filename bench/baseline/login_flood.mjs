// How much a flood of log-ins slows other calls: p99 of GET knowledge base alone and beside it.
//
//   node bench/baseline/login_flood.mjs [--secs 10]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const argument = (name, fallback) => {
  const at = process.argv.indexOf("--" + name);
  return at < 0 ? fallback : process.argv[at + 1];
};
const secs = Number(argument("secs", 10));
const folder = mkdtempSync(join(tmpdir(), "aiva-flood-"));

const child = spawn(
  argument("program", join(repository, "build/release/bin/aiva")),
  ["serve", "--json", "--port", "0", "--role", "api", "--data", folder],
  {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
      AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
      AIVA_SERVER_ACCESS_LOG: "false",
      AIVA_EMBEDDER_PROVIDER: "none",
    },
  },
);
const ready = await new Promise((found) =>
  child.stdout.once("data", (piece) => found(JSON.parse(String(piece).split("\n")[0]))),
);

async function post(path, token, body) {
  const response = await fetch(ready.url + path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
  });
  return (await response.json()).data;
}

function wrk(script, path, connections, seconds) {
  const file = join(folder, script.name + ".lua");
  writeFileSync(
    file,
    script.text +
      `
    function response(status) if status ~= 200 then failed = (failed or 0) + 1 end end
    threads = {}
    function setup(t) table.insert(threads, t) end
    function done(s, l, r)
      io.write(string.format("RESULT %d %d %d %d %d\\n", s.requests, s.duration, l:percentile(50),
        l:percentile(99), threads[1]:get("failed") or 0))
    end`,
  );
  return new Promise((done) => {
    const run = spawn("wrk", [
      "-t1",
      `-c${connections}`,
      `-d${seconds}s`,
      "--timeout",
      "30s",
      "-s",
      file,
      ready.url + path,
    ]);
    let text = "";
    run.stdout.on("data", (piece) => {
      text += piece;
    });
    run.on("close", () => {
      const [requests, duration, p50, p99, failed] = text
        .match(/RESULT (.*)/)[1]
        .split(" ")
        .map(Number);
      done({ rps: requests / (duration / 1e6), p50: p50 / 1e3, p99: p99 / 1e3, failed });
    });
  });
}

try {
  const admin = await post("/api/auth/login", "", { email: ready.email, password: ready.password });
  const base = await post(`/api/knowledge/${admin.user.tenant_id}/knowledge-bases`, admin.token, {
    name: "Flood",
  });
  const get = { name: "get", text: `wrk.headers["Authorization"] = "Bearer ${admin.token}"` };
  const login = {
    name: "login",
    text: `wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
    wrk.body = '{"email":"${ready.email}","password":"${ready.password}"}'`,
  };
  const path = `/api/knowledge/${admin.user.tenant_id}/knowledge-bases/${base.id}`;
  const show = (name, run) =>
    console.log(
      `${name} ${run.rps.toFixed(0)}/s, p50 ${run.p50.toFixed(3)} ms, ` +
        `p99 ${run.p99.toFixed(3)} ms, ${run.failed} failed`,
    );
  await wrk(get, path, 4, 2);
  const alone = await wrk(get, path, 1, secs);
  show("GET alone:           ", alone);
  show("log-ins alone:       ", await wrk(login, "/api/auth/login", 16, secs));
  const flood = wrk(login, "/api/auth/login", 16, secs + 4);
  await new Promise((done) => setTimeout(done, 2000));
  const beside = await wrk(get, path, 1, secs);
  show("GET beside log-ins:  ", beside);
  show("log-ins beside GETs: ", await flood);
  console.log(`p99 ratio:            ${(beside.p99 / alone.p99).toFixed(2)}`);
} finally {
  child.kill("SIGTERM");
  await new Promise((done) => child.once("exit", done));
  rmSync(folder, { recursive: true, force: true });
}
