import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";
import { repository, Server } from "./server.ts";

let server: Server;
let client: Client;
let receiver: ChildProcess;
let address: string;
let webhook: Json; // to the receiver's /main, all events
let secret: string;

async function startReceiver(): Promise<void> {
  receiver = spawn("node", [join(repository, "tests/emulators/webhook_receiver.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((found) =>
    receiver.stdout!.once("data", (piece: Buffer) => found(piece.toString())),
  );
  address = `http://127.0.0.1:${JSON.parse(line).port}`;
}

async function control(method: string, path: string, body?: Json): Promise<Json> {
  const reply = await fetch(address + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return reply.json();
}

async function calls(type: string, path = "/main"): Promise<Json[]> {
  const all = (await control("GET", "/_calls")).calls as Json[];
  return all.filter((call) => call.path === path && call.body.type === type);
}

async function until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 40_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await pause(100);
  }
}

function delivery(id: string, probe: (item: Json) => boolean): Promise<Json> {
  return until("a delivery", async () => {
    const reply = await client.get(`/api/webhooks/${id}/deliveries`);
    assert.equal(reply.status, 200, reply.text);
    return reply.body.data.items.find(probe);
  });
}

before(async () => {
  await startReceiver();
  server = await Server.start({ environment: { AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true" } });
  client = await server.admin();
  const made = await client.post("/api/webhooks", { url: `${address}/main` });
  assert.equal(made.status, 201, made.text);
  webhook = made.body.data.webhook;
  secret = made.body.data.secret;
  await control("POST", "/_secrets", { secrets: [secret] });
});
after(async () => {
  await server.remove();
  receiver.kill();
});

test("a document's way is told, signed, in order and once", async () => {
  const base = await client.createKnowledgeBase("Lamps");
  const document = await client.upload(base, "lamps.txt", "A lamp costs 40 dollars.");
  await client.settled(base, document);
  const broken = await client.upload(base, "broken.pdf", "%PDF-1.7 nothing of a document");
  assert.equal((await client.settled(base, broken)).status, "failed");
  assert.equal((await client.delete(`/api/knowledge/${base}/documents/${document}`)).status, 200);

  await until("the last event", async () => (await calls("document.deleted"))[0]);

  const all = ((await control("GET", "/_calls")).calls as Json[]).filter(
    (call) => call.path === "/main",
  );
  assert.deepEqual(
    all.map((call) => call.body.type),
    ["document.completed", "document.failed", "document.deleted"],
  );
  assert.ok(all.every((call) => call.is_signed && !call.is_repeated));
  assert.equal(all[0].body.data.document_id, document);
  assert.equal(all[0].body.data.filename, "lamps.txt");
  assert.ok(all[0].body.data.total_chunks >= 1);
  assert.ok(all[1].body.data.error_message.length > 0);
  const sequences = all.map((call) => call.body.sequence);
  assert.deepEqual(
    sequences,
    [...sequences].sort((a, b) => a - b),
  );
});

test("an answer of a conversation is told by its ids", async () => {
  const base = await client.createKnowledgeBase("Shades");
  const document = await client.upload(base, "shades.txt", "A shade costs 15 dollars.");
  await client.settled(base, document);
  const session = await client.createSession(base);
  const answer = await client.post(`/api/chat/${session}/messages`, {
    content: "What does a shade cost?",
    role: "user",
  });
  assert.equal(answer.status, 200, answer.text);

  const told = await until("the answer", async () => (await calls("chat.answered"))[0]);

  assert.equal(told.body.data.session_id, session);
  assert.equal(told.body.data.message_id, answer.body.data.message_id);
  assert.ok(!JSON.stringify(told.body).includes("shade"));
});

test("a receiver that fails gets the same event again", async () => {
  await control("POST", "/_mode", { kind: "status", status: 503, count: 1 });
  const tenant = client.user.tenant_id;
  const added = await client.post("/api/credits/add", { amount: 3, tenant_id: tenant });
  assert.equal(added.status, 201, added.text);

  const both = await until("a second attempt", async () => {
    const found = await calls("credits.added");
    return found.length === 2 ? found : undefined;
  });

  assert.equal(both[0].body.id, both[1].body.id);
  assert.equal(both[1].headers["aiva-attempt"], "2");
  assert.equal(both[1].body.data.amount, 3);
  assert.ok(both[1].is_signed);
  await delivery(webhook.id, (item) => item.event_id === both[0].body.id && item.attempts === 2);
});

test("a redirect is not followed and a slow receiver is not waited for", async () => {
  const made = await client.post("/api/webhooks", {
    url: `${address}/other`,
    event_types: ["call.ended"],
  });
  const id = made.body.data.webhook.id;
  await control("POST", "/_mode", { kind: "redirect", location: `${address}/inside`, count: 1 });
  assert.equal((await client.post(`/api/webhooks/${id}/test`)).status, 202);
  const redirected = await delivery(id, (item) => item.last_error !== "");
  assert.equal(redirected.last_status, 302);
  assert.equal(redirected.state, "queued");
  await client.put(`/api/webhooks/${id}`, { is_active: false });
  await client.put(`/api/webhooks/${id}`, { is_active: true });

  await control("POST", "/_mode", { kind: "slow", delay_ms: 12_000, count: 1 });
  assert.equal((await client.post(`/api/webhooks/${id}/test`)).status, 202);
  const slow = await delivery(id, (item) => item.state === "queued" && item.last_error !== "");

  assert.equal(slow.last_status, 0);
  assert.ok(
    slow.last_duration_ms >= 9_000 && slow.last_duration_ms < 12_000,
    slow.last_duration_ms,
  );
  const inside = ((await control("GET", "/_calls")).calls as Json[]).filter(
    (call) => call.path === "/inside",
  );
  assert.equal(inside.length, 0);
  assert.equal((await client.delete(`/api/webhooks/${id}`)).status, 200);
});

test("a new secret signs beside the old one, and alone after its end", async () => {
  const overlapping = await client.post(`/api/webhooks/${webhook.id}/rotate-secret`, {
    overlap_hours: 1,
  });
  assert.equal(overlapping.status, 200, overlapping.text);
  await client.post(`/api/webhooks/${webhook.id}/test`);
  const first = await until("a test", async () => (await calls("webhook.test"))[0]);
  assert.ok(first.is_signed, "the receiver knows the old secret only");

  const ended = await client.post(`/api/webhooks/${webhook.id}/rotate-secret`, {
    overlap_hours: 0,
  });
  await control("POST", "/_secrets", { secrets: [ended.body.data.secret] });
  await client.post(`/api/webhooks/${webhook.id}/test`);
  const second = await until("another test", async () => (await calls("webhook.test"))[1]);

  assert.ok(second.is_signed);
  assert.equal(second.headers["aiva-signature"].split("v1=").length, 2);
});

test("an event is told again on demand and the receiver knows it", async () => {
  const log = await client.get(`/api/webhooks/${webhook.id}/deliveries?state=delivered&limit=1`);
  const last = log.body.data.items[0];

  const again = await client.post(`/api/webhooks/${webhook.id}/deliveries/${last.id}/replay`);

  assert.equal(again.status, 202, again.text);
  await until("a repetition", async () => {
    const all = (await control("GET", "/_calls")).calls as Json[];
    return all.find((call) => call.body.id === last.event_id && call.is_repeated);
  });
});

test("an event that was queued is sent after the server was killed", async () => {
  await control("POST", "/_mode", { kind: "status", status: 500 });
  const queued = await client.post(`/api/webhooks/${webhook.id}/test`);
  await delivery(webhook.id, (item) => item.id === queued.body.data.id && item.attempts === 1);
  const before = (await calls("webhook.test")).length;
  await server.stop("SIGKILL");
  await control("DELETE", "/_mode");
  const restarted = await Server.start({
    folder: server.folder,
    environment: { AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true" },
  });
  try {
    await until("the queued event", async () =>
      (await calls("webhook.test")).length > before ? true : undefined,
    );
  } finally {
    await restarted.stop();
  }
});

test("addresses that are not public are refused where they are not allowed", async () => {
  const guarded = await Server.start();
  try {
    const admin = await guarded.admin();
    const plain = await admin.post("/api/webhooks", { url: `${address}/main` });
    assert.equal(plain.status, 422, plain.text);
    const made = await admin.post("/api/webhooks", {
      url: `${address.replace("http:", "https:")}/guarded`,
    });
    assert.equal(made.status, 201, made.text);
    const id = made.body.data.webhook.id;
    await admin.post(`/api/webhooks/${id}/test`);
    const tried = await until("an attempt", async () => {
      const reply = await admin.get(`/api/webhooks/${id}/deliveries`);
      return (reply.body.data.items as Json[]).find((item) => item.last_error !== "");
    });
    assert.equal(tried.last_status, 0);
    assert.match(tried.last_error, /may not be reached/);
    const reached = ((await control("GET", "/_calls")).calls as Json[]).filter(
      (call) => call.path === "/guarded",
    );
    assert.equal(reached.length, 0);
  } finally {
    await guarded.remove();
  }
});
