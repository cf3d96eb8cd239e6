import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { Server } from "./server.ts";

let server: Server;
let admin: Client;
let agent: string;

before(async () => {
  server = await Server.start();
  admin = await server.admin();
  const made = await admin.post("/api/agents", { name: "Phone desk", publish: true });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
});
after(() => server.remove());

async function call(more: Json): Promise<string> {
  const made = await admin.post("/api/calls", { agent_id: agent, ...more });
  assert.equal(made.status, 201, made.text);
  return made.body.data.id;
}

async function find(q: string, more = "", as = admin): Promise<Json> {
  const reply = await as.get(`/api/calls?q=${encodeURIComponent(q)}${more}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

const idsOf = (page: Json): string[] => page.items.map((item: Json) => item.id);

test("a call is found by the other side's number, however it is written", async () => {
  const inbound = await call({ caller_id: "+49 (0)30 / 123-456" });
  const outbound = await call({
    direction: "outbound",
    caller_id: "+49 89 55555",
    dialled_number: "+4930123456",
  });
  await call({ caller_id: "+49 40 123456" });

  for (const written of ["+49 30 123456", "004930123456", "(030) 12 34 56", "30123456"])
    assert.deepEqual(idsOf(await find(written)), [outbound, inbound], written);
  assert.equal((await find("3456")).items.length, 3);
  assert.deepEqual(idsOf(await find("+49 89 55555")), []); // ours
  assert.deepEqual(idsOf(await find("030 123456", "&direction=inbound")), [inbound]);
  const page = await find("030 123456");
  assert.equal(page.total, undefined);
  assert.equal(page.next_cursor, null);
  assert.equal(page.items[0].match, undefined);
});

test("calls of a number come page by page, each once", async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; ++i) made.unshift(await call({ caller_id: "+33123456789" }));
  const found: string[] = [];
  let cursor = "";
  for (let pages = 0; pages < 10; ++pages) {
    const page = await find("0123456789", `&limit=2${cursor}`);
    found.push(...idsOf(page));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
    await call({ caller_id: "+33123456789" }); // newer than what was shown
  }
  assert.deepEqual(found, made);
});

test("queries are refused with the reason", async () => {
  for (const text of ["x", "?!", "a b c d e f g h i", "1".repeat(21), "x".repeat(201)]) {
    const reply = await admin.get(`/api/calls?q=${encodeURIComponent(text)}`);
    assert.equal(reply.status, 422, reply.text);
    assert.match(reply.text, /"q"/);
  }
  const numbered = await admin.get("/api/calls?q=123456&page=2");
  assert.equal(numbered.status, 422, numbered.text);
  const foreign = await admin.get("/api/calls?limit=1");
  const cursor = encodeURIComponent(foreign.body.data.next_cursor);
  assert.equal((await admin.get(`/api/calls?q=123456&cursor=${cursor}`)).status, 422);
});

test("nobody finds another tenant's calls", async () => {
  await call({ caller_id: "+4930777777", caller_name: "Chrysanthemum" });
  const tenant = await admin.post("/api/tenants", { name: "Others" });
  assert.equal(tenant.status, 201, tenant.text);
  const account = { email: "eve@others.test", password: "Passw0rd-of-Others" };
  const user = await admin.post("/api/users", {
    ...account,
    name: "Eve",
    role: "admin",
    tenant_id: tenant.body.data.id,
  });
  assert.equal(user.status, 201, user.text);
  const eve = server.anonymous;
  assert.equal((await eve.login(account.email, account.password)).status, 200);
  assert.equal((await find("777777")).items.length, 1);
  assert.deepEqual(idsOf(await find("777777", "", eve)), []);
  assert.deepEqual(idsOf(await find("chrysanthemum", "", eve)), []);
});
