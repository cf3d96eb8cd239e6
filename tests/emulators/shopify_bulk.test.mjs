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
  shop.bulk.hold(false);
  shop.clock.go();
  shop.limits.set({});
});

const run = async (query, variables, { version = "2026-07" } = {}) => {
  const response = await fetch(`${shop.origin}/admin/api/${version}/graphql.json`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-shopify-access-token": "shpat_test" },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
};
const products = () => [...shop.store.products.values()];
const gid = (thing) => `gid://shopify/${thing.kind}/${thing.id}`;

const start = `mutation($query: String!, $group: Boolean!) {
  bulkOperationRunQuery(query: $query, groupObjects: $group) {
    bulkOperation { id status url } userErrors { field message code } } }`;
const startBulk = async (query, group = false, options = {}) =>
  (await run(start, { query, group }, options)).data.bulkOperationRunQuery;
const status = async (id) =>
  (
    await run(
      `query($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount
        fileSize url partialDataUrl completedAt } }`,
      { id },
    )
  ).data.bulkOperation;
const ended = async (id) => {
  for (;;) {
    const operation = await status(id);
    if (operation.completedAt) return operation;
  }
};
const linesOf = async (url) =>
  (await (await fetch(url)).text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const catalogue = `{ products { edges { node { id title
  variants { edges { node { id sku inventoryItem { id tracked } } } }
  media { edges { node { ... on MediaImage { id image { url } } } } } } } } }`;

test("a bulk operation delivers every node as a line, with its parent", async () => {
  const { bulkOperation, userErrors } = await startBulk(catalogue);
  assert.deepEqual(userErrors, []);
  assert.equal(bulkOperation.status, "CREATED");
  assert.equal(bulkOperation.url, null);
  const operation = await ended(bulkOperation.id);
  assert.equal(operation.status, "COMPLETED");
  const lines = await linesOf(operation.url);
  assert.equal(Number(operation.objectCount), lines.length);
  assert.equal(Number(operation.rootObjectCount), 60);
  const body = await (await fetch(operation.url)).arrayBuffer();
  assert.equal(Number(operation.fileSize), body.byteLength);
  for (const product of products()) {
    const below = lines.filter((line) => line.__parentId === gid(product));
    const kinds = below.map(({ id }) => id.split("/")[3]);
    assert.equal(kinds.filter((kind) => kind === "ProductVariant").length, product.variants.length);
    assert.equal(kinds.filter((kind) => kind === "MediaImage").length, product.images.length);
  }
  const { data } = await run("{ currentBulkOperation { id status } }");
  assert.equal(data.currentBulkOperation.id, bulkOperation.id);
  const { data: asNode } = await run(
    "query($id: ID!) { node(id: $id) { ... on BulkOperation { status } } }",
    { id: bulkOperation.id },
  );
  assert.equal(asNode.node.status, "COMPLETED");
});

test("lines of a parent follow it only when grouped", async () => {
  const orderOf = async (group) => {
    const { bulkOperation } = await startBulk(catalogue, group);
    return linesOf((await ended(bulkOperation.id)).url);
  };
  const grouped = await orderOf(true);
  let parent = null;
  for (const line of grouped) {
    if (line.__parentId) assert.equal(line.__parentId, parent);
    else parent = line.id;
  }
  const scattered = await orderOf(false);
  const firstChild = scattered.findIndex((line) => line.__parentId);
  assert.ok(firstChild > 1);
  const key = (line) => JSON.stringify(line);
  assert.deepEqual(grouped.map(key).sort(), scattered.map(key).sort());
});

test("refuses queries that cannot run in bulk", async () => {
  const cases = [
    ["{ shop { id } }", /must contain at least one connection/],
    ["{ products { nodes { id } } }", /Selecting via 'nodes' is not supported/],
    ['{ node(id: "gid://shopify/Product/1") { id } }', /top level `node` field/],
    [
      "{ products { edges { node { title variants { edges { node { id } } } } } } }",
      /must select the 'id' field/,
    ],
    [
      "{ products { edges { node { id } } } collections { edges { node { id } } } }",
      /multiple top level/,
    ],
    [
      `mutation { bulkOperationCancel(id: "gid://shopify/BulkOperation/1") {
        userErrors { message } } }`,
      /Only `query`/,
    ],
    ["{ products { edges { node { colour } } } }", /Invalid bulk query: Field 'colour'/],
    ["{ products {", /Invalid bulk query: syntax error/],
    [
      `{ collections { edges { node { id products { edges { node { id
        variants { edges { node { id metafields { edges { node { id } } } } } } } } } } } } }`,
      /depth greater than 2/,
    ],
    [
      `{ products { edges { node { id
        a: variants { edges { node { id } } } b: variants { edges { node { id } } }
        images { edges { node { id } } } media { edges { node { id } } }
        metafields { edges { node { id } } } } } } }`,
      /more than 5 connections/,
    ],
  ];
  for (const [query, pattern] of cases) {
    const { bulkOperation, userErrors } = await startBulk(query);
    assert.equal(bulkOperation, null, query);
    assert.match(userErrors.map(({ message }) => message).join(" "), pattern);
    assert.equal(userErrors[0].code, "INVALID");
  }
});

test("one at a time before 2026-01, five since", async () => {
  shop.bulk.hold(true);
  const query = "{ products { edges { node { id } } } }";
  const old = { version: "2025-10" };
  const first = await startBulk(query, false, old);
  assert.deepEqual(first.userErrors, []);
  const [busy] = (await startBulk(query, false, old)).userErrors;
  assert.equal(busy.code, "OPERATION_IN_PROGRESS");
  assert.match(busy.message, new RegExp(`already in progress: ${first.bulkOperation.id}`));
  for (let count = 2; count <= 5; count += 1) {
    assert.deepEqual((await startBulk(query)).userErrors, []);
  }
  assert.equal((await startBulk(query)).userErrors[0].code, "LIMIT_REACHED");
  const { data } = await run(
    '{ bulkOperations(first: 9, query: "status:running OR status:created") { nodes { id } } }',
  );
  assert.equal(data.bulkOperations.nodes.length, 5);
  shop.bulk.hold(false);
  for (const { id } of data.bulkOperations.nodes)
    assert.equal((await ended(id)).status, "COMPLETED");
});

test("a bulk operation is cancelled, once", async () => {
  shop.bulk.hold(true);
  const { bulkOperation } = await startBulk(catalogue);
  const cancel = async () =>
    (
      await run(
        `mutation($id: ID!) { bulkOperationCancel(id: $id) {
          bulkOperation { status } userErrors { field message } } }`,
        { id: bulkOperation.id },
      )
    ).data.bulkOperationCancel;
  assert.equal((await cancel()).bulkOperation.status, "CANCELING");
  shop.bulk.hold(false);
  const operation = await ended(bulkOperation.id);
  assert.equal(operation.status, "CANCELED");
  assert.equal(operation.url, null);
  assert.match((await cancel()).userErrors[0].message, /cannot be canceled when it is canceled/);
});

test("a bulk operation fails on demand and leaves a part", async () => {
  shop.faults.add({ kind: "bulk_failed", on: "bulk", error_code: "TIMEOUT", share_kept: 0.5 });
  const { bulkOperation } = await startBulk(catalogue);
  const operation = await ended(bulkOperation.id);
  assert.equal(operation.status, "FAILED");
  assert.equal(operation.errorCode, "TIMEOUT");
  assert.equal(operation.url, null);
  const roots = (await linesOf(operation.partialDataUrl)).filter((line) => !line.__parentId);
  assert.equal(roots.length, 30);
});

test("a bulk result is cut on demand, and expires after seven days", async () => {
  const { bulkOperation } = await startBulk(catalogue);
  const { url } = await ended(bulkOperation.id);
  shop.faults.add({ kind: "cut_body", on: "bulk_result" });
  await assert.rejects(async () => (await fetch(url)).text());
  assert.equal((await fetch(url.replace(/signature=.*/, "signature=0"))).status, 403);
  shop.clock.stop();
  shop.clock.advance(8 * 86_400_000);
  assert.equal((await status(bulkOperation.id)).status, "EXPIRED");
  assert.equal((await status(bulkOperation.id)).url, null);
  assert.equal((await fetch(url)).status, 403);
});
