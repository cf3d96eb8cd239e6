// How much a flood of log-ins slows other calls: p99 of GET knowledge base alone and beside it.
//
//   node bench/baseline/login_flood.mjs [--secs 10]
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { argument, call, start_aiva } from "./aiva_server.mjs";

const secs = Number(argument("secs", 10));
const aiva = await start_aiva("api", { AIVA_EMBEDDER_PROVIDER: "none" });
const { url, email, password, folder } = aiva;

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
      url + path,
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
  const admin = await call(url, "POST", "/api/auth/login", "", { email, password });
  const base = await call(
    url,
    "POST",
    `/api/knowledge/${admin.user.tenant_id}/knowledge-bases`,
    admin.token,
    { name: "Flood" },
  );
  const get = { name: "get", text: `wrk.headers["Authorization"] = "Bearer ${admin.token}"` };
  const login = {
    name: "login",
    text: `wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
    wrk.body = '{"email":"${email}","password":"${password}"}'`,
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
  await aiva.stop();
}
