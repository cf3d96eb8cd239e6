#!/usr/bin/env node
// Hours at normal load (S207): whether memory, descriptors, threads or sockets of AIVA grow.
//
//   node tests/load/endurance.mjs [--hours 2] [--users 50] [--profile mixed] [--think-time 4s]
//        [--warm-up-hours 1] [--every 10] [--build build/release] [--report FOLDER] [--json FILE]
//
// A new AIVA over an empty folder, whose chats ask an emulated model, and `aiva load`. The first
// hour (--warm-up-hours; at most half of all) is left out: answers are kept for search.cache_s, an
// hour, so that what is kept grows until then. A figure grows when the lower bound of its slope
// (95 %) is above what --memory-percent-max (1, of the memory, an hour) or --count-max (0.5 an
// hour) allow.
// Ends with 1 then, when AIVA ends, or when more than 0.1 % of the requests fail.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "../crash/killed_server.mjs";
import { load, startModel } from "./load_parts.mjs";
import { figuresOf } from "./process_figures.mjs";
import { slopeOf } from "./slope.mjs";

const { values: options } = parseArgs({
  options: {
    hours: { type: "string", default: "2" },
    users: { type: "string", default: "50" },
    profile: { type: "string", default: "mixed" },
    "think-time": { type: "string", default: "4s" },
    "warm-up-hours": { type: "string", default: "1" },
    every: { type: "string", default: "10" },
    build: { type: "string", default: "build/release" },
    report: { type: "string" },
    json: { type: "string" },
    "memory-percent-max": { type: "string", default: "1" },
    "count-max": { type: "string", default: "0.5" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const binaries = resolve(here, "../..", options.build, "bin");
const hours = Number(options.hours);
const warmUpHours = Math.min(Number(options["warm-up-hours"]), hours / 2);
const errorPercentMax = 0.1;
const unitOf = { own_resident_mb: "MB", descriptors: "", threads: "", sockets: "" };
const names = Object.keys(unitOf);

const folder = mkdtempSync(join(tmpdir(), "aiva-endurance-"));
const model = await startModel(binaries, { first: 300, each: 20, words: 60 });
const server = new KilledServer(`${binaries}/aiva`, folder, {
  environment: {
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: model.url,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
    AIVA_SERVER_ACCESS_LOG: "false",
    AIVA_SERVER_CONNECTIONS_PER_IP_MAX: "20000",
    AIVA_IDENTITY_TOKEN_HOURS: "168",
  },
});

function judge(samples) {
  const hoursOf = ({ at }) => at / 3_600_000;
  const counted = samples.filter((sample) => hoursOf(sample) >= warmUpHours);
  return names.map((name) => {
    const found = slopeOf(counted.map((sample) => [hoursOf(sample), sample[name]]));
    const limit =
      name === "own_resident_mb"
        ? (Number(options["memory-percent-max"]) / 100) * found.mean
        : Number(options["count-max"]);
    return {
      name,
      ...found,
      limit,
      first: counted[0][name],
      last: samples.at(-1)[name],
      grows: found.low > limit,
    };
  });
}

function print(verdicts, report, samples) {
  const { total } = report;
  console.log(
    `${(samples.at(-1).at / 3_600_000).toFixed(2)} h, ${total.requests} requests, ` +
      `${total.requests_per_second.toFixed(1)}/s, p50 ${total.latency_ms.p50.toFixed(1)}, p95 ` +
      `${total.latency_ms.p95.toFixed(1)}, p99 ${total.latency_ms.p99.toFixed(1)} ms, errors ` +
      `${total.error_percent.toFixed(3)} %`,
  );
  for (const { name, slope, low, high, limit, first, last, grows } of verdicts)
    console.log(
      `  ${name.padEnd(16)} ${first.toFixed(0)} to ${last.toFixed(0)} ${unitOf[name]}, slope ` +
        `${slope.toFixed(3)} an hour (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}; ` +
        `${limit.toFixed(2)} allowed) ${grows ? "GROWS" : ""}`,
    );
}

let code = 1;
try {
  if (!(await server.start())) throw new Error(`AIVA does not start:\n${server.log}`);
  let isEnded = false;
  server.ended.then(() => (isEnded = true));
  const began = performance.now();
  const samples = [];
  const look = () => {
    if (isEnded) return;
    samples.push({ at: performance.now() - began, ...figuresOf(server.child.pid) });
    if (samples.length % 60 === 0) console.error(JSON.stringify(samples.at(-1)));
  };
  const watch = setInterval(look, Number(options.every) * 1000);
  const words = ["--scenario", "endurance", "--duration", `${hours}h`, "--users", options.users];
  words.push("--profile", options.profile, "--think-time", options["think-time"]);
  if (options.report) words.push("--report", options.report);
  const report = await load(binaries, { url: server.url, token: server.token }, words).report;
  clearInterval(watch);
  const verdicts = judge(samples);
  print(verdicts, report, samples);
  if (options.json) writeFileSync(options.json, JSON.stringify({ verdicts, report, samples }));
  const isWell =
    !isEnded &&
    verdicts.every(({ grows }) => !grows) &&
    report.total.error_percent <= errorPercentMax;
  if (isEnded) console.log(`  AIVA ended:\n${server.log}`);
  code = isWell ? 0 : 1;
} finally {
  if (server.child?.exitCode === null) await server.stop();
  await model.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
