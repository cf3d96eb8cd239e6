#!/usr/bin/env node
// Changes a shop thousands of times while its events are dropped, sent twice, late and in another
// order, then has AIVA read what changed once, and compares all of both.
//
//   node tests/load/shopify_drift.mjs [--mutations 10000] [--products 2000] [--drop 0.2]
//     [--double 0.2] [--reorder 20] [--seed 1]
//
// AIVA_BIN names the program; without it the release build is taken.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "../crash/killed_server.mjs";
import { compareCatalogues, compareStock } from "../crash/shop_catalogue.mjs";
import { ShopReader, catalogueOf, environmentFor } from "../crash/shop_reader.mjs";
import { StoredRows } from "../crash/stored_rows.mjs";
import { startShopify } from "../emulators/shopify.mjs";

const { values: options } = parseArgs({
  options: {
    mutations: { type: "string", default: "10000" },
    products: { type: "string", default: "2000" },
    drop: { type: "string", default: "0.2" },
    double: { type: "string", default: "0.2" },
    reorder: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const mutations = Number(options.mutations);
const seed = Number(options.seed);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const batch = 100;
const figures = {};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function control(shop, path, body = {}) {
  const reply = await fetch(shop.origin + path, { method: "POST", body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
  return reply.json();
}

/** Waits until every event that arrived was followed. */
async function followed(rows) {
  for (const until = Date.now() + 600_000; Date.now() < until; await pause(500)) {
    if (rows.number("SELECT COUNT(*) FROM store_events WHERE state = 'waiting'") === 0) return;
  }
  throw new Error("events of the shop are never followed");
}

const folder = mkdtempSync(join(tmpdir(), "aiva-drift-"));
const shop = await startShopify({
  throttle: false,
  fill: { products: Number(options.products), imagesEach: 0, seed },
});
const server = new KilledServer(program, folder, { environment: environmentFor(shop.origin) });
const reader = new ShopReader(server, shop);
let code = 1;
try {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  await reader.connect({ hasEvents: true });
  const first = await reader.read("full");
  if (first?.status !== "completed") throw new Error(JSON.stringify(first));

  await control(shop, "/_webhooks", {
    drop: Number(options.drop),
    double: Number(options.double),
    reorder: Number(options.reorder),
  });
  const changing = performance.now();
  for (let done = 0; done < mutations; done += batch) {
    shop.mutate(Math.min(batch, mutations - done), seed * 100_000 + done);
    await control(shop, "/_webhooks/settle");
  }
  const events = await control(shop, "/_webhooks/release");
  figures.changing_seconds = Math.round((performance.now() - changing) / 1000);
  await followed(new StoredRows(folder));
  const before = compareCatalogues(await catalogueOf(shop), await reader.products());
  figures.differences_after_events = before.length;

  const reading = performance.now();
  const job = await reader.read("incremental");
  if (job?.status !== "completed") throw new Error(JSON.stringify(job));
  figures.incremental_seconds = Number(((performance.now() - reading) / 1000).toFixed(1));
  const catalogue = await catalogueOf(shop);
  const products = await reader.products();
  const faults = [...compareCatalogues(catalogue, products), ...compareStock(catalogue, products)];
  const { triggered, delivered, dropped, doubled, reordered, given_up } = events;
  Object.assign(figures, {
    mutations,
    products: products.length,
    events: { triggered, delivered, dropped, doubled, reordered, given_up },
    job: { added: job.added, updated: job.updated, deleted: job.deleted },
    faults: faults.length,
  });
  console.log(JSON.stringify(figures, null, 2));
  for (const fault of faults.slice(0, 50)) console.error(`FAULT: ${fault}`);
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error.stack);
}
if (server.child?.exitCode === null) await server.stop();
await shop.close();
rmSync(folder, { recursive: true, force: true });
process.exit(code);
