#!/usr/bin/env node
// How long a search for products takes among many: each kind of question again and again, over
// HTTP, some at a time.
//
//   node tests/load/product_search.mjs [--variants 100000] [--seconds 10] [--clients 1]
//
// AIVA_BIN names the program; without it the release build is taken.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "../crash/killed_server.mjs";
import { makeRandom } from "../crash/sample_documents.mjs";
import { ShopReader, catalogueOf, environmentFor } from "../crash/shop_reader.mjs";
import { startShopify } from "../emulators/shopify.mjs";

const { values: options } = parseArgs({
  options: {
    variants: { type: "string", default: "100000" },
    seconds: { type: "string", default: "10" },
    clients: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
  },
});
const variantsEach = 10;
const seconds = Number(options.seconds);
const clients = Number(options.clients);
const seed = Number(options.seed);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const random = makeRandom(seed);
const pick = (list) => list[Math.floor(random() * list.length)];

const percentile = (sorted, share) =>
  Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2));

/** Questions of each kind, never the same twice in a row. */
function questionsOf(catalogue) {
  const vendors = [...new Set(catalogue.map(({ vendor }) => vendor))];
  const types = [...new Set(catalogue.map(({ product_type }) => product_type))];
  const tags = [...new Set(catalogue.flatMap((product) => product.tags))];
  const words = () => pick(catalogue).title.toLowerCase();
  const misspelt = () => {
    const word = pick(
      catalogue.flatMap(({ title }) => title.split(" ")).filter((w) => w.length > 5),
    );
    return word.slice(0, 2) + word.slice(3);
  };
  return {
    words: () => ({ query: words() }),
    misspelt_words: () => ({ query: misspelt() }),
    sku: () => ({ query: pick(pick(catalogue).variants).sku }),
    words_and_filters: () => ({
      query: words(),
      filters: { price_max: String(20 + Math.floor(random() * 200)), in_stock: true },
    }),
    words_filters_and_facets: () => ({
      query: words(),
      filters: { vendors: [pick(vendors)], tags: [pick(tags)] },
      facets: true,
    }),
    options: () => ({ query: pick(types), filters: { options: { Size: ["M", "L"] } } }),
    filters_alone: () => ({
      filters: { product_types: [pick(types)], on_sale: true },
      sort: "price_asc",
      facets: true,
    }),
    far_page: () => ({ sort: "newest", limit: 50, offset: 5000 }),
  };
}

async function measure(reader, question) {
  const times = [];
  let found = 0;
  const until = performance.now() + seconds * 1000;
  const client = async () => {
    while (performance.now() < until) {
      const query = question();
      const began = performance.now();
      const answer = await reader.search(query);
      times.push(performance.now() - began);
      found += answer.total_found;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  times.sort((a, b) => a - b);
  return {
    searches: times.length,
    per_s: Number((times.length / seconds).toFixed(1)),
    p50_ms: percentile(times, 0.5),
    p95_ms: percentile(times, 0.95),
    p99_ms: percentile(times, 0.99),
    found_on_average: Math.round(found / times.length),
  };
}

const folder = mkdtempSync(join(tmpdir(), "aiva-product-search-"));
const products = Math.ceil(Number(options.variants) / variantsEach);
const shop = await startShopify({
  throttle: false,
  fill: { products, imagesEach: 0, variantsEach, seed },
});
const server = new KilledServer(program, folder, { environment: environmentFor(shop.origin) });
const reader = new ShopReader(server, shop);
let code = 1;
try {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  await reader.connect();
  const job = await reader.read("full");
  if (job?.status !== "completed") throw new Error(JSON.stringify(job));
  const catalogue = await catalogueOf(shop);
  const began = performance.now();
  await reader.search({ query: "warm up", facets: true });
  const figures = {
    products,
    variants: products * variantsEach,
    clients,
    first_search_ms: Math.round(performance.now() - began),
  };
  for (const [kind, question] of Object.entries(questionsOf(catalogue))) {
    figures[kind] = await measure(reader, question);
  }
  console.log(JSON.stringify(figures, null, 2));
  code = 0;
} catch (error) {
  console.error(error.stack);
}
if (server.child?.exitCode === null) await server.stop();
await shop.close();
rmSync(folder, { recursive: true, force: true });
process.exit(code);
