import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { drawDisc } from "./picture.ts";
import { run, Server } from "./server.ts";
import { feedOf } from "./shop.ts";

interface RouteLine {
  method: string;
  path: string;
  right: string;
  is_streaming: boolean;
}

let server: Server;
let routes: RouteLine[];
let alice: Client; // an admin of tenant A, who owns one of everything
let mallory: Client; // an admin of tenant B
let owned: Record<string, string>; // path parameter -> Alice's id

async function newTenant(root: Client, name: string): Promise<Client> {
  const tenant = await root.post("/api/tenants", { name });
  assert.equal(tenant.status, 201, tenant.text);
  const email = `admin@${name.toLowerCase()}.test`;
  const user = await root.post("/api/users", {
    email,
    password: "Passw0rd-of-" + name,
    name,
    role: "admin",
    tenant_id: tenant.body.data.id,
  });
  assert.equal(user.status, 201, user.text);
  const client = server.anonymous;
  assert.equal((await client.login(email, "Passw0rd-of-" + name)).status, 200);
  return client;
}

before(async () => {
  server = await Server.start();
  const listed = await run(["routes", "--json"]);
  routes = JSON.parse(listed.out);
  const root = await server.admin();
  alice = await newTenant(root, "Alice");
  mallory = await newTenant(root, "Mallory");
  const base = await alice.createKnowledgeBase("Secrets");
  const document = await alice.upload(base, "secret.txt", "The secret word is albatross.");
  await alice.settled(base, document);
  const session = await alice.createSession(base);
  const said = await alice.post(`/api/chat/${session}/messages`, { content: "albatross?" });
  assert.equal(said.status, 200, said.text);
  const crawl = await alice.post(`/api/knowledge/${base}/scrape-url`, {
    url: "http://site.invalid/",
  });
  assert.equal(crawl.status, 202, crawl.text);
  const image = await alice.uploadImage(base, "albatross.png", drawDisc(90, 60, [200, 30, 30]));
  assert.equal(image.status, 201, image.text);
  const agent = await alice.post("/api/agents", { name: "Albatross", kb_id: base, publish: true });
  assert.equal(agent.status, 201, agent.text);
  const key = await alice.post("/api/keys", { name: "k", scopes: ["search"] });
  assert.equal(key.status, 201, key.text);
  const budget = await alice.post("/api/credits/budgets", { amount: 5 });
  assert.equal(budget.status, 201, budget.text);
  const webhook = await alice.post("/api/webhooks", { url: "https://receiver.invalid/" });
  assert.equal(webhook.status, 201, webhook.text);
  const webhookId = webhook.body.data.webhook.id;
  const delivery = await alice.post(`/api/webhooks/${webhookId}/test`);
  assert.equal(delivery.status, 202, delivery.text);
  const fn = await alice.post(`/api/agents/${agent.body.data.id}/functions`, {
    name: "albatross",
    api_endpoint: "https://site.invalid/albatross",
  });
  assert.equal(fn.status, 201, fn.text);
  const functions = `/api/agents/${agent.body.data.id}/functions`;
  await alice.post(`${functions}/${fn.body.data.id}/test`, { arguments: {} });
  const calls = await alice.get(`/api/agents/${agent.body.data.id}/function-calls`);
  const tools = await alice.post(`/api/agents/${agent.body.data.id}/mcp-servers`, {
    name: "albatross",
    url: "https://site.invalid/mcp",
  });
  assert.equal(tools.status, 201, tools.text);
  const secret = await alice.post("/api/secrets", { name: "ALBATROSS", value: "very secret" });
  assert.equal(secret.status, 201, secret.text);
  const call = await alice.post("/api/call-logs", { agent_id: agent.body.data.id });
  assert.equal(call.status, 201, call.text);
  await alice.post("/api/transcriptions", {
    session_id: call.body.data.session_id,
    speaker: "user",
    sequence_number: 1,
    original_message: "albatross",
  });
  const number = await alice.post("/api/numbers", { did: "1001", agent_id: agent.body.data.id });
  assert.equal(number.status, 201, number.text);
  const flow = await alice.post(`/api/agents/${agent.body.data.id}/flows`, {
    name: "albatross",
    steps: [{ name: "hello", type: "respond", text: "albatross" }],
  });
  assert.equal(flow.status, 201, flow.text);
  await alice.post("/api/internal/flow-sessions", {
    session_id: "albatross-call",
    flow_id: flow.body.data.id,
  });
  const spoken = await alice.post("/api/internal/tts-cache", {
    text: "albatross",
    content_type: "audio/wav",
    audio: "UklGRg==",
  });
  assert.equal(spoken.status, 201, spoken.text);
  const segment = await alice.post(`/api/segments/${agent.body.data.id}`, {
    key: "albatross",
    contents: { en: "albatross" },
  });
  assert.equal(segment.status, 201, segment.text);
  const campaign = await alice.post("/api/campaigns", {
    name: "albatross",
    agent_id: agent.body.data.id,
  });
  assert.equal(campaign.status, 201, campaign.text);
  const contacts = { contacts: [{ number: "+4930123457", name: "albatross" }] };
  const added = await alice.post(`/api/campaigns/${campaign.body.data.id}/contacts`, contacts);
  assert.equal(added.status, 201, added.text);
  const unwanted = await alice.post("/api/do-not-call", { number: "+4930123456" });
  assert.equal(unwanted.status, 201, unwanted.text);
  const note = await alice.post(`/api/chat/sessions/${session}/notes`, { content: "albatross" });
  assert.equal(note.status, 201, note.text);
  const shop = await feedOf(alice, base, "albatross");
  owned = {
    storeId: shop.store,
    jobId: shop.job,
    productId: shop.product,
    segmentKey: "albatross",
    language: "en",
    flowId: flow.body.data.id,
    stepName: "hello",
    flowSessionId: "albatross-call",
    spokenId: spoken.body.data.id,
    callLogId: call.body.data.id,
    numberId: number.body.data.id,
    campaignId: campaign.body.data.id,
    doNotCallNumber: "+4930123456",
    functionId: fn.body.data.id,
    callId: calls.body.data.items[0].id,
    mcpServerId: tools.body.data.id,
    secretName: "ALBATROSS",
    tenantId: alice.user.tenant_id,
    kbId: base,
    documentId: document,
    sessionId: session,
    messageId: said.body.data.message_id,
    turnId: said.body.data.message_id,
    noteId: note.body.data.id,
    userId: alice.user.id,
    keyId: key.body.data.id,
    agentId: agent.body.data.id,
    version: "1",
    model: agent.body.data.id,
    budgetId: budget.body.data.id,
    webhookId,
    deliveryId: delivery.body.data.id,
    crawlId: crawl.body.data.id,
    imageId: image.body.data.id,
    filename: image.body.data.url.split("/").at(-1),
  };
});
after(() => server.remove());

