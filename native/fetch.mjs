#!/usr/bin/env node
// Fetches the native libraries and model weights named in lock.json into native/unpacked/.
//
//   node native/fetch.mjs            fetch what is missing or changed
//   node native/fetch.mjs --bench    the same, and what only benchmarks need
//   node native/fetch.mjs --verify   hash every unpacked file again, fetch nothing
//   node native/fetch.mjs --pin      fill in the hashes that lock.json lacks, for a new entry
//
// Each package is one tarball from `npm pack`: no dependency tree, no install script. The tarball
// must match the sha512 in the lock and each file its sha256, or nothing of it is put in place.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  chmod, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const lock_path = join(here, "lock.json");
const unpacked = join(here, "unpacked");
const cache = join(here, "cache", String(process.pid));
const stamp_path = join(unpacked, ".stamp.json");
const attempts_max = 3;
const npm_timeout_ms = 15 * 60 * 1000;
const npm_arguments = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const is_safe = (path) => /^[A-Za-z0-9_.@\/-]+$/.test(path) && !path.split("/").includes("..")
  && !path.startsWith("/") && !path.startsWith("-");

class Failure extends Error {}

// One line that is rewritten on a terminal, and only its last state printed elsewhere.
const progress = {
  live: process.stdout.isTTY === true,
  show(text) { if (this.live) process.stdout.write(`\r\x1b[K${text}`); },
  done(text) { process.stdout.write(this.live ? `\r\x1b[K${text}\n` : `${text}\n`); },
};

async function digest(path, algorithm, encoding) {
  const hash = createHash(algorithm);
  for await (const block of createReadStream(path)) hash.update(block);
  return hash.digest(encoding);
}

