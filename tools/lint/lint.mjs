#!/usr/bin/env node
// Runs clang-tidy over our sources and remembers what was clean.
//
//   node tools/lint/lint.mjs BUILD_FOLDER             every file that is no test
//   node tools/lint/lint.mjs BUILD_FOLDER --changed   only files that differ from the last commit
//
// Most of the time goes into headers, so files of one module are read together, as one translation
// unit, unless they have a name of their own twice. What does not compile together after all is
// read alone, and so is what has findings.
//
// A clean result is kept under a hash of all that made it: clang-tidy's version, .clang-tidy, the
// compile command, the content of each of our headers the file includes (as Ninja recorded it), and
// size and time of each system header. The cache lies in $AIVA_LINT_CACHE or ~/.cache/aiva-lint.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { join, relative, resolve } from "node:path";

const program = "clang-tidy-19";
const files_together_max = 24;
const file_timeout_ms = 10 * 60 * 1000;
const output_bytes_max = 16 * 1024 * 1024;
const folders = ["src/", "tools/", "bench/"];
const root = process.cwd();
const build = resolve(process.argv[2] ?? "build/asan");
const only_changed = process.argv.includes("--changed");
const cache = process.env.AIVA_LINT_CACHE ?? join(homedir(), ".cache", "aiva-lint");
const is_live = process.stdout.isTTY === true;

const read_output = (command, args) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 512 * 1024 * 1024 });

// What each object file was made of, from Ninja's log of dependencies.
function read_dependencies() {
  const made_of = new Map();
  let list = [];
  for (const line of read_output("ninja", ["-C", build, "-t", "deps"]).split("\n")) {
    if (line.startsWith("    ")) list.push(resolve(build, line.trim()));
    else if (line.includes(": #deps")) {
      list = [];
      made_of.set(line.slice(0, line.indexOf(": #deps")), list);
    }
  }
  return made_of;
}

const digests = new Map();
function digest_of_file(path) {
  if (!digests.has(path)) {
    const is_ours = path.startsWith(`${root}/`);
    const entry = existsSync(path) ? statSync(path) : null;
    const text = entry === null ? "absent" : is_ours ? readFileSync(path)
      : `${entry.size} ${entry.mtimeMs}`;
    digests.set(path, createHash("sha256").update(text).digest("hex"));
  }
  return digests.get(path);
}

function make_key(unit, dependencies, base) {
  const hash = createHash("sha256").update(base).update(unit.command.replaceAll(root, "."));
  for (const path of [unit.file, ...(dependencies ?? [])]) {
    hash.update(path.replace(`${root}/`, "")).update(digest_of_file(path));
  }
  return hash.digest("hex");
}

