#!/usr/bin/env node
// Kills AIVA (SIGKILL) again and again while it takes documents in, then looks whether anything
// acknowledged was lost, stored twice or left half done.
//
//   node tests/crash/kill_during_ingestion.mjs [--kills 200] [--documents 20] [--seed 1]
//
// AIVA_BIN names the program; without it the release build is taken. Needs the sqlite3 program.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "./killed_server.mjs";
import { makeDocuments, makeRandom } from "./sample_documents.mjs";
import { StoredRows } from "./stored_rows.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    documents: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
  },
});
const killsWanted = Number(options.kills);
const documentsWanted = Number(options.documents);
const seed = Number(options.seed);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const settleTimeoutMs = 600_000;

const random = makeRandom(seed * 977);
const folder = mkdtempSync(join(tmpdir(), "aiva-crash-"));
const server = new KilledServer(program, folder);
const rows = new StoredRows(folder);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const acknowledged = new Map(); // id → document
const figures = {
  kills: 0,
  kills_before_ready: 0,
  kills_during_upload: 0,
  kills_during_ingestion: 0,
  rounds: 0,
  restart_ms_max: 0,
};

/** Knows what is still to be uploaded, in rounds of `documentsWanted`. */
class Uploads {
  constructor() {
    this.base = null;
    this.waiting = [];
    this.isSending = false;
  }

  nextRound() {
    figures.rounds += 1;
    this.base = null;
    this.waiting = makeDocuments(seed * 1000 + figures.rounds, documentsWanted);
  }

  /** Uploads until nothing waits; returns false when the server died over it. */
  async run() {
    if (this.base === null) {
      const name = `Round ${figures.rounds}, try ${figures.kills}`;
      const reply = await server.call("POST", "/api/knowledge", { name });
      if (reply === null) return false;
      if (reply.status !== 201) throw new Error(`no knowledge base: ${JSON.stringify(reply)}`);
      this.base = reply.body.data.id;
    }
    while (this.waiting.length > 0) {
      await pause(random() * 250); // spreads the uploads over several lives
      this.isSending = true;
      const id = await server.upload(this.base, this.waiting[0]);
      this.isSending = false;
      if (id === null) return false;
      acknowledged.set(id, { ...this.waiting[0], base: this.base });
      this.waiting.shift();
    }
    return true;
  }
}

/** A moment after the start: often soon, now and then long enough to get much done. */
function lifetimeMs() {
  return 20 + 1500 * random() ** 2;
}

/** Starts the server, lets it work for a random while, kills it. */
async function liveAndDie(uploads) {
  const began = performance.now();
  const life = lifetimeMs();
  if (random() < 0.05) {
    const starting = server.start();
    await pause(life / 8);
    await server.kill();
    await starting;
    figures.kills_before_ready += 1;
    return;
  }
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  figures.restart_ms_max = Math.max(figures.restart_ms_max, performance.now() - began);
  const uploading = uploads.run();
  if (uploads.waiting.length > 0 && random() < 0.5) {
    while (!uploads.isSending) await pause(1);
    await pause(random() * 12);
  } else {
    await pause(life);
  }
  if (uploads.isSending) figures.kills_during_upload += 1;
  await server.kill();
  await uploading;
  const inWork = rows.number(
    `SELECT COUNT(*) FROM documents WHERE status IN
       ('processing', 'chunking', 'embedding', 'storing')`,
  );
  if (inWork > 0) figures.kills_during_ingestion += 1;
  if (uploads.waiting.length === 0 && openDocuments() === 0) uploads.nextRound();
}

function openDocuments() {
  return rows.number(
    "SELECT COUNT(*) FROM documents WHERE status NOT IN ('completed', 'failed', 'cancelled')",
  );
}

async function settle(uploads) {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  if (!(await uploads.run())) throw new Error(`the server died by itself:\n${server.log}`);
  const until = Date.now() + settleTimeoutMs;
  while (openDocuments() > 0) {
    if (Date.now() > until) throw new Error(`${openDocuments()} documents do not end`);
    await pause(200);
  }
}

/** Each stored document is found by the word only it has. */
async function findUnsearchable(documents) {
  const missing = [];
  for (const row of documents.filter(({ status }) => status === "completed")) {
    const document = acknowledged.get(row.id);
    if (document === undefined || document.word === "") continue;
    const reply = await server.call("POST", "/api/v1/search", {
      kb_id: document.base,
      query: document.word,
      top_k: 5,
    });
    const hits = reply?.body?.data?.text_results ?? [];
    if (!hits.some((hit) => hit.content.includes(document.word))) missing.push(row.filename);
  }
  return missing;
}

function checkOutcomes(documents, faults) {
  const byId = new Map(documents.map((row) => [row.id, row]));
  for (const [id, document] of acknowledged) {
    const row = byId.get(id);
    if (row === undefined) {
      faults.push(`the acknowledged upload ${document.name} is lost`);
    } else if (row.status === "failed" && row.error_message === "") {
      faults.push(`${document.name} failed without a reason`);
    } else if (row.status === "completed" && document.isDamaged) {
      faults.push(`the damaged ${document.name} is said to be completed`);
    } else if (row.status === "failed" && !document.isDamaged) {
      figures.given_up = (figures.given_up ?? 0) + 1;
      if (!/interrupted/.test(row.error_message)) {
        faults.push(`${document.name} failed: ${row.error_message}`);
      }
    }
  }
}

const began = performance.now();
const uploads = new Uploads();
uploads.nextRound();
let code = 1;
try {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  await server.stop();
  while (figures.kills < killsWanted) {
    await liveAndDie(uploads);
    figures.kills += 1;
    if (figures.kills % 25 === 0) console.error(`${figures.kills} kills, round ${figures.rounds}`);
  }
  await settle(uploads);
  const documents = rows.documents();
  const unsearchable = await findUnsearchable(documents);
  const ended = await server.stop();
  const faults = rows.findFaults();
  faults.push(...unsearchable.map((name) => `${name} is not found by its own word`));
  if (ended.code !== 0) faults.push(`the server ended with ${JSON.stringify(ended)}`);
  checkOutcomes(documents, faults);
  const count = (status) => documents.filter((row) => row.status === status).length;
  Object.assign(figures, {
    acknowledged: acknowledged.size,
    documents: documents.length,
    completed: count("completed"),
    failed: count("failed"),
    given_up: figures.given_up ?? 0,
    chunks: rows.number("SELECT COUNT(*) FROM document_chunks"),
    restart_ms_max: Math.round(figures.restart_ms_max),
    seconds: Math.round((performance.now() - began) / 1000),
    faults: faults.length,
  });
  console.log(JSON.stringify(figures, null, 2));
  for (const fault of faults) console.error(`FAULT: ${fault}`);
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error.stack);
  if (server.child?.exitCode === null) await server.kill();
}
if (options.keep) console.error(`data kept in ${folder}`);
else rmSync(folder, { recursive: true, force: true });
process.exit(code);
