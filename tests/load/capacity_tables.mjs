#!/usr/bin/env node
// Writes the tables of the capacity guide into docs/CAPACITY.md out of docs/capacity/*.json, each
// figure of the guide beside the one that was measured, with its command.
//
//   node tests/load/capacity_tables.mjs            # writes
//   node tests/load/capacity_tables.mjs --check    # ends with 1 when the file is not current
//
// A table: {title, note, figures: [{id, what, guide, source, ours, unit, command, machine, date}]}.
// `guide` is the capacity guide's figure and `source` its S numbers, both empty where it has none;
// `ours` is null while it was not measured, else a text or {p50, p95, p99}; then command, machine
// and date say how.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const begin = "<!-- The tables that follow are made by tests/load/capacity_tables.mjs. -->";
export const end = "<!-- Here they end. -->";
const order = ["response_times", "database", "redis", "processing", "tiers", "workloads"];
const texts = ["id", "what", "guide", "source", "unit", "command", "machine", "date"];

const isTimes = (value) =>
  typeof value === "object" &&
  value !== null &&
  ["p50", "p95", "p99"].every((name) => Number.isFinite(value[name]) && value[name] >= 0);

/** What is wrong with a figure, a sentence each. */
function mistakesOf(figure) {
  const wrong = texts
    .filter((name) => typeof figure[name] !== "string")
    .map((name) => `${name} must be a text`);
  if (wrong.length > 0) return wrong;
  if (!/^[a-z0-9_]+$/.test(figure.id)) wrong.push("the id must be of a-z, 0-9 and _");
  if (figure.what === "") wrong.push("what must say something");
  if ((figure.guide === "") !== (figure.source === ""))
    wrong.push("guide and source come together");
  if (figure.source !== "" && !/S\d+/.test(figure.source)) wrong.push("source names no S number");
  if (figure.ours === null) return wrong;
  const isText = typeof figure.ours === "string" && figure.ours !== "";
  if (!isText && !isTimes(figure.ours)) wrong.push("ours must be null, a text or {p50, p95, p99}");
  for (const name of ["command", "machine"])
    if (figure[name] === "") wrong.push(`${name} must say how it was measured`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(figure.date)) wrong.push("date must be YYYY-MM-DD");
  return wrong;
}

/** Throws with every mistake of a table. */
export function checkTable(name, table) {
  const wrong = [];
  if (typeof table.title !== "string" || table.title === "") wrong.push("it has no title");
  if (typeof table.note !== "string") wrong.push("its note must be a text");
  if (!Array.isArray(table.figures)) wrong.push("it has no figures");
  const seen = new Set();
  for (const figure of Array.isArray(table.figures) ? table.figures : []) {
    for (const mistake of mistakesOf(figure)) wrong.push(`${figure.id}: ${mistake}`);
    if (seen.has(figure.id)) wrong.push(`${figure.id} is there twice`);
    seen.add(figure.id);
  }
  if (wrong.length > 0) throw new Error(`${name}: ${wrong.join("; ")}`);
}

const columnsMax = 118;

/** A paragraph in lines. */
function wrap(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line.length + 1 + word.length > columnsMax) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

const plain = (text) => text.replaceAll("|", "\\|");
const withUnit = (value, unit) => (unit === "" ? value : `${value} ${unit}`);

function shown({ ours, unit }) {
  if (ours === null) return "not measured";
  if (typeof ours === "string") return plain(withUnit(ours, unit));
  return plain(withUnit(`${ours.p50} / ${ours.p95} / ${ours.p99}`, unit));
}

function how({ ours, command, machine, date }, usual) {
  if (ours === null) return command === "" ? "" : `\`${plain(command)}\``;
  const where = machine === usual ? "" : `, ${plain(machine)}`;
  return `\`${plain(command)}\`, ${date}${where}`;
}

/** The machine that most figures come from. */
function usualMachine(tables) {
  const counts = new Map();
  for (const { figures } of tables)
    for (const { ours, machine } of figures)
      if (ours !== null) counts.set(machine, (counts.get(machine) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

function writeTable({ title, note, figures }, usual) {
  const hasTimes = figures.some(({ ours }) => isTimes(ours));
  const rows = figures.map(
    (figure) =>
      `| ${plain(figure.what)} | ${plain(figure.guide)}` +
      `${figure.source === "" ? "" : ` (${figure.source})`} | ${shown(figure)} ` +
      `| ${how(figure, usual)} |`,
  );
  return [
    `### ${title}`,
    ...(note === "" ? [] : ["", wrap(note)]),
    "",
    `| | the guide | AIVA${hasTimes ? " (p50 / p95 / p99)" : ""} | measured by |`,
    "|---|--:|--:|---|",
    ...rows,
  ].join("\n");
}

/** The part of docs/CAPACITY.md between its two marks. */
export function makeTables(tables) {
  const usual = usualMachine(tables);
  const all = tables.flatMap(({ figures }) => figures);
  const measured = all.filter(({ ours }) => ours !== null).length;
  const head =
    `${measured} of ${all.length} figures were measured, on ${usual || "no machine"} ` +
    "unless a line says otherwise.";
  return [begin, wrap(head), ...tables.map((table) => writeTable(table, usual)), end].join("\n\n");
}

/** The document with its part made anew; throws where the marks are missing. */
export function placeTables(document, made) {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error("the marks of the tables are missing");
  return document.slice(0, from) + made + document.slice(to + end.length);
}

export function readTables(folder = join(repository, "docs/capacity")) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  return names.map((name) => {
    const table = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
    checkTable(name, table);
    return table;
  });
}

function main(isCheck) {
  const file = join(repository, "docs/CAPACITY.md");
  const document = readFileSync(file, "utf8");
  const wanted = placeTables(document, makeTables(readTables()));
  if (wanted === document) return 0;
  if (isCheck) {
    console.error("docs/CAPACITY.md is not current: run node tests/load/capacity_tables.mjs");
    return 1;
  }
  writeFileSync(file, wanted);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.exitCode = main(process.argv.includes("--check"));
