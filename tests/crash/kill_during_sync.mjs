#!/usr/bin/env node
// Kills AIVA (SIGKILL) again and again while it reads a shop, whose products change between its
// lives, lets it read to the end, and looks whether it has exactly what the shop has: nothing lost,
// nothing twice, nothing left half done.
//
//   node tests/crash/kill_during_sync.mjs [--kills 20] [--products 400] [--images 1] [--seed 1]
//
// AIVA_BIN names the program; without it the release build is taken. Needs the sqlite3 program.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startShopify } from "../emulators/shopify.mjs";
import { KilledServer } from "./killed_server.mjs";
import { makeRandom } from "./sample_documents.mjs";
import { compareCatalogues, compareStock } from "./shop_catalogue.mjs";
import { ShopReader, catalogueOf, environmentFor } from "./shop_reader.mjs";
import { StoredRows } from "./stored_rows.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    products: { type: "string", default: "400" },
    images: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
  },
});
const killsWanted = Number(options.kills);
const seed = Number(options.seed);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const searchedMax = 40;
const idleTimeoutMs = 60_000;

const random = makeRandom(seed * 977);
const folder = mkdtempSync(join(tmpdir(), "aiva-crash-sync-"));
const shop = await startShopify({
  throttle: false,
  fill: { products: Number(options.products), imagesEach: Number(options.images), seed },
});
const server = new KilledServer(program, folder, { environment: environmentFor(shop.origin) });
const reader = new ShopReader(server, shop);
const rows = new StoredRows(folder);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const faults = [];
const figures = {
  kills: 0,
  kills_before_ready: 0,
  kills_during_products: 0,
  kills_during_images: 0,
  kills_in_between: 0,
  jobs: 0,
  given_up: 0,
  changes: 0,
  restart_ms_max: 0,
};

async function startServer() {
  const began = performance.now();
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  figures.restart_ms_max = Math.max(figures.restart_ms_max, performance.now() - began);
}

/** Notes in the middle of what the server was killed. */
function countKill() {
  const [running] = rows.query("SELECT step FROM store_syncs WHERE status = 'processing'");
  const waiting = rows.number("SELECT COUNT(*) FROM product_images WHERE status = 'pending'");
  if (running !== undefined && running.step !== "images") figures.kills_during_products += 1;
  else if (running !== undefined || waiting > 0) figures.kills_during_images += 1;
  else figures.kills_in_between += 1;
}

/** Reads the shop again and again, full and in part, until the process dies. */
async function keepReading() {
  for (;;) {
    const id = await reader.start(random() < 0.6 ? "full" : "incremental");
    if (id === null) return;
    const job = await reader.ended(id);
    if (job === null) return;
    figures.jobs += 1;
    if (job.status !== "failed") continue;
    // Killed again and again, a job is given up; the next one finds what it left.
    if (/interrupted/.test(job.error_message)) figures.given_up += 1;
    else faults.push(`a job failed: ${job.error_message}`);
  }
}

async function liveAndDie() {
  figures.changes += shop.mutate(Math.floor(random() * 30), seed * 1000 + figures.kills).length;
  if (random() < 0.05) {
    const starting = server.start();
    await pause(200 * random());
    await server.kill();
    await starting;
    figures.kills_before_ready += 1;
    return;
  }
  await startServer();
  const reading = keepReading();
  await pause(50 + 3000 * random() ** 2);
  await server.kill();
  await reading;
  countKill();
}

/** A product is found by the number its shop counts it by. */
async function checkSearches(catalogue) {
  const shown = catalogue.filter(({ status, is_published }) => status === "active" && is_published);
  const step = Math.max(1, Math.floor(shown.length / searchedMax));
  for (let index = 0; index < shown.length; index += step) {
    const { id, variants } = shown[index];
    const found = await reader.search({ query: variants[0].sku, limit: 3 });
    const ids = found.product_results.map(({ product }) => product.shopify_id);
    if (!ids.includes(String(id))) faults.push(`product ${id} is not found by its SKU`);
  }
}

