import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { startShopify } from "./shopify.mjs";

const redirectUri = "https://aiva.example.com/callback";
let shop;
before(async () => {
  shop = await startShopify({
    redirectUris: [redirectUri],
    scopes: ["read_products", "read_inventory", "read_locations", "read_orders"],
    fill: { products: 30, imagesEach: 2, orders: 5, seed: 1 },
  });
});
after(() => shop.close());
afterEach(() => {
  shop.faults.clear();
  shop.counters.clear();
  shop.limits.set({});
  shop.clock.go();
});

const call = (path, { token = "shpat_test", ...options } = {}) =>
  fetch(`${shop.origin}${path}`, {
    redirect: "manual",
    ...options,
    headers: { "x-shopify-access-token": token, ...options.headers },
  });
const api = (path, options) => call(`/admin/api/2026-07/${path}`, options);
const read = async (path) => (await api(path)).json();
const post = (path, body, method = "POST") =>
  call(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const linkOf = (response, rel) =>
  response.headers.get("link")?.match(new RegExp(`<([^>]+)>; rel="${rel}"`))?.[1] ?? null;
const pathOf = (url) => url.slice(shop.origin.length);
const expectError = async (response, status, pattern) => {
  const body = await response.json();
  assert.equal(response.status, status, JSON.stringify(body));
  assert.match(JSON.stringify(body.errors ?? body.error_description), pattern);
};

test("the same seed makes the same shop, and the same changes of it", async () => {
  const other = await startShopify({ fill: { products: 30, imagesEach: 2, orders: 5, seed: 1 } });
  const shape = ({ store }) =>
    [...store.products.values()].map(({ title, tags, variants }) => [
      title,
      tags,
      variants.map(({ sku, price, item }) => [sku, price, item.levels.map((l) => l.available)]),
    ]);
  assert.deepEqual(shape(other), shape(shop));

  const third = await startShopify({ fill: { products: 30, imagesEach: 2, orders: 5, seed: 1 } });
  const change = ({ origin }) =>
    fetch(`${origin}/_mutate`, { method: "POST", body: '{"count":200,"seed":4}' });
  const [first, second] = await Promise.all([other, third].map(change));
  assert.deepEqual(await first.json(), await second.json());
  assert.deepEqual(shape(other), shape(third));
  assert.notDeepEqual(shape(other), shape(shop));
  await Promise.all([other.close(), third.close()]);
});

test("a shop of 100,000 variants is filled and served", async () => {
  const large = await startShopify({
    throttle: false,
    fill: { products: 20_000, variantsEach: 5, imagesEach: 1, orders: 0 },
  });
  assert.equal(large.store.variants.size, 100_000);
  const seen = new Set();
  let url = `${large.origin}/admin/api/2024-01/products.json?limit=250&fields=id`;
  while (url) {
    const response = await fetch(url, { headers: { "x-shopify-access-token": "shpat_test" } });
    for (const { id } of (await response.json()).products) seen.add(id);
    url = linkOf(response, "next");
  }
  assert.equal(seen.size, 20_000);
  await large.close();
});

test("refuses calls without a token, with a wrong one, and to versions there are not", async () => {
  await expectError(await call("/admin/api/2026-07/shop.json", { token: "" }), 401, /Invalid API/);
  await expectError(await call("/admin/api/2026-07/shop.json", { token: "no" }), 401, /Invalid/);
  for (const version of ["2026-08", "2031-01", "latest"]) {
    await expectError(await call(`/admin/api/${version}/shop.json`), 404, /Not Found/);
  }
});

test("an old version falls forward to the oldest that is supported", async () => {
  const response = await call("/admin/api/2024-01/products.json");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("x-shopify-api-version"), "2025-10");
});

const authorize = (changes = {}) => {
  const query = new URLSearchParams({
    client_id: "test-client-id",
    scope: "read_products,read_orders",
    redirect_uri: redirectUri,
    state: "nonce-1 a+b/~'!",
    ...changes,
  });
  return call(`/admin/oauth/authorize?${query}`);
};
const exchange = (body) =>
  post("/admin/oauth/access_token", {
    client_id: "test-client-id",
    client_secret: "test-client-secret",
    ...body,
  });

