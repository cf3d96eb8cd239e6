// Makes documents that were built to harm their reader, has the real reader read them, and fails
// when one of them does.
//
//   node tests/hostile/hostile.mjs [--build FOLDER] [--size 1…4] [--limit SECONDS] [--only WORD]
//
// The size scales the bombs; the full run is --size 4 --limit 150.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { disguiseCases } from "./disguises.mjs";
import { imageCases } from "./images.mjs";
import { packageCases } from "./packages.mjs";
import { pdfCases } from "./pdfs.mjs";
import { pictureCases } from "./pictures.mjs";
import { allTextCases } from "./texts.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

function readOptions(list) {
  const options = { build: join(root, "build/release"), size: 1, limit: 8, only: "" };
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i].replace(/^--/, "");
    if (!(name in options) || i + 1 === list.length) throw new Error(`what is ${list[i]}?`);
    options[name] = ["size", "limit"].includes(name) ? Number(list[i + 1]) : list[i + 1];
  }
  return options;
}

// Writes each document once, however it will be read.
function makeDocuments(folder, { size, only }) {
  const cases = [
    ...pdfCases(size),
    ...packageCases(size),
    ...allTextCases(size),
    ...imageCases(size),
    ...disguiseCases(),
    ...pictureCases(size),
  ];
  const made = new Set();
  const lines = [];
  for (const [name, make, mode = "read"] of cases) {
    if (!name.includes(only)) continue;
    if (!made.has(name)) writeFileSync(join(folder, name), make());
    made.add(name);
    lines.push(`${name}\t${name}\t${mode}\n`);
  }
  const manifest = join(folder, "manifest.tsv");
  writeFileSync(manifest, lines.join(""));
  return { manifest, count: lines.length };
}

function readDocuments(manifest, { build, limit }) {
  const list = [
    "--worker",
    join(build, "bin/aiva-docworker"),
    "--pdfium",
    join(root, "native/unpacked/pdfium/libpdfium.so"),
    "--limit",
    String(limit),
    manifest,
  ];
  const reader = spawn(join(build, "bin/hostile_documents"), list, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const rows = [];
  createInterface({ input: reader.stdout }).on("line", (line) => {
    const [file, outcome, seconds, child, own, ...why] = line.split("\t");
    rows.push({ outcome, seconds: Number(seconds), child: Number(child), own: Number(own) });
    const place = `${file.padEnd(40)} ${outcome.padEnd(10)}`;
    console.log(`${place} ${seconds.padStart(6)} s ${child.padStart(4)} MB  ${why.join(" ")}`);
  });
  return new Promise((done) => reader.on("close", (code) => done({ code, rows })));
}

function summarise(rows) {
  const counts = {};
  for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const most = (field) => Math.max(...rows.map((row) => row[field]));
  const words = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  console.log(`${rows.length} documents: ${words.join(", ")}`);
  console.log(`longest ${most("seconds")} s, largest child ${most("child")} MB`);
  console.log(`the reading process at most ${most("own")} MB`);
}

const options = readOptions(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), "aiva-hostile-"));
try {
  const { manifest, count } = makeDocuments(folder, options);
  const { code, rows } = await readDocuments(manifest, options);
  summarise(rows);
  process.exitCode = code === 0 && rows.length === count ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
