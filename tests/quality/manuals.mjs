// Reads Debian's manuals with our reader and with pdftotext and compares both with the author's
// text: how many words, and how many runs of three words, are the same (F1 over multisets).
//
//   node tests/quality/manuals.mjs BENCH [--cache FOLDER] [--only PART] [--no-floor]
//
// BENCH is the program documents_bench. Packages are fetched once, with apt-get, into the cache.
// Ends with 1 when a floor is not kept: a mean of 0.935 over the runs of three words, no document
// more than 0.01 below pdftotext.

import { execFileSync } from 'node:child_process';
import { relative } from 'node:path';

import { author_text } from './author_text.mjs';
import { f1, shingles, tokens } from './likeness.mjs';
import { find_manuals, package_names, read_packed, unpack } from './packages.mjs';

const mean_min = 0.935;
const below_other_max = 0.01;

function read_arguments(words) {
  const settings = { bench: '', cache: 'build/manuals', only: '', has_floor: true };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--cache') settings.cache = words[++i];
    else if (words[i] === '--only') settings.only = words[++i];
    else if (words[i] === '--no-floor') settings.has_floor = false;
    else settings.bench = words[i];
  }
  if (!settings.bench) throw new Error('the program documents_bench must be named');
  return settings;
}

function run(program, words) {
  return execFileSync(program, words, { maxBuffer: 256 * 1024 * 1024 }).toString('utf8');
}

function compare(manual, bench) {
  const truth = tokens(author_text(read_packed(manual.text)));
  const ours = tokens(run(bench, ['--text', manual.pdf]));
  const other = tokens(run('pdftotext', ['-q', manual.pdf, '-']));
  const score = (words, size) => f1(shingles(words, size), shingles(truth, size));
  return {
    words: truth.length,
    ours: [score(ours, 1), score(ours, 3)],
    other: [score(other, 1), score(other, 3)],
  };
}

const settings = read_arguments(process.argv.slice(2));
const rows = [];
const heading = ['manual', 'words', 'word', 'trigram', 'pdftotext', 'trigram', 'difference'];
console.log(heading.map((word, i) => (i ? word.padStart(11) : word.padEnd(52))).join(''));
for (const name of package_names()) {
  for (const manual of find_manuals(unpack(name, settings.cache))) {
    const label = `${relative(settings.cache, manual.pdf).split('/').at(-1)} (${name})`;
    if (!label.includes(settings.only)) continue;
    const row = { label, ...compare(manual, settings.bench) };
    rows.push(row);
    const figures = [...row.ours, ...row.other, row.ours[1] - row.other[1]];
    const cells = [String(row.words), ...figures.map((figure) => figure.toFixed(4))];
    console.log(label.padEnd(52) + cells.map((cell) => cell.padStart(11)).join(''));
  }
}

const mean = (pick) => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
const figures = [
  mean((row) => row.ours[0]),
  mean((row) => row.ours[1]),
  mean((row) => row.other[0]),
  mean((row) => row.other[1]),
];
console.log(`\n${rows.length} manuals; mean word F1 ${figures[0].toFixed(4)}, trigram F1 ` +
  `${figures[1].toFixed(4)}; pdftotext ${figures[2].toFixed(4)} and ${figures[3].toFixed(4)}`);
const worse = rows.filter((row) => row.ours[1] < row.other[1] - below_other_max);
for (const row of worse) console.log(`below pdftotext: ${row.label}`);
if (settings.has_floor && (worse.length > 0 || figures[1] < mean_min)) process.exitCode = 1;