test("sends the merchant back with a code, signed as the provider signs", async () => {
  const response = await authorize();
  assert.equal(response.status, 302);
  const back = new URL(response.headers.get("location"));
  assert.equal(back.origin + back.pathname, redirectUri);
  const { hmac, ...rest } = Object.fromEntries(back.searchParams);
  assert.deepEqual(Object.keys(rest).sort(), ["code", "host", "shop", "state", "timestamp"]);
  assert.equal(rest.state, "nonce-1 a+b/~'!");
  assert.equal(
    Buffer.from(rest.host, "base64").toString(),
    `admin.shopify.com/store/${rest.shop.split(".")[0]}`,
  );
  // The query as it came, but for hmac, sorted.
  const query = back.search
    .slice(1)
    .split("&")
    .filter((pair) => !pair.startsWith("hmac="))
    .sort()
    .join("&");
  assert.equal(hmac, createHmac("sha256", "test-client-secret").update(query).digest("hex"));

  const granted = await (await exchange({ code: rest.code })).json();
  assert.deepEqual(Object.keys(granted), ["access_token", "scope"]);
  assert.equal(granted.scope, "read_products,read_orders");
  assert.equal((await api("products.json", { token: granted.access_token })).status, 200);
  const refused = await api("locations.json", { token: granted.access_token });
  await expectError(refused, 403, /merchant approval for read_locations scope/);
  await expectError(await exchange({ code: rest.code }), 400, /already used/);
});

test("opens an app at its address, signed", async () => {
  const launch = await post("/_launch", { url: "https://aiva.example.com/install?plan=1" });
  const opened = new URL((await launch.json()).url);
  const { hmac, ...rest } = Object.fromEntries(opened.searchParams);
  assert.deepEqual(Object.keys(rest).sort(), ["host", "plan", "shop", "timestamp"]);
  assert.match(hmac, /^[0-9a-f]{64}$/);
});

test("refuses apps, redirects and scopes it does not know", async () => {
  await expectError(await authorize({ client_id: "other" }), 400, /api_key/);
  await expectError(
    await authorize({ redirect_uri: "https://evil.example/" }),
    400,
    /redirect_uri/,
  );
  await expectError(await authorize({ scope: "read_everything" }), 400, /read_everything/);
  await post("/_app", { decision: "deny" });
  await expectError(await authorize(), 403, /did not install/);
  await post("/_app", { decision: "accept" });
  await expectError(await exchange({ code: "x", client_secret: "wrong" }), 401, /authentication/);
  await expectError(await exchange({ code: "never given" }), 400, /not found/);
});

test("codes and tokens that expire do so; refreshing gives new ones", async () => {
  shop.clock.stop();
  const codeOf = async (changes) =>
    new URL((await authorize(changes)).headers.get("location")).searchParams.get("code");
  const late = await codeOf();
  shop.clock.advance(61_000);
  await expectError(await exchange({ code: late }), 400, /not found/);

  const online = await (
    await exchange({ code: await codeOf({ "grant_options[]": "per-user" }) })
  ).json();
  assert.equal(online.associated_user.account_owner, true);
  assert.equal(online.expires_in, 86_399);
  const expiring = await (await exchange({ code: await codeOf(), expiring: "1" })).json();
  assert.equal(expiring.expires_in, 3600);
  shop.clock.advance(3_600_000);
  await expectError(await api("shop.json", { token: expiring.access_token }), 401, /Invalid/);
  const refresh = { grant_type: "refresh_token", refresh_token: expiring.refresh_token };
  const fresh = await (await exchange(refresh)).json();
  assert.equal((await api("shop.json", { token: fresh.access_token })).status, 200);
  // An answer may be lost: the old one is good until the new one was used.
  const retried = await (await exchange(refresh)).json();
  assert.notEqual(retried.refresh_token, fresh.refresh_token);
  await expectError(await api("shop.json", { token: fresh.access_token }), 401, /Invalid/);
  const next = { grant_type: "refresh_token", refresh_token: retried.refresh_token };
  const third = await (await exchange(next)).json();
  await expectError(await exchange(refresh), 400, /active refresh_token/);
  const other = await (await exchange({ code: await codeOf(), expiring: "1" })).json();
  await expectError(await api("shop.json", { token: third.access_token }), 401, /Invalid/);
  assert.equal((await api("shop.json", { token: other.access_token })).status, 200);
  await expectError(await exchange(next), 400, /active refresh_token/);
  shop.clock.advance(86_400_000);
  await expectError(await api("shop.json", { token: online.access_token }), 401, /Invalid/);
});

