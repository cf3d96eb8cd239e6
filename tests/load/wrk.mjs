// Runs wrk with the scripts of the baseline, and reads what processes cost from /proc.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ticksPerSecond = 100; // of /proc on Linux

/**
 * One run: {requests, seconds, p50_ms, p99_ms, errors}. `core`: the only ones it may use, as taskset
 * takes them; without, any.
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

function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
}

/** Seconds of CPU a process and its children have used. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const own = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  return childrenOf(pid).reduce((sum, child) => sum + cpuOf(child), own);
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
};
