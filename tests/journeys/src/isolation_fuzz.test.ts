import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Client, Json, Reply } from "./client.ts";
import { membersOf, operationsOf, type Operation } from "./contract.ts";
import { fillPath, furnish, type Tenant } from "./furnished.ts";
import { drawDisc } from "./picture.ts";
import { Random } from "./random.ts";
import { Server } from "./server.ts";

// Asks every operation of the contract, as tenant B, for what belongs to tenant A: ids in paths,
// queries and bodies, cursors, idempotency keys, streams. Whatever is answered may tell nothing of
// A, and A's things must stay as they were.

const canary = "albatross"; // stands in everything A owns
const streamMs = 1_500; // so long a stream may talk
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const rounds = Number(process.env["AIVA_FUZZ_ROUNDS"] ?? 3);
const seed = Number(process.env["AIVA_FUZZ_SEED"] ?? 20_261_130);

let server: Server;
let contract: Json;
let operations: Operation[];
let alice: Tenant;
let mallory: Tenant;
let secrets: Set<string>; // every id in anything A can read

const random = new Random(seed);

/** All that a tenant reads about itself: the answers of the lists and things it owns. */
async function survey(tenant: Tenant): Promise<Map<string, Json>> {
  const seen = new Map<string, Json>();
  for (const operation of operations) {
    if (operation.method !== "GET" || operation.isOpen || operation.isStream) continue;
    const path = fillPath(operation, (name) => tenant.ids.get(name));
    if (path === undefined || /\/(events|file|thumbnail|content|deliveries)\b/.test(path)) continue;
    const query = operation.path === "/api/chat/history" ? "&session_id=" : "";
    const session = query === "" ? "" : tenant.ids.get("sessionId");
    const reply = await tenant.client.get(`${path}?limit=200${query}${session}`);
    if (reply.status !== 200 || reply.body === undefined) continue;
    if (path.endsWith("/analytics")) {
      delete reply.body.data.from; // the range ends now
      delete reply.body.data.until;
    }
    if (path.startsWith("/api/webhooks")) forgetDeliveries(reply.body.data);
    seen.set(path, reply.body);
  }
  return seen;
}

/** Deliveries to the made up hosts fail by themselves, again and again. */
function forgetDeliveries(data: Json): void {
  for (const webhook of data?.items ?? [data]) {
    delete webhook?.failures;
    delete webhook?.failing_since;
  }
}

/** The same once nothing changes any more: crawls and documents come to their ends. */
async function settledSurvey(tenant: Tenant): Promise<Map<string, Json>> {
  let last = await survey(tenant);
  let moving: string[] = [];
  for (let i = 0; i < 30; ++i) {
    await pause(1_000);
    const next = await survey(tenant);
    moving = [...next.keys()].filter((path) => !isDeepStrictEqual(next.get(path), last.get(path)));
    if (moving.length === 0) return next;
    last = next;
  }
  throw new Error(`the other tenant's things do not come to rest: ${moving.join(", ")}`);
}

before(async () => {
  server = await Server.start();
  const root = await server.admin();
  contract = (await root.get("/openapi.json")).body;
  operations = operationsOf(contract);
  alice = await furnish(server, root, "a", canary);
  mallory = await furnish(server, root, "b", "magpie");
  secrets = new Set(
    [...(await survey(alice)).values()].flatMap(
      (answer) => JSON.stringify(answer).match(uuid) ?? [],
    ),
  );
  for (const id of alice.ids.values()) if (id.length >= 20) secrets.add(id);
  for (const answer of (await survey(mallory)).values())
    for (const id of JSON.stringify(answer).match(uuid) ?? []) secrets.delete(id);
});
after(() => server.remove());

/** Fails when an answer to B tells something of A that the request did not say itself. */
function assertSilent(what: string, asked: string, reply: { status: number; text: string }): void {
  assert.ok(reply.status < 500 || reply.status === 503, `${what}: ${reply.status} ${reply.text}`);
  const told = reply.text.toLowerCase();
  if (!asked.includes(canary)) assert.ok(!told.includes(canary), `${what} tells: ${reply.text}`);
  for (const id of told.match(uuid) ?? [])
    assert.ok(!secrets.has(id) || asked.includes(id), `${what} names ${id}: ${reply.text}`);
}