test("pages through products by Link, forwards and back", async () => {
  const seen = [];
  let url = "/admin/api/2026-07/products.json?limit=7";
  let last;
  while (url) {
    last = await call(url);
    seen.push(...(await last.json()).products.map(({ id }) => id));
    url = linkOf(last, "next") && pathOf(linkOf(last, "next"));
  }
  assert.equal(new Set(seen).size, 30);
  assert.equal(seen.length, 30);
  const back = await (await call(pathOf(linkOf(last, "previous")))).json();
  assert.deepEqual(
    back.products.map(({ id }) => id),
    seen.slice(21, 28),
  );
  assert.equal(linkOf(await api("products.json?limit=250"), "next"), null);
});

test("a page goes on after what was seen, though the list changed", async () => {
  const first = await api("products.json?limit=10&fields=id,title");
  const shown = (await first.json()).products;
  const moved = shown[0].id;
  const { title } = shop.store.products.get(moved);
  shop.store.updateProduct(moved, { title: "zzz" });
  const ids = [];
  for (let url = linkOf(first, "next"); url;) {
    const response = await call(pathOf(url));
    ids.push(...(await response.json()).products.map(({ id }) => id));
    url = linkOf(response, "next");
  }
  // Sorted by title it is seen twice; the others once.
  assert.equal(ids.at(-1), moved);
  assert.equal(ids.length, 21);
  shop.store.updateProduct(moved, { title });
});

test("refuses cursors that expired or were made up, and filters beside them", async () => {
  const url = pathOf(linkOf(await api("products.json?limit=5"), "next"));
  await expectError(await call(`${url}&status=active`), 400, /cannot be passed when page_info/);
  await expectError(
    await call(url.replace(/page_info=.{4}/, "page_info=AAAA")),
    400,
    /Invalid value/,
  );
  assert.equal((await call(url)).status, 200);
  await post("/_cursors/expire", {});
  await expectError(await call(url), 400, /page_info.*Invalid value/);
});

test("refuses limits beyond 250 and parameters that would be ignored", async () => {
  for (const limit of ["251", "0", "-1", "x"]) {
    await expectError(await api(`products.json?limit=${limit}`), 400, /limit/);
  }
  await expectError(await api("products.json?colour=red"), 400, /colour/);
  await expectError(await api("products.json?status=sold"), 400, /status/);
  await expectError(await api("nothing.json"), 404, /Not Found/);
  await expectError(await api("products.json", { method: "DELETE" }), 405, /Method/);
});

test("filters products by ids, since_id, status, times, collections and fields", async () => {
  const all = [...shop.store.products.values()];
  const [first, second, third] = all;
  const ids = async (query) => (await read(`products.json?${query}`)).products.map(({ id }) => id);
  assert.deepEqual((await ids(`ids=${first.id},${third.id}`)).sort(), [first.id, third.id]);
  assert.deepEqual(await ids(`since_id=${first.id}&limit=2`), [second.id, third.id]);
  const drafts = all.filter(({ status }) => status === "draft").map(({ id }) => id);
  assert.deepEqual((await ids("status=draft")).sort(), drafts);
  const since = new Date(all.at(-3).updatedAt).toISOString();
  const fresh = all.filter(({ updatedAt }) => updatedAt >= Date.parse(since)).length;
  assert.ok(fresh >= 3 && fresh < 30);
  assert.equal((await ids(`updated_at_min=${since}`)).length, fresh);
  const [sale, picks] = shop.store.collections.values();
  assert.equal((await ids(`collection_id=${picks.id}&limit=250`)).length, picks.members.size);
  const onSale = all.filter(({ tags }) => tags.includes("sale")).length;
  assert.equal((await read(`products/count.json?collection_id=${sale.id}`)).count, onSale);
  const { products } = await read("products.json?fields=id,title&limit=1");
  assert.deepEqual(Object.keys(products[0]), ["id", "title"]);
});

