// Searches must go on finding what they found: reads the documents of the golden set with the real
// program, asks its questions and holds the result against bars.
//   node tests/quality/retrieval.mjs build/release/bin/aiva [option of aiva eval…]
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// A bit below what was measured; README.md tells by how much.
const bars = [
  "hit@1=0.53",
  "hit@3=0.80",
  "hit@5=0.88",
  "hit@10=0.95",
  "mrr=0.69",
  "ndcg@10=0.75",
  "hit@5:code=0.9",
  "hit@5:confusable=0.85",
  "hit@5:keyword=0.95",
  "hit@5:table=0.85",
  "exact@10=0.98",
];

const [program, ...options] = process.argv.slice(2);
if (!program) {
  console.error("usage: retrieval.mjs PATH_OF_AIVA [option of aiva eval…]");
  process.exit(2);
}
const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const golden = join(here, "golden");
const samples = resolve(here, "../../samples");
const data = mkdtempSync(join(tmpdir(), "aiva-golden-"));

const scratch = join(data, "scratch");
const place = ["--data", data, "--kb", "Golden"];

function run(command, ...values) {
  const done = spawnSync(program, [command, ...values, ...place], { encoding: "utf8" });
  if (done.error) throw done.error;
  return done;
}

function expect(done, code, what) {
  if (done.status === code) return;
  console.error(done.stdout + done.stderr);
  throw new Error(`${what} ended with ${done.status ?? done.signal}, not with ${code}`);
}

// Interrupted in the middle of its work, the program ends soon and takes its workshop away.
async function interrupt(questions) {
  const cuts = [300, 350, 400, 450, 500].flatMap((size) => ["--compare", `chunk_size=${size}`]);
  const child = spawn(program, ["eval", questions, ...cuts, ...place], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (child.exitCode === null && !existsSync(scratch)) await sleep(5);
  await sleep(200);
  child.kill("SIGINT");
  const [code, signal] = await ended;
  if (code !== 130) throw new Error(`an interruption ended with ${code ?? signal}, not with 130`);
  if (existsSync(scratch)) throw new Error("an interruption left the workshop behind");
}

try {
  const read = run("ingest", join(golden, "documents"), samples, "--exclude", "README.md");
  expect(read, 0, "aiva ingest");
  const questions = join(golden, "questions.jsonl");
  const asked = bars.flatMap((bar) => ["--min", bar]);
  const done = run("eval", questions, ...(options.length > 0 ? options : asked));
  console.log(done.stdout.trimEnd());
  expect(done, 0, "aiva eval");
  if (options.length === 0) {
    // The gate itself: a bar that cannot be reached, and a cut that leaves nothing behind.
    const missed = run("eval", questions, "--min", "hit@1=1", "--compare", "chunk_size=400");
    expect(missed, 1, "a bar out of reach");
    if (existsSync(scratch)) throw new Error("the workshop was left behind");
    await interrupt(questions);
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}
