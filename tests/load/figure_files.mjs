// Puts what was measured into the tables of docs/capacity.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

export function describeMachine() {
  return `${cpus().length} cores of ${cpus()[0]?.model ?? "an unnamed processor"}`;
}

/** The names that `--only A,B` chose among those there are; all without it. */
export function chosen(names, only) {
  if (only === "") return new Set(names);
  const wanted = only.split(",");
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`--only has ${unknown.join(", ")}; there are ${names.join(", ")}`);
  return new Set(wanted);
}

/** The command line of a program with those options that change what it measures. */
export function commandOf(program, options, names) {
  const words = names
    .filter((name) => options[name] !== undefined && options[name] !== "")
    .map((name) => ` --${name} ${options[name]}`);
  return `node tests/load/${program}${words.join("")}`;
}

/**
 * Writes figures into every table of a folder that has their ids; what is not named stays as it is.
 * `measured`: {id: {ours, unit}}; `how`: {command, machine}. Fails for an id that no table has.
 */
export function writeFigures(folder, measured, { command, machine }) {
  const left = new Set(Object.keys(measured));
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    const file = join(folder, name);
    const table = JSON.parse(readFileSync(file, "utf8"));
    const found = table.figures.filter(({ id }) => id in measured);
    if (found.length === 0) continue;
    for (const figure of found) {
      left.delete(figure.id);
      const date = new Date().toISOString().slice(0, 10);
      const { ours, unit } = measured[figure.id];
      Object.assign(figure, { ours, unit, command, machine: machine || describeMachine(), date });
    }
    writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`);
  }
  if (left.size > 0) throw new Error(`no table has ${[...left].join(", ")}`);
}