test("shows a product as the provider does", async () => {
  const known = [...shop.store.products.values()].find(({ variants }) => variants.length > 1);
  const { product } = await read(`products/${known.id}.json`);
  assert.equal(product.admin_graphql_api_id, `gid://shopify/Product/${known.id}`);
  assert.match(product.updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-05:00$/);
  assert.equal(product.variants.length, known.variants.length);
  assert.match(product.variants[0].price, /^\d+\.\d\d$/);
  assert.deepEqual(
    product.options.map(({ name }) => name),
    known.options.map(({ name }) => name),
  );
  assert.equal(product.variants[0].option1, product.options[0].values[0]);
  assert.equal(product.images.length, 2);
  assert.equal(product.image.id, product.images[0].id);
  const { variant } = await read(`variants/${product.variants[0].id}.json`);
  assert.deepEqual(variant, product.variants[0]);
  assert.equal(
    (await read(`products/${known.id}/variants.json`)).variants.length,
    known.variants.length,
  );
  assert.equal((await read(`products/${known.id}/images/count.json`)).count, 2);
  await expectError(await api("products/1.json"), 404, /Not Found/);
});

test("serves collections, collects, metafields, locations and the shop", async () => {
  const { smart_collections } = await read("smart_collections.json");
  assert.equal(smart_collections[0].rules[0].column, "tag");
  const { custom_collections } = await read("custom_collections.json");
  const [{ id }] = custom_collections;
  const { collects } = await read(`collects.json?collection_id=${id}&limit=250`);
  assert.equal(collects.length, shop.store.collections.get(id).members.size);
  const { products } = await read(`collections/${id}/products.json`);
  assert.equal("variants" in products[0], false);
  const owner = [...shop.store.products.values()].find(({ metafields }) => metafields.length > 0);
  const { metafields } = await read(`products/${owner.id}/metafields.json`);
  assert.deepEqual(
    metafields.map(({ namespace, key, value }) => [namespace, key, value]),
    owner.metafields.map(({ namespace, key, value }) => [namespace, key, value]),
  );
  assert.equal((await read("locations.json")).locations.length, 2);
  const { shop: about } = await read("shop.json");
  assert.equal(about.currency, "USD");
  assert.equal(about.myshopify_domain, "aiva-test.myshopify.com");
});

test("inventory is asked for by items or locations", async () => {
  await expectError(await api("inventory_levels.json"), 422, /must be present/);
  const [variant] = shop.store.variants.values();
  const { inventory_levels } = await read(
    `inventory_levels.json?inventory_item_ids=${variant.item.id}`,
  );
  assert.equal(inventory_levels.length, variant.item.levels.length);
  assert.equal(inventory_levels[0].available, variant.item.levels[0].available);
  const { inventory_items } = await read(`inventory_items.json?ids=${variant.item.id}`);
  assert.equal(inventory_items[0].sku, variant.sku);
});

test("finds orders by name and e-mail; only open and recent ones unless asked", async () => {
  const [order] = shop.store.orders.values();
  const name = encodeURIComponent(order.name);
  const { orders } = await read(`orders.json?status=any&name=${name}`);
  assert.equal(orders.length, 1);
  assert.equal(orders[0].email, order.email);
  const none = await read(`orders.json?status=any&name=${name}&email=other@example.com`);
  assert.deepEqual(none.orders, []);
  shop.store.updateOrder(order.id, { cancelledAt: shop.store.now() });
  assert.deepEqual((await read(`orders.json?name=${name}`)).orders, []);
  const line = [[...shop.store.variants.keys()][0], 1];
  const old = shop.store.createOrder({
    email: "old@example.com",
    lines: [line],
    createdAt: shop.store.now() - 61 * 86_400_000,
  });
  await expectError(await api(`orders/${old.id}.json`), 404, /Not Found/);
});

test("the bucket of REST holds 40 requests and leaks 2 a second", async () => {
  shop.clock.stop();
  const answers = await Promise.all(Array.from({ length: 41 }, () => api("shop.json")));
  assert.equal(answers.filter(({ status }) => status === 200).length, 40);
  const refused = answers.find(({ status }) => status === 429);
  assert.equal(refused.headers.get("retry-after"), "2.0");
  assert.equal(refused.headers.get("x-shopify-shop-api-call-limit"), "40/40");
  await expectError(refused, 429, /Exceeded 2 calls per second/);
  shop.clock.advance(1000);
  assert.equal((await api("shop.json")).headers.get("x-shopify-shop-api-call-limit"), "39/40");
  assert.equal((await api("shop.json")).status, 200);
  assert.equal((await api("shop.json")).status, 429);
  const counted = shop.counters.list();
  assert.equal(counted.refused, 2);
  assert.deepEqual(counted.totals.rest, { requests: 44, refused: 2, faulted: 0 });
  assert.equal(counted.max_per_second.rest, 41);
});