function fill(path: string): { path: string; parameters: string[] } {
  const parameters: string[] = [];
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    parameters.push(name);
    assert.ok(owned[name] !== undefined, `no id known for :${name} of ${path}`);
    return owned[name]!;
  });
  return { path: filled, parameters };
}

function body(route: RouteLine): any {
  if (route.method === "GET" || route.method === "DELETE") return undefined;
  if (route.path.endsWith("/upload") || /\/(documents|images)$/.test(route.path)) {
    const form = new FormData();
    form.append("file", new Blob(["hello"]), "hello.txt");
    form.append("kb_id", owned["kbId"]!);
    return form;
  }
  return {
    kb_id: owned["kbId"],
    session_id: owned["sessionId"],
    name: "x",
    content: "albatross?",
    message: "albatross?",
    query: "albatross",
    role: "user",
    email: "x@x.test",
    password: "Passw0rd1234",
    amount: 1,
    text: "albatross",
    rating: "up",
    url: "http://site.invalid/",
    agent_id: owned["agentId"],
    function_name: "albatross",
    did: "1002",
    flow_id: owned["flowId"],
    speaker: "user",
    sequence_number: 1,
    original_message: "gull",
    key: "gull",
    segments: [],
    contacts: [{ number: "+4930123458" }],
    number: "+4930123459",
    result: "busy",
  };
}

test("the route table is complete enough to test", () => {
  assert.ok(routes.length > 40, `only ${routes.length} routes`);
  assert.ok(routes.every((route) => route.right !== ""));
});

test("no route that needs a right answers without credentials", async () => {
  for (const route of routes.filter((candidate) => candidate.right !== "anyone")) {
    const reply = await server.anonymous.send(route.method, fill(route.path).path, body(route));
    assert.equal(reply.status, 401, `${route.method} ${route.path}: ${reply.status} ${reply.text}`);
  }
});

test("no route shows or changes another tenant's things", async () => {
  const before = await alice.get(
    `/api/knowledge/${owned["kbId"]}/documents/${owned["documentId"]}`,
  );
  let tried = 0;
  for (const route of routes) {
    if (route.right === "anyone") continue;
    const filled = fill(route.path);
    const namesForeign =
      filled.parameters.length > 0 ||
      [
        "/api/internal/functions/execute",
        "/api/call-logs",
        "/api/internal/flow-sessions",
        "/api/internal/templates/render",
        "/api/transcriptions",
        "/api/v1/products/search",
        "/api/v1/search",
        "/api/knowledge/search",
        "/api/chat/message",
        "/api/v1/documents/upload",
        "/api/v1/images/upload",
        "/api/v1/images/search",
      ].includes(route.path) ||
      (["/api/chat/sessions", "/api/calls", "/api/numbers"].includes(route.path) &&
        route.method === "POST");
    if (!namesForeign) continue;
    const reply = await mallory.send(route.method, filled.path, body(route));
    assert.ok(
      [403, 404].includes(reply.status),
      `${route.method} ${route.path}: ${reply.status} ${reply.text}`,
    );
    assert.ok(!reply.text.includes("albatross"), `${route.method} ${route.path} leaks`);
    ++tried;
  }
  assert.ok(tried >= 20, `only ${tried} routes tried`);
  const after = await alice.get(`/api/knowledge/${owned["kbId"]}/documents/${owned["documentId"]}`);
  assert.deepEqual(after.body.data, before.body.data);
});

test("an API key does what its scopes say and nothing else", async () => {
  const made = await alice.post("/api/keys", { name: "search only", scopes: ["search"] });
  const client = server.anonymous;
  client.apiKey = made.body.data.key;

  const search = await client.post("/api/v1/search", { kb_id: owned["kbId"], query: "albatross" });
  assert.equal(search.status, 200, search.text);
  for (const route of routes) {
    if (["anyone", "signed_in", "search"].includes(route.right)) continue;
    const reply = await client.send(route.method, fill(route.path).path, body(route));
    assert.equal(reply.status, 403, `${route.method} ${route.path}: ${reply.status} ${reply.text}`);
  }
});

test("a malformed id is not found, on every route that takes one", async () => {
  for (const route of routes.filter(
    (candidate) => candidate.path.includes(":") && candidate.right !== "anyone",
  )) {
    const path = route.path.replace(/:\w+/g, (name) =>
      name === ":tenantId" ? owned["tenantId"]! : "not-an-id",
    );
    if (!path.includes("not-an-id")) continue;
    const reply = await alice.send(route.method, path, body(route));
    assert.ok(
      [403, 404].includes(reply.status),
      `${route.method} ${route.path}: ${reply.status} ${reply.text}`,
    );
  }
});
