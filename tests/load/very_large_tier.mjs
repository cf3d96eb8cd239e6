#!/usr/bin/env node
// The guide's Very Large tier on this machine: its API mix, chats, calls and documents at once, for
// a time, on one AIVA; then more or less of all of them, until it is known where it breaks.
//
//   node tests/load/very_large_tier.mjs [--seconds 60] [--rps 2000] [--chats 500] [--calls 100]
//        [--documents 20] [--searches 20] [--factors 1,0.5] [--parts api,chats,calls,documents]
//        [--build build/release] [--json FILE]
//
// The API mix is what pages ask; of it so many a second are searches, as the guide counts them. A
// chat says something every three to four seconds (S107) to a model that takes 1.5 s. Calls are
// AudioSocket over an emulated Realtime API and begin before the rest. Without --factors the load
// is halved until it holds, or grows by half until it does not. The generators run on the same
// cores; what they use is told apart. Ends with 1 when the asked load does not hold.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pause } from "../chaos/processes.mjs";
import { makeRandom } from "../crash/sample_documents.mjs";
import { passage } from "./installation.mjs";
import { keepReading, load, readCalls, startCalls, startModel } from "./load_parts.mjs";
import { figuresOf } from "./process_figures.mjs";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    rps: { type: "string", default: "2000" },
    chats: { type: "string", default: "500" },
    calls: { type: "string", default: "100" },
    documents: { type: "string", default: "20" },
    searches: { type: "string", default: "20" },
    factors: { type: "string" },
    parts: { type: "string", default: "api,chats,calls,documents" },
    build: { type: "string", default: "build/release" },
    json: { type: "string" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const binaries = resolve(here, "../..", options.build, "bin");
const parts = new Set(options.parts.split(","));
const seconds = Number(options.seconds);
const asked = { p50: 50, p95: 200, p99: 500, failed: 0.1, chat_p95: 5000, answers_late: 500 };
const factorMin = 1 / 32;
const factorMax = 4;
const preparationS = 15; // in which calls go on already
const passages = 40; // of a document that is read

const wanted = (factor) => ({
  rps: Number(options.rps) * factor,
  searches: Number(options.searches) * factor,
  chats: Math.max(1, Math.round(Number(options.chats) * factor)),
  calls: parts.has("calls") ? Math.max(1, Math.round(Number(options.calls) * factor)) : 1,
  documents: Math.max(1, Math.round(Number(options.documents) * factor)),
});

/** Pages in everyday shares, and so many searches among them. */
function mixOf({ rps, searches }) {
  const pages = {
    list_bases: 35,
    get_base: 30,
    credits: 12,
    status: 11,
    get_agent: 7,
    list_calls: 5,
  };
  const share = Math.min(searches / rps, 1);
  const weights = Object.entries(pages).map(([name, weight]) => [name, weight * (1 - share)]);
  weights.push(["search", 100 * share]);
  return weights.map(([name, weight]) => `${name}=${weight.toFixed(4)}`).join(",");
}

async function measure(factor) {
  const size = wanted(factor);
  const folder = mkdtempSync(join(tmpdir(), "aiva-tier-"));
  const random = makeRandom(11);
  const text = () => Array.from({ length: passages }, () => passage(random)).join("\n\n");
  const model = await startModel(binaries, { first: 300, each: 20, words: 60 });
  let calls;
  try {
    calls = await startCalls(binaries, folder, {
      calls: size.calls,
      seconds: seconds + preparationS,
      modelUrl: model.url,
    });
    const { process: pid } = calls.at;
    const time = ["--duration", `${seconds}s`, "--scenario", "normal"];
    const api = parts.has("api")
      ? load(binaries, calls.at, [...time, "--rps", `${size.rps}`, "--mix", mixOf(size)])
      : null;
    const chats = parts.has("chats")
      ? load(binaries, calls.at, [
          ...["--users", `${size.chats}`, "--mix", "chat=1", "--think-time", "1s-2400ms"],
          ...time,
        ])
      : null;
    await Promise.all([api?.begun, chats?.begun]);
    const reading = parts.has("documents")
      ? await keepReading(calls.at, size.documents, text)
      : null;
    const look = () => ({
      aiva: figuresOf(pid),
      calls: figuresOf(calls.child.pid),
      at: performance.now(),
    });
    const before = look();
    let residentMost = before.aiva.resident_mb;
    const watch = setInterval(() => {
      residentMost = Math.max(residentMost, figuresOf(pid).resident_mb);
    }, 500);
    if (!api && !chats) await pause(seconds * 1000);
    const [apiReport, chatReport] = await Promise.all([api?.report, chats?.report]);
    const after = look();
    clearInterval(watch);
    const read = reading ? await reading.stop() : null;
    await calls.ended;
    const span = (after.at - before.at) / 1000;
    const callsOwn = (one) => one.calls.cpu_s - one.aiva.cpu_s; // AIVA is its child
    const generators =
      callsOwn(after) -
      callsOwn(before) +
      (apiReport?.generator_cpu_seconds ?? 0) +
      (chatReport?.generator_cpu_seconds ?? 0);
    return {
      factor,
      size,
      api: apiReport?.total ?? null,
      api_operations: apiReport?.operations ?? [],
      chats: chatReport?.operations.find(({ name }) => name === "chat") ?? null,
      calls: readCalls(calls.part.out),
      documents: read,
      cores: {
        aiva: (after.aiva.cpu_s - before.aiva.cpu_s) / span,
        generators: generators / span,
        there: availableParallelism(),
      },
      resident_mb: { before: before.aiva.resident_mb, most: residentMost },
      threads: after.aiva.threads,
      descriptors: after.aiva.descriptors,
    };
  } finally {
    // After a failure; call_load ends AIVA with itself only when it ends by itself.
    if (calls?.child.exitCode === null) {
      process.kill(calls.at.process, "SIGTERM");
      calls.child.kill();
    }
    const told = await model.stop();
    if (told.answers > 0)
      console.error(`the model: ${told.answers} answers, ${told.cpu_seconds} s`);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was asked beside what came: [what, asked, came, whether it holds]. */
function judge(step) {
  const rows = [];
  const below = (what, limit, value, unit) =>
    rows.push([
      what,
      `< ${limit} ${unit}`,
      `${value.toFixed(unit === "%" ? 3 : 1)} ${unit}`,
      value < limit,
    ]);
  const { api, chats, calls, documents, size } = step;
  if (api) {
    const rate = api.requests_per_second;
    const wantedRate = size.rps;
    rows.push(["API requests/s", `${wantedRate}`, rate.toFixed(0), rate > 0.95 * wantedRate]);
    for (const share of ["p50", "p95", "p99"])
      below(
        `API ${share}`,
        asked[share],
        api.latency_ms?.[share] ?? Number.POSITIVE_INFINITY,
        "ms",
      );
    below("API 5xx", asked.failed, api.failed_percent, "%");
    below("API errors of any kind", asked.failed, api.error_percent, "%");
  }
  if (chats) {
    const rate = chats.requests_per_second;
    rows.push([`messages/s of ${size.chats} chats`, "-", rate.toFixed(1), true]);
    below("whole answer p95", asked.chat_p95, chats.latency_ms.p95, "ms");
    below("chat errors", asked.failed, chats.error_percent, "%");
    const words = chats.first_words_ms;
    if (words)
      rows.push([
        "first words p50, p95",
        "300 of them the model's",
        `${words.p50.toFixed(0)}, ${words.p95.toFixed(0)} ms`,
        true,
      ]);
  }
  if (parts.has("calls")) {
    rows.push([`calls lost of ${size.calls}`, "0", `${calls.lost}`, calls.lost === 0]);
    const share = (100 * calls.missing) / Math.max(calls.frames, 1);
    below("frames missing", 1, share, "%");
    rows.push(["ticks late p99", "-", `${calls.ticks_late_p99_ms} ms`, true]);
  }
  if (documents) {
    const { completed_per_minute: rate, failed, refused, in_process_least: least } = documents;
    rows.push(["documents read a minute", "-", rate.toFixed(1), true]);
    rows.push([`in process, of ${size.documents}, at least`, "-", `${least}`, true]);
    rows.push(["documents failed or refused", "0", `${failed + refused}`, failed + refused === 0]);
  }
  return rows;
}

function print(step, rows) {
  const { cores, resident_mb: resident } = step;
  console.log(`\n${step.factor} x the tier, ${seconds} s`);
  for (const [what, limit, value, isKept] of rows)
    console.log(
      `  ${what.padEnd(32)} ${limit.padEnd(24)} ${value.padEnd(18)} ${isKept ? "" : "NO"}`,
    );
  const megabytes = (value) => `${value.toFixed(0)} MB`;
  console.log(
    `  cores: AIVA ${cores.aiva.toFixed(2)}, generators ${cores.generators.toFixed(2)} of ` +
      `${cores.there}; resident ${megabytes(resident.before)} before, ` +
      `${megabytes(resident.most)} at most; ${step.threads} threads, ` +
      `${step.descriptors} descriptors`,
  );
  for (const { name, requests, latency_ms: latency } of step.api_operations)
    console.log(
      `    ${name.padEnd(14)} ${String(requests).padStart(8)}  p50 ${latency.p50.toFixed(1)}  ` +
        `p95 ${latency.p95.toFixed(1)}  p99 ${latency.p99.toFixed(1)} ms`,
    );
}

async function tryFactor(factor, steps) {
  const step = await measure(factor);
  const rows = judge(step);
  step.holds = rows.every(([, , , isKept]) => isKept);
  print(step, rows);
  steps.push(step);
  return step.holds;
}

const steps = [];
if (options.factors) {
  for (const factor of options.factors.split(",")) await tryFactor(Number(factor), steps);
} else if (await tryFactor(1, steps)) {
  for (let factor = 1.5; factor <= factorMax; factor *= 1.5)
    if (!(await tryFactor(factor, steps))) break;
} else {
  for (let factor = 0.5; factor >= factorMin; factor /= 2)
    if (await tryFactor(factor, steps)) break;
}
const held = steps.filter(({ holds }) => holds).map(({ factor }) => factor);
const broken = steps.filter(({ holds }) => !holds).map(({ factor }) => factor);
console.log(
  `\nIt holds at ${held.length > 0 ? Math.max(...held) : "none of these"} x the tier` +
    (broken.length > 0 ? ` and breaks at ${Math.min(...broken)} x.` : "."),
);
if (options.json) writeFileSync(options.json, JSON.stringify(steps, null, 2));
process.exit(steps[0].holds ? 0 : 1);
