import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, test } from "node:test";
import { startShopify } from "./shopify.mjs";

let shop;
let receiver;
let address;
let calls = [];
let status = 200;
before(async () => {
  shop = await startShopify({ fill: { products: 20, imagesEach: 1, orders: 2 }, throttle: false });
  receiver = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const raw = Buffer.concat(pieces).toString("utf8");
    calls.push({ path: request.url, headers: request.headers, raw, body: JSON.parse(raw) });
    response.statusCode = status;
    response.end();
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  address = `http://127.0.0.1:${receiver.address().port}`;
});
after(async () => {
  await shop.close();
  receiver.close();
  receiver.closeAllConnections();
});
afterEach(() => {
  shop.webhooks.forgetAll();
  shop.webhooks.setMode({});
  shop.webhooks.release();
  shop.webhooks.clear();
  calls = [];
  status = 200;
});

const headers = { "x-shopify-access-token": "shpat_test", "content-type": "application/json" };
const rest = async (method, path, body) => {
  const url = `${shop.origin}/admin/api/2026-07/${path}`;
  const response = await fetch(url, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const subscribe = (topic, changes = {}) =>
  rest("POST", "webhooks.json", { webhook: { topic, address, ...changes } });
const control = async (path, body = {}) => {
  const response = await fetch(shop.origin + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};
const settle = () => shop.webhooks.settled();
const anyProduct = () => [...shop.store.products.values()][3];
const topicsOf = () => calls.map((call) => call.headers["x-shopify-topic"]);

test("signs a delivery and says what, where, when and which", async () => {
  const { status: made, body } = await subscribe("products/update");
  assert.equal(made, 201);
  assert.equal(body.webhook.api_version, "2026-07");
  const product = anyProduct();
  shop.store.updateProduct(product.id, { title: "Größe & Form" });
  await settle();

  const [call] = calls;
  const expected = createHmac("sha256", "test-client-secret").update(call.raw).digest("base64");
  assert.equal(call.headers["x-shopify-hmac-sha256"], expected);
  assert.equal(call.headers["x-shopify-topic"], "products/update");
  assert.equal(call.headers["x-shopify-shop-domain"], "aiva-test.myshopify.com");
  assert.equal(call.headers["x-shopify-api-version"], "2026-07");
  assert.match(call.headers["x-shopify-webhook-id"], /^[0-9a-f-]{36}$/);
  assert.match(call.headers["x-shopify-event-id"], /^[0-9a-f-]{36}$/);
  assert.match(call.headers["x-shopify-triggered-at"], /^\d{4}-.*Z$/);
  assert.equal(call.body.id, product.id);
  assert.equal(call.body.title, "Größe & Form");
  assert.equal(call.body.variant_gids.length, product.variants.length);
});

test("each kind of change is told under its topic", async () => {
  const topics = [
    ...["products/create", "products/update", "products/delete", "inventory_levels/update"],
    ...["collections/create", "collections/update", "collections/delete"],
    ...["orders/create", "orders/updated", "app/uninstalled"],
  ];
  for (const topic of topics) assert.equal((await subscribe(topic)).status, 201);
  const made = shop.store.createProduct({ title: "New thing" });
  shop.store.setInventory(made.variants[0].id, 9);
  const collection = shop.store.createCollection({ title: "Things" });
  shop.store.joinCollection(collection.id, made.id);
  shop.store.deleteCollection(collection.id);
  const order = shop.store.createOrder({
    email: "a@example.com",
    lines: [[made.variants[0].id, 2]],
  });
  shop.store.updateOrder(order.id, { fulfillmentStatus: "fulfilled" });
  shop.store.deleteProduct(made.id);
  await settle();

  assert.deepEqual(
    [...new Set(topicsOf())].sort(),
    topics.filter((t) => !t.startsWith("app")).sort(),
  );
  const bodyOf = (topic) => calls.find((call) => call.headers["x-shopify-topic"] === topic).body;
  assert.deepEqual(bodyOf("products/delete"), { id: made.id });
  assert.equal(bodyOf("inventory_levels/update").available, 9);
  assert.equal(bodyOf("orders/create").line_items[0].quantity, 2);
  assert.equal(bodyOf("orders/updated").fulfillment_status, "fulfilled");
  assert.equal(bodyOf("collections/create").title, "Things");
});

test("refuses topics, addresses and fields it does not know, and the same twice", async () => {
  const errorsOf = async (changes, pattern) => {
    const { status: code, body } = await subscribe("products/update", changes);
    assert.equal(code, 422);
    assert.match(JSON.stringify(body.errors), pattern);
  };
  await errorsOf({ topic: "products/explode" }, /Invalid topic/);
  await errorsOf({ topic: "customers/redact" }, /Invalid topic/);
  await errorsOf({ address: "nowhere" }, /address.*is invalid/);
  await errorsOf({ format: "xml" }, /format/);
  await errorsOf({ colour: "red" }, /colour/);
  await subscribe("products/update");
  await errorsOf({}, /already been taken/);
  assert.equal((await rest("POST", "webhooks.json", {})).status, 400);
});

test("subscriptions are listed, counted, changed and removed", async () => {
  const { body } = await subscribe("products/update", { fields: ["id", "title"] });
  const { id } = body.webhook;
  assert.equal((await rest("GET", "webhooks.json?topic=products/update")).body.webhooks.length, 1);
  assert.deepEqual((await rest("GET", "webhooks.json?topic=orders/create")).body.webhooks, []);
  assert.equal((await rest("GET", "webhooks/count.json")).body.count, 1);
  shop.store.updateProduct(anyProduct().id, { title: "Only two" });
  await settle();
  assert.deepEqual(Object.keys(calls[0].body), ["id", "title"]);

  const moved = await rest("PUT", `webhooks/${id}.json`, { webhook: { address: `${address}/b` } });
  assert.equal(moved.body.webhook.address, `${address}/b`);
  shop.store.updateProduct(anyProduct().id, { title: "Elsewhere" });
  await settle();
  assert.equal(calls[1].path, "/b");
  assert.equal((await rest("DELETE", `webhooks/${id}.json`)).status, 200);
  assert.equal((await rest("GET", `webhooks/${id}.json`)).status, 404);
});

test("GraphQL makes, changes and removes subscriptions, too", async () => {
  const graphql = async (query, variables) => {
    const response = await fetch(`${shop.origin}/admin/api/2026-07/graphql.json`, {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  const create = `mutation($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) {
      webhookSubscription { id topic uri format apiVersion { handle } }
      userErrors { field message }
    }
  }`;
  const hook = { uri: address, format: "JSON" };
  const { data } = await graphql(create, { topic: "PRODUCTS_UPDATE", hook });
  const made = data.webhookSubscriptionCreate.webhookSubscription;
  assert.equal(made.topic, "PRODUCTS_UPDATE");
  assert.equal(made.apiVersion.handle, "2026-07");
  const again = await graphql(create, { topic: "PRODUCTS_UPDATE", hook });
  assert.match(again.data.webhookSubscriptionCreate.userErrors[0].message, /already been taken/);
  const old = await graphql(create, { topic: "PRODUCTS_UPDATE", hook: { callbackUrl: address } });
  assert.equal(old.errors[0].extensions.code, "INVALID_VARIABLE");
  const wrong = await graphql(create, { topic: "CUSTOMERS_REDACT", hook });
  assert.equal(wrong.errors[0].extensions.code, "INVALID_VARIABLE");

  const update = `mutation($id: ID!, $uri: String!) {
    webhookSubscriptionUpdate(id: $id, webhookSubscription: { uri: $uri }) {
      webhookSubscription { uri } userErrors { message }
    }
  }`;
  const moved = await graphql(update, { id: made.id, uri: `${address}/c` });
  assert.equal(moved.data.webhookSubscriptionUpdate.webhookSubscription.uri, `${address}/c`);
  const list = "{ webhookSubscriptions(first: 5, topics: PRODUCTS_UPDATE) { nodes { id uri } } }";
  const listed = await graphql(list);
  assert.deepEqual(listed.data.webhookSubscriptions.nodes, [{ id: made.id, uri: `${address}/c` }]);
  const remove = `mutation($id: ID!) {
    webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } }
  }`;
  const gone = await graphql(remove, { id: made.id });
  assert.equal(gone.data.webhookSubscriptionDelete.deletedWebhookSubscriptionId, made.id);
  assert.equal(shop.webhooks.subscriptions.size, 0);
});

test("a failed delivery is tried again 8 times, with the same ids and body", async () => {
  await subscribe("products/update");
  status = 500;
  shop.store.updateProduct(anyProduct().id, { title: "Unheard" });
  await settle();
  shop.store.quiet = true;
  shop.store.updateProduct(anyProduct().id, { title: "Later" });
  shop.store.quiet = false;
  for (let turn = 1; turn <= 8; turn += 1) {
    assert.equal(shop.webhooks.list().retrying, 1);
    await control("/_webhooks/retry");
  }
  assert.equal(calls.length, 9);
  assert.equal(new Set(calls.map(({ raw }) => raw)).size, 1);
  assert.equal(new Set(calls.map((call) => call.headers["x-shopify-webhook-id"])).size, 1);
  assert.equal(calls[8].body.title, "Unheard");
  const counts = shop.webhooks.list();
  assert.equal(counts.retrying, 0);
  assert.equal(counts.given_up, 1);
  assert.equal(counts.removed, 1);
  assert.deepEqual(counts.subscriptions, []);
});

test("deliveries are dropped and doubled on demand", async () => {
  await subscribe("products/update");
  await control("/_webhooks", { drop: 0.3, double: 0.3 });
  for (let turn = 0; turn < 200; turn += 1) {
    shop.store.updateProduct(anyProduct().id, { title: `Turn ${turn}` });
  }
  await settle();
  const { triggered, dropped, doubled, delivered } = shop.webhooks.list();
  assert.equal(triggered, 200);
  assert.ok(dropped > 30 && dropped < 90, `${dropped} dropped`);
  assert.ok(doubled > 20 && doubled < 80, `${doubled} doubled`);
  assert.equal(delivered, triggered - dropped + doubled);
  assert.equal(calls.length, delivered);
  const countOf = (name) => new Set(calls.map((call) => call.headers[name])).size;
  assert.equal(countOf("x-shopify-event-id"), triggered - dropped);
  const fresh = countOf("x-shopify-webhook-id");
  assert.ok(fresh > triggered - dropped && fresh < delivered, `${fresh} ids of webhooks`);
  assert.equal((await control("/_webhooks", { colour: 1 })).status, 400);
});

test("a change of stock is one event in two webhooks", async () => {
  await subscribe("products/update");
  await subscribe("inventory_levels/update");
  shop.store.setInventory(anyProduct().variants[0].id, 4);
  await settle();
  assert.deepEqual(topicsOf().sort(), ["inventory_levels/update", "products/update"]);
  const [first, second] = calls.map(({ headers: head }) => head);
  assert.equal(first["x-shopify-event-id"], second["x-shopify-event-id"]);
  assert.notEqual(first["x-shopify-webhook-id"], second["x-shopify-webhook-id"]);
});

test("deliveries are delayed on demand, with the body of their time", async () => {
  await subscribe("products/update");
  await control("/_webhooks", { delay_ms: 5 });
  const { id } = anyProduct();
  shop.store.updateProduct(id, { title: "Before" });
  assert.equal(shop.webhooks.list().held, 1);
  shop.store.quiet = true;
  shop.store.updateProduct(id, { title: "After" });
  shop.store.quiet = false;
  await settle();
  assert.equal(calls[0].body.title, "Before");
});

test("deliveries are held and mixed up on demand", async () => {
  await subscribe("products/update");
  await control("/_webhooks", { hold: true, reorder: 50 });
  for (let turn = 0; turn < 50; turn += 1) {
    shop.store.updateProduct(anyProduct().id, { title: `Turn ${turn}` });
  }
  await settle();
  assert.equal(calls.length, 0);
  assert.equal(shop.webhooks.list().held, 50);
  const { body } = await control("/_webhooks/release");
  assert.equal(body.delivered, 50);
  assert.equal(body.reordered, 50);
  const turns = calls.map(({ body: { title } }) => Number(title.split(" ")[1]));
  assert.notDeepEqual(
    turns,
    [...turns].sort((a, b) => a - b),
  );
  assert.deepEqual(
    [...turns].sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, turn) => turn),
  );
});

test("random changes are told so that who follows them has the shop's catalogue", async () => {
  for (const topic of ["products/create", "products/update", "products/delete"]) {
    await subscribe(topic);
  }
  const mirror = new Map(
    [...shop.store.products.values()].map(({ id, title, status }) => [id, { title, status }]),
  );
  const { body: changes } = await control("/_mutate", { count: 300, seed: 9 });
  assert.equal(changes.length, 300);
  assert.ok(new Set(changes.map(({ change }) => change)).size >= 10);
  await settle();
  const newest = new Map();
  for (const { headers: head, body } of calls) {
    if (head["x-shopify-topic"] === "products/delete") newest.set(body.id, null);
    else if (newest.get(body.id) !== null) {
      const known = newest.get(body.id);
      const at = head["x-shopify-triggered-at"];
      if (!known || known.at <= at) newest.set(body.id, { ...body, at });
    }
  }
  for (const [id, body] of newest) {
    if (body) mirror.set(id, { title: body.title, status: body.status });
    else mirror.delete(id);
  }
  assert.deepEqual([...mirror.keys()].sort(), [...shop.store.products.keys()].sort());
});

test("compliance topics go to the app's address, uninstalling ends everything", async () => {
  await control("/_app", { compliance_url: `${address}/privacy` });
  for (const topic of ["customers/data_request", "customers/redact", "shop/redact"]) {
    await control("/_emit", { topic });
  }
  await settle();
  assert.deepEqual(topicsOf().sort(), [
    "customers/data_request",
    "customers/redact",
    "shop/redact",
  ]);
  assert.ok(calls.every(({ path }) => path === "/privacy"));
  assert.ok(calls.every(({ body }) => body.shop_domain === "aiva-test.myshopify.com"));
  assert.equal((await control("/_emit", { topic: "no/such" })).status, 400);

  calls = [];
  await subscribe("app/uninstalled");
  await control("/_uninstall");
  await settle();
  assert.deepEqual(topicsOf(), ["app/uninstalled"]);
  assert.equal((await rest("GET", "webhooks.json")).status, 401);
});
