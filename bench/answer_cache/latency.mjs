// Measures searches of the real program over HTTP in one run: not cached, the same question again,
// a similar question.
//
//   node bench/answer_cache/latency.mjs [--program build/release/bin/aiva] [--rounds 300]
//
// It uploads a made handbook, asks each question of the pairs file's kind `same` once by each of
// its two spellings, and prints p50 and p99 of what the client waited and of what the server says
// it took.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const argument = (name, fallback) => {
  const at = process.argv.indexOf("--" + name);
  return at < 0 ? fallback : process.argv[at + 1];
};
const program = resolve(argument("program", join(here, "../../build/release/bin/aiva")));
const rounds = Number(argument("rounds", 300));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const pairs = readFileSync(join(here, "pairs.txt"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("same"))
  .map((line) => line.split("|").map((part) => part.trim()).slice(1));

function send(url, method, path, token, body, type = "application/json") {
  return new Promise((found, failed) => {
    const target = new URL(path, url);
    const headers = { "content-type": type, "content-length": Buffer.byteLength(body ?? "") };
    if (token) headers.authorization = `Bearer ${token}`;
    const call = request(target, { method, headers, agent }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () =>
        response.statusCode < 300
          ? found(text ? JSON.parse(text).data : undefined)
          : failed(new Error(`${method} ${path}: ${response.statusCode} ${text}`)),
      );
    });
    call.on("error", failed);
    call.end(body);
  });
}

async function start(folder) {
  const environment = {
    ...process.env,
    AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
    AIVA_SERVER_ACCESS_LOG: "false",
    AIVA_LOG_LEVEL: "warn",
  };
  const child = spawn(program, ["serve", "--json", "--port", "0", "--data", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment,
  });
  const ready = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      if (text.includes("\n")) found(JSON.parse(text.split("\n")[0]));
    });
    child.on("exit", (code) => failed(new Error(`the program ended with ${code}`)));
  });
  return { child, ready };
}

/** A handbook with a section for every question, so that there is something to find. */
function handbook() {
  const sections = pairs.map(
    ([question], index) =>
      `## ${question}\n\nSection ${index} answers this. ${question.replace("?", ".")} ` +
      `It takes ${index + 2} days and costs ${index} euros; the details stand in the contract.\n`,
  );
  return "# Handbook\n\n" + sections.join("\n");
}

async function prepare(url, token) {
  const base = await send(url, "POST", "/api/knowledge", token, '{"name":"Handbook"}');
  const body =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="handbook.md"\r\n\r\n' +
    handbook() +
    "\r\n--b--\r\n";
  const form = "multipart/form-data; boundary=b";
  await send(url, "POST", `/api/knowledge/${base.id}/documents`, token, body, form);
  for (;;) {
    const stats = await send(url, "GET", `/api/knowledge/${base.id}/stats`, token);
    if (stats.completed_documents === 1) return base.id;
    if (stats.failed_documents > 0) throw new Error("the handbook could not be read");
    await new Promise((done) => setTimeout(done, 100));
  }
}

const rank = (values, share) => values[Math.max(0, Math.ceil(share * values.length) - 1)];

function print(name, waited, took) {
  waited.sort((a, b) => a - b);
  took.sort((a, b) => a - b);
  if (waited.length === 0) return console.log(`${name.padEnd(14)} never`);
  const figures = [waited, took].flatMap((list) => [rank(list, 0.5), rank(list, 0.99)]);
  const columns = figures.map((figure) => figure.toFixed(3).padStart(9)).join(" ");
  console.log(`${name.padEnd(14)} ${String(waited.length).padStart(6)} ${columns}`);
}

async function measure(url, token, kb) {
  const kinds = { uncached: [[], []], similar: [[], []], same: [[], []] };
  const ask = async (query) => {
    const body = JSON.stringify({ kb_id: kb, query });
    const begin = performance.now();
    const answer = await send(url, "POST", "/api/v1/search", token, body);
    const kind = !answer.cached ? "uncached" : answer.cache_similarity < 1 ? "similar" : "same";
    kinds[kind][0].push(performance.now() - begin);
    kinds[kind][1].push(answer.search_time_ms);
  };
  // Each round forgets first: one spelling is new, the other may be similar, the first is the same.
  for (let asked = 0; asked < rounds; ) {
    await send(url, "DELETE", `/api/knowledge/${kb}/cache`, token);
    for (const [one, other] of pairs) {
      await ask(one);
      await ask(other);
      await ask(one);
      if (++asked === rounds) break;
    }
  }
  console.log("milliseconds       count  wait p50  wait p99  took p50  took p99");
  for (const [kind, [waited, took]] of Object.entries(kinds)) print(kind, waited, took);
}

const folder = mkdtempSync(join(tmpdir(), "aiva-answers-"));
const { child, ready } = await start(folder);
try {
  const login = JSON.stringify({ email: ready.email, password: ready.password });
  const { token } = await send(ready.url, "POST", "/api/auth/login", "", login);
  const kb = await prepare(ready.url, token);
  await measure(ready.url, token, kb);
} finally {
  child.kill("SIGTERM");
  await new Promise((done) => child.on("exit", done));
  agent.destroy();
  rmSync(folder, { recursive: true });
}
