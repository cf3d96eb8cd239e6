import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
let base: string;

before(async () => {
  server = await Server.start({});
  client = await server.admin();
  base = await client.createKnowledgeBase("Shop");
  const text = "Refunds are paid within 14 days.\n\nParcels to Harwick take three days.";
  await client.settled(base, await client.upload(base, "shop.txt", text));
});
after(() => server.remove());

async function talk(name: string, ...said: string[]): Promise<string> {
  const begun = await client.post("/api/chat/sessions", { kb_id: base, user_name: name });
  assert.equal(begun.status, 201, begun.text);
  const id: string = begun.body.data.id;
  for (const content of said) {
    const answer = await client.post(`/api/chat/${id}/messages`, { content });
    assert.equal(answer.status, 200, answer.text);
  }
  return id;
}

async function find(words: string, more = "", as = client): Promise<Json> {
  const reply = await as.get(`/api/chat/sessions?q=${encodeURIComponent(words)}${more}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

const idsOf = (page: Json): string[] => page.items.map((item: Json) => item.id);

/** The marked words of a hit. */
function marked({ match }: Json): string[] {
  const characters = Array.from<string>(match.text);
  return match.marks.map(({ start, length }: Json) =>
    characters.slice(start, start + length).join(""),
  );
}

test("a conversation is found by what was said, as soon as it was said", async () => {
  const first = await talk("Zoë", "Ünder which conditions is a RÉFUND of gumboots paid?");
  const second = await talk("Omar", "How long do parcels take?");

  const page = await find("zoe gumboots refu");
  assert.deepEqual(idsOf(page), [first]);
  const { match } = page.items[0];
  assert.equal(match.field, "message");
  assert.equal(match.role, "user");
  assert.deepEqual(marked(page.items[0]), ["RÉFUND", "gumboots"]);
  assert.equal(page.total, undefined);
  assert.equal(page.next_cursor, null);

  await client.post(`/api/chat/${second}/messages`, { content: "And gumboots?" });
  assert.deepEqual(idsOf(await find("gumboots")), [second, first]);
  assert.deepEqual(idsOf(await find("gumboots", "&status=ended")), []);
  await client.post(`/api/chat/sessions/${first}/end`);
  assert.deepEqual(idsOf(await find("gumboots", "&status=ended")), [first]);
});

test("what an answer says is found, too", async () => {
  const session = await talk("Lea");
  const question = "When are refunds paid?";
  const reply = await client.post(`/api/chat/${session}/messages`, { content: question });
  const words: string[] = reply.body.data.response.text.match(/[A-Za-z]{4,}/g) ?? [];
  const said = words.find((word) => !/^(that|this|when|with|from|will|paid|refunds?)$/i.test(word));
  assert.ok(said, reply.text);

  const page = await find(`lea ${said}`);
  assert.deepEqual(idsOf(page), [session]);
  assert.equal(page.items[0].match.role, "assistant");
});

test("words of languages without spaces are found", async () => {
  const chinese = await talk("王", "你好，我要退款，谢谢");
  const thai = await talk("สมชาย", "ฉันต้องการคืนเงิน");

  const page = await find("退款");
  assert.deepEqual(idsOf(page), [chinese]);
  assert.deepEqual(marked(page.items[0]), ["退款"]);
  assert.deepEqual(idsOf(await find("คืนเงิน")), [thai]);
});

test("hits come page by page, newest first, each once", async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; ++i) made.unshift(await talk(`Wanderer ${i}`));
  const found: string[] = [];
  let cursor = "";
  for (let pages = 0; pages < 10; ++pages) {
    const page = await find("wander", `&limit=2${cursor}`);
    found.push(...idsOf(page));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
    await talk(`Wanderer late ${pages}`); // newer than what was shown
  }
  assert.deepEqual(found, made);
});

test("queries are refused with the reason", async () => {
  for (const words of ["x", "?!", "a b c d e f g h i", "x".repeat(201)]) {
    const reply = await client.get(`/api/chat/sessions?q=${encodeURIComponent(words)}`);
    assert.equal(reply.status, 422, reply.text);
    assert.match(reply.text, /"q"/);
  }
  const numbered = await client.get("/api/chat/sessions?q=refund&page=2");
  assert.equal(numbered.status, 422, numbered.text);
});

test("nobody finds another tenant's words, nor those that were erased", async () => {
  const session = await talk("Ida", "Where is my chrysanthemum?");
  const tenant = await client.post("/api/tenants", { name: "Others" });
  assert.equal(tenant.status, 201, tenant.text);
  const account = { email: "eve@others.test", password: "Passw0rd-of-Others" };
  const user = await client.post("/api/users", {
    ...account,
    name: "Eve",
    role: "admin",
    tenant_id: tenant.body.data.id,
  });
  assert.equal(user.status, 201, user.text);
  const other = server.anonymous;
  assert.equal((await other.login(account.email, account.password)).status, 200);

  assert.deepEqual(idsOf(await find("chrysanthemum")), [session]);
  assert.deepEqual(idsOf(await find("chrysanthemum", "", other)), []);
  const erased = await client.send("DELETE", `/api/chat/sessions/${session}`);
  assert.ok(erased.status < 300, erased.text);
  assert.deepEqual(idsOf(await find("chrysanthemum")), []);
});
