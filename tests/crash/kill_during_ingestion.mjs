#!/usr/bin/env node
// Kills AIVA (SIGKILL) again and again while it takes in documents, new versions of one, archives
// and a web site, then looks whether anything acknowledged was lost, stored twice or left half
// done.
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
import { makeArchive, makeDocuments, makeRandom } from "./sample_documents.mjs";
import { SmallSite } from "./small_site.mjs";
import { StoredRows } from "./stored_rows.mjs";
import { VersionedDocument } from "./versioned_documents.mjs";

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
const sweepTimeoutMs = 30_000;

const random = makeRandom(seed * 977);
const folder = mkdtempSync(join(tmpdir(), "aiva-crash-"));
const server = new KilledServer(program, folder);
const rows = new StoredRows(folder);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const acknowledged = new Map(); // id → document
const crawls = new Map(); // id → {base, pages}
const versioned = []; // a document a round
const faults = [];
const site = new SmallSite(random);
const figures = {
  kills: 0,
  kills_before_ready: 0,
  kills_during_upload: 0,
  kills_during_ingestion: 0,
  kills_during_new_version: 0,
  kills_during_archive: 0,
  kills_during_crawl: 0,
  rounds: 0,
  restart_ms_max: 0,
  editions: 0,
  looks: 0,
  looks_at_some: 0,
  looks_at_old: 0,
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
    const number = seed * 1000 + figures.rounds;
    this.waiting = makeDocuments(number, documentsWanted);
    this.waiting.splice(Math.floor(random() * 4), 0, makeArchive(number));
    this.hasCrawl = false;
    site.nextRound(`zs${number.toString(36)}`);
    const word = `zv${number.toString(36)}`;
    versioned.push(new VersionedDocument(word, { server, random, faults, figures }));
  }

  /** Asks for the site to be read; false when the server died over it. */
  async startCrawl() {
    const path = `/api/knowledge/${this.base}/scrape-url`;
    const pages = site.pages();
    const reply = await server.call("POST", path, { url: pages[0].url });
    if (reply === null) return false;
    if (reply.status !== 202) throw new Error(`no crawl: ${JSON.stringify(reply)}`);
    crawls.set(reply.body.data.id, { base: this.base, pages });
    this.hasCrawl = true;
    return true;
  }

  /**
   * Uploads until nothing waits, and changes a document all the while, unless this is the last
   * life; returns false when the server died over it.
   */
  async run({ isLast = false } = {}) {
    if (this.base === null) {
      const name = `Round ${figures.rounds}, try ${figures.kills}`;
      const reply = await server.call("POST", "/api/knowledge", { name });
      if (reply === null) return false;
      if (reply.status !== 201) throw new Error(`no knowledge base: ${JSON.stringify(reply)}`);
      this.base = reply.body.data.id;
    }
    const changing = isLast ? null : versioned.at(-1).run(this.base);
    const isWhole = await this.send();
    await changing;
    return isWhole;
  }

  async send() {
    if (!this.hasCrawl && !(await this.startCrawl())) return false;
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
  return 20 + 2000 * random() ** 2;
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
  countKill();
  if (uploads.waiting.length === 0 && openDocuments("filename <> 'changing.md'") === 0) {
    uploads.nextRound();
  }
}

/** Notes in the middle of what the server was killed. */
function countKill() {
  const inWork = "status IN ('processing', 'chunking', 'embedding', 'storing')";
  const during = {
    ingestion: inWork,
    new_version: "next_version > 0",
    archive: `${inWork} AND (parent_id IS NOT NULL OR filename = 'archive.zip')`,
  };
  for (const [what, condition] of Object.entries(during)) {
    const count = rows.number(`SELECT COUNT(*) FROM documents WHERE ${condition}`);
    if (count > 0) figures[`kills_during_${what}`] += 1;
  }
  if (openCrawls() > 0) figures.kills_during_crawl += 1;
}

/** Documents and crawls that have not ended. */
function openDocuments(condition = "1 = 1") {
  const ended = "('completed', 'failed', 'cancelled')";
  const sql = `SELECT COUNT(*) FROM documents WHERE status NOT IN ${ended} AND ${condition}`;
  return rows.number(sql) + openCrawls();
}

function openCrawls() {
  return rows.number("SELECT COUNT(*) FROM crawls WHERE state IN ('queued', 'running')");
}

async function settle(uploads) {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  const isAlive = await uploads.run({ isLast: true });
  if (!isAlive) throw new Error(`the server died by itself:\n${server.log}`);
  const until = Date.now() + settleTimeoutMs;
  while (openDocuments() > 0) {
    if (Date.now() > until) throw new Error(`${openDocuments()} documents do not end`);
    await pause(200);
  }
}

