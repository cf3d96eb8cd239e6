import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { Server } from "./server.ts";
import {
  bringEvents,
  catalogueOf,
  control,
  differences,
  find,
  finished,
  placeOf,
  productsOf,
  publicUrl,
  startShop,
  sync,
  within,
} from "./shop.ts";

const token = "shpat_test";
const secret = "test-client-secret";

let shop: Json; // a shop of Shopify
let model: Emulator;
let server: Server;
let client: Client;
let base: string;
let store: string;

const titles = (found: Json): string[] =>
  found.product_results.map((hit: Json) => hit.product.title);

/** What searches may find: active products that customers see. */
async function shown(): Promise<Json[]> {
  const all = await catalogueOf(shop);
  return all.filter((product) => product.status === "active" && product.is_published);
}

before(async () => {
  shop = await startShop({ fill: { products: 60, imagesEach: 1, orders: 10, seed: 3 } });
  model = await Emulator.start("openai.mjs");
  server = await Server.start({
    environment: {
      AIVA_SERVER_PUBLIC_URL: publicUrl,
      AIVA_SHOPIFY_SCHEDULED: "false",
      AIVA_SHOPIFY_BASE_ADDRESS: shop.origin,
      AIVA_SHOPIFY_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_SHOPIFY_CLIENT_ID: "test-client-id",
      AIVA_SHOPIFY_CLIENT_SECRET: secret,
      AIVA_WORKER_CONCURRENCY: "2",
      ...model.asChatModel,
    },
  });
  client = await server.admin();
  base = await client.createKnowledgeBase("Shop");
});
after(async () => {
  await server.remove();
  model.stop();
  await shop.close();
});

test("a shop is connected by its token, once for a knowledge base", async () => {
  const place = `${placeOf(client)}/stores`;
  const wanted = { kb_id: base, address: shop.shop.domain, token, app_secret: secret };
  const refused = await client.post(place, { ...wanted, token: "x" });
  assert.equal(refused.status, 422, refused.text);
  const made = await client.post(place, wanted);

  assert.equal(made.status, 201, made.text);
  assert.ok(!made.text.includes(token) && !made.text.includes(secret));
  store = made.body.data.id;
  assert.equal(made.body.data.address, shop.shop.domain);
  assert.equal(made.body.data.currency, "USD");
  assert.equal(made.body.data.status, "active");
  assert.equal(made.body.data.has_webhooks, true);
  bringEvents(shop, server.ready.url);
  const again = await client.post(place, wanted);
  assert.equal(again.status, 409, again.text);
  const report = await client.post(`${place}/${store}/test`);
  assert.equal(report.body.data.reachable, true, report.text);
  assert.equal(report.body.data.products, 60);
  assert.deepEqual(report.body.data.missing_scopes, []);
  const collections = await client.get(`${place}/${store}/collections`);
  assert.ok(collections.body.data.total > 0, collections.text);
});

test("a full reading tells how far it is and ends with the shop's catalogue", async () => {
  const started = await client.post(`${placeOf(client)}/sync`, { kb_id: base });
  assert.equal(started.status, 202, started.text);
  const job = `${placeOf(client)}/jobs/${started.body.data.id}`;

  const events = await client.events("GET", `${job}/events`);

  const last = events.at(-1)!.data;
  assert.ok(events.every(({ event }) => event === "status"));
  assert.equal(last.status, "completed", JSON.stringify(last));
  assert.equal(last.processed_products, 60);
  assert.equal(last.added, 60);
  assert.ok(last.completed_at >= last.started_at);
  const kept = await productsOf(client, base);
  assert.deepEqual(await differences(await catalogueOf(shop), kept), []);
  const statistics = await client.get(`${placeOf(client)}/stats?store_id=${store}`);
  assert.equal(statistics.body.data.products, 60);
  const again = await sync(client, store);
  assert.equal(again.status, "completed");
  assert.deepEqual([again.added, again.updated, again.deleted], [0, 0, 0], JSON.stringify(again));
  assert.equal((await productsOf(client, base)).length, 60);
  const listed = await client.get(`${placeOf(client)}/jobs?status=completed&store_id=${store}`);
  assert.equal(listed.body.data.total, 2);
});

