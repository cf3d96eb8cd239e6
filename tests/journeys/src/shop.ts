import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Client, Json } from "./client.ts";
import { repository } from "./server.ts";

// Not bundled: these run by themselves, too.
const load = (file: string): Promise<Json> =>
  import(pathToFileURL(join(repository, file)).href) as Promise<Json>;

/** The emulator of a Shopify shop, in this process. */
export async function startShop(options: Json): Promise<Json> {
  const { startShopify } = await load("tests/emulators/shopify.mjs");
  return startShopify(options);
}

/** Shops send events, and owners back, by https alone. */
export const publicUrl = "https://aiva.test";

/** Takes the place of a proxy that ends TLS: what a shop sends to the public address arrives. */
export function bringEvents(shop: Json, url: string): void {
  for (const subscription of shop.webhooks.subscriptions.values())
    subscription.address = subscription.address.replace(publicUrl, url);
}

/** Asks something of the emulator as a test. */
export async function control(shop: Json, path: string, body: Json = {}): Promise<Json> {
  const reply = await fetch(shop.origin + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(reply.status, 200, `${path}: ${await reply.clone().text()}`);
  return reply.json();
}

export async function catalogueOf(shop: Json): Promise<Json[]> {
  return (await fetch(`${shop.origin}/_catalogue`)).json() as Promise<Json[]>;
}

/** Sentences on what differs between the shop and AIVA; none: nothing. */
export async function differences(shop: Json[], aiva: Json[]): Promise<string[]> {
  const { compareCatalogues, compareStock } = await load("tests/crash/shop_catalogue.mjs");
  return [...compareCatalogues(shop, aiva), ...compareStock(shop, aiva)];
}

export const placeOf = (client: Client): string => `/api/shopify/${client.user.tenant_id}`;

/** All products of a knowledge base, page by page. */
export async function productsOf(client: Client, base: string, query = ""): Promise<Json[]> {
  const products: Json[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const more = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const list = `${placeOf(client)}/products?kb_id=${base}&limit=200${query}${more}`;
    const reply = await client.get(list);
    assert.equal(reply.status, 200, reply.text);
    products.push(...reply.body.data.items);
    cursor = reply.body.data.next_cursor;
  }
  return products;
}

/** Reads a store to the end of the job; what the job says then. */
export async function sync(client: Client, store: string, type = "full"): Promise<Json> {
  const started = await client.post(`${placeOf(client)}/sync`, { store_id: store, type });
  assert.equal(started.status, 202, started.text);
  return finished(client, started.body.data.id);
}

export async function finished(client: Client, job: string): Promise<Json> {
  for (const until = Date.now() + 300_000; Date.now() < until; await pause(50)) {
    const reply = await client.get(`${placeOf(client)}/jobs/${job}`);
    assert.equal(reply.status, 200, reply.text);
    if (["completed", "failed", "cancelled"].includes(reply.body.data.status))
      return reply.body.data;
  }
  throw new Error(`job ${job} does not end`);
}

/** Waits until something holds; how many milliseconds that took. */
export async function within(
  timeMs: number,
  what: string,
  holds: () => Promise<boolean>,
): Promise<number> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > timeMs) throw new Error(`not within ${timeMs} ms: ${what}`);
    await pause(50);
  }
  return Date.now() - began;
}

export async function find(client: Client, base: string, query: Json): Promise<Json> {
  const reply = await client.post("/api/v1/products/search", { kb_id: base, ...query });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

/** One product of a feed in a knowledge base, everything named after `word`. */
export async function feedOf(client: Client, base: string, word: string): Promise<Json> {
  const wanted = { kb_id: base, kind: "feed", auto_sync: false };
  const made = await client.post(`${placeOf(client)}/stores`, wanted);
  assert.equal(made.status, 201, made.text);
  const store = made.body.data.id;
  const columns = "id,title,description,price,currency";
  const list = `${columns}\n1,${word} lamp,Shines like ${word},12.50,EUR\n`;
  const place = `${placeOf(client)}/stores/${store}/feed`;
  const sent = await client.send("PUT", place, list, { "content-type": "text/csv" });
  assert.equal(sent.status, 200, sent.text);
  const job = await sync(client, store);
  assert.equal(job.status, "completed", JSON.stringify(job));
  const [product] = await productsOf(client, base);
  return { store, job: job.id, product: product.id };
}
