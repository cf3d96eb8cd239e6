#!/usr/bin/env node
// The restore drill: backs an installation up while people use it, kills it (SIGKILL), restores it
// into a new folder, and looks whether everything acknowledged before the backup began is there.
//
//   node tests/crash/restore_drill.mjs [--seconds 10] [--seed 1] [--keep]
//
// AIVA_BIN names the program; without it the release build is taken. Needs the sqlite3 program.
import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DrillLoad } from "./drill_load.mjs";
import { KilledServer } from "./killed_server.mjs";
import { makeRandom } from "./sample_documents.mjs";
import { StoredRows } from "./stored_rows.mjs";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const settleTimeoutMs = 300_000;
const seed = Number(options.seed);
const random = makeRandom(seed * 977);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const root = mkdtempSync(join(tmpdir(), "aiva-drill-"));
const place = (name) => join(root, name);
const faults = [];
const figures = {};
const server = new KilledServer(program, place("data"));

const check = (isTrue, sentence) => void (isTrue || faults.push(sentence));

/** Runs a command of the program on the first folder, or the one that its words name. */
function runProgram(words) {
  const folder = words.includes("--data") || words[1] === "list" || words[1] === "verify";
  const all = folder ? words : [...words, "--data", server.folder];
  return new Promise((done) => {
    execFile(program, all, { maxBuffer: 64 * 1024 * 1024 }, (failure, output, error) => {
      done({ code: failure === null ? 0 : (failure.code ?? -1), output, error });
    });
  });
}

/** A command that must succeed, and the JSON it prints. */
async function runWell(words) {
  const { code, output, error } = await runProgram([...words, "--json"]);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${error}${output}`);
  return JSON.parse(output);
}

async function startModel() {
  const words = [join(here, "../emulators/openai.mjs"), "--port", "0"];
  const child = spawn("node", words, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((found) =>
    child.stdout.once("data", (piece) => found(piece.toString())),
  );
  Object.assign(process.env, {
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: `http://127.0.0.1:${JSON.parse(line).port}/v1`,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
  });
  return child;
}