test("products are found by their words, misspelt ones too", async () => {
  const all = await shown();
  const word = all
    .flatMap(({ title }: Json) => title.split(" ") as string[])
    .find((each) => /^[A-Za-z]{7,}$/.test(each))!;
  const right = await find(client, base, { query: word });
  const misspelt = word.slice(0, 3) + word.slice(4);
  const wrong = await find(client, base, { query: misspelt });

  assert.ok(titles(right)[0]!.includes(word), JSON.stringify(titles(right)));
  assert.ok(titles(wrong)[0]!.includes(word), `${misspelt}: ${JSON.stringify(titles(wrong))}`);
  assert.match(wrong.corrected_query.toLowerCase(), new RegExp(word.toLowerCase()));
  const sku = all[0].variants[0].sku;
  const bySku = await find(client, base, { query: sku });
  assert.equal(bySku.product_results[0].product.shopify_id, String(all[0].id));
  assert.equal(bySku.product_results[0].matching_variants[0].sku, sku);
});

test("filters hold, facets count, and sorts sort", async () => {
  const all = await shown();
  const vendor = all[0].vendor;
  const ofVendor = all.filter((product) => product.vendor === vendor);
  const found = await find(client, base, { filters: { vendors: [vendor] }, facets: true });
  const everything = await find(client, base, { facets: true, limit: 100, sort: "price_asc" });

  assert.equal(found.total_found, ofVendor.length);
  assert.ok(found.product_results.every((hit: Json) => hit.product.vendor === vendor));
  // A facet's own part of the filter is not counted in it.
  const counts = new Map(
    found.facets.vendors.map(({ value, count }: Json) => [value, count] as [string, number]),
  );
  for (const name of new Set(all.map((product) => product.vendor as string)))
    assert.equal(counts.get(name), all.filter((product) => product.vendor === name).length, name);
  assert.equal(everything.total_found, all.length);
  assert.equal(everything.facets.in_stock + everything.facets.out_of_stock, all.length);
  const prices = everything.product_results.map((hit: Json) => Number(hit.product.price_min));
  assert.deepEqual(
    prices,
    prices.toSorted((a: number, b: number) => a - b),
  );

  const cheap = await find(client, base, {
    filters: { price_max: "60.00", in_stock: true },
    limit: 100,
  });
  const expected = all.filter((product) =>
    product.variants.some((each: Json) => Number(each.price) <= 60 && each.is_for_sale),
  );
  assert.equal(cheap.total_found, expected.length);
  for (const hit of cheap.product_results)
    for (const variant of hit.matching_variants)
      assert.ok(Number(variant.price) <= 60 && variant.available, JSON.stringify(variant));
  const second = await find(client, base, { limit: 5, offset: 5, sort: "title" });
  const first = await find(client, base, { limit: 10, sort: "title" });
  assert.deepEqual(titles(second), titles(first).slice(5));
});

test("a product is found by its picture", async () => {
  const isPictured = (product: Json) =>
    product.status === "active" && product.published && product.images[0]?.status === "completed";
  await within(120_000, "pictures are read", async () =>
    (await productsOf(client, base)).some(isPictured),
  );
  const product = (await productsOf(client, base)).find(isPictured)!;
  const bytes = Buffer.from(await (await fetch(product.images[0].url)).arrayBuffer());
  const byBytes = await find(client, base, { image: bytes.toString("base64") });
  const byId = await find(client, base, { like_image_id: product.images[0].image_id });
  const form = new FormData();
  form.append("kb_id", base);
  form.append("file", new Blob([bytes]), "seen.jpg");
  const byForm = await client.post("/api/v1/products/search", form);

  assert.equal(byForm.status, 200, byForm.text);
  for (const found of [byBytes, byId, byForm.body.data]) {
    assert.equal(found.product_results[0].product.id, product.id);
    assert.ok(found.product_results[0].scoring_details.picture_similarity > 0.9);
  }
  const thumbnail = await client.get(product.images[0].thumbnail_url);
  assert.equal(thumbnail.status, 200);
});

