// node bench/tokens/compare.mjs TOKENS_BENCH FILE…: our token counts and speed beside those of
// gpt-tokenizer, fetched from npm into a temporary folder at the version native/lock.json pins.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const rounds = 15;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const [bench, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node bench/tokens/compare.mjs TOKENS_BENCH FILE...");
  process.exit(2);
}

const lock = JSON.parse(readFileSync(join(root, "native/lock.json"), "utf8"));
const { name, version } = lock.packages.find((entry) => entry.name === "gpt-tokenizer");
const folder = mkdtempSync(join(tmpdir(), "tokens-"));
try {
  const tarball = execFileSync("npm", ["pack", `${name}@${version}`, "--pack-destination", folder,
    "--ignore-scripts", "--loglevel=error"], { encoding: "utf8" }).trim().split("\n").at(-1);
  execFileSync("tar", ["-xzf", join(folder, tarball), "-C", folder]);
  const module = join(folder, "package/esm/encoding/o200k_base.js");
  const { countTokens } = await import(pathToFileURL(module).href);

  const ranks = join(root, "native/unpacked/tokens/o200k_base.tiktoken");
  const ours = execFileSync(bench, [ranks, ...files], { encoding: "utf8" }).trim().split("\n")
    .map((line) => JSON.parse(line));

  const speed = (bytes, seconds) => (bytes / 1e6 / seconds).toFixed(1).padStart(6);
  console.log("tokens: ours, theirs | MB/s on first sight: ours, theirs | again: ours, theirs");
  for (const [i, file] of files.entries()) {
    const text = readFileSync(file, "utf8");
    const times = [];
    let tokens = 0;
    for (let round = 0; round < rounds; ++round) {
      const begin = process.hrtime.bigint();
      tokens = countTokens(text);
      times.push(Number(process.hrtime.bigint() - begin) / 1e9);
    }
    const { bytes, tokens: counted, first_s, best_s } = ours[i];
    console.log(`${counted} ${tokens} ${counted === tokens ? "equal" : "DIFFERENT"} |`
      + ` ${speed(bytes, first_s)} ${speed(bytes, times[0])} |`
      + ` ${speed(bytes, best_s)} ${speed(bytes, Math.min(...times))}  ${file}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
