import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;

before(async () => {
  server = await Server.start();
  client = await server.admin();
});
after(() => server.remove());

const path = () => `/api/knowledge/${client.user.tenant_id}/knowledge-bases`;
const key = (text: string) => ({ "idempotency-key": text });

test("a write with a key happens once", async () => {
  const first = await client.post(path(), { name: "Once" }, key("a"));
  const again = await client.post(path(), { name: "Once" }, key("a"));
  assert.equal(first.status, 201, first.text);
  assert.equal(first.headers.get("idempotency-replayed"), null);
  assert.equal(again.status, 201, again.text);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  assert.equal(again.text, first.text);
  const all = await client.get(`${path()}?limit=200`);
  const named = all.body.data.items.filter((item: { name: string }) => item.name === "Once");
  assert.equal(named.length, 1);
});

test("of many at once one is carried out", async () => {
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => client.post(path(), { name: "Race" }, key("race"))),
  );
  const ids = new Set<string>();
  for (const reply of replies) {
    assert.ok([201, 409].includes(reply.status), reply.text);
    if (reply.status === 201) ids.add(reply.body.data.id);
    else assert.ok(Number(reply.headers.get("retry-after")) >= 1);
  }
  assert.equal(ids.size, 1);
});

test("a key serves one request only", async () => {
  const other = await client.post(path(), { name: "Different" }, key("a"));
  assert.equal(other.status, 422, other.text);
  assert.equal(other.body.error.code, "idempotency_key_reused");
});

test("an upload is stored once", async () => {
  const base = (await client.post(path(), { name: "Files" })).body.data.id;
  const send = async () => {
    const form = new FormData();
    form.append("file", new Blob(["One sentence."]), "one.txt");
    return client.post(`${path()}/${base}/documents/upload`, form, key("file"));
  };
  const first = await send();
  const again = await send();
  assert.equal(first.status, 201, first.text);
  assert.equal(again.text, first.text);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
});

test("a streamed answer is given again whole and asked for once", async () => {
  const base = await client.createKnowledgeBase("Chat");
  await client.settled(base, await client.upload(base, "t.txt", "The market opens on Friday."));
  const session = await client.createSession(base);
  const body = { content: "When does the market open?", stream: true };
  const ask = () => client.post(`/api/chat/${session}/messages`, body, key("stream"));
  const first = await ask();
  const again = await ask();
  assert.equal(first.status, 200, first.text);
  assert.match(first.text, /event: done/);
  assert.equal(again.text, first.text);
  assert.equal(again.headers.get("content-type"), "text/event-stream");
  const messages = await client.get(`/api/chat/${session}/messages`);
  assert.equal(messages.body.data.total, 2);
});

test("the secret of an API key is not kept", async () => {
  const make = () => client.post("/api/keys", { name: "s", scopes: ["search"] }, key("secret"));
  assert.equal((await make()).status, 201);
  const again = await make();
  assert.equal(again.status, 409, again.text);
  assert.equal(again.headers.get("retry-after"), null);
});

test("keys of another user say nothing", async () => {
  const made = await client.post("/api/users", {
    email: "other@x.test",
    password: "Passw0rd-of-other",
    name: "Other",
    role: "admin",
  });
  assert.equal(made.status, 201, made.text);
  const other = server.anonymous;
  await other.login("other@x.test", "Passw0rd-of-other");
  const reply = await other.post(path(), { name: "Mine" }, key("a"));
  assert.equal(reply.status, 201, reply.text);
  assert.equal(reply.headers.get("idempotency-replayed"), null);
});

test("answers are given again after kill -9 and by another process", async () => {
  const first = await client.post(path(), { name: "Survivor" }, key("kill"));
  assert.equal(first.status, 201, first.text);
  const token = client.token;
  await server.stop("SIGKILL");
  const next = await Server.start({ folder: server.folder });
  const second = await Server.start({ folder: server.folder, arguments: ["--role", "api"] });
  try {
    for (const each of [next, second]) {
      const caller = each.anonymous;
      caller.token = token;
      const again = await caller.post(path(), { name: "Survivor" }, key("kill"));
      assert.equal(again.status, 201, again.text);
      assert.equal(again.text, first.text);
      assert.equal(again.headers.get("idempotency-replayed"), "true");
    }
  } finally {
    await second.stop();
    await next.stop();
  }
});