test("a search for everything brings products beside passages", async () => {
  const document = await client.upload(base, "lamps.txt", "Zirkonia lamps are never refunded.");
  await client.settled(base, document);
  const query = { kb_id: base, query: "Are zirkonia lamps refunded?" };
  const both = await client.post("/api/v1/search", query);
  const alone = await client.post("/api/v1/search", { ...query, search_type: "product" });
  const text = await client.post("/api/v1/search", { ...query, search_type: "text" });

  assert.equal(both.status, 200, both.text);
  assert.match(both.body.data.text_results[0].content, /Zirkonia/);
  assert.ok(both.body.data.product_results.length > 0);
  assert.equal(both.body.data.product_results[0].type, "product");
  assert.equal(alone.body.data.text_results.length, 0);
  assert.ok(alone.body.data.product_results.length > 0);
  assert.equal(text.body.data.product_results.length, 0);
});

test("what happens in the shop is found within five seconds", async () => {
  const [product, other] = await shown();
  const variant = product.variants[0].id;
  const found = async (query: string) => titles(await find(client, base, { query }));

  await control(shop, "/_store", {
    call: "updateProduct",
    arguments: [product.id, { title: "Xylotheque Cabinet" }],
  });
  const changed = await within(5_000, "a new title", async () =>
    (await found("Xylotheque")).includes("Xylotheque Cabinet"),
  );
  await control(shop, "/_store", { call: "setInventory", arguments: [variant, 4711] });
  await within(5_000, "a new stock", async () => {
    const kept = await productsOf(client, base, "&search=Xylotheque");
    return kept[0]?.variants.some((each: Json) => each.inventory >= 4711) ?? false;
  });
  const inCollection = async (title: string) => {
    const kept = await productsOf(client, base, `&search=${encodeURIComponent(other.title)}`);
    const same = kept.find((each: Json) => each.shopify_id === String(other.id));
    return same?.collections.some((each: Json) => each.title === title) ?? false;
  };
  const collection = await control(shop, "/_store", {
    call: "createCollection",
    arguments: [{ title: "Cabinets", products: [other.id] }],
  });
  await within(5_000, "a collection", () => inCollection("Cabinets"));
  await control(shop, "/_store", {
    call: "updateCollection",
    arguments: [collection.id, { title: "Oak cabinets" }],
  });
  await within(5_000, "a collection's new title", () => inCollection("Oak cabinets"));
  await control(shop, "/_store", { call: "deleteCollection", arguments: [collection.id] });
  await within(5_000, "a collection's end", async () => !(await inCollection("Oak cabinets")));
  await control(shop, "/_store", { call: "deleteProduct", arguments: [product.id] });
  const gone = await within(
    5_000,
    "a deletion",
    async () => !(await found("Xylotheque")).includes("Xylotheque Cabinet"),
  );
  console.log(`found after ${changed} ms, gone after ${gone} ms`);
});

test("an event that nobody signed changes nothing", async () => {
  const place = `${server.ready.url}/api/shopify/webhooks/${store}`;
  const forged = await fetch(place, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-shopify-topic": "app/uninstalled",
      "x-shopify-hmac-sha256": "Zm9yZ2Vk",
      "x-shopify-shop-domain": shop.shop.domain,
    },
    body: "{}",
  });

  assert.equal(forged.status, 401, await forged.text());
  const reply = await client.get(`${placeOf(client)}/stores/${store}`);
  assert.equal(reply.body.data.status, "active");
});

test("what events did not tell, the next reading finds", async () => {
  await control(shop, "/_webhooks", { drop: 1 });
  const all = await shown();
  await control(shop, "/_store", { call: "deleteProduct", arguments: [all[0].id] });
  await control(shop, "/_store", {
    call: "updateProduct",
    arguments: [all[1].id, { title: "Unheard Chair" }],
  });

  const job = await sync(client, store, "incremental");

  assert.equal(job.status, "completed", JSON.stringify(job));
  assert.deepEqual(await differences(await catalogueOf(shop), await productsOf(client, base)), []);
  const deleted = (await productsOf(client, base, "&with_deleted=true")).filter(
    (product) => product.status === "deleted",
  );
  assert.ok(deleted.some((product) => product.shopify_id === String(all[0].id)));
  await control(shop, "/_webhooks", {});
});

