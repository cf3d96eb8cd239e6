#!/usr/bin/env node
// The guide's table of processing times (S22, S88) and its images at a time (S89 to S102), measured
// on a new AIVA with the packaged encoder and image model.
//
//   node tests/load/processing_times.mjs [--runs 12] [--images 15,60] [--image-concurrency 2]
//     [--only pdf_10,images] [--write docs/capacity] [--machine "what it is, what else it does"]
//
// A document's time runs from the first byte of its upload to the event that says it is completed,
// and searches find it; one document after another, each of other text. Images are uploaded all at
// once; an answer says that searches find one. More than 64 may not wait. AIVA_BIN
// names the program; without it the release build is taken.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "../crash/killed_server.mjs";
import { makeRandom } from "../crash/sample_documents.mjs";
import { chosen, commandOf, describeMachine, writeFigures } from "./figure_files.mjs";
import { makeDocx, makePdf, makePptx, makeXlsx, picture } from "./made_files.mjs";
import { figuresOf } from "./process_figures.mjs";
import { Caller, form, formType, summarise } from "./timed_calls.mjs";

const imageConcurrencyMax = 10; // of images.concurrency
const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "12" },
    images: { type: "string", default: "15,60" },
    "image-concurrency": {
      type: "string",
      default: `${Math.min(availableParallelism(), imageConcurrencyMax)}`,
    },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    machine: { type: "string", default: "" },
    write: { type: "string", default: "" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const random = makeRandom(Number(options.seed));
const runsMin = 10; // what fewer say is not written
const roundsOfImages = 3;
const imageSide = 512;
const sheets = 5;
const rowsOfSheet = 100;
const linesOfLetter = 32;

// Each: its file, what its time is divided by, and whether it is measured without vectors too.
const documents = {
  pdf_10: { ending: "pdf", make: () => makePdf(random, 10) },
  pdf_100: { ending: "pdf", make: () => makePdf(random, 100) },
  // 2,300 characters a page, some 320 long words.
  pdf_100_plain: { ending: "pdf", make: () => makePdf(random, 100, linesOfLetter) },
  docx_10: { ending: "docx", make: () => makeDocx(random, 10) },
  pptx_20: { ending: "pptx", make: () => makePptx(random, 20) },
  xlsx_read: {
    ending: "xlsx",
    make: () => makeXlsx(random, sheets, rowsOfSheet),
    parts: sheets,
    isReadAlone: true, // the guide's figure is of the reading, without vectors
    of: `a sheet of ${rowsOfSheet} rows, ${sheets} a workbook`,
  },
};

/** The last `status` of a stream of events of a document. */
function lastStatus(text) {
  const events = [...text.matchAll(/^event: status\ndata: (.*)$/gm)];
  return JSON.parse(events.at(-1)[1]);
}

/** Uploads a document and waits by its events: {ms, status}. */
async function readOne(caller, base, name, bytes) {
  const path = `/api/knowledge/${base}/documents`;
  const began = performance.now();
  const reply = await caller.expect("POST", path, form(name, bytes), formType);
  let lastAt = 0;
  const events = `${path}/${reply.body.data.document_id}/events`;
  const text = await caller.stream(events, () => (lastAt = performance.now()));
  const status = lastStatus(text);
  if (status.status !== "completed") throw new Error(`${name}: ${JSON.stringify(status)}`);
  return { ms: lastAt - began, status };
}

async function measureDocument({ server, caller, base }, id) {
  const { ending, make, parts = 1 } = documents[id];
  const times = [];
  const cpuSeconds = () => figuresOf(server.child.pid).cpu_s;
  const runs = Number(options.runs);
  let last = await readOne(caller, base, `${id}_first.${ending}`, make());
  const before = cpuSeconds();
  for (let run = 0; run < runs; ++run) {
    last = await readOne(caller, base, `${id}_${run}.${ending}`, make());
    times.push(last.ms / parts);
  }
  const cpuMs = ((cpuSeconds() - before) * 1000) / runs / parts;
  const { total_pages: pages, embeddings_reused: reused } = last.status.processing_stats;
  return { ...summarise(times), chunks: last.status.total_chunks, pages, reused, cpuMs };
}

/** So many images uploaded at once, in rounds: how long until all are found, and each. */
async function measureImages({ server, base }, count) {
  const one = new Caller(server.url, server.token); // loads the model
  const first = form("first.png", picture(imageSide, count), { kb_id: base });
  await one.expect("POST", "/api/v1/images/upload", first, formType);
  const callers = [
    one,
    ...Array.from({ length: count - 1 }, () => new Caller(server.url, server.token)),
  ];
  const each = [];
  const all = [];
  const cpuBefore = figuresOf(server.child.pid).cpu_s;
  for (let round = 0; round < roundsOfImages; ++round) {
    const forms = callers.map((_, at) =>
      form(`picture_${at}.png`, picture(imageSide, Math.floor(random() * 1e9)), { kb_id: base }),
    );
    const began = performance.now();
    const replies = await Promise.all(
      callers.map((caller, at) =>
        caller.expect("POST", "/api/v1/images/upload", forms[at], formType),
      ),
    );
    all.push(performance.now() - began);
    each.push(...replies.map(({ ms }) => ms));
  }
  for (const caller of callers) caller.close();
  const images = count * roundsOfImages;
  const cpuMs = ((figuresOf(server.child.pid).cpu_s - cpuBefore) * 1000) / images;
  const perSecond = images / (all.reduce((sum, ms) => sum + ms, 0) / 1000);
  return { each: summarise(each), all: summarise(all), cpuMs, perSecond };
}

const inSeconds = (ms) => Number((ms / 1000).toPrecision(3));

function figureOfDocument(id, { p50, p95, chunks, cpuMs }, plain) {
  const { of } = documents[id];
  if (plain)
    return {
      ours: `${plain.p50} (p50), ${plain.p95} (p95); with its vectors ${p50}, ${p95}`,
      unit: `ms ${of}, upload to completed`,
    };
  return {
    ours: `${inSeconds(p50)} (p50), ${inSeconds(p95)} (p95)`,
    unit: `s, ${chunks} passages, upload to completed (${inSeconds(cpuMs)} of CPU)`,
  };
}

function figureOfImages(rounds) {
  const told = rounds.map(
    ([count, { all, each, perSecond }]) =>
      `${count} at once: all after ${inSeconds(all.p50)} s (p50; each: p95 ` +
      `${inSeconds(each.p95)} s), ${perSecond.toFixed(1)}/s`,
  );
  return { ours: told.join("; "), unit: "" };
}

const wanted = chosen([...Object.keys(documents), "images"], options.only);
const folder = mkdtempSync(join(tmpdir(), "aiva-processing-"));
const servers = [];
const callers = [];

/** A new AIVA with a knowledge base: {server, caller, base}. */
async function open(environment) {
  const data = join(folder, `data_${servers.length}`);
  const server = new KilledServer(program, data, {
    environment: {
      AIVA_SERVER_ACCESS_LOG: "false",
      AIVA_IMAGES_CONCURRENCY: options["image-concurrency"],
      ...environment,
    },
  });
  servers.push(server);
  if (!(await server.start())) throw new Error(`AIVA did not start:\n${server.log}`);
  const caller = new Caller(server.url, server.token);
  callers.push(caller);
  const made = await caller.expect("POST", "/api/knowledge", { name: "Measured" });
  return { server, caller, base: made.body.data.id };
}

function printDocument(name, { calls, p50, p95, p99, cpuMs, chunks, pages, reused }) {
  console.log(
    `${name.padEnd(10)} p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, ${cpuMs.toFixed(0)} ms CPU ` +
      `(${calls} runs; ${pages} pages, ${chunks} passages, ${reused} of them known)`,
  );
}

function printImages(count, { all, each, perSecond, cpuMs }, server) {
  console.log(
    `images     ${count} at once: all after ${inSeconds(all.p50)} s; each p50 ` +
      `${inSeconds(each.p50)} s, p95 ${inSeconds(each.p95)} s; ` +
      `${perSecond.toFixed(1)}/s, ${cpuMs.toFixed(0)} ms CPU each, ` +
      `${figuresOf(server.child.pid).resident_mb.toFixed(0)} MB`,
  );
}

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    for (const server of servers) server.child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
try {
  const aiva = await open({});
  console.log(`${execFileSync(program, ["version"]).toString().trim()}, ${describeMachine()}`);
  const measured = {};
  for (const id of Object.keys(documents).filter((name) => wanted.has(name))) {
    const found = await measureDocument(aiva, id);
    printDocument(id, found);
    let plain;
    if (documents[id].isReadAlone) {
      const reader = await open({ AIVA_EMBEDDER_PROVIDER: "none" });
      plain = await measureDocument(reader, id);
      printDocument("  no vectors", plain);
      await reader.server.stop();
    }
    if (found.calls >= runsMin) measured[id] = figureOfDocument(id, found, plain);
  }
  if (wanted.has("images")) {
    const rounds = [];
    for (const count of options.images.split(",").map(Number)) {
      const found = await measureImages(aiva, count);
      rounds.push([count, found]);
      printImages(count, found, aiva.server);
    }
    measured.images = figureOfImages(rounds);
  }
  const names = ["runs", "images", "image-concurrency"];
  const command = commandOf("processing_times.mjs", options, names);
  if (options.write) writeFigures(options.write, measured, { command, machine: options.machine });
} finally {
  for (const caller of callers) caller.close();
  for (const server of servers) if (server.child?.exitCode === null) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