function openJobs() {
  return rows.number("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')");
}

function checkRows() {
  const expectNone = (what, sql) => {
    const count = rows.number(sql);
    if (count !== 0) faults.push(`${count} × ${what}`);
  };
  expectNone(
    "product stored twice",
    `SELECT COUNT(*) FROM (SELECT 1 FROM products GROUP BY store_id, shopify_id
       HAVING COUNT(*) > 1)`,
  );
  expectNone(
    "image stored twice",
    `SELECT COUNT(*) FROM (SELECT 1 FROM images GROUP BY kb_id, content_sha256
       HAVING COUNT(*) > 1)`,
  );
  expectNone(
    "variant of no product",
    "SELECT COUNT(*) FROM product_variants WHERE product_id NOT IN (SELECT id FROM products)",
  );
  expectNone(
    "picture that says it is there and is not",
    `SELECT COUNT(*) FROM product_images WHERE status = 'completed' AND
       (image_id IS NULL OR image_id NOT IN (SELECT id FROM images))`,
  );
  expectNone(
    "image that no product has",
    `SELECT COUNT(*) FROM images WHERE id NOT IN
       (SELECT image_id FROM product_images WHERE image_id IS NOT NULL)`,
  );
  expectNone(
    "product that nobody embedded",
    "SELECT COUNT(*) FROM products WHERE status <> 'deleted' AND embedding_status = 'pending'",
  );
  expectNone(
    "job that never ended",
    "SELECT COUNT(*) FROM store_syncs WHERE status IN ('pending', 'processing')",
  );
  for (const { integrity_check: finding } of rows.query("PRAGMA integrity_check")) {
    if (finding !== "ok") faults.push(`integrity_check: ${finding}`);
  }
  faults.push(...rows.query("PRAGMA foreign_key_check").map((row) => JSON.stringify(row)));
}

/** Reads to the end: what was begun, then what changed since. */
async function settle() {
  await startServer();
  await reader.read("full");
  const job = await reader.read("full");
  if (job?.status !== "completed") throw new Error(`the last job: ${JSON.stringify(job)}`);
  await reader.pictures();
  const catalogue = await catalogueOf(shop);
  const products = await reader.products();
  faults.push(...compareCatalogues(catalogue, products), ...compareStock(catalogue, products));
  await checkSearches(catalogue);
  const again = await reader.read("full");
  if (again.added + again.updated + again.deleted !== 0) {
    faults.push(`nothing had changed, and yet: ${JSON.stringify(again)}`);
  }
  figures.products = products.length;
  for (const until = Date.now() + idleTimeoutMs; openJobs() > 0; await pause(200)) {
    if (Date.now() > until) throw new Error(`${openJobs()} jobs do not end`);
  }
}

const began = performance.now();
let code = 1;
try {
  await startServer();
  await reader.connect();
  await server.stop();
  while (figures.kills < killsWanted) {
    await liveAndDie();
    figures.kills += 1;
    if (figures.kills % 10 === 0) console.error(`${figures.kills} kills, ${figures.jobs} jobs`);
  }
  await settle();
  const ended = await server.stop();
  if (ended.code !== 0) faults.push(`the server ended with ${JSON.stringify(ended)}`);
  checkRows();
  Object.assign(figures, {
    images: rows.number("SELECT COUNT(*) FROM images"),
    restart_ms_max: Math.round(figures.restart_ms_max),
    seconds: Math.round((performance.now() - began) / 1000),
    faults: faults.length,
  });
  console.log(JSON.stringify(figures, null, 2));
  for (const fault of faults.slice(0, 100)) console.error(`FAULT: ${fault}`);
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error.stack);
  if (server.child?.exitCode === null) await server.kill();
}
await shop.close();
if (options.keep) console.error(`data kept in ${folder}`);
else rmSync(folder, { recursive: true, force: true });
process.exit(code);
