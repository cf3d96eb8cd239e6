// The REST Admin API, as far as reading a catalogue and orders needs it, and webhooks.
import { ApiError, missingScope, notFound } from "./errors.mjs";
import {
  collectFilters,
  collectionFilters,
  countOf,
  itemFilters,
  levelFilters,
  metafieldFilters,
  orderFilters,
  pageOf,
  plainFilters,
  productFilters,
  webhookFilters,
} from "./rest_lists.mjs";
import { scopeOfTopic, topics } from "./webhooks.mjs";

// Without read_all_orders an app sees the orders of this time only.
const ordersShown_ms = 60 * 86_400_000;

const titled = (item) => [item.title, item.id];
const newestFirst = (item) => [-item.createdAt, item.id];

const found = (thing) => {
  if (!thing) throw notFound();
  return thing;
};

const invalid = (errors) => new ApiError(422, errors);

export const ordersFor = (shop, scopes) => {
  const least = scopes.has("read_all_orders") ? 0 : shop.clock.now() - ordersShown_ms;
  return [...shop.store.orders.values()].filter(({ createdAt }) => createdAt >= least);
};

const collects = (store) =>
  [...store.collections.values()].flatMap((collection) =>
    [...collection.members.values()].map((collect, index) => ({
      ...collect,
      collection,
      collectionId: collection.id,
      position: index + 1,
    })),
  );

const levels = (store) => [...store.items.values()].flatMap((item) => item.levels);

// [method, path, scope, handler]; a handler gets the call and what the path captured.
const routes = [];
const route = (method, path, scope, handler) => {
  const pattern = path.replaceAll(":id", "(\\d+)").replace(/\.json$/, "\\.json");
  routes.push({ method, pattern: new RegExp(`^/${pattern}$`), scope, handler });
};
const get = (path, scope, handler) => route("GET", path, scope, handler);

const list = (path, scope, name, options) => {
  get(`${path}.json`, scope, (call, ...ids) => pageOf({ ...call, name, ...options(call, ...ids) }));
  get(`${path}/count.json`, scope, (call, ...ids) => ({
    body: { count: countOf({ ...call, ...options(call, ...ids) }) },
  }));
};

const onlyFields = (call, shaped) => {
  for (const name of call.query.keys()) {
    if (name !== "fields") {
      throw new ApiError(400, { [name]: "is not a parameter of this endpoint" });
    }
  }
  if (!call.query.has("fields")) return shaped;
  const fields = call.query.get("fields").split(",");
  return Object.fromEntries(Object.entries(shaped).filter(([name]) => fields.includes(name)));
};
const one = (path, scope, name, find, shape) =>
  get(`${path}/:id.json`, scope, (call, ...ids) => ({
    body: { [name]: onlyFields(call, call.shapes[shape](found(find(call, ...ids.map(Number))))) },
  }));

list("products", "read_products", "products", ({ store, shapes }) => ({
  items: () => store.products.values(),
  filters: productFilters,
  keyOf: titled,
  shape: (product) => shapes.product(product),
}));
one("products", "read_products", "product", ({ store }, id) => store.products.get(id), "product");
list("products/:id/variants", "read_products", "variants", ({ store, shapes }, id) => ({
  items: () => found(store.products.get(Number(id))).variants,
  filters: plainFilters,
  shape: (variant) => shapes.variant(variant),
}));
one("variants", "read_products", "variant", ({ store }, id) => store.variants.get(id), "variant");
list("products/:id/images", "read_products", "images", ({ store, shapes }, id) => ({
  items: () => found(store.products.get(Number(id))).images,
  filters: plainFilters,
  keyOf: (image) => [image.position, image.id],
  shape: (image) => shapes.image(image),
}));
one(
  "products/:id/images",
  "read_products",
  "image",
  ({ store }, id, imageId) => store.products.get(id)?.images.find((image) => image.id === imageId),
  "image",
);
list("products/:id/metafields", "read_products", "metafields", ({ store, shapes }, id) => ({
  items: () => found(store.products.get(Number(id))).metafields,
  filters: metafieldFilters,
  shape: (metafield) => shapes.metafield(metafield),
}));
list("variants/:id/metafields", "read_products", "metafields", ({ store, shapes }, id) => ({
  items: () => found(store.variants.get(Number(id))).metafields,
  filters: metafieldFilters,
  shape: (metafield) => shapes.metafield(metafield),
}));
for (const isSmart of [true, false]) {
  const kind = isSmart ? "smart_collection" : "custom_collection";
  list(`${kind}s`, "read_products", `${kind}s`, ({ store, shapes }) => ({
    items: () =>
      [...store.collections.values()].filter(({ rules }) => (rules !== null) === isSmart),
    filters: collectionFilters,
    shape: (collection) => shapes.collection(collection),
  }));
  one(
    `${kind}s`,
    "read_products",
    kind,
    ({ store }, id) => {
      const collection = store.collections.get(id);
      return collection && (collection.rules !== null) === isSmart ? collection : null;
    },
    "collection",
  );
}
one(
  "collections",
  "read_products",
  "collection",
  ({ store }, id) => store.collections.get(id),
  "collection",
);
get("collections/:id/products.json", "read_products", (call, id) =>
  pageOf({
    ...call,
    name: "products",
    items: () => call.store.productsOf(found(call.store.collections.get(Number(id)))),
    filters: {},
    shape: (product) => {
      // The provider leaves variants out here.
      const shaped = call.shapes.product(product);
      delete shaped.variants;
      return shaped;
    },
  }),
);
list("collects", "read_products", "collects", ({ store, shapes }) => ({
  items: () => collects(store),
  filters: collectFilters,
  shape: (collect) => shapes.collect(collect.collection, collect, collect.position),
}));
get("inventory_levels.json", "read_inventory", (call) => {
  const { query } = call;
  const isNarrow = ["inventory_item_ids", "location_ids", "page_info"].some((n) => query.has(n));
  if (!isNarrow) {
    throw invalid(["Invalid query: inventory_item_ids or location_ids must be present"]);
  }
  return pageOf({
    ...call,
    name: "inventory_levels",
    items: () => levels(call.store),
    filters: levelFilters,
    keyOf: (level) => [level.location.id, level.item.id],
    shape: (level) => call.shapes.inventoryLevel(level),
  });
});
get("inventory_items.json", "read_inventory", (call) => {
  if (!call.query.has("ids") && !call.query.has("page_info")) {
    throw invalid({ ids: "Required parameter missing or invalid" });
  }
  return pageOf({
    ...call,
    name: "inventory_items",
    items: () => call.store.items.values(),
    filters: itemFilters,
    shape: (item) => call.shapes.inventoryItem(item),
  });
});
list("locations", "read_locations", "locations", ({ store, shapes }) => ({
  items: () => store.locations.values(),
  filters: {},
  shape: (location) => shapes.location(location),
}));
list("orders", "read_orders", "orders", ({ shop, shapes, scopes }) => ({
  items: () => ordersFor(shop, scopes),
  filters: orderFilters,
  keyOf: newestFirst,
  shape: (order) => shapes.order(order),
}));
one(
  "orders",
  "read_orders",
  "order",
  ({ shop, scopes }, id) => ordersFor(shop, scopes).find((order) => order.id === id),
  "order",
);
get("shop.json", null, (call) => ({ body: { shop: onlyFields(call, call.shapes.shop()) } }));