/** What must be found by a word only it has: [{base, word, name}], of what is completed. */
function findable(documents) {
  const wanted = [];
  const add = (base, word, name) => word !== "" && wanted.push({ base, word, name });
  for (const row of documents.filter(({ status }) => status === "completed")) {
    const document = acknowledged.get(row.id);
    if (document !== undefined) add(document.base, document.word, row.filename);
    const member = acknowledged
      .get(row.parent_id)
      ?.members.find(({ name }) => name === row.filename);
    if (member !== undefined) add(row.kb_id, member.word, row.filename);
  }
  for (const { base, pages } of crawls.values())
    for (const page of pages) add(base, page.word, page.url);
  return wanted;
}

async function findUnsearchable(wanted) {
  for (const { base, word, name } of wanted) {
    const query = { kb_id: base, query: word, top_k: 5 };
    const reply = await server.call("POST", "/api/v1/search", query);
    const hits = reply?.body?.data?.text_results ?? [];
    if (!hits.some((hit) => hit.content.includes(word))) {
      faults.push(`${name} is not found by its own word`);
    }
  }
}

/** The last edition that was acknowledged or sent is what searches see in the end. */
async function checkEditions() {
  for (const document of versioned.filter(({ id }) => id !== null)) {
    const editions = await document.look();
    const isLast = [document.accepted, document.sent].includes(editions?.[0]);
    if (!isLast) {
      const expected = `${document.accepted} or ${document.sent}`;
      faults.push(`${document.word} ended at edition ${editions}, not ${expected}`);
    }
  }
}

function checkOutcomes(documents) {
  const byId = new Map(documents.map((row) => [row.id, row]));
  for (const row of documents) {
    if (row.status === "failed" && row.error_message === "") {
      faults.push(`${row.filename} failed without a reason`);
    }
  }
  for (const [id, document] of acknowledged) {
    const row = byId.get(id);
    if (row === undefined) {
      faults.push(`the acknowledged upload ${document.name} is lost`);
    } else if (row.status === "completed" && document.isDamaged) {
      faults.push(`the damaged ${document.name} is said to be completed`);
    } else if (row.status === "failed" && !document.isDamaged) {
      figures.given_up = (figures.given_up ?? 0) + 1;
      if (!/interrupted/.test(row.error_message)) {
        faults.push(`${document.name} failed: ${row.error_message}`);
      }
    } else if (document.members !== undefined) {
      checkMembers(document, documents.filter((child) => child.parent_id === id));
    }
  }
}

/** Each member of an archive is one document, and the damaged one alone has failed. */
function checkMembers(archive, children) {
  const described = (list) => list.toSorted().join(", ");
  const outcome = ({ name, word }) => `${name} ${word ? "completed" : "failed"}`;
  const expected = archive.members.map(outcome);
  const actual = children.map((row) => `${row.filename} ${row.status}`);
  figures.members = (figures.members ?? 0) + actual.length;
  if (described(actual) !== described(expected)) {
    faults.push(`an archive became ${described(actual)} instead of ${described(expected)}`);
  }
}

/** Each page of a site that was read is one document. */
function checkCrawls(documents) {
  const byId = new Map(rows.crawls().map((row) => [row.id, row]));
  for (const [id, { base, pages }] of crawls) {
    const row = byId.get(id);
    if (row === undefined) faults.push(`the acknowledged crawl ${id} is lost`);
    if (row?.state === "failed") faults.push(`a crawl failed: ${row.error_message}`);
    if (row?.state !== "completed") continue;
    for (const { url } of pages) {
      const own = documents.filter((one) => one.kb_id === base && one.source === `url:${url}`);
      const isRead = own.length === 1 && own[0].status === "completed";
      if (!isRead) faults.push(`${url} became ${own.length} documents, ${own[0]?.status}`);
      figures.pages = (figures.pages ?? 0) + own.length;
    }
  }
}

/** Files that no document names are swept when they are old, two days from now. */
async function checkFiles() {
  figures.files_before_sweep = rows.orphanedFiles().length;
  const isReady = await server.start({ hoursAhead: 48 });
  if (!isReady) throw new Error(`the server does not start:\n${server.log}`);
  const until = Date.now() + sweepTimeoutMs;
  while (rows.orphanedFiles().length > 0 && Date.now() < until) await pause(100);
  await server.stop();
  faults.push(...rows.orphanedFiles().map((path) => `no document names ${path}`));
}

const began = performance.now();
const uploads = new Uploads();
uploads.nextRound();
let code = 1;
try {
  await site.start();
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  await server.stop();
  while (figures.kills < killsWanted) {
    await liveAndDie(uploads);
    figures.kills += 1;
    if (figures.kills % 25 === 0) console.error(`${figures.kills} kills, round ${figures.rounds}`);
  }
  await settle(uploads);
  const documents = rows.documents();
  await findUnsearchable(findable(documents));
  await checkEditions();
  const ended = await server.stop();
  if (ended.code !== 0) faults.push(`the server ended with ${JSON.stringify(ended)}`);
  faults.push(...rows.findFaults());
  checkOutcomes(documents);
  checkCrawls(documents);
  await checkFiles();
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
site.stop();
if (options.keep) console.error(`data kept in ${folder}`);
else rmSync(folder, { recursive: true, force: true });
process.exit(code);
