// Runs wrk with the scripts of the baseline, and reads what processes cost from /proc.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * One run: {requests, seconds, p50_ms, p99_ms, errors}. `core`: the only ones it may use, as
 * taskset takes them; without, any.
 */
export async function runWrk(script, url, { connections, seconds, environment, scripts, core }) {
  const words = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s"];
  const wrk = ["wrk", ...words, script.includes("/") ? script : join(scripts, script), url];
  const [program, ...rest] = core === undefined ? wrk : ["taskset", "-c", core, ...wrk];
  const child = spawn(program, rest, {
    env: { ...process.env, WRK_DIR: scripts, ...environment },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (text += piece));
  await new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  const result = /RESULT (.*)/.exec(text);
  if (result === null) throw new Error(`wrk: ${text}`);
  const of = Object.fromEntries(
    result[1].split(" ").map((field) => {
      const [name, value] = field.split("=");
      return [name, Number(value)];
    }),
  );
  return {
    requests: of.requests,
    seconds: of.duration_us / 1e6,
    p50_ms: of.p50 / 1e3,
    p99_ms: of.p99 / 1e3,
    errors: of.non2xx + of.sockerr,
  };
}

const tasksOf = (pid) => readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}`);

/** Seconds of CPU that the threads of a process and of its children have used so far. */
export function cpuOf(pid) {
  const tasks = tasksOf(pid);
  const own = tasks.map((task) => Number(readFileSync(`${task}/schedstat`, "utf8").split(" ")[0]));
  const children = tasks.flatMap((task) =>
    readFileSync(`${task}/children`, "utf8").split(" ").filter(Boolean),
  );
  return own.reduce((sum, ns) => sum + ns / 1e9, 0) + children.reduce((s, id) => s + cpuOf(id), 0);
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
};