test("a paused shop is left alone until it is resumed", async () => {
  const place = `${placeOf(client)}/stores/${store}`;
  const paused = await client.post(`${place}/pause`);
  assert.equal(paused.body.data.status, "paused", paused.text);
  const refused = await client.post(`${placeOf(client)}/sync`, { store_id: store });
  assert.equal(refused.status, 409, refused.text);

  const [product] = await shown();
  await control(shop, "/_store", {
    call: "updateProduct",
    arguments: [product.id, { title: "Quiet Mug" }],
  });
  const resumed = await client.post(`${place}/resume`);
  assert.equal(resumed.body.data.status, "active", resumed.text);
  const job = await sync(client, store);

  assert.equal(job.status, "completed", JSON.stringify(job));
  assert.ok(titles(await find(client, base, { query: "Quiet Mug" })).includes("Quiet Mug"));
});

test("an agent shows products, looks up orders and fills carts", async () => {
  const made = await client.post("/api/agents", { name: "Clerk", kb_id: base, publish: true });
  assert.equal(made.status, 201, made.text);
  const ask = async (message: string): Promise<Json> => {
    const reply = await client.post("/api/chat/message", {
      agent_id: made.body.data.id,
      message,
    });
    assert.equal(reply.status, 200, reply.text);
    return reply.body.data;
  };
  const call = (name: string, words: Json) => `Please call ${name} ${JSON.stringify(words)}`;
  const [order] = [...shop.store.orders.values()];
  const product = (await productsOf(client, base, "&search=Quiet"))[0]!;

  const shown = await ask("Do you have a Quiet Mug?");
  assert.ok(
    shown.products.some((card: Json) => card.title === "Quiet Mug"),
    JSON.stringify(shown.products),
  );
  assert.equal(shown.products[0].currency, "USD");
  assert.equal(shown.agent_metadata.has_shopify, true);
  const searched = await ask(call("search_products", { query: "Quiet Mug", limit: 3 }));
  assert.equal(searched.function_calls[0].name, "search_products");
  assert.match(JSON.stringify(searched.function_calls[0]), /Quiet Mug/);
  const asked = (email: string) => call("order_status", { order_number: order.name, email });
  const looked = await ask(asked(order.email));
  assert.equal(looked.function_calls[0].name, "order_status");
  assert.ok(JSON.stringify(looked.function_calls[0]).includes(order.name));
  const stranger = await ask(asked("eve@example.com"));
  const told = JSON.stringify(stranger.function_calls[0]);
  for (const line of order.lines) assert.ok(!told.includes(line.title), told);
  const items = [{ variant_id: product.variants[0].id, quantity: 2 }];
  const filled = await ask(call("cart_link", { items }));
  assert.match(
    JSON.stringify(filled.function_calls[0]),
    new RegExp(`/cart/${product.variants[0].shopify_id}:2`),
  );
});

test("an owner connects a shop by consent", async () => {
  const other = await client.createKnowledgeBase("By consent");
  const place = `${placeOf(client)}/stores`;
  const made = await client.post(place, { kb_id: other, address: shop.shop.domain });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.data.has_token, false);
  const one = `${place}/${made.body.data.id}`;
  const asked = await client.post(`${one}/oauth`);
  assert.equal(asked.status, 200, asked.text);

  const agreed = await fetch(asked.body.data.url, { redirect: "manual" });
  assert.equal(agreed.status, 302, await agreed.text());
  const location = agreed.headers.get("location")!;
  assert.ok(location.startsWith(`${publicUrl}/api/shopify/oauth/callback?`), location);
  const back = location.replace(publicUrl, server.ready.url);
  const forged = await fetch(back.replace(/hmac=[0-9a-f]/, "hmac=x"));
  assert.equal(forged.status, 401, await forged.text());
  const page = await fetch(back);
  assert.equal(page.status, 200, await page.text());
  assert.match(page.headers.get("content-type")!, /^text\/html/);

  const connected = await client.get(one);
  assert.equal(connected.body.data.has_token, true, connected.text);
  assert.equal((await fetch(back)).status, 401, "a way back is good once");
  bringEvents(shop, server.ready.url);
  const jobs = await client.get(`${placeOf(client)}/jobs?store_id=${made.body.data.id}`);
  const job = await finished(client, jobs.body.data.items[0].id);
  assert.equal(job.status, "completed", JSON.stringify(job));
  assert.equal(job.added, (await catalogueOf(shop)).length);
  // The token was good for an hour.
  await control(shop, "/_clock", { advance_ms: 3_700_000 });
  const later = await sync(client, made.body.data.id, "incremental");
  assert.equal(later.status, "completed", JSON.stringify(later));

  // What the law asks for comes to the app's one address, and is not about stores of other apps.
  await control(shop, "/_app", { compliance_url: `${server.ready.url}/api/shopify/webhooks` });
  const noted = async (action: string): Promise<string[]> => {
    const audit = await client.get(`/api/audit-log?action=${action}`);
    assert.equal(audit.status, 200, audit.text);
    return audit.body.data.items.map((entry: Json) => entry.resource_id);
  };
  await control(shop, "/_emit", { topic: "customers/data_request" });
  await within(5_000, "a request for data is noted", async () =>
    (await noted("store.customer_data_requested")).includes(made.body.data.id),
  );
  await control(shop, "/_emit", { topic: "shop/redact" });
  await within(10_000, "the shop is forgotten", async () => (await client.get(one)).status === 404);
  assert.deepEqual(await productsOf(client, other, "&with_deleted=true"), []);
  assert.deepEqual(await noted("store.redacted"), [made.body.data.id]);
  assert.equal((await client.get(`${place}/${store}`)).status, 200);
});

