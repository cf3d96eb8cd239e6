import assert from "node:assert/strict";
import type { Operation } from "./contract.ts";
import type { Client, Json } from "./client.ts";
import { drawDisc } from "./picture.ts";
import type { Server } from "./server.ts";
import { feedOf } from "./shop.ts";

/** A tenant that owns one of everything. */
export interface Tenant {
  client: Client; // its admin
  ids: Map<string, string>; // by the parameter's name: kbId, documentId, …
}

let numbers = 0; // in the installation

async function created(client: Client, path: string, body: Json): Promise<Json | undefined> {
  const reply = await client.post(path, body);
  if (reply.status === 404 && reply.text.includes("no such path")) return undefined;
  assert.ok([200, 201, 202].includes(reply.status), `${path}: ${reply.status} ${reply.text}`);
  return reply.body.data;
}

/** A tenant that owns one of everything, each thing named after `word`. */
export async function furnish(
  server: Server,
  root: Client,
  name: string,
  word: string,
): Promise<Tenant> {
  const tenant = await root.post("/api/tenants", { name: `${word} ${name}` });
  assert.equal(tenant.status, 201, tenant.text);
  const email = `${word}@${name}.test`;
  const password = `Passw0rd-of-${name}`;
  const user = { email, password, name: word, role: "admin", tenant_id: tenant.body.data.id };
  assert.equal((await root.post("/api/users", user)).status, 201);
  const client = server.anonymous;
  assert.equal((await client.login(email, password)).status, 200);

  const ids = new Map<string, string>([
    ["tenantId", client.user.tenant_id],
    ["userId", client.user.id],
  ]);
  const keep = (parameter: string, thing: Json | undefined) => {
    if (thing?.id !== undefined) ids.set(parameter, thing.id);
  };
  const base = await client.createKnowledgeBase(`${word} base`);
  ids.set("kbId", base);
  for (let i = 0; i < 3; ++i)
    ids.set("documentId", await client.upload(base, `${word}${i}.txt`, `The word is ${word}.`));
  await client.settled(base, ids.get("documentId")!);
  const image = await client.uploadImage(base, `${word}.png`, drawDisc(90, 60, [200, 30, 30]));
  assert.equal(image.status, 201, image.text);
  keep("imageId", image.body.data);
  ids.set("filename", image.body.data.url.split("/").at(-1));
  const scrape = { url: "http://site.invalid/" };
  keep("crawlId", await created(client, `/api/knowledge/${base}/scrape-url`, scrape));
  const shop = await feedOf(client, base, word);
  ids.set("storeId", shop.store);
  ids.set("jobId", shop.job);
  ids.set("productId", shop.product);
  keep("keyId", await created(client, "/api/keys", { name: word, scopes: ["search"] }));
  for (let i = 0; i < 3; ++i)
    keep(
      "sessionId",
      await created(client, "/api/chat/sessions", { kb_id: base, title: word, user_name: word }),
    );
  const said = await client.post(`/api/chat/${ids.get("sessionId")}/messages`, {
    content: `What is the word, ${word}?`,
  });
  if (said.status === 200) ids.set("messageId", said.body.data.message_id);
  keep(
    "agentId",
    await created(client, "/api/agents", { name: word, slug: `${word}-agent`, publish: true }),
  );
  const agent = ids.get("agentId");
  if (agent !== undefined) {
    ids.set("version", "1");
    ids.set("model", agent);
    const tool = { name: word, description: word, api_endpoint: `https://${word}.invalid/` };
    keep("functionId", await created(client, `/api/agents/${agent}/functions`, tool));
    await client.post(`/api/agents/${agent}/functions/${ids.get("functionId")}/test`, {
      arguments: {},
    });
    const calls = await client.get(`/api/agents/${agent}/function-calls`);
    keep("callId", calls.body?.data?.items?.[0]);
    const tools = { name: word, url: `https://${word}.invalid/mcp` };
    keep("mcpServerId", await created(client, `/api/agents/${agent}/mcp-servers`, tools));
    const call = { agent_id: agent, session_id: `${word}-call`, caller_name: word };
    keep("callLogId", await created(client, "/api/call-logs", call));
    const did = String(1000 + ++numbers);
    const number = { agent_id: agent, did, label: word };
    keep("numberId", await created(client, "/api/numbers", number));
    const segment = { key: word, kind: "prompt", contents: { en: word } };
    await created(client, `/api/segments/${agent}`, segment);
    ids.set("segmentKey", word).set("language", "en");
    const campaign = { name: word, agent_id: agent, caller_id: "+49 30 123456" };
    keep("campaignId", await created(client, "/api/campaigns", campaign));
    const steps = [{ name: "hello", type: "respond", text: word }];
    keep("flowId", await created(client, `/api/agents/${agent}/flows`, { name: word, steps }));
    ids.set("stepName", "hello");
    const standing = { session_id: `${word}-call`, flow_id: ids.get("flowId") };
    await client.post("/api/internal/flow-sessions", standing);
    ids.set("flowSessionId", `${word}-call`);
    const audio = { text: word, content_type: "audio/wav", audio: "UklGRg==" };
    keep("spokenId", await created(client, "/api/internal/tts-cache", audio));
  }
  await created(client, "/api/secrets", { name: word.toUpperCase(), value: `${word} said low` });
  const note = `/api/chat/sessions/${ids.get("sessionId")}/notes`;
  keep("noteId", await created(client, note, { content: word }));
  ids.set("secretName", word.toUpperCase());
  keep("budgetId", await created(client, "/api/credits/budgets", { amount: 5 }));
  const told = await created(client, "/api/webhooks", { url: `https://${word}.invalid/` });
  keep("webhookId", told.webhook);
  const delivery = await client.post(`/api/webhooks/${ids.get("webhookId")}/test`);
  keep("deliveryId", delivery.body?.data);
  return { client, ids };
}

/** The operation's path with these ids; undefined where one is not known. */
export function fillPath(
  operation: Operation,
  id: (name: string) => string | undefined,
): string | undefined {
  let isKnown = true;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = id(name);
    if (value === undefined) isKnown = false;
    return encodeURIComponent(value ?? "");
  });
  return isKnown ? path : undefined;
}
