// The programs that put a load on AIVA from outside: the model it asks, calls, and `aiva load`.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { pause } from "../chaos/processes.mjs";
import { Client } from "../chaos/client.mjs";

const startPatienceMs = 60_000;

/** A child whose output is kept. `ended`: its exit code. */
export function run(program, words, { environment = {}, input = "ignore" } = {}) {
  const child = spawn(program, words, {
    stdio: [input, "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const part = { child, out: "", log: "" };
  child.stdout.on("data", (piece) => (part.out += piece));
  child.stderr.on("data", (piece) => (part.log = (part.log + piece).slice(-20_000)));
  part.ended = new Promise((told, failed) => {
    child.once("error", failed);
    child.once("close", (code) => told(code));
  });
  return part;
}

/**
 * The emulated model of chat_load: {url, stop()}. An answer takes `first` and `words` times `each`
 * milliseconds.
 */
export async function startModel(binaries, { first, each, words }) {
  const pace = ["--first-word-ms", first, "--word-ms", each, "--words", words].map(String);
  const part = run(`${binaries}/chat_load`, ["--only", "model", ...pace], { input: "pipe" });
  await waitFor(() => part.out.includes("\n"), part, "the model does not start");
  return {
    url: JSON.parse(part.out.split("\n")[0]).url,
    stop: async () => {
      part.child.stdin.end();
      await part.ended;
      return JSON.parse(part.out.trim().split("\n").at(-1)); // {answers, cpu_seconds}
    },
  };
}

/** AIVA with so many calls on it for so many seconds; `at`: {process, url, token}. */
export async function startCalls(binaries, folder, { calls, seconds, modelUrl }) {
  const file = `${folder}/aiva.json`;
  const words = ["--program", `${binaries}/aiva`, "--brain", "realtime", "--tell", file];
  words.push("--calls", calls, "--seconds", seconds, "--model-url", modelUrl);
  const part = run(`${binaries}/call_load`, words.map(String));
  await waitFor(() => existsSync(file), part, "AIVA does not start");
  return { ...part, part, at: JSON.parse(readFileSync(file, "utf8")) };
}

async function waitFor(isThere, part, complaint) {
  let isOver = false;
  part.ended.then(() => (isOver = true));
  for (const end = performance.now() + startPatienceMs; !isThere(); await pause(50))
    if (isOver || performance.now() > end) throw new Error(`${complaint}:\n${part.log}`);
}

/** What call_load printed of its only round. */
export function readCalls(text) {
  const number = (pattern) => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  return {
    frames: number(/(\d+) frames heard/),
    missing: number(/(\d+) missing/),
    lost: number(/(\d+) calls lost/),
    ticks_late_p99_ms: number(/ticks late .*p99 +([\d.]+)/),
    answer_delay_p99_ms: number(/down: beyond the next slot .*p99 +([\d.]+)/),
  };
}

/** `aiva load`. `begun`: its first second is over; `report`: what it told at its end. */
export function load(binaries, at, words) {
  const part = run(`${binaries}/aiva`, ["load", "--url", at.url, "--json", ...words], {
    environment: { AIVA_LOAD_KEY: at.token },
  });
  const begun = new Promise((told) => {
    part.child.stderr.on("data", () => part.log.includes(" users ") && told());
    part.ended.then(told, told);
  });
  const report = part.ended.then((code) => {
    if (code <= 1 && part.out.startsWith("{")) return JSON.parse(part.out);
    throw new Error(`aiva load ended with ${code}:\n${part.log}`);
  });
  report.catch(() => {}); // whoever waits for it hears of it
  return { begun, report };
}

/** Keeps so many documents in process until `stop()`, which says how many were read, how fast. */
export async function keepReading(at, count, textOf) {
  const client = new Client([at.url]);
  client.token = at.token;
  const base = (await client.expect(201, "POST", "/api/knowledge", { name: "In process" })).id;
  const path = `/api/knowledge/${base}/documents`;
  const counts = { uploaded: 0, completed: 0, failed: 0, refused: 0, in_process_least: count };
  const open = new Set();
  let isOver = false;
  const began = performance.now();

  async function fill() {
    while (open.size < count && !isOver) {
      const form = new FormData();
      form.append("file", new Blob([textOf(counts.uploaded)]), `${counts.uploaded}.md`);
      counts.uploaded += 1;
      const reply = await client.call("POST", path, form, { timeoutMs: 60_000 });
      if (reply.status === 201 || reply.status === 200) open.add(reply.body.data.document_id);
      else counts.refused += 1;
      if (reply.status !== 201 && reply.status !== 200) await pause(200);
    }
  }

  async function look() {
    let working = 0;
    for (const id of [...open]) {
      const reply = await client.call("GET", `${path}/${id}/status`, undefined, {
        timeoutMs: 60_000,
      });
      const status = reply.body?.data?.status;
      if (status === "completed" || status === "failed") {
        counts[status] += 1;
        open.delete(id);
      } else working += 1;
    }
    counts.in_process_least = Math.min(counts.in_process_least, working);
  }

  const loop = (async () => {
    while (!isOver) {
      await fill();
      await pause(250);
      await look();
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await loop;
      const minutes = (performance.now() - began) / 60_000;
      return { ...counts, completed_per_minute: counts.completed / minutes };
    },
  };
}