test("without throttling nothing is refused; a larger plan allows more", async () => {
  shop.clock.stop();
  shop.limits.set({ throttle: false });
  const many = await Promise.all(Array.from({ length: 100 }, () => api("shop.json")));
  assert.ok(many.every(({ status }) => status === 200));
  shop.limits.set({ throttle: true, plan: "plus" });
  assert.equal((await api("shop.json")).headers.get("x-shopify-shop-api-call-limit"), "1/400");
  shop.limits.set({ plan: "standard" });
});

test("fails on demand, and counts that apart from what the client did wrong", async () => {
  const spoil = (fault) => post("/_faults", fault);
  await spoil({ kind: "server_error", status: 503, on: "rest" });
  assert.equal((await api("shop.json")).status, 503);
  await spoil({ kind: "rate_limit", retry_after_s: 3, count: 2, on: "rest" });
  const storm = [await api("shop.json"), await api("shop.json"), await api("shop.json")];
  assert.deepEqual(
    storm.map(({ status }) => status),
    [429, 429, 200],
  );
  assert.equal(storm[0].headers.get("retry-after"), "3.0");
  await spoil({ kind: "truncated_json", on: "rest" });
  await assert.rejects((await api("shop.json")).json(), SyntaxError);
  await spoil({ kind: "wrong_type", on: "rest" });
  assert.match((await api("shop.json")).headers.get("content-type"), /text\/html/);
  await spoil({ kind: "wrong_shape", on: "rest" });
  assert.equal((await read("shop.json")).shop, undefined);
  await spoil({ kind: "cut_body", on: "rest" });
  await assert.rejects(async () => (await api("shop.json")).text());
  await spoil({ kind: "drop", on: "rest" });
  await assert.rejects(api("shop.json"));
  await spoil({ kind: "unauthorized", on: "rest", path: "locations" });
  assert.equal((await api("shop.json")).status, 200);
  assert.equal((await api("locations.json")).status, 401);
  const { totals, refused } = shop.counters.list();
  assert.equal(refused, 0);
  assert.equal(totals.rest.faulted, 9);
  await expectError(await spoil({ kind: "no_such" }), 400, /no fault/);
  await expectError(await spoil({ kind: "slow", colour: 1 }), 400, /colour/);
});

const pixelsOfPng = (bytes) => {
  assert.deepEqual(bytes.subarray(1, 4).toString(), "PNG");
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const size = bytes.readUInt32BE(33);
  assert.equal(bytes.subarray(37, 41).toString(), "IDAT");
  assert.equal(inflateSync(bytes.subarray(41, 41 + size)).length, height * (1 + width * 3));
  return { width, height };
};

test("serves pictures, each its own, smaller on request, and bad ones on demand", async () => {
  const images = [...shop.store.images.values()];
  const fetchImage = (image, suffix = "") => call(pathOf(shop.shop.imageUrl(image)) + suffix);
  const bodies = new Set();
  for (const image of images.slice(0, 12)) {
    const response = await fetchImage(image);
    const bytes = Buffer.from(await response.arrayBuffer());
    bodies.add(bytes.toString("base64"));
    if (image.format === "png") {
      assert.equal(response.headers.get("content-type"), "image/png");
      assert.deepEqual(pixelsOfPng(bytes), { width: 64, height: 64 });
    } else {
      assert.equal(response.headers.get("content-type"), "image/jpeg");
      assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
      assert.deepEqual([...bytes.subarray(-2)], [0xff, 0xd9]);
    }
  }
  assert.equal(bodies.size, 12);
  const png = images.find(({ format }) => format === "png");
  const small = await fetchImage(png, "&width=16");
  assert.equal(pixelsOfPng(Buffer.from(await small.arrayBuffer())).width, 16);

  await post("/_faults", { kind: "not_found", on: "image" });
  assert.equal((await fetchImage(png)).status, 404);
  await post("/_faults", { kind: "redirect", location: "http://169.254.169.254/", on: "image" });
  assert.equal((await fetchImage(png)).headers.get("location"), "http://169.254.169.254/");
  await post("/_faults", { kind: "huge", bytes: 300_000, on: "image" });
  assert.ok((await (await fetchImage(png)).arrayBuffer()).byteLength > 300_000);
  assert.equal((await call("/cdn/shop/files/1.jpg")).status, 404);
});

