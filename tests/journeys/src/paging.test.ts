import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { drawDisc } from "./picture.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
let base: string;

before(async () => {
  server = await Server.start();
  client = await server.admin();
  base = await client.createKnowledgeBase("Paged");
});
after(() => server.remove());

/** Reads a list to its end by cursors, `between` pages something else may happen. */
async function walk(path: string, limit: number, between = async () => {}): Promise<Json[]> {
  const items: Json[] = [];
  const join = path.includes("?") ? "&" : "?";
  let next = "";
  for (let pages = 0; pages < 100; ++pages) {
    const cursor = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
    const reply = await client.get(`${path}${join}limit=${limit}${cursor}`);
    assert.equal(reply.status, 200, reply.text);
    items.push(...reply.body.data.items);
    assert.ok(reply.body.data.items.length <= limit);
    next = reply.body.data.next_cursor;
    if (next === null) return items;
    await between();
  }
  throw new Error(`${path} has no end`);
}

async function newestFirst(path: string, make: (number: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < 5; ++i) await make(i);
  const whole = (await client.get(`${path}${path.includes("?") ? "&" : "?"}limit=200`)).body.data;
  let number = 100;
  const walked = await walk(path, 2, () => make(number++));
  assert.deepEqual(
    walked.map((item) => item.id ?? item.document_id),
    whole.items.map((item: Json) => item.id ?? item.document_id),
    `${path} misses or repeats entries while others are added`,
  );
}

test("knowledge bases", () =>
  newestFirst(`/api/knowledge/${client.user.tenant_id}/knowledge-bases`, async (number) => {
    await client.createKnowledgeBase(`Base ${number}`);
  }));

test("documents", () =>
  newestFirst(
    `/api/knowledge/${client.user.tenant_id}/knowledge-bases/${base}/documents`,
    async (number) => {
      await client.upload(base, `d${number}.txt`, `Document number ${number}.`);
    },
  ));

test("images", () =>
  newestFirst(`/api/knowledge/${base}/images`, async (number) => {
    const disc = drawDisc(40 + number, 40, [10 * (number % 20), 90, 30]);
    const reply = await client.uploadImage(base, `i${number}.png`, disc);
    assert.ok([200, 201].includes(reply.status), reply.text);
  }));

test("users and API keys", async () => {
  await newestFirst("/api/users", async (number) => {
    const reply = await client.post("/api/users", {
      email: `u${number}@paged.test`,
      password: "Passw0rd-of-everyone",
      name: `U${number}`,
      role: "client",
    });
    assert.equal(reply.status, 201, reply.text);
  });
  await newestFirst("/api/keys", async (number) => {
    const reply = await client.post("/api/keys", { name: `k${number}`, scopes: ["search"] });
    assert.equal(reply.status, 201, reply.text);
  });
});

test("the audit log", () =>
  newestFirst("/api/audit-log?action=key.created", async (number) => {
    const reply = await client.post("/api/keys", { name: `a${number}`, scopes: ["search"] });
    assert.equal(reply.status, 201, reply.text);
  }));

test("cursors are checked", async () => {
  const path = `/api/knowledge/${client.user.tenant_id}/knowledge-bases`;
  const first = await client.get(`${path}?limit=1`);
  const cursor = first.body.data.next_cursor;
  assert.equal(typeof cursor, "string");
  for (const bad of [
    `${path}?cursor=nonsense`,
    `${path}?cursor=${cursor}&page=2`,
    `/api/users?cursor=${cursor}`,
    `${path}?cursor=${cursor.slice(0, -2)}`,
  ]) {
    const reply = await client.get(bad);
    assert.equal(reply.status, 422, `${bad}: ${reply.text}`);
    assert.equal(reply.body.error.details[0].field, "cursor");
  }
});

test("pages go on as before", async () => {
  const path = `/api/knowledge/${client.user.tenant_id}/knowledge-bases`;
  const second = await client.get(`${path}?page=2&limit=2`);
  assert.equal(second.body.data.page, 2);
  assert.equal(second.body.data.items.length, 2);
  const rest = await client.get(`${path}?limit=200&cursor=${second.body.data.next_cursor}`);
  assert.equal(rest.body.data.items.length, second.body.data.total - 4);
});
