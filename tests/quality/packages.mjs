// Packages of Debian and npm that hold documents, fetched once into a cache.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

// Some packages ship a PDF of a few kilobytes in which nothing but the frame was set.
const pdf_bytes_min = 60_000;

export function package_names() {
  const list = join(dirname(fileURLToPath(import.meta.url)), 'packages.txt');
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
}

function fetch_from_debian(name, archives) {
  const download = () =>
    execFileSync('apt-get', ['download', '-q', name], { cwd: archives, stdio: 'pipe' });
  try {
    download();
  } catch {
    // Where the lists of packages are old or missing.
    const update = ['apt-get', 'update', '-q'];
    if (process.getuid() !== 0) update.unshift('sudo', '-n');
    execFileSync(update[0], update.slice(1), { stdio: 'pipe' });
    download();
  }
}

// A package of Debian, or NAME@VERSION of npm. Fetches and unpacks what the cache does not hold.
export function unpack(name, cache) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const archives = join(cache, 'archives');
  mkdirSync(archives, { recursive: true });
  const is_from_npm = name.includes('@');
  const prefix = is_from_npm ? `${name.replace('@', '-')}.tgz` : `${name}_`;
  const find = () => readdirSync(archives).find((file) => file.startsWith(prefix));
  if (!find() && is_from_npm) {
    execFileSync('npm', ['pack', '--silent', name], { cwd: archives, stdio: 'pipe' });
  } else if (!find()) {
    fetch_from_debian(name, archives);
  }
  const archive = join(archives, find());
  mkdirSync(folder);
  if (is_from_npm) execFileSync('tar', ['-xzf', archive, '-C', folder]);
  else execFileSync('dpkg-deb', ['-x', archive, folder]);
  return folder;
}

function files_below(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files_below(path);
    return entry.isFile() ? [path] : [];
  });
}

export function read_packed(path) {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

// Every PDF that has a text of the same name beside it, unpacked into the cache.
export function find_manuals(folder) {
  const files = files_below(folder).sort();
  const manuals = [];
  const is_pdf = (file) => /\.pdf(\.gz)?$/.test(file) && !files.includes(`${file}.gz`);
  for (const packed of files.filter(is_pdf)) {
    const stem = packed.replace(/\.pdf(\.gz)?$/, '');
    const text = files.find((file) => file === `${stem}.txt.gz` || file === `${stem}.txt`);
    if (!text) continue;
    const bytes = read_packed(packed);
    if (bytes.length < pdf_bytes_min) continue;
    const pdf = `${stem}.pdf`;
    if (packed !== pdf && !existsSync(pdf)) writeFileSync(pdf, bytes);
    manuals.push({ pdf, text });
  }
  return manuals;
}