test("links to carts lead to a checkout when the variants are for sale", async () => {
  const active = [...shop.store.products.values()].find(({ status }) => status === "active");
  const [variant] = active.variants;
  shop.store.setInventory(variant.id, 5);
  const response = await call(`/cart/${variant.id}:2`);
  assert.equal(response.status, 302);
  assert.match(response.headers.get("location"), /^\/checkouts\//);
  assert.equal((await call(`/cart/${variant.id}:2,99:1`)).status, 404);
  assert.equal((await call(`/cart/${variant.id}`)).status, 404);
  assert.equal((await call(`/products/${active.handle}`)).status, 200);
  shop.store.unpublish(active.id);
  assert.equal((await call(`/cart/${variant.id}:2`)).status, 404);
  assert.equal((await call(`/products/${active.handle}`)).status, 404);
});

test("the catalogue tells what the shop has", async () => {
  const catalogue = await (await call("/_catalogue")).json();
  assert.equal(catalogue.length, shop.store.products.size);
  const [first] = catalogue;
  const { product } = await read(`products/${first.id}.json`);
  assert.equal(product.title, first.title);
  assert.equal(product.variants[0].price, first.variants[0].price);
  assert.equal(product.variants[0].inventory_quantity, first.variants[0].stock);
});

test("tests change the shop from outside", async () => {
  const store = async (call_, ...args) => {
    const response = await post("/_store", { call: call_, arguments: args });
    assert.equal(response.status, 200);
    return (await response.json()).id;
  };
  const product = await store("createProduct", {
    title: "Made outside",
    options: ["Size"],
    variants: [
      { values: ["S"], price: 1000, available: 3 },
      { values: ["L"], price: 1200, sku: "MO-L" },
    ],
  });
  const [, large] = shop.store.products.get(product).variants;
  await store("setInventory", large.id, 7);
  await store("setMetafield", product, { namespace: "a", key: "b", value: "c" });
  await store("updateProduct", product, { title: "Changed outside", tags: ["x"] });
  const shown = (await read(`products/${product}.json`)).product;
  assert.equal(shown.title, "Changed outside");
  assert.deepEqual(
    shown.variants.map(({ option1, price, inventory_quantity }) => [
      option1,
      price,
      inventory_quantity,
    ]),
    [
      ["S", "10.00", 3],
      ["L", "12.00", 7],
    ],
  );
  assert.equal((await read(`products/${product}/metafields.json`)).metafields[0].value, "c");
  await store("deleteProduct", product);
  assert.equal((await api(`products/${product}.json`)).status, 404);
  await expectError(await post("/_store", { call: "explode" }), 400, /no 'explode'/);
  await expectError(await post("/_fill", { shoes: 3 }), 400, /shoes/);
  await expectError(await post("/_nothing", {}), 404, /_nothing/);
});

test("an uninstalled app has no token any more", async () => {
  const other = await startShopify({ token: "shpat_other" });
  const headers = { "x-shopify-access-token": "shpat_other" };
  const url = `${other.origin}/admin/api/2026-07/shop.json`;
  assert.equal((await fetch(url, { headers })).status, 200);
  await fetch(`${other.origin}/admin/api_permissions/current.json`, { method: "DELETE", headers });
  assert.equal((await fetch(url, { headers })).status, 401);
  await other.close();
});

test("starts as a program and says its port", async () => {
  const path = fileURLToPath(new URL("./shopify.mjs", import.meta.url));
  const program = spawn(process.execPath, [path, "--port", "0", "--products", "3"]);
  const [line] = await once(program.stdout, "data");
  const { port } = JSON.parse(line);
  const response = await fetch(`http://127.0.0.1:${port}/admin/api/2026-07/products/count.json`, {
    headers: { "x-shopify-access-token": "shpat_test" },
  });
  assert.deepEqual(await response.json(), { count: 3 });
  program.kill();
  await once(program, "exit");
});
