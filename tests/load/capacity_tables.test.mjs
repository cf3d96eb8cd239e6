import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { begin, checkTable, end, makeTables, placeTables, readTables } from "./capacity_tables.mjs";
import { chosen, commandOf, writeFigures } from "./figure_files.mjs";

const figure = {
  id: "login",
  what: "log in",
  guide: "150 to 300 ms",
  source: "S7",
  ours: { p50: 1, p95: 2.5, p99: 3 },
  unit: "ms",
  command: "node x.mjs",
  machine: "a box",
  date: "2026-01-02",
};
const tableOf = (...figures) => ({ title: "Times", note: "", figures });

test("a figure stands beside the guide's with its command", () => {
  const made = makeTables([tableOf(figure)]);

  assert.match(made, /1 of 1 figures were measured, on a box unless/);
  assert.match(
    made,
    /\| log in \| 150 to 300 ms \(S7\) \| 1 \/ 2\.5 \/ 3 ms \| `node x\.mjs`, 2026-01-02 \|/,
  );
});

test("what was not measured is shown as such", () => {
  const missing = { ...figure, ours: null, command: "", machine: "", date: "" };

  assert.match(makeTables([tableOf(missing)]), /\| log in \| .* \| not measured \| {2}\|/);
});

test("a machine is named where it is another one", () => {
  const other = { ...figure, id: "other", machine: "a | laptop" };

  assert.match(makeTables([tableOf(figure, { ...figure, id: "b" }, other)]), /, a \\\| laptop \|/);
});

test("every mistake of a table is named", () => {
  const cases = [
    [{ ...figure, ours: { p50: 1 } }, /ours must be/],
    [{ ...figure, ours: "" }, /ours must be/],
    [{ ...figure, ours: { p50: 1, p95: -1, p99: 2 } }, /ours must be/],
    [{ ...figure, command: "" }, /command must say/],
    [{ ...figure, machine: "" }, /machine must say/],
    [{ ...figure, date: "yesterday" }, /date must be/],
    [{ ...figure, source: "" }, /come together/],
    [{ ...figure, source: "page 7" }, /no S number/],
    [{ ...figure, id: "Log in" }, /the id must be/],
    [{ ...figure, unit: 3 }, /unit must be a text/],
  ];
  for (const [wrong, words] of cases) assert.throws(() => checkTable("t", tableOf(wrong)), words);
  assert.throws(() => checkTable("t", tableOf(figure, figure)), /twice/);
  assert.throws(() => checkTable("t", { title: "", note: "", figures: [] }), /no title/);
});

test("what was measured goes into the tables that have its id, and nothing else changes", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "aiva-figures-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const save = (name, table) => writeFileSync(join(folder, name), JSON.stringify(table));
  const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const empty = { ...figure, id: "users", ours: null, command: "", machine: "", date: "" };
  save("a.json", tableOf(figure));
  save("b.json", tableOf({ ...figure, id: "other" }, empty));

  const how = { command: "node y.mjs", machine: "a quiet box" };
  writeFigures(folder, { users: { ours: "5,000", unit: "" } }, how);

  assert.deepEqual(read("a.json"), tableOf(figure));
  const [other, users] = read("b.json").figures;
  assert.deepEqual(other, { ...figure, id: "other" });
  assert.equal(users.ours, "5,000");
  assert.equal(users.machine, "a quiet box");
  checkTable("b", read("b.json"));
  assert.throws(() => writeFigures(folder, { nobody: { ours: "1", unit: "" } }, how), /nobody/);
});

test("some of what can be measured is chosen by name", () => {
  assert.deepEqual([...chosen(["a", "b"], "")], ["a", "b"]);
  assert.deepEqual([...chosen(["a", "b"], "b")], ["b"]);
  assert.throws(() => chosen(["a", "b"], "b,c"), /--only has c; there are a, b/);
});

test("a command names the options that were given", () => {
  assert.equal(
    commandOf("x.mjs", { runs: "3", only: "" }, ["runs", "only"]),
    "node tests/load/x.mjs --runs 3",
  );
});

test("the rest of the document stays as it is", () => {
  const document = `# Capacity\n\n${begin}\nold\n${end}\n\n## More\n`;

  const placed = placeTables(document, makeTables([tableOf(figure)]));

  assert.ok(placed.startsWith("# Capacity\n\n<!--"));
  assert.ok(placed.endsWith(`${end}\n\n## More\n`));
  assert.equal(placeTables(placed, makeTables([tableOf(figure)])), placed);
  assert.throws(() => placeTables("# Capacity\n", ""), /marks/);
});

test("docs/CAPACITY.md is made of the figures there are", () => {
  const file = join(dirname(fileURLToPath(import.meta.url)), "../../docs/CAPACITY.md");
  const document = readFileSync(file, "utf8");

  assert.equal(placeTables(document, makeTables(readTables())), document);
});
