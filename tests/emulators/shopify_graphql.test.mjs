import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { startShopify } from "./shopify.mjs";

let shop;
before(async () => {
  shop = await startShopify({ fill: { products: 60, imagesEach: 2, orders: 6, seed: 3 } });
});
after(() => shop.close());
afterEach(() => {
  shop.faults.clear();
  shop.counters.clear();
  shop.clock.go();
  shop.limits.set({});
});

const send = (
  body,
  { version = "2026-07", token = "shpat_test", type = "application/json" } = {},
) =>
  fetch(`${shop.origin}/admin/api/${version}/graphql.json`, {
    method: "POST",
    headers: { "content-type": type, "x-shopify-access-token": token },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const run = async (query, variables, options) => (await send({ query, variables }, options)).json();
const errorOf = async (query, variables, options) => {
  const { errors, data } = await run(query, variables, options);
  assert.ok(errors?.length > 0, JSON.stringify(data));
  return errors[0];
};
const products = () => [...shop.store.products.values()];
const gid = (thing) => `gid://shopify/${thing.kind}/${thing.id}`;

test("answers with aliases, fragments, variables, their defaults and directives", async () => {
  const [product] = products();
  const { data, errors, extensions } = await run(
    `query Show($id: ID!, $count: Int = 1, $more: Boolean!) {
      first: product(id: $id) { ...Card, vendor @include(if: $more), handle @skip(if: true) }
      node(id: $id) { __typename id ... on Product { title } ... on Order { name } }
      products(first: $count) { nodes { title } }
    }
    fragment Card on Product { id title options { name values } ... on Product { status } }`,
    { id: gid(product), more: false },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data.first, {
    id: gid(product),
    title: product.title,
    options: product.options.map(({ name, values }) => ({
      name,
      values: values.map((value) => value.name),
    })),
    status: product.status.toUpperCase(),
  });
  assert.deepEqual(data.node, { __typename: "Product", id: gid(product), title: product.title });
  assert.equal(data.products.nodes.length, 1);
  assert.equal(extensions.cost.throttleStatus.restoreRate, 100);
});

test("tells all of a product, its variants, stock, prices, media and metafields", async () => {
  const product = products().find(
    ({ variants, metafields }) => variants.length > 1 && metafields[0]?.key === "care",
  );
  const { data } = await run(
    `query($id: ID!) { product(id: $id) {
      descriptionHtml description tags updatedAt publishedAt totalInventory onlineStoreUrl
      priceRangeV2 { minVariantPrice { amount currencyCode } }
      variants(first: 10) { nodes {
        id sku price compareAtPrice availableForSale inventoryQuantity
        selectedOptions { name value }
        inventoryItem { tracked measurement { weight { value unit } } inventoryLevels(first: 5) {
          nodes { location { name } quantities(names: ["available"]) { name quantity } } } }
      } }
      media(first: 5) { nodes { ... on MediaImage { id alt image { url width height } } } }
      metafields(first: 5) { nodes { namespace key type value } }
      metafield(namespace: "custom", key: "care") { value }
      collections(first: 5) { nodes { title } }
    } }`,
    { id: gid(product) },
  );
  const shown = data.product;
  assert.match(shown.updatedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.doesNotMatch(shown.description, /[<>]/);
  assert.equal(shown.variants.nodes.length, product.variants.length);
  const [first] = shown.variants.nodes;
  assert.equal(first.price, (product.variants[0].price / 100).toFixed(2));
  assert.deepEqual(
    first.selectedOptions.map(({ name }) => name),
    product.options.map(({ name }) => name),
  );
  const stock = first.inventoryItem.inventoryLevels.nodes.map(({ quantities }) => quantities[0]);
  assert.equal(
    stock.reduce((sum, { quantity }) => sum + quantity, 0),
    first.inventoryQuantity,
  );
  assert.match(shown.media.nodes[0].image.url, /\/cdn\/shop\/files\/\d+\.(jpg|png)\?v=\d+$/);
  assert.equal(shown.metafield.value, shown.metafields.nodes[0].value);
});

test("refuses what the schema has not, with the provider's codes", async () => {
  const cases = [
    ["{ nope }", "undefinedField"],
    ["{ products(first: 1) { nodes { colour } } }", "undefinedField"],
    ["{ products(first: 1, colour: 2) { nodes { id } } }", "argumentNotAccepted"],
    ["{ product { id } }", "missingRequiredArguments"],
    ["{ shop }", "selectionMismatch"],
    ["{ shop { name { first } } }", "selectionMismatch"],
    ['{ products(first: "1") { nodes { id } } }', "argumentLiteralsIncompatible"],
    ["{ products(first: 1, sortKey: COLOUR) { nodes { id } } }", "argumentLiteralsIncompatible"],
    ['{ product(id: "12") { id } }', "argumentLiteralsIncompatible"],
    ["query($a: Int) { shop { name } }", "variableNotUsed"],
    ["{ product(id: $id) { id } }", "variableNotDefined"],
    ["query($id: ID) { product(id: $id) { id } }", "variableMismatch"],
    ["query($id: Nope) { product(id: $id) { id } }", "variableRequiresValidType"],
    ["{ shop { ...Missing } }", "useAndDefineFragment"],
    ["{ shop { name } } fragment Unused on Shop { id }", "useAndDefineFragment"],
    ["{ shop { ... on Product { id } } }", "cannotSpreadFragment"],
    ["{ shop { ...A } } fragment A on Shop { ...A }", "infiniteLoop"],
    ["{ shop { name @often } }", "undefinedDirective"],
    ["{ shop { a: name a: email } }", "fieldConflict"],
    [
      "mutation { webhookSubscriptionCreate { userErrors { message } } }",
      "missingRequiredArguments",
    ],
  ];
  for (const [query, code] of cases) {
    const { extensions, message, locations, path } = await errorOf(query);
    assert.equal(extensions?.code, code, `${query}: ${message}`);
    assert.ok(message.length > 0 && locations[0].line === 1 && Array.isArray(path), query);
  }
  const { message, path } = await errorOf("query Named { shop { colour } }");
  assert.equal(message, "Field 'colour' doesn't exist on type 'Shop'");
  assert.deepEqual(path, ["query Named", "shop", "colour"]);
});

test("refuses syntax errors, unnamed operations and bodies that are no request", async () => {
  for (const query of [
    "{ shop { name ",
    "",
    "{ }",
    "query {",
    '{ shop { name } } "',
    "{ a(b: ) }",
  ]) {
    assert.match((await errorOf(query)).message, /syntax error|Unexpected character/, query);
  }
  assert.match((await errorOf("query A { shop { id } } query B { shop { id } }")).message, /name/);
  const named = { query: "query A { shop { id } } query B { shop { name } }", operationName: "B" };
  assert.ok((await (await send(named)).json()).data.shop.name);
  for (const body of [{ quary: "{ shop { id } }" }, { query: "{ shop { id } }", colour: 1 }]) {
    assert.equal((await send(body)).status, 400);
  }
  assert.equal((await send("{ shop { name } }", { type: "text/plain" })).status, 415);
  assert.equal((await send("{ shop { name } }", { type: "application/graphql" })).status, 200);
  assert.equal((await send({ query: "{ shop { id } }" }, { token: "wrong" })).status, 401);
});

test("checks variables", async () => {
  const query =
    "query($ids: [ID!]!, $first: Int) { " +
    "nodes(ids: $ids) { id } products(first: $first) { nodes { id } } }";
  for (const variables of [{}, { ids: ["12"] }, { ids: [null] }, { ids: [], first: "1" }]) {
    const { message, extensions } = await errorOf(query, variables);
    assert.equal(extensions.code, "INVALID_VARIABLE", message);
    assert.ok(extensions.problems[0].explanation.length > 0);
  }
  const { errors } = await run(query, { ids: [gid(products()[0])], first: 1 });
  assert.equal(errors, undefined);
});

test("fields that came or went with a version are known only there", async () => {
  const query = "{ bulkOperations(first: 1) { nodes { id } } }";
  assert.equal(
    (await errorOf(query, {}, { version: "2025-10" })).extensions.code,
    "undefinedField",
  );
  assert.equal((await run(query, {}, { version: "2026-01" })).errors, undefined);
  assert.equal((await run(query, {}, { version: "unstable" })).errors, undefined);
});

const pages = async (query, size) => {
  const ids = [];
  let after = null;
  do {
    const { data, errors } = await run(query, { size, after });
    assert.equal(errors, undefined, JSON.stringify(errors));
    ids.push(...data.products.nodes.map(({ id }) => id));
    const { hasNextPage, endCursor } = data.products.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after);
  return ids;
};

test("pages by first and after in any order, each once", async () => {
  for (const order of ["", ", sortKey: TITLE", ", sortKey: UPDATED_AT, reverse: true"]) {
    const ids = await pages(
      `query($size: Int!, $after: String) { products(first: $size, after: $after${order}) {
        pageInfo { hasNextPage endCursor } nodes { id } } }`,
      7,
    );
    assert.equal(ids.length, 60);
    assert.equal(new Set(ids).size, 60);
  }
  const query =
    "{ products(first: 250, sortKey: UPDATED_AT, reverse: true) { nodes { updatedAt } } }";
  const times = (await run(query)).data.products.nodes.map(({ updatedAt }) => updatedAt);
  assert.deepEqual(times, [...times].sort().reverse());
});

test("pages backwards by last and before", async () => {
  const query = `query($last: Int!, $before: String) { products(last: $last, before: $before) {
    pageInfo { hasPreviousPage hasNextPage startCursor } nodes { id } } }`;
  const ids = products().map(gid);
  const { products: end } = (await run(query, { last: 5 })).data;
  assert.deepEqual(
    end.nodes.map(({ id }) => id),
    ids.slice(-5),
  );
  assert.equal(end.pageInfo.hasNextPage, false);
  const before = end.pageInfo.startCursor;
  const { products: middle } = (await run(query, { last: 5, before })).data;
  assert.deepEqual(
    middle.nodes.map(({ id }) => id),
    ids.slice(-10, -5),
  );
  assert.equal(middle.pageInfo.hasPreviousPage, true);
});

test("a list sorted by change drifts while it is paged", async () => {
  const query = `query($after: String) { products(first: 50, after: $after, sortKey: UPDATED_AT) {
    pageInfo { endCursor } nodes { id } } }`;
  const first = (await run(query)).data.products;
  const moved = first.nodes[0].id;
  shop.store.updateProduct(Number(moved.split("/").at(-1)), { title: "Moved" });
  const second = (await run(query, { after: first.pageInfo.endCursor })).data.products;
  assert.equal(second.nodes.length, 11);
  assert.equal(second.nodes.at(-1).id, moved);
});

test("wants first or last, up to 250, and cursors of the same list", async () => {
  const list = (args) => `{ products${args} { nodes { id } } }`;
  assert.match((await errorOf(list("(first: 251)"))).message, /^first cannot exceed 250\. /);
  for (const args of ["", "(first: 1, last: 1)", "(first: 251)", "(first: -1)"]) {
    const answer = await run(list(args));
    assert.equal(answer.errors[0].extensions.code, "BAD_REQUEST", args);
    assert.equal(answer.data, null);
    assert.deepEqual(answer.errors[0].path, ["products"]);
  }
  const { data } = await run("{ products(first: 1, sortKey: TITLE) { pageInfo { endCursor } } }");
  const cursor = data.products.pageInfo.endCursor;
  assert.match((await errorOf(list(`(first: 1, after: "${cursor}")`))).message, /Invalid cursor/);
  assert.match((await errorOf(list('(first: 1, after: "nothing")'))).message, /Invalid cursor/);
});

const idsFor = async (query, field = "products") => {
  const answer = await run(
    `query($q: String) { ${field}(first: 250, query: $q) { nodes { id } } }`,
    {
      q: query,
    },
  );
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data[field].nodes.map(({ id }) => Number(id.split("/").at(-1))).sort();
};
const expected = (test_) =>
  products()
    .filter(test_)
    .map(({ id }) => id)
    .sort();

test("searches by fields, comparators, words, AND, OR, NOT and parentheses", async () => {
  const has = (tag) => (product) => product.tags.includes(tag);
  const cases = [
    ["status:active", ({ status }) => status === "active"],
    ["status:active vendor:Kestrel", (p) => p.status === "active" && p.vendor === "Kestrel"],
    ["status:draft OR status:archived", ({ status }) => status !== "active"],
    ["-status:active", ({ status }) => status !== "active"],
    ["NOT tag:sale", (p) => !has("sale")(p)],
    ["tag_not:sale", (p) => !has("sale")(p)],
    [
      "(tag:sale OR tag:new) AND status:active",
      (p) => (has("sale")(p) || has("new")(p)) && p.status === "active",
    ],
    ["vendor:'Harbour & Sons'", ({ vendor }) => vendor === "Harbour & Sons"],
    ["title:Nord*", ({ title }) => /(^|\s)Nord/i.test(title)],
    ["cotton", (p) => /cotton/i.test(`${p.title} ${p.tags}`)],
    ["price:>=200", ({ variants }) => variants.some(({ price }) => price >= 20_000)],
    ["sku:none-such", () => false],
  ];
  for (const [query, fits] of cases) assert.deepEqual(await idsFor(query), expected(fits), query);
  const [, second, third] = products();
  assert.deepEqual(await idsFor(`id:>=${second.id} id:<=${third.id}`), [second.id, third.id]);
  assert.deepEqual(await idsFor(`sku:${second.variants[0].sku}`), [second.id]);
});

test("finds what changed since an instant, whole seconds as the API tells them", async () => {
  shop.clock.stop();
  shop.clock.advance(5000);
  const [product] = products();
  shop.store.updateProduct(product.id, { title: "Changed now" });
  const at = new Date(product.updatedAt).toISOString();
  const before = new Date(product.updatedAt - 1000).toISOString();
  assert.deepEqual(await idsFor(`updated_at:>'${before}'`), [product.id]);
  assert.deepEqual(await idsFor(`updated_at:>='${at}'`), [product.id]);
  assert.deepEqual(await idsFor(`updated_at:>'${at}'`), []);
  assert.deepEqual(
    await idsFor(`updated_at:>=${at} status:active OR id:1`),
    product.status === "active" ? [product.id] : [],
  );
  const { extensions } = await errorOf(
    "{ products(first: 1, query: \"updated_at:>'soon'\") { nodes { id } } }",
  );
  assert.equal(extensions.code, "BAD_REQUEST");
});

test("a lagging index does not find yet what changed last", async () => {
  shop.clock.stop();
  shop.clock.advance(60_000);
  const [, product] = products();
  shop.store.updateProduct(product.id, { title: "Not indexed yet" });
  const since = `updated_at:>='${new Date(product.updatedAt).toISOString()}'`;
  shop.shop.searchLag_ms = 5000;
  assert.deepEqual(await idsFor(since), []);
  shop.clock.advance(5000);
  assert.deepEqual(await idsFor(since), [product.id]);
  shop.shop.searchLag_ms = 0;
});

test("finds the members of a collection, and none of one that is not there", async () => {
  const picks = [...shop.store.collections.values()].find(({ rules }) => !rules);
  assert.deepEqual(await idsFor(`collection_id:${picks.id}`), [...picks.members.keys()].sort());
  assert.deepEqual(await idsFor("collection_id:1"), []);
});

test("tells ratings as the standard metafields, and takes lists of 250 at most", async () => {
  const rated = products().find(({ metafields }) =>
    metafields.some(({ namespace }) => namespace === "reviews"),
  );
  const { data } = await run(
    `query($id: ID!) { product(id: $id) {
      rating: metafield(namespace: "reviews", key: "rating") { type jsonValue }
      count: metafield(key: "reviews.rating_count") { jsonValue } } }`,
    { id: gid(rated) },
  );
  assert.equal(data.product.rating.type, "rating");
  assert.equal(data.product.rating.jsonValue.scale_max, "5.0");
  assert.ok(Number.isInteger(data.product.count.jsonValue));
  const ids = Array(251).fill(gid(rated));
  const { extensions } = await errorOf("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids });
  assert.equal(extensions.code, "MAX_INPUT_SIZE_EXCEEDED");
});

test("passes over fields of searches it does not know, and says so", async () => {
  const query = '{ products(first: 250, query: "colour:red") { nodes { id } } }';
  const { data, extensions } = await run(query);
  assert.equal(data.products.nodes.length, 60);
  assert.equal(extensions.search[0].warnings[0].code, "invalid_field");
  await run(query);
  assert.equal(shop.counters.list().totals.graphql.search_warnings, 2);
});

test("finds orders, variants, collections and inventory", async () => {
  const [order] = shop.store.orders.values();
  const { data } = await run(
    `query($q: String!) { orders(first: 1, query: $q) { nodes {
      name email displayFulfillmentStatus totalPriceSet { shopMoney { amount currencyCode } }
      lineItems(first: 5) { nodes { title quantity variant { sku } } }
      fulfillments(first: 3) { status trackingInfo { company number url } } } } }`,
    { q: `name:${order.name} email:${order.email}` },
  );
  assert.equal(data.orders.nodes[0].name, order.name);
  assert.equal(data.orders.nodes[0].lineItems.nodes.length, order.lines.length);
  const [variant] = shop.store.variants.values();
  assert.deepEqual(await idsFor(`sku:${variant.sku}`, "productVariants"), [variant.id]);
  assert.deepEqual(await idsFor(`sku:${variant.sku}`, "inventoryItems"), [variant.item.id]);
  const sale = [...shop.store.collections.values()].find(({ rules }) => rules);
  assert.deepEqual(await idsFor("collection_type:smart", "collections"), [sale.id]);
  const { data: counted } = await run("{ productsCount(limit: 10) { count precision } }");
  assert.deepEqual(counted.productsCount, { count: 10, precision: "AT_LEAST" });
});

test("wants the scope of what is asked", async () => {
  const other = await startShopify({ scopes: ["read_products"], fill: { products: 2 } });
  const response = await fetch(`${other.origin}/admin/api/2026-07/graphql.json`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-shopify-access-token": "shpat_test" },
    body: JSON.stringify({ query: "{ shop { name } orders(first: 1) { nodes { id } } }" }),
  });
  const { errors, data } = await response.json();
  assert.equal(errors[0].extensions.code, "ACCESS_DENIED");
  assert.match(errors[0].message, /Required access: `read_orders` access scope/);
  assert.equal(data, null);
  await other.close();
});

test("costs are told beforehand and given back; too dear a query is not run", async () => {
  shop.clock.stop();
  const nested = "{ products(first: 10) { nodes { id variants(first: 5) { nodes { id } } } } }";
  const { cost } = (await run(nested)).extensions;
  assert.equal(cost.requestedQueryCost, 2 + 10 * (1 + 2 + 5));
  assert.ok(cost.actualQueryCost < cost.requestedQueryCost);
  assert.equal(cost.throttleStatus.currentlyAvailable, 2000 - cost.actualQueryCost);
  const dear = "{ products(first: 250) { nodes { variants(first: 10) { nodes { id } } } } }";
  const { extensions, message } = await errorOf(dear);
  assert.equal(extensions.code, "MAX_COST_EXCEEDED");
  assert.equal(extensions.cost, 2 + 250 * 13);
  assert.match(message, /exceeds the single query max cost limit \(1000\)/);
  assert.equal(shop.counters.list().refused, 0);
});

test("throttles who spends more than is restored", async () => {
  shop.clock.stop();
  const query = "{ products(first: 50) { nodes { variants(first: 15) { nodes { id } } } } }";
  const answers = [];
  for (let turn = 0; turn < 40; turn += 1) answers.push(await run(query));
  const refused = answers.find(({ errors }) => errors);
  assert.equal(refused.errors[0].extensions.code, "THROTTLED");
  assert.equal(refused.data, undefined);
  const { requestedQueryCost, actualQueryCost, throttleStatus } = refused.extensions.cost;
  assert.equal(actualQueryCost, null);
  assert.ok(throttleStatus.currentlyAvailable < requestedQueryCost);
  const { refused: counted } = shop.counters.list();
  assert.ok(counted > 0);
  const missing = requestedQueryCost - throttleStatus.currentlyAvailable;
  shop.clock.advance(Math.ceil(missing / throttleStatus.restoreRate) * 1000);
  assert.equal((await run(query)).errors, undefined);
  assert.equal(shop.counters.list().refused, counted);
});

test("throttles and fails inside on demand", async () => {
  shop.faults.add({ kind: "throttled", on: "graphql" });
  assert.equal((await errorOf("{ shop { id } }")).extensions.code, "THROTTLED");
  shop.faults.add({ kind: "internal_error", on: "graphql" });
  assert.equal((await errorOf("{ shop { id } }")).extensions.code, "INTERNAL_SERVER_ERROR");
  assert.equal(shop.counters.list().refused, 0);
});
