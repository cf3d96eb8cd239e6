// Reads the office files of others that office.txt lists and compares what stands in their tables
// with what a person found right (goldens/).
//
//   node tests/quality/office.mjs READER [--cache FOLDER] [--only PART]
//
// READER is the program read_tables. The packages the files lie in are fetched once, with apt-get
// and npm, into the cache. AIVA_ACCEPT=1 writes what is read now as what is expected. Ends with 1
// when a file reads otherwise than recorded, or is another one.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { read_packed, unpack } from './packages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const goldens = join(here, 'goldens');

function read_arguments(words) {
  const settings = { reader: '', cache: 'build/office', only: '' };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === '--cache') settings.cache = words[++i];
    else if (words[i] === '--only') settings.only = words[++i];
    else settings.reader = words[i];
  }
  if (!settings.reader) throw new Error('the program read_tables must be named');
  return settings;
}

function listed_files() {
  return readFileSync(join(here, 'office.txt'), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const [origin, path, digest] = line.split(/\s+/);
      const name = basename(path).replace(/\.gz$/, '');
      return { origin, path, digest, name, label: `${origin.replace(/@.*/, '')}.${name}` };
    });
}

// The file as its program wrote it, unpacked into the cache.
function fetch_file(file, cache) {
  const packed = join(unpack(file.origin, cache), file.path);
  const bytes = read_packed(packed);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const place = packed.replace(/\.gz$/, '');
  if (place !== packed && !existsSync(place)) writeFileSync(place, bytes);
  return { place, digest };
}

// The first line that differs, of both.
function first_difference(actual, expected) {
  const [ours, theirs] = [actual.split('\n'), expected.split('\n')];
  const at = ours.findIndex((line, i) => line !== theirs[i]);
  const row = at < 0 ? ours.length : at;
  const [read, wanted] = [ours[row] ?? '(none)', theirs[row] ?? '(none)'];
  return `line ${row + 1}\n  read:     ${read}\n  expected: ${wanted}`;
}

const settings = read_arguments(process.argv.slice(2));
mkdirSync(goldens, { recursive: true });
let differences = 0;
let tables = 0;
const files = listed_files().filter(({ label }) => label.includes(settings.only));
for (const file of files) {
  const { place, digest } = fetch_file(file, settings.cache);
  const actual = execFileSync(settings.reader, [place], {
    env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' },
  }).toString('utf8');
  const golden = join(goldens, `${file.label}.tables`);
  if (process.env.AIVA_ACCEPT === '1') writeFileSync(golden, actual);
  const expected = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
  tables += actual.match(/^p\d+ table/gm)?.length ?? 0;
  const faults = [];
  if (digest !== file.digest) faults.push(`is another file: ${digest}, not ${file.digest}`);
  if (actual !== expected) faults.push(`reads otherwise: ${first_difference(actual, expected)}`);
  for (const fault of faults) console.log(`${file.label} ${fault}`);
  differences += faults.length;
}
console.log(`${files.length} office files, ${tables} tables, ${differences} differences`);
process.exitCode = differences > 0 || files.length === 0 ? 1 : 0;