function list_units() {
  const commands = JSON.parse(readFileSync(join(build, "compile_commands.json"), "utf8"));
  const changed = only_changed ? new Set(read_output("git", ["status", "--porcelain", "-uall"])
    .split("\n").map((line) => line.slice(3))) : null;
  const units = new Map();
  for (const { file, command } of commands) {
    const path = relative(root, file);
    if (!folders.some((folder) => path.startsWith(folder)) || path.includes("/testdata/")) continue;
    // The sanitizers run the tests themselves; reading them too costs a third more.
    if (path.endsWith("_test.cpp")) continue;
    if (changed !== null && !changed.has(path)) continue;
    units.set(path, { path, file, command, output: / -o (\S+)/.exec(command)?.[1] });
  }
  return [...units.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

// The compile command without what it makes and without its warnings, which the compiler has given:
// flags that one group of files shares.
function flags_of(unit) {
  const words = unit.command.split(" ").filter((word) => word !== "");
  const kept = [];
  for (let at = 1; at < words.length; ++at) {
    if (["-o", "-c", "-include-pch"].includes(words[at])) ++at;
    else if (!words[at].startsWith("-W")) kept.push(words[at]);
  }
  return [...kept, "-w"];
}

const run = (command, args) => new Promise((done) => {
  const options = { timeout: file_timeout_ms, maxBuffer: output_bytes_max, encoding: "utf8" };
  execFile(command, args, options, (error, out, err) => {
    done({ is_clean: error === null, text: out.trim() || err.trim() });
  });
});

const lint = (unit) => run(program, ["-p", build, "--quiet", "--use-color=false", unit.path]);

// Names a file declares in its unnamed namespaces: two of a name cannot stand in one unit. What
// this misses the compiler says.
function own_names(path) {
  const names = new Set();
  const text = readFileSync(path, "utf8");
  for (const [, body] of text.matchAll(/^namespace \{$(.*?)^\}  \/\/ namespace/gms)) {
    for (const line of body.split("\n")) {
      if (/^(using )?namespace|^[\s#/})]|^$/.test(line)) continue;
      const type = /^(?:struct|class|enum class|enum|using) (\w+)/.exec(line);
      const head = type ?? /^[^(={]*?(\w+)(?:\[[^\]]*\])?\s*[(={]/.exec(line);
      if (head) names.add(head[1]);
    }
  }
  return names;
}

// Groups of files to read together: of one target, compiled alike, without a name twice.
function list_groups(units) {
  const groups = [];
  for (const unit of units) {
    const flags = flags_of(unit);
    const key = `${unit.output?.split(".dir/")[0]} ${flags.join(" ")}`;
    const names = own_names(unit.file);
    let group = groups.find((other) => other.key === key && other.units.length < files_together_max
      && ![...names].some((name) => other.names.has(name)));
    if (!group) groups.push((group = { key, flags, units: [], names: new Set() }));
    group.units.push(unit);
    for (const name of names) group.names.add(name);
  }
  return groups;
}

let units_written = 0;
function write_together(units) {
  const folder = join(build, "lint");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `together_${++units_written}.cpp`);
  writeFileSync(path, units.map(({ file }) => `#include "${file}"\n`).join(""));
  return path;
}

// Reads the files of a group together; answers those that must be read alone.
async function lint_together({ flags, units }, on_clean) {
  const path = write_together(units);
  const { is_clean, text } = await run(program, ["--quiet", "--use-color=false",
    `--config-file=${join(root, ".clang-tidy")}`, path, "--", ...flags, "-ferror-limit=0"]);
  if (!is_clean && text.includes("clang-diagnostic-error")) {
    const apart = units.filter(({ file }) => text.includes(`${file}:`));
    const together = units.filter(({ file }) => !text.includes(`${file}:`));
    if (apart.length === 0 || together.length < 2) return units;
    return [...apart, ...await lint_together({ flags, units: together }, on_clean)];
  }
  const suspects = is_clean ? [] : units.filter(({ file }) => text.includes(`${file}:`));
  if (!is_clean && suspects.length === 0) return units;
  units.filter((unit) => !suspects.includes(unit)).forEach(on_clean);
  return suspects;
}

function show(done, total, path, is_last) {
  const text = `lint [${done}/${total}] ${path}`;
  if (is_live) process.stdout.write(`\r\x1b[K${text}${is_last ? "\n" : ""}`);
  else if (done % 10 === 0 || is_last) process.stdout.write(`${text}\n`);
}

async function main() {
  const started = Date.now();
  const units = list_units();
  const dependencies = read_dependencies();
  const base = read_output(program, ["--version"]) + readFileSync(join(root, ".clang-tidy"));
  mkdirSync(cache, { recursive: true });
  for (const unit of units) unit.key = make_key(unit, dependencies.get(unit.output), base);
  const waiting = units.filter((unit) => !existsSync(join(cache, unit.key)));
  const total = waiting.length;
  const seen = new Set();
  let done = 0;
  let failed = 0;
  const on_clean = (unit) => {
    writeFileSync(join(cache, unit.key), "");
    show(++done, total, unit.path, done === total);
  };
  const lint_alone = async (unit) => {
    const { is_clean, text } = await lint(unit);
    if (is_clean) return on_clean(unit);
    ++failed;
    for (const line of text.split("\n").filter((entry) => entry.trim() !== "")) {
      if (line.includes(": error:") && seen.has(line)) continue;
      seen.add(line);
      process.stdout.write(`${is_live ? "\r\x1b[K" : ""}${line.replaceAll(`${root}/`, "")}\n`);
    }
    return show(++done, total, unit.path, done === total);
  };
  const groups = list_groups(waiting);
  const work = async () => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      const alone = group.units.length > 1 ? await lint_together(group, on_clean) : group.units;
      for (const unit of alone) await lint_alone(unit);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`lint: ${units.length} files, ${units.length - total} known clean, `
    + `${failed} with findings, ${seconds} s`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