function run(command, args, timeout_ms = 120_000) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: timeout_ms });
    let out = "";
    let err = "";
    child.stdout.on("data", (text) => { out = (out + text).slice(-65536); });
    child.stderr.on("data", (text) => { err = (err + text).slice(-4096); });
    child.on("error", (error) => reject(new Failure(`${command}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(out);
      reject(new Failure(`${command} ${args[0]} failed (${signal ?? code}): ${err.trim()}`));
    });
  });
}

// npm writes a download into its cache's tmp folder first; the growth there is our progress.
async function size_of_npm_downloads(npm_cache) {
  let total = 0;
  const folder = join(npm_cache, "_cacache", "tmp");
  for (const name of await readdir(folder).catch(() => [])) {
    total += await stat(join(folder, name)).then((entry) => entry.size, () => 0);
  }
  return total;
}

async function download(entry, label) {
  const npm_cache = (await run("npm", ["config", "get", "cache"])).trim();
  const before = await size_of_npm_downloads(npm_cache);
  const expected = entry.bytes ? ` of ${megabytes(entry.bytes)}` : "";
  const ticker = setInterval(async () => {
    const now = Math.max(0, (await size_of_npm_downloads(npm_cache)) - before);
    progress.show(`${label}  ${megabytes(now)}${expected} MB`);
  }, 250);
  try {
    for (let attempt = 1; ; ++attempt) {
      try {
        const specification = `${entry.name}@${entry.version}`;
        const out = await run("npm", ["pack", specification, "--pack-destination", cache,
          "--loglevel=error", ...npm_arguments], npm_timeout_ms);
        return join(cache, out.trim().split("\n").at(-1));
      } catch (failure) {
        if (attempt === attempts_max) throw failure;
        progress.done(`${label}  attempt ${attempt} failed, trying again`);
        await new Promise((resolve) => setTimeout(resolve, 2000 * attempt));
      }
    }
  } finally {
    clearInterval(ticker);
  }
}

async function check_tarball(entry, tarball, pinning) {
  const integrity = `sha512-${await digest(tarball, "sha512", "base64")}`;
  if (!entry.integrity && pinning) {
    entry.integrity = integrity;
    entry.bytes = (await stat(tarball)).size;
  }
  if (entry.integrity !== integrity) {
    throw new Failure(`${entry.name}@${entry.version}: the tarball is ${integrity}, `
      + `lock.json wants ${entry.integrity ?? "nothing: run --pin"}`);
  }
}

async function unpack(entry, tarball, stamp, pinning) {
  const folder = join(cache, "files");
  await mkdir(folder, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", folder, "--no-same-owner", "--",
    ...entry.files.map((file) => `package/${file.from}`)]);
  for (const file of entry.files) {
    const sha256 = await digest(join(folder, "package", file.from), "sha256", "hex");
    if (!file.sha256 && pinning) file.sha256 = sha256;
    if (file.sha256 !== sha256) {
      throw new Failure(`${entry.name}: ${file.from} is ${sha256}, lock.json wants ${file.sha256}`);
    }
  }
  for (const file of entry.files) {
    const target = join(unpacked, file.to);
    await mkdir(dirname(target), { recursive: true });
    const source = join(folder, "package", file.from);
    await chmod(source, 0o644);
    await utimes(source, new Date(), new Date());
    await rename(source, target);
    const { size, mtimeMs } = await stat(target);
    stamp[file.to] = { sha256: file.sha256, size, mtime_ms: mtimeMs };
  }
  await rm(folder, { recursive: true, force: true });
}

async function is_in_place(file, stamp) {
  const seen = stamp[file.to];
  if (!file.sha256 || seen?.sha256 !== file.sha256) return false;
  const entry = await stat(join(unpacked, file.to)).catch(() => null);
  return entry !== null && entry.size === seen.size && entry.mtimeMs === seen.mtime_ms;
}

async function write_atomically(path, text) {
  await writeFile(`${path}.${process.pid}.tmp`, text);
  await rename(`${path}.${process.pid}.tmp`, path);
}

async function load() {
  const lock = JSON.parse(await readFile(lock_path, "utf8"));
  for (const { name, files } of lock.packages) {
    for (const { from, to } of files) {
      if (!is_safe(from) || !is_safe(to)) throw new Failure(`${name}: bad path ${from} or ${to}`);
    }
  }
  const stamp = await readFile(stamp_path, "utf8").then(JSON.parse).catch(() => ({}));
  return { lock, stamp };
}

async function fetch_all(pinning, sections) {
  const { lock, stamp } = await load();
  const wanted = [];
  for (const entry of lock.packages) {
    if (entry.section && !sections.includes(entry.section)) continue;
    const states = await Promise.all(entry.files.map((file) => is_in_place(file, stamp)));
    if (!entry.integrity || states.includes(false)) wanted.push(entry);
  }
  if (wanted.length === 0) return progress.done("native: everything is in place");
  await mkdir(cache, { recursive: true });
  try {
    for (const [index, entry] of wanted.entries()) {
      const label = `native [${index + 1}/${wanted.length}] ${entry.name}@${entry.version}`;
      const started = Date.now();
      progress.show(label);
      const tarball = await download(entry, label);
      await check_tarball(entry, tarball, pinning);
      await unpack(entry, tarball, stamp, pinning);
      await rm(tarball);
      await write_atomically(stamp_path, JSON.stringify(stamp, null, 1));
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      progress.done(`${label}  ${megabytes(entry.bytes ?? 0)} MB in ${seconds} s`);
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
  if (pinning) await write_atomically(lock_path, `${JSON.stringify(lock, null, 2)}\n`);
}

async function verify_all() {
  const { lock } = await load();
  let count = 0;
  for (const { files, section } of lock.packages) {
    if (section) continue;
    for (const file of files) {
      const sha256 = await digest(join(unpacked, file.to), "sha256", "hex").catch(() => "absent");
      if (sha256 !== file.sha256) {
        throw new Failure(`${file.to}: ${sha256}, lock.json wants ${file.sha256}`);
      }
      ++count;
    }
  }
  progress.done(`native: ${count} files match lock.json`);
}

try {
  const option = process.argv[2];
  if (option === "--verify") await verify_all();
  else if (option === undefined) await fetch_all(false, []);
  else if (option === "--bench") await fetch_all(false, ["bench"]);
  else if (option === "--pin") await fetch_all(true, ["bench"]);
  else throw new Failure(`unknown option ${option}; known are --bench, --verify and --pin`);
} catch (failure) {
  const text = failure instanceof Failure ? failure.message : failure.stack;
  progress.done(`native: ${text}`);
  process.exitCode = 1;
}
