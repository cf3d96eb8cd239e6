// What config/aiva.toml knows, to hold names of settings and environment variables to it.
import { readFileSync } from "node:fs";

const lines = readFileSync(new URL("../../config/aiva.toml", import.meta.url), "utf8").split("\n");

/** Every setting as "section.name". */
export const settings = new Set();
let section = "";
for (const line of lines) {
  section = line.match(/^\[([a-z_]+)\]/)?.[1] ?? section;
  const name = line.match(/^([a-z0-9_]+) = /)?.[1];
  if (name !== undefined) settings.add(`${section}.${name}`);
}

const variables = new Set(
  [...settings].map((name) => `AIVA_${name.replace(".", "_").toUpperCase()}`),
);

/** The AIVA_… names in a text that are no setting's. */
export function findUnknownVariables(text) {
  const names = new Set(text.match(/\bAIVA_[A-Z0-9_]+/g) ?? []);
  return [...names].filter((name) => !variables.has(name));
}
