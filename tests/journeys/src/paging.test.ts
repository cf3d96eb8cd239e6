import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { drawDisc } from "./picture.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
let base: string;

before(async () => {
  server = await Server.start({
    environment: {
      AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true",
    },
  });
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

const nameOf = (item: Json): Json =>
  item.id ?? item.document_id ?? item.version ?? item.session?.id ?? item.message_id;

/** Makes entries and reads them by cursors while more are made. */
async function walkWhileGrowing(
  path: string,
  make: (number: number) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < 5; ++i) await make(i);
  const whole = await client.get(`${path}${path.includes("?") ? "&" : "?"}limit=200`);
  const known: Json[] = whole.body.data.items.map(nameOf);
  assert.ok(known.length >= 5, `${path}: ${whole.text}`);
  let number = 100;
  const walked = (await walk(path, 2, () => make(number++))).map(nameOf);
  assert.equal(new Set(walked).size, walked.length, `${path} repeats entries`);
  assert.deepEqual(
    walked.filter((name) => known.includes(name)),
    known,
    `${path} misses entries while others are added`,
  );
}

test("knowledge bases", () =>
  walkWhileGrowing(`/api/knowledge/${client.user.tenant_id}/knowledge-bases`, async (number) => {
    await client.createKnowledgeBase(`Base ${number}`);
  }));

test("documents", () =>
  walkWhileGrowing(
    `/api/knowledge/${client.user.tenant_id}/knowledge-bases/${base}/documents`,
    async (number) => {
      await client.upload(base, `d${number}.txt`, `Document number ${number}.`);
    },
  ));

test("images", () =>
  walkWhileGrowing(`/api/knowledge/${base}/images`, async (number) => {
    const disc = drawDisc(40 + number, 40, [10 * (number % 20), 90, 30]);
    const reply = await client.uploadImage(base, `i${number}.png`, disc);
    assert.ok([200, 201].includes(reply.status), reply.text);
  }));

test("users and API keys", async () => {
  await walkWhileGrowing("/api/users", async (number) => {
    const reply = await client.post("/api/users", {
      email: `u${number}@paged.test`,
      password: "Passw0rd-of-everyone",
      name: `U${number}`,
      role: "client",
    });
    assert.equal(reply.status, 201, reply.text);
  });
  await walkWhileGrowing("/api/keys", async (number) => {
    const reply = await client.post("/api/keys", { name: `k${number}`, scopes: ["search"] });
    assert.equal(reply.status, 201, reply.text);
  });
});

test("the audit log", () =>
  walkWhileGrowing("/api/audit-log?action=api_key.created", async (number) => {
    const reply = await client.post("/api/keys", { name: `a${number}`, scopes: ["search"] });
    assert.equal(reply.status, 201, reply.text);
  }));

test("tenants", () =>
  walkWhileGrowing("/api/tenants", async (number) => {
    const reply = await client.post("/api/tenants", { name: `Tenant ${number}` });
    assert.equal(reply.status, 201, reply.text);
  }));

test("versions of an agent and its calls", async () => {
  const made = await client.post("/api/agents", { name: "Paged", kb_id: base, publish: true });
  const agent = made.body.data.id;
  await walkWhileGrowing(`/api/agents/${agent}/versions`, async (number) => {
    const change = { instructions: `Version ${number}`, publish: true };
    const reply = await client.put(`/api/agents/${agent}`, change);
    assert.equal(reply.status, 200, reply.text);
  });
  const added = await client.post(`/api/agents/${agent}/functions`, {
    name: "nowhere",
    description: "Asks nobody.",
    api_method: "GET",
    api_endpoint: "http://127.0.0.1:9/",
  });
  assert.equal(added.status, 201, added.text);
  await walkWhileGrowing(`/api/agents/${agent}/function-calls`, async () => {
    const call = { agent_id: agent, function_name: "nowhere", arguments: {} };
    const reply = await client.post("/api/internal/functions/execute", call);
    assert.equal(reply.status, 200, reply.text);
  });
});

test("the inbox and what users thought", async () => {
  await walkWhileGrowing("/api/chat/inbox", async () => {
    const session = await client.createSession(base);
    const reply = await client.post(`/api/chat/sessions/${session}/transfer`, {});
    assert.equal(reply.status, 200, reply.text);
  });
  await walkWhileGrowing("/api/chat/feedback", async () => {
    const session = await client.createSession(base);
    const path = `/api/chat/${session}/messages`;
    const answer = await client.post(path, { content: "Which number is the document?" });
    const rated = `${path}/${answer.body.data.message_id}/feedback`;
    const reply = await client.put(rated, { rating: "up" });
    assert.equal(reply.status, 200, reply.text);
  });
});

test("credits and deliveries of webhooks", async () => {
  await walkWhileGrowing("/api/credits/history", async () => {
    const reply = await client.post("/api/credits/add", { amount: 1, note: "paged" });
    assert.equal(reply.status, 201, reply.text);
  });
  const made = await client.post("/api/webhooks", {
    url: "http://127.0.0.1:9/",
    event_types: ["document.completed"],
  });
  assert.equal(made.status, 201, made.text);
  const hook = `/api/webhooks/${made.body.data.webhook.id}`;
  await walkWhileGrowing(`${hook}/deliveries`, async () => {
    const reply = await client.post(`${hook}/test`);
    assert.equal(reply.status, 202, reply.text);
  });
});

test("cursors are checked", async () => {
  const path = `/api/knowledge/${client.user.tenant_id}/knowledge-bases`;
  const first = await client.get(`${path}?limit=1`);
  const cursor = first.body.data.next_cursor;
  assert.equal(typeof cursor, "string");
  for (const bad of [
    `${path}?cursor=nonsense`,
    `${path}?cursor=${cursor}&page=2`,
    `/api/users?cursor=${cursor}`,
    `/api/tenants?cursor=${cursor}`,
    `/api/credits/history?cursor=${cursor}`,
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
