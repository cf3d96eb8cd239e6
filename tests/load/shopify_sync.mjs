#!/usr/bin/env node
// How fast AIVA reads a shop: products a second, text alone from a shop that holds nobody back, and
// with pictures from one that allows what Shopify allows. Each reading must end with exactly what
// the shop has.
//
//   node tests/load/shopify_sync.mjs [--products 10000] [--pictured 1000] [--images 3]
//     [--plan standard|advanced|plus] [--only text|pictures]
//
// AIVA_BIN names the program; without it the release build is taken.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "../crash/killed_server.mjs";
import { compareCatalogues, compareStock } from "../crash/shop_catalogue.mjs";
import { ShopReader, catalogueOf, environmentFor } from "../crash/shop_reader.mjs";
import { startShopify } from "../emulators/shopify.mjs";

const { values: options } = parseArgs({
  options: {
    products: { type: "string", default: "10000" },
    pictured: { type: "string", default: "1000" },
    images: { type: "string", default: "3" },
    plan: { type: "string", default: "standard" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const seed = Number(options.seed);
const faults = [];
const figures = { cores: cpus().length };

/** What a process has used of the processors and of memory. */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1).split(" ");
  const peak = readFileSync(`/proc/${pid}/status`, "latin1").match(/VmHWM:\s+(\d+)/);
  return {
    cpu_s: (Number(fields[11]) + Number(fields[12])) / 100,
    peak_mb: Number(peak[1]) / 1024,
  };
}

async function measure(name, { emulator, promised, hasPictures }) {
  const folder = mkdtempSync(join(tmpdir(), "aiva-load-sync-"));
  const shop = await startShopify(emulator);
  const server = new KilledServer(program, folder, { environment: environmentFor(shop.origin) });
  const reader = new ShopReader(server, shop);
  try {
    if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
    await reader.connect();
    const began = performance.now();
    const job = await reader.read("full");
    if (job?.status !== "completed") throw new Error(JSON.stringify(job));
    const readAfter = (performance.now() - began) / 1000;
    if (hasPictures) await reader.pictures();
    const seconds = (performance.now() - began) / 1000;
    const catalogue = await catalogueOf(shop);
    const products = await reader.products();
    faults.push(...compareCatalogues(catalogue, products), ...compareStock(catalogue, products));
    const usage = usageOf(server.child.pid);
    const unchanged = performance.now();
    await reader.read("full");
    const unchangedSeconds = (performance.now() - unchanged) / 1000;
    const partial = performance.now();
    await reader.read("incremental");
    figures[name] = {
      products: products.length,
      images: products.reduce((sum, product) => sum + product.images.length, 0),
      job_seconds: Number(readAfter.toFixed(1)),
      seconds: Number(seconds.toFixed(1)),
      products_per_s: Number((products.length / seconds).toFixed(1)),
      promised_products_per_s: promised,
      cpu_ms_per_product: Number(((usage.cpu_s * 1000) / products.length).toFixed(1)),
      peak_mb: Math.round(usage.peak_mb),
      unchanged_full_seconds: Number(unchangedSeconds.toFixed(1)),
      unchanged_incremental_seconds: Number(((performance.now() - partial) / 1000).toFixed(1)),
      refused_requests: (await (await fetch(`${shop.origin}/_counters`)).json()).refused,
    };
  } finally {
    if (server.child?.exitCode === null) await server.stop();
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (options.only !== "pictures") {
  const fill = { products: Number(options.products), imagesEach: 0, seed };
  await measure("text_alone", { emulator: { throttle: false, fill }, promised: "5–10" });
}
if (options.only !== "text") {
  const fill = { products: Number(options.pictured), imagesEach: Number(options.images), seed };
  const emulator = { plan: options.plan, fill };
  await measure("with_pictures", { emulator, promised: "1–3", hasPictures: true });
}
console.log(JSON.stringify({ ...figures, faults: faults.length }, null, 2));
for (const fault of faults.slice(0, 50)) console.error(`FAULT: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
