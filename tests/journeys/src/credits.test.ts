import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { run, Server } from "./server.ts";

let server: Server;
let client: Client;
let base: string;
const environment = { AIVA_BILLING_ENFORCED: "true" };

const search = (who: Client, query: string): Promise<Json> =>
  who.post("/api/v1/search", { kb_id: base, query, search_type: "text" });

/** The ledger as another process finds it: the exit code and what it says. */
async function reconcile(): Promise<{ code: number | null; found: Json }> {
  const ended = await run(["credits", "reconcile", "--json", "--data", server.folder]);
  return { code: ended.code, found: JSON.parse(ended.out) };
}

async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) if (await probe()) return;
  throw new Error(`never: ${what}`);
}

before(async () => {
  server = await Server.start({ environment });
  client = await server.admin();
  const added = await client.post("/api/credits/add", { amount: 0.1, note: "start" });
  assert.equal(added.status, 201, added.text);
  base = await client.createKnowledgeBase("Lamps");
  const document = await client.upload(base, "lamps.txt", "A lamp costs 40 dollars.");
  await client.settled(base, document);
});
after(() => server.remove());

test("searches are charged once each, reported by key and refused without credits", async () => {
  const key = await client.post("/api/keys", { name: "shop", scopes: ["search"] });
  const shop = server.anonymous;
  shop.apiKey = key.body.data.key;
  for (let i = 0; i < 5; ++i) assert.equal((await search(shop, `lamp ${i}`)).status, 200);

  await until("five charges", async () => {
    const usage = await client.get("/api/credits/usage?group_by=operation,key");
    const row = (usage.body.data.items as Json[]).find(
      (item) => item.operation_type === "search" && item.api_key_id === key.body.data.id,
    );
    return row?.charges === 5 && row.amount >= 0.003;
  });
  const csv = await client.get("/api/credits/usage?group_by=operation&format=csv");
  assert.match(csv.headers.get("content-type")!, /text\/csv/);
  assert.match(csv.text, /^operation_type,charges,.*\r\ndocument,1,/);

  const balance = (await client.get("/api/credits/balance")).body.data.available;
  const taken = await client.post("/api/credits/deduct", { amount: balance - 0.0005 });
  assert.equal(taken.status, 200, taken.text);
  const refused = await search(shop, "no money");
  assert.equal(refused.status, 402, refused.text);
  const details: Json[] = refused.body.error.details;
  assert.equal(details.find((detail) => detail.field === "available").message, "0.000500");
  assert.equal(details.find((detail) => detail.field === "needed").message, "0.001000");
  const upload = await client.uploadReply(base, "x.txt", "text");
  assert.equal(upload.status, 402, upload.text);
});

test("a hard budget of a key stops that key alone", async () => {
  const more = await run(["credits", "add", "0.5", "--note", "more", "--data", server.folder]);
  assert.equal(more.code, 0, more.err);
  const key = await client.post("/api/keys", { name: "limited", scopes: ["search"] });
  const limited = server.anonymous;
  limited.apiKey = key.body.data.key;
  const budget = await client.post("/api/credits/budgets", {
    scope: "key",
    subject_id: key.body.data.id,
    period: "day",
    amount: 0.0015,
    alert_percents: [40, 100],
    is_hard: true,
  });
  assert.equal(budget.status, 201, budget.text);
  let reply: Json;
  await until("the budget to be used up", async () => {
    reply = await search(limited, `lamp ${Math.random()}`);
    return reply.status === 402;
  });

  assert.match(reply.body.error.message, /budget of this day/);
  assert.equal((await search(client, "lamp")).status, 200);
  const alerts = await client.get("/api/credits/alerts");
  assert.ok((alerts.body.data.items as Json[]).some((item) => item.percent === 40));
});

test("the ledger adds up after the server was killed under load", async () => {
  const words = async (from: number): Promise<void> => {
    for (let i = from; i < from + 200; ++i)
      await search(client, `killed ${i}`).catch(() => undefined);
  };
  const load = Promise.all([words(0), words(1000), words(2000), words(3000)]);
  await new Promise((done) => setTimeout(done, 1_000));
  await server.stop("SIGKILL");
  await load;

  const { code, found } = await reconcile();

  assert.equal(code, 0, JSON.stringify(found));
  assert.equal(found.is_right, true);
  assert.ok(found.entries > 10, `only ${found.entries} entries`);
  const sum = Object.values(found.accounts as Record<string, number>).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum) < 1e-9, `accounts sum to ${sum}`);
});
