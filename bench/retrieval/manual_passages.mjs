#!/usr/bin/env node
// Prints passages of this machine's English manual pages and Debian manuals, one a line, each once:
// a real corpus for bench/embedding's embed_lines.
// usage: manual_passages.mjs [COUNT_MAX]
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const count_max = Number(process.argv[2] ?? 100000);
const passage_characters = 500;
const passage_characters_min = 80;

const sections = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `/usr/share/man/man${number}`);
const manuals = ["/usr/share/debian-reference", "/usr/share/developers-reference",
  "/usr/share/doc/maint-guide/html"];

const list = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []);

// Paragraphs of a page in roff: macros that break a paragraph do, the rest goes.
function paragraphs_of_roff(text) {
  const paragraphs = [[]];
  for (const line of text.split("\n")) {
    if (/^[.'](SH|SS|PP|P|LP|TP|IP|HP|sp|Pp|Sh|Ss|It|TH)\b/.test(line)) paragraphs.push([]);
    if (/^[.']\\"/.test(line)) continue;
    const words = line.replace(/^[.'](B|I|BR|IR|RB|RI|BI|IB|SM|Nm|Fl|Ar|Xr|Pa)\b/, "");
    if (/^[.']/.test(words)) continue;
    paragraphs.at(-1).push(words);
  }
  return paragraphs.map((lines) => lines.join(" ").replace(/\\f.|\\&|\\[|^]|\\\*\S/g, "")
    .replace(/\\-/g, "-").replace(/\\\(\w\w/g, " ").replace(/\\e/g, "\\").replace(/"/g, ""));
}

function paragraphs_of_html(text) {
  return text.replace(/<(script|style)[\s\S]*?<\/\1>/g, " ")
    .split(/<\/?(?:p|li|div|h\d|dd|dt|td|pre)\b/)
    .map((part) => part.replace(/^[^<>]*>|<[^>]*>|&\w+;/g, " "));
}

const seen = new Set();
let printed = 0;

// Short paragraphs are joined with the next ones.
function print_passages(paragraphs) {
  let passage = "";
  for (const paragraph of [...paragraphs, ""]) {
    passage = `${passage} ${paragraph}`.replace(/\s+/g, " ").trim();
    const is_last = paragraph === "";
    if (passage.length < (is_last ? passage_characters_min : passage_characters)) continue;
    const key = passage.slice(0, 200);
    if (!seen.has(key) && printed < count_max) {
      process.stdout.write(`${passage.slice(0, 4 * passage_characters)}\n`);
      seen.add(key);
      ++printed;
    }
    passage = "";
  }
}

for (const folder of sections) {
  for (const name of list(folder)) {
    if (!name.endsWith(".gz")) continue;
    print_passages(paragraphs_of_roff(gunzipSync(readFileSync(join(folder, name))).toString()));
  }
}
for (const folder of manuals) {
  for (const name of list(folder)) {
    const is_translation = /\.(?!en\.)[a-z]{2}(-[a-z]{2})?\.html$/.test(name);
    if (!name.endsWith(".html") || is_translation) continue;
    print_passages(paragraphs_of_html(readFileSync(join(folder, name), "utf8")));
  }
}