/** The names under which ids stand in bodies and queries, and A's ids for them. */
function foreignId(name: string): string | undefined {
  if (name === "caller_id") return undefined; // a telephone number
  const bare = name.replace(/s$/, "");
  const known: Record<string, string> = {
    kb_id: "kbId",
    knowledge_base_id: "kbId",
    document_id: "documentId",
    parent_id: "documentId",
    session_id: "sessionId",
    agent_id: "agentId",
    user_id: "userId",
    tenant_id: "tenantId",
    key_id: "keyId",
    api_key_id: "keyId",
    image_id: "imageId",
    like_image_id: "imageId",
    store_id: "storeId",
    message_id: "messageId",
    function_id: "functionId",
    model: "agentId",
  };
  const parameter = known[bare] ?? known[name];
  if (parameter !== undefined) return alice.ids.get(parameter);
  return bare.endsWith("_id") ? random.oneOf([...secrets]) : undefined;
}

/** A value for a member of a body: A's id where it is one, else something plausible. */
function valueFor(name: string, schema: Json): Json {
  const id = foreignId(name);
  const isList = schema?.type === "array" || name.endsWith("_ids");
  if (id !== undefined) return isList ? [id] : id;
  if (schema?.enum) return random.oneOf(schema.enum);
  const type = Array.isArray(schema?.type) ? schema.type[0] : schema?.type;
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "object") return {};
  if (name === "messages") return [{ role: "user", content: "What is the word?" }];
  if (type === "array") return [];
  if (name === "email") return `x${random.below(1e9)}@b.test`;
  if (name === "password") return "Passw0rd1234";
  if (name === "url") return "http://site.invalid/";
  return "What is the word?";
}

