// Makes one PDF of at least 1,600 pages from Debian's manuals and reads it in a worker: how fast,
// and whether the largest child stays below 256 MB.
//
//   node tests/quality/large_document.mjs BENCH WORKER [CACHE]

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { find_manuals, unpack } from './packages.mjs';

const memory_mb_max = 256;
const languages = ['en', 'de', 'fr', 'it', 'es', 'pt'];
const parts = languages.map((language) => `debian-reference-${language}`);

const [bench, worker, cache = 'build/manuals'] = process.argv.slice(2);
if (!bench || !worker) {
  throw new Error('the programs documents_bench and aiva-docworker must be named');
}
const large = join(cache, 'large.pdf');
if (!existsSync(large)) {
  const manuals = parts.flatMap((name) => find_manuals(unpack(name, cache)));
  execFileSync('pdfunite', [...manuals.map((manual) => manual.pdf), large]);
}
const words = ['--rounds', '1', '--worker', worker, large];
const report = execFileSync(bench, words).toString('utf8');
process.stdout.write(report);
const memory_mb = Number(/largest child (\d+) MB/.exec(report)?.[1] ?? Infinity);
if (memory_mb > memory_mb_max) {
  console.log(`more than ${memory_mb_max} MB`);
  process.exitCode = 1;
}
