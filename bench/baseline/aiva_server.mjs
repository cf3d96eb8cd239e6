// An AIVA of the release build for one measurement, and what the comparisons share.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export const argument = (name, fallback) => {
  const at = process.argv.indexOf("--" + name);
  return at < 0 ? fallback : process.argv[at + 1];
};

export const median = (values) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/** Starts AIVA on an empty folder, without limits and access log; `stop` removes the folder too. */
export async function start_aiva(role, settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), "aiva-compare-"));
  const child = spawn(
    argument("program", join(repository, "build/release/bin/aiva")),
    ["serve", "--json", "--port", "0", "--role", role, "--data", folder],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
        AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
        AIVA_SERVER_ACCESS_LOG: "false",
        ...settings,
      },
    },
  );
  const ready = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      if (text.includes("\n")) found(JSON.parse(text.split("\n")[0]));
    });
    child.on("exit", (code) => failed(new Error(`aiva ended with ${code}`)));
  });
  const stop = async () => {
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { child, folder, stop, ...ready };
}

/** One call; answers `data` and throws on anything but success. */
export async function call(url, method, path, token, body) {
  const is_form = body instanceof FormData;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(is_form ? {} : { "content-type": "application/json" }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: is_form ? body : JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text).data;
}

/** What the baseline's bench.sh measures of a server, once. */
export function measure(baseline, { label, secs, only }, extra = [], environment = {}) {
  const out = join(tmpdir(), `compare-${process.pid}-${label}.json`);
  const options = { reps: 1, secs, only, label, out };
  const words = Object.entries(options).flatMap(([name, value]) => ["--" + name, String(value)]);
  const ran = spawnSync("bash", [join(baseline, "bench.sh"), ...words, ...extra], {
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr);
  const result = JSON.parse(readFileSync(out, "utf8"));
  rmSync(out);
  return result;
}