test("a feed brings its products, and takes away those it has no more", async () => {
  const other = await client.createKnowledgeBase("A feed");
  const made = await client.post(`${placeOf(client)}/stores`, { kb_id: other, kind: "feed" });
  assert.equal(made.status, 201, made.text);
  const feed = async (list: string, type: string) => {
    const place = `${placeOf(client)}/stores/${made.body.data.id}/feed`;
    const sent = await client.send("PUT", place, list, { "content-type": type });
    assert.equal(sent.status, 200, sent.text);
    const job = await sync(client, made.body.data.id);
    assert.equal(job.status, "completed", JSON.stringify(job));
  };

  const columns = "id,title,description,price,currency,vendor\n";
  const table = '1,"Oak table, large",For eight,450.00,EUR,Fjellhus\n';
  await feed(`${columns}${table}2,Birch stool,Light,49.90,EUR,Fjellhus\n`, "text/csv");
  const found = await find(client, other, { query: "birch stool" });
  assert.equal(found.product_results[0].product.title, "Birch stool");
  assert.equal(found.product_results[0].product.price_min, "49.90");
  assert.equal(found.product_results[0].product.currency, "EUR");
  assert.equal((await productsOf(client, other)).length, 2);
  await feed("id,title,description,price,currency\n2,Birch stool,Light,39.90,EUR\n", "text/csv");
  const kept = await productsOf(client, other);
  assert.deepEqual(
    kept.map((product) => [product.title, product.price_min]),
    [["Birch stool", "39.90"]],
  );
  const removed = await client.delete(`${placeOf(client)}/stores/${made.body.data.id}`);
  assert.equal(removed.status, 200, removed.text);
  assert.deepEqual(await productsOf(client, other, "&with_deleted=true"), []);
});

test("another tenant sees nothing of a shop", async () => {
  const root = client;
  const tenant = await root.post("/api/tenants", { name: "Stranger" });
  const user = {
    email: "admin@stranger.test",
    password: "Passw0rd-of-stranger",
    name: "Stranger",
    role: "admin",
    tenant_id: tenant.body.data.id,
  };
  assert.equal((await root.post("/api/users", user)).status, 201);
  const stranger = server.anonymous;
  await stranger.login(user.email, user.password);
  const [product] = await productsOf(client, base);

  const own = placeOf(stranger);
  assert.equal((await stranger.get(`${placeOf(client)}/stores`)).status, 403);
  for (const path of [`/stores/${store}`, `/products/${product.id}`])
    assert.equal((await stranger.get(own + path)).status, 404, path);
  assert.equal((await stranger.get(`${own}/products`)).body.data.total, 0);
  assert.equal((await stranger.get(`${own}/stores`)).body.data.total, 0);
  const searched = await stranger.post("/api/v1/products/search", { kb_id: base, query: "mug" });
  assert.equal(searched.status, 404, searched.text);
  const started = await stranger.post(`${own}/sync`, { store_id: store });
  assert.equal(started.status, 404, started.text);
});

test("an app that was taken out of the shop says so", async () => {
  const place = `${placeOf(client)}/stores/${store}`;
  await control(shop, "/_uninstall");

  await within(5_000, "the store is in error", async () => {
    const reply = await client.get(place);
    return reply.body.data.status === "error" && reply.body.data.error_message !== null;
  });
});