/** Takes a backup and says what it must hold. */
async function backUp(load, words) {
  const began = performance.now();
  const taken = await runWell(["backup", "--to", place("vault"), ...words]);
  const expected = load.acknowledgedBefore(began);
  check(taken.missing.length === 0, `files are missing: ${taken.missing.join(", ")}`);
  return { ...taken, expected, ms: Math.round(performance.now() - began) };
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Changes a bit of a chunk in a copy of the vault; verify must name it. */
async function findDamage() {
  const copy = place("damaged-vault");
  cpSync(place("vault"), copy, { recursive: true });
  const objects = join(copy, "objects");
  const chunks = filesBelow(join(objects, "chunks"));
  const chunk = chunks[Math.floor(random() * chunks.length)];
  const bytes = readFileSync(chunk);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(chunk, bytes);
  const { code, output } = await runProgram(["backup", "verify", "--from", copy, "--json"]);
  check(code === 1, `verify ended with ${code} over a damaged chunk`);
  const found = JSON.parse(output).damages.map(({ what }) => what);
  check(found.includes(relative(objects, chunk)), `verify found ${found} instead of ${chunk}`);
  rmSync(copy, { recursive: true });
}

async function settle(rows) {
  const until = Date.now() + settleTimeoutMs;
  const open =
    "SELECT (SELECT COUNT(*) FROM documents WHERE status NOT IN " +
    "('completed', 'failed', 'cancelled')) + " +
    "(SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running'))";
  while (rows.number(open) > 0) {
    if (Date.now() > until) throw new Error("documents of the restored folder do not end");
    await pause(200);
  }
}

async function checkSearches(restored, base, documents) {
  for (const { word, name } of documents) {
    const query = { kb_id: base, query: word, top_k: 5 };
    const reply = await restored.call("POST", "/api/v1/search", query);
    const hits = reply?.body?.data?.text_results ?? [];
    check(
      hits.some((hit) => hit.content.includes(word)),
      `${name} is not found by its own word (${reply?.status})`,
    );
  }
}

function checkAcknowledged(rows, { documents, answers, credits }) {
  const byId = new Map(rows.documents().map((row) => [row.id, row]));
  for (const { id, name } of documents) {
    const row = byId.get(id);
    check(row !== undefined, `the acknowledged ${name} is not in the restored folder`);
    check(
      row === undefined || row.status === "completed",
      `${name} is ${row?.status}: ${row?.error_message}`,
    );
  }
  const kept = new Set(rows.query("SELECT id FROM chat_messages").map(({ id }) => id));
  for (const { id } of answers) check(kept.has(id), `the acknowledged answer ${id} is lost`);
  const notes = rows.query("SELECT note FROM credit_transactions").map(({ note }) => note);
  for (const { note } of credits)
    check(notes.filter((one) => one === note).length === 1, `the credits of "${note}" are lost`);
}

/** Restores a backup into a folder of its own, starts it, and looks at everything. */
async function drill(name, backup, load, words) {
  const folder = place(name);
  const began = performance.now();
  await runWell(["restore", "--at", backup.name, "--data", folder, ...words]);
  figures[`${name}_ms`] = Math.round(performance.now() - began);
  const restored = new KilledServer(program, folder);
  const rows = new StoredRows(folder);
  if (!(await restored.start())) throw new Error(`${name} does not start:\n${restored.log}`);
  try {
    // Tokens are signed with a key that the master key opens.
    Object.assign(restored, { token: server.token, tenant: server.tenant });
    const me = await restored.call("GET", "/api/knowledge");
    check(me?.status === 200, `a token of before gets ${me?.status}`);
    await settle(rows);
    await checkSearches(restored, load.base, backup.expected.documents.slice(0, 60));
  } finally {
    const ended = await restored.stop();
    check(ended.code === 0, `${name} ended with ${JSON.stringify(ended)}`);
  }
  checkAcknowledged(rows, backup.expected);
  faults.push(...rows.findFaults(), ...rows.findChatFaults());
  const { code, output } = await runProgram(["credits", "reconcile", "--data", folder]);
  check(code === 0, `the ledger of ${name} does not add up: ${output}`);
}

async function refuseWithoutKey() {
  const words = ["restore", "--from", place("vault"), "--data", place("keyless")];
  const { code, error } = await runProgram(words);
  check(code === 2 && /master key/.test(error), `without its key it ended with ${code}: ${error}`);
  const isLeft = readdirSync(root).some((name) => name.includes("keyless"));
  check(!isLeft, "a refused restore left files");
  const missing = await runProgram([...words, "--at", "2020-01-01T00:00:00Z"]);
  check(missing.code === 2, `a backup of long ago ended with ${missing.code}`);
}

/** An encrypted backup of the stopped folder brings its master key along. */
async function drillSealed(load) {
  const key = ["--key-file", place("key")];
  writeFileSync(place("key"), "a long enough passphrase\n");
  const taken = await runWell(["backup", "--to", place("sealed"), ...key]);
  check(taken.is_encrypted && taken.has_master_key, "the encrypted backup has no master key");
  const { code } = await runProgram(["backup", "verify", "--from", place("sealed")]);
  check(code === 2, `without its passphrase verify ended with ${code}`);
  await runWell(["backup", "verify", "--from", place("sealed"), ...key]);
  const all = load.acknowledgedBefore(Infinity);
  const from = ["--from", place("sealed"), ...key];
  await drill("restored_sealed", { ...taken, expected: all }, load, from);
}

const model = await startModel();
let code = 1;
try {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  const load = new DrillLoad({ server, random, seed, faults, runProgram });
  await load.start();
  await pause(Number(options.seconds) * 1000);
  const first = await backUp(load, []);
  load.isCalm = true;
  await pause(1000);
  const second = await backUp(load, ["--incremental"]);
  await pause(random() * 500);
  await server.kill();
  await load.end();
  Object.assign(figures, {
    documents: load.documents.length,
    answers: load.answers.length,
    credits: load.credits.length,
    first_bytes: first.new_bytes,
    first_ms: first.ms,
    second_bytes: second.new_bytes,
    second_ms: second.ms,
  });
  check(second.new_bytes * 3 < first.new_bytes * 2, "the incremental backup is not small");
  await runWell(["backup", "verify", "--from", place("vault")]);
  await findDamage();
  await refuseWithoutKey();
  const key = ["--from", place("vault"), "--master-key", join(server.folder, "master.key")];
  await drill("restored_first", first, load, key);
  await drill("restored_second", second, load, key);
  await drillSealed(load);
  console.log(JSON.stringify({ ...figures, faults }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} finally {
  if (server.child?.exitCode === null) await server.kill();
  model.kill();
  if (options.keep) console.error(root);
  else rmSync(root, { recursive: true, force: true });
}
process.exit(code);