function bodyFor(operation: Operation): { sent: Json; text: string } | undefined {
  if (operation.method === "GET" || operation.body === undefined) return undefined;
  const required: string[] = operation.body.required ?? [];
  const members: Record<string, Json> = {};
  for (const [name, schema] of membersOf(contract, operation.body)) {
    const type = Array.isArray(schema?.type) ? schema.type[0] : schema?.type;
    if (type === "boolean" && name !== "stream") continue; // may lock B out of its own things
    const isWanted =
      required.includes(name) || foreignId(name) !== undefined || random.next() < 0.3;
    if (isWanted) members[name] = type === "boolean" ? random.next() < 0.5 : valueFor(name, schema);
  }
  if (!operation.isForm) return { sent: members, text: JSON.stringify(members) };
  const form = new FormData();
  form.append("file", new Blob([drawDisc(30, 20, [1, 2, 3]) as BlobPart]), "x.png");
  for (const [name, value] of Object.entries(members)) {
    if (name === "file" || name === "image") continue;
    form.append(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return { sent: form, text: JSON.stringify(members) };
}

function queryFor(operation: Operation): string {
  const parts: string[] = [];
  for (const name of operation.queryNames) {
    const id = foreignId(name);
    if (id !== undefined) parts.push(`${name}=${encodeURIComponent(id)}`);
  }
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

/** One answer, or the beginning of one that does not end. */
async function ask(
  client: Client,
  method: string,
  path: string,
  body: Json | undefined,
  headers: Record<string, string>,
): Promise<Reply> {
  const isRaw = body === undefined || body instanceof FormData;
  const response = await fetch(client.url + path, {
    method,
    headers: {
      authorization: `Bearer ${client.token}`,
      ...(isRaw ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
  });
  let text = "";
  if (response.body !== null) {
    const reader = response.body.getReader();
    const end = setTimeout(() => void reader.cancel().catch(() => {}), streamMs);
    const decoder = new TextDecoder();
    for (;;) {
      const piece = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (piece.done || piece.value === undefined) break;
      text += decoder.decode(piece.value, { stream: true });
    }
    clearTimeout(end);
  }
  return { status: response.status, headers: response.headers, text, body: undefined };
}

const isSkipped = (operation: Operation) => operation.isOpen || /logout/.test(operation.path);

test("the contract is known well enough to be fuzzed", () => {
  assert.ok(operations.length > 80, `only ${operations.length} operations`);
  assert.ok(secrets.size > 10, `only ${secrets.size} ids of the other tenant`);
  const unknown = new Set(
    operations
      .filter((operation) => !isSkipped(operation))
      .flatMap((operation) => operation.pathNames)
      .filter((name) => !alice.ids.has(name)),
  );
  if (unknown.size > 0) console.log(`no ids are known for ${[...unknown].join(", ")}`);
});

test("ids of another tenant in paths, queries and bodies lead nowhere", async () => {
  const before = await settledSurvey(alice);
  const mine = mallory;
  let asked = 0;
  for (let round = 0; round < rounds; ++round)
    for (const operation of operations.filter((each) => !isSkipped(each))) {
      // Which of the path's ids are foreign: all, or by chance; what is destroyed is never B's own.
      const isAll = round === 0 || operation.method === "DELETE";
      const path = fillPath(operation, (name) =>
        isAll || random.next() < 0.5 ? alice.ids.get(name) : mine.ids.get(name),
      );
      if (path === undefined) continue;
      const body = bodyFor(operation);
      const target = path + queryFor(operation);
      const headers: Record<string, string> = { "last-event-id": random.oneOf([...secrets]) };
      if (operation.isStream) headers["accept"] = "text/event-stream";
      const what = `${operation.method} ${target} ${body?.text ?? ""}`;
      const reply = await ask(mine.client, operation.method, target, body?.sent, headers);
      assertSilent(what, what, reply);
      const isForeign = operation.pathNames.length > 0 && isAll;
      if (isForeign && !operation.pathNames.every((name) => name === "version"))
        // A body that makes no sense may be refused before anybody looks whose thing it is for.
        assert.ok([403, 404, 422].includes(reply.status), `${what}: ${reply.status} ${reply.text}`);
      ++asked;
    }
  assert.ok(asked >= 80 * rounds, `only ${asked} requests`);
  const after = await survey(alice);
  for (const [path, answer] of before)
    assert.deepEqual(after.get(path), answer, `${path} of the other tenant has changed`);
});

test("cursors of another tenant show nothing of it", async () => {
  let tried = 0;
  for (const operation of operations.filter((each) => each.queryNames.includes("cursor"))) {
    const own = fillPath(operation, (name) => alice.ids.get(name));
    const same = fillPath(operation, (name) => mallory.ids.get(name));
    if (own === undefined || same === undefined) continue;
    const list = await alice.client.get(`${own}?limit=1`);
    const cursor = list.body?.data?.next_cursor;
    if (typeof cursor !== "string") continue;
    const target = `${same}?limit=200&cursor=${cursor}`;
    const reply = await mallory.client.get(target);
    assert.equal(reply.status, 200, `${target}: ${reply.text}`);
    assertSilent(target, target, reply);
    ++tried;
  }
  assert.ok(tried >= 3, `only ${tried} cursors`);
});

test("idempotency keys of another tenant replay nothing", async () => {
  const writes: [string, (tenant: Tenant) => string, Json][] = [
    ["POST", (t) => `/api/knowledge/${t.ids.get("tenantId")}/knowledge-bases`, { name: canary }],
    ["POST", () => "/api/chat/sessions", { title: canary }],
    ["POST", () => "/api/keys", { name: canary, scopes: ["search"] }],
  ];
  for (const [index, [method, path, body]] of writes.entries()) {
    const headers = { "idempotency-key": `shared-${index}` };
    const first = await alice.client.send(method, path(alice), body, headers);
    assert.equal(first.status, 201, first.text);
    const theirs = new Set(first.text.match(uuid) ?? []);
    for (const target of new Set([path(alice), path(mallory)])) {
      const reply = await mallory.client.send(method, target, body, headers);
      assert.equal(reply.headers.get("idempotency-replayed"), null, `${target}: ${reply.text}`);
      for (const id of reply.text.match(uuid) ?? [])
        assert.ok(!theirs.has(id), `${target} replays ${id}`);
    }
  }
});

test("agents of another tenant are no models", async () => {
  const agent = alice.ids.get("agentId");
  if (agent === undefined) return;
  for (const model of [agent, `${canary}-agent`])
    for (const stream of [false, true]) {
      const body = { model, messages: [{ role: "user", content: "Hello" }], stream };
      const reply = await mallory.client.post("/v1/chat/completions", body);
      assert.equal(reply.status, 404, reply.text);
      assert.equal(reply.body.error.code, "model_not_found");
    }
  const listed = await mallory.client.get("/v1/models");
  assert.ok(!listed.text.includes(canary), listed.text);
});