const webhookFields = ["topic", "address", "format", "fields", "id"];

const readWebhook = ({ body, scopes, shop }, isNew) => {
  const given = body?.webhook;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ApiError(400, { webhook: "Required parameter missing or invalid" });
  }
  for (const name of Object.keys(given)) {
    if (!webhookFields.includes(name)) throw invalid({ [name]: ["is not a field of a webhook"] });
  }
  if ((isNew || given.topic !== undefined) && !topics.includes(given.topic)) {
    throw invalid({
      topic: [`Invalid topic specified: ${given.topic}. Topics allowed: ${topics.join(", ")}`],
    });
  }
  const scope = scopeOfTopic[given.topic?.split("/")[0]];
  if (scope && !scopes.has(scope)) throw missingScope(scope);
  if (isNew || given.address !== undefined) checkAddress(given.address, shop);
  if ((given.format ?? "json") !== "json") throw invalid({ format: ["is not supported"] });
  const { fields = [] } = given;
  if (!Array.isArray(fields) || fields.some((field) => typeof field !== "string")) {
    throw invalid({ fields: ["must be a list of names"] });
  }
  return given;
};

const checkAddress = (address, shop) => {
  const problem = shop.problemOfAddress(address);
  if (problem) throw invalid({ address: [problem] });
};

const webhookOf = ({ webhooks }, id) => found(webhooks.subscriptions.get(Number(id)));

list("webhooks", null, "webhooks", ({ webhooks, shapes }) => ({
  items: () => webhooks.subscriptions.values(),
  filters: webhookFilters,
  shape: (subscription) => shapes.webhook(subscription),
}));
get("webhooks/:id.json", null, (call, id) => ({
  body: { webhook: onlyFields(call, call.shapes.webhook(webhookOf(call, id))) },
}));
route("POST", "webhooks.json", null, (call) => {
  const { topic, address, fields } = readWebhook(call, true);
  const { webhooks, version } = call;
  if (webhooks.has(topic, address)) {
    throw invalid({ address: ["for this topic has already been taken"] });
  }
  const subscription = webhooks.subscribe({ topic, address, fields, version });
  call.store.revision += 1;
  return { status: 201, body: { webhook: call.shapes.webhook(subscription) } };
});
route("PUT", "webhooks/:id.json", null, (call, id) => {
  const subscription = webhookOf(call, id);
  const { address, fields, topic } = readWebhook(call, false);
  if (topic !== undefined && topic !== subscription.topic) {
    throw invalid({ topic: ["cannot be changed"] });
  }
  Object.assign(subscription, { address: address ?? subscription.address });
  Object.assign(subscription, { fields: fields ?? subscription.fields });
  subscription.updatedAt = call.store.now();
  call.store.revision += 1;
  return { body: { webhook: call.shapes.webhook(subscription) } };
});
route("DELETE", "webhooks/:id.json", null, (call, id) => {
  call.webhooks.subscriptions.delete(webhookOf(call, id).id);
  call.store.revision += 1;
  return { body: {} };
});

// Answers a call {method, path below the version, query, body, scopes, …}: {status, body, headers}.
export const answerRest = (call) => {
  const fitting = routes.filter(({ pattern }) => pattern.test(call.place));
  if (fitting.length === 0) throw notFound();
  const chosen = fitting.find(({ method }) => method === call.method);
  if (!chosen) throw new ApiError(405, "Method Not Allowed");
  if (chosen.scope && !call.scopes.has(chosen.scope)) throw missingScope(chosen.scope);
  const [, ...ids] = call.place.match(chosen.pattern);
  return { status: 200, headers: {}, ...chosen.handler(call, ...ids) };
};
