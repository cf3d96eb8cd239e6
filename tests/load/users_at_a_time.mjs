#!/usr/bin/env node
// The guide's users at a time (S90 to S102), measured: users of its mixed workload (S109), each of
// whom waits for an answer, thinks and goes on, on one AIVA with the packaged encoder.
//
//   node tests/load/users_at_a_time.mjs [--users 1000,5000] [--seconds 60] [--think-time 8s-16s]
//     [--profile mixed] [--build build/release] [--write docs/capacity] [--machine "what it is"]
//
// The guide's users ask something every twelve seconds: 250 of them come to 1,216 chats, searches
// and pages a minute in its mixed workload. Chats ask an emulated model that takes 1.5 s. The
// generators run on the same cores; what they use is told apart.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pause } from "../chaos/processes.mjs";
import { KilledServer } from "../crash/killed_server.mjs";
import { commandOf, describeMachine, writeFigures } from "./figure_files.mjs";
import { load, startModel } from "./load_parts.mjs";
import { figuresOf } from "./process_figures.mjs";

const { values: options } = parseArgs({
  options: {
    users: { type: "string", default: "1000,5000" },
    seconds: { type: "string", default: "60" },
    "think-time": { type: "string", default: "8s-16s" },
    profile: { type: "string", default: "mixed" },
    build: { type: "string", default: "build/release" },
    machine: { type: "string", default: "" },
    write: { type: "string", default: "" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const binaries = resolve(here, "../..", options.build, "bin");
const seconds = Number(options.seconds);
const edgesS = 5; // at each end, not counted into what a process uses

/** What a process used over the middle of a load that has begun. */
async function watch(pid) {
  const look = () => ({ ...figuresOf(pid), at: performance.now() });
  await pause(edgesS * 1000);
  const before = look();
  await pause(Math.max(seconds - 2 * edgesS, 1) * 1000);
  const after = look();
  const cores = (after.cpu_s - before.cpu_s) / ((after.at - before.at) / 1000);
  return { cores, resident_mb: after.resident_mb, sockets: after.sockets };
}

/** So many users, on an AIVA of their own. */
async function measure(users) {
  const folder = mkdtempSync(join(tmpdir(), "aiva-users-"));
  const model = await startModel(binaries, { first: 300, each: 20, words: 60 });
  const server = new KilledServer(join(binaries, "aiva"), join(folder, "data"), {
    environment: {
      AIVA_SERVER_ACCESS_LOG: "false",
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: model.url,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
    },
  });
  let isOver = false;
  try {
    if (!(await server.start())) throw new Error(`AIVA did not start:\n${server.log}`);
    const part = load(binaries, server, [
      ...["--users", `${users}`, "--duration", `${seconds}s`, "--scenario", "normal"],
      ...["--profile", options.profile, "--think-time", options["think-time"], "--keep"],
    ]);
    await part.begun;
    const [used, report] = await Promise.all([watch(server.child.pid), part.report]);
    isOver = true;
    return { users, used, report };
  } finally {
    if (!isOver) console.error(server.log.slice(-2000));
    if (server.child) await server.stop();
    const told = await model.stop();
    console.error(`the model: ${told.answers} answers, ${told.cpu_seconds} s of CPU`);
    rmSync(folder, { recursive: true, force: true });
  }
}

const ms = (value) => Number(value.toPrecision(3));

function print({ users, used, report }) {
  const { total } = report;
  const { p50, p95, p99 } = total.latency_ms;
  console.log(
    `${users} users: ${total.requests_per_second.toFixed(0)} requests/s, p50 ${ms(p50)} ms, ` +
      `p95 ${ms(p95)} ms, p99 ${ms(p99)} ms, errors ${total.error_percent.toFixed(3)} %, ` +
      `5xx ${total.failed_percent.toFixed(3)} %`,
  );
  console.log(
    `  AIVA ${used.cores.toFixed(2)} of ${availableParallelism()} cores, ` +
      `${used.resident_mb.toFixed(0)} MB, ${used.sockets} sockets; the generator ` +
      `${(report.generator_cpu_seconds / seconds).toFixed(2)} cores`,
  );
  for (const { name, requests, latency_ms: latency, first_words_ms: words } of report.operations)
    console.log(
      `    ${name.padEnd(14)} ${String(requests).padStart(8)}  p50 ${ms(latency.p50)}  ` +
        `p95 ${ms(latency.p95)}  p99 ${ms(latency.p99)} ms` +
        (words ? `; first words ${ms(words.p50)}  ${ms(words.p95)}  ${ms(words.p99)} ms` : ""),
    );
}

/** Of pages and searches; a chat takes as long as its model. */
function figureOf(steps) {
  const told = steps.map(({ users, used, report }) => {
    const of = (name) => report.operations.find((one) => one.name === name);
    const [page, search, chat] = ["get_base", "search", "chat"].map(of);
    const parts = [`${report.total.requests_per_second.toFixed(0)} requests/s`];
    if (page) parts.push(`pages p95 ${ms(page.latency_ms.p95)} ms`);
    if (search) parts.push(`searches p95 ${ms(search.latency_ms.p95)} ms`);
    if (chat?.first_words_ms)
      parts.push(`first words p95 ${ms(chat.first_words_ms.p95)} ms (300 the model's)`);
    parts.push(`errors ${ms(report.total.error_percent)} %`);
    parts.push(`AIVA ${used.cores.toFixed(2)} cores`);
    return `${users.toLocaleString("en")}: ${parts.join(", ")}`;
  });
  return { ours: told.join("; "), unit: "" };
}

const version = execFileSync(join(binaries, "aiva"), ["version"]).toString().trim();
console.log(`${version}, ${describeMachine()}, think time ${options["think-time"]}`);
const steps = [];
for (const users of options.users.split(",").map(Number)) {
  const step = await measure(users);
  print(step);
  steps.push(step);
}
const names = ["users", "seconds", "think-time", "profile"];
const command = commandOf("users_at_a_time.mjs", options, names);
if (options.write)
  writeFigures(options.write, { users: figureOf(steps) }, { command, machine: options.machine });
