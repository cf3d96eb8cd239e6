import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
// @ts-expect-error a plain module without types
import { startToolServer } from "../../emulators/mcp/server.mjs";
import type { Client, Json } from "./client.ts";
import { Server } from "./server.ts";

const token = "tools-token-0987654321";

let events: Json; // a server of tools that answers with events
let plain: Json; // one that answers with JSON
let server: Server;
let client: Client;
let base: string;
let agent: string;

before(async () => {
  const sdk = { McpServer, StreamableHTTPServerTransport, z };
  events = await startToolServer(sdk, { token });
  plain = await startToolServer(sdk, { token, answersJson: true });
  server = await Server.start({
    environment: {
      AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_FUNCTIONS_PRIVATE_HOSTS: `127.0.0.1:${events.port},127.0.0.1:${plain.port}`,
    },
  });
  client = await server.admin();
  base = await client.createKnowledgeBase("Town");
  await client.settled(
    base,
    await client.upload(base, "town.txt", "The mayor of Harwick is Ada Quill."),
  );
  const made = await client.post("/api/agents", {
    name: "Desk",
    slug: "desk",
    kb_id: base,
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
  await client.post("/api/secrets", { name: "TOOLS", value: token });
});
after(async () => {
  await server.remove();
  events.stop();
  plain.stop();
});

async function connect(secret: string): Promise<McpClient> {
  const mcp = new McpClient({ name: "journey", version: "1.0.0" });
  await mcp.connect(
    new StreamableHTTPClientTransport(new URL(server.ready.url + "/mcp"), {
      requestInit: { headers: { authorization: `Bearer ${secret}` } },
    }),
  );
  return mcp;
}

test("the official client searches AIVA's knowledge", async () => {
  const key = await client.post("/api/keys", { name: "mcp", scopes: ["search"] });
  const mcp = await connect(key.body.data.key);

  assert.equal(mcp.getServerVersion()?.name, "aiva");
  const tools = await mcp.listTools();
  assert.deepEqual(
    tools.tools.map((tool) => tool.name),
    ["search_knowledge"],
  );
  const found: Json = await mcp.callTool({
    name: "search_knowledge",
    arguments: { query: "Who is the mayor of Harwick?", knowledge_base: "Town" },
  });
  assert.match(found.content[0].text, /town\.txt, page 1\n.*Ada Quill/);
  assert.equal(found.structuredContent.results[0].knowledge_base_id, base);
  const wrong: Json = await mcp.callTool({ name: "search_knowledge", arguments: {} });
  assert.equal(wrong.isError, true);
  await assert.rejects(mcp.callTool({ name: "none", arguments: {} }), /-32602/);
  await mcp.ping();
  await mcp.close();
});

test("the official client asks an agent", async () => {
  const key = await client.post("/api/keys", { name: "asks", scopes: ["search", "chat"] });
  const mcp = await connect(key.body.data.key);

  const tools = await mcp.listTools();
  assert.deepEqual(
    tools.tools.map((tool) => tool.name),
    ["search_knowledge", "ask_agent"],
  );
  const answer: Json = await mcp.callTool({
    name: "ask_agent",
    arguments: { agent: "desk", question: "Who is the mayor of Harwick?" },
  });
  assert.match(answer.content[0].text, /Ada Quill.*\n\nSources:\n\[1\] town\.txt, page 1/s);
  const nobody: Json = await mcp.callTool({
    name: "ask_agent",
    arguments: { agent: "nobody-of-that-name", question: "Hello?" },
  });
  assert.equal(nobody.isError, true);
  await mcp.close();
});

test("strangers and pages of other sites are refused", async () => {
  await assert.rejects(connect("aiva_nobody_nothing"), /unauthenticated/);
  const reply = await client.post(
    "/mcp",
    { jsonrpc: "2.0", id: 1, method: "ping" },
    { origin: "https://evil.example" },
  );
  assert.equal(reply.status, 403);
});

async function addServer(name: string, port: number, more: Json = {}): Promise<Json> {
  const made = await client.post(`/api/agents/${agent}/mcp-servers`, {
    name,
    url: `http://127.0.0.1:${port}/mcp`,
    headers: { Authorization: "Bearer {secret:TOOLS}" },
    ...more,
  });
  assert.equal(made.status, 201, made.text);
  return made.body.data;
}

async function execute(name: string, args: Json = {}): Promise<Json> {
  const reply = await client.post("/api/internal/functions/execute", {
    agent_id: agent,
    function_name: name,
    arguments: args,
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

test("an agent uses tools of the official server, over events and over JSON", async () => {
  for (const [name, port] of [
    ["ev", events.port],
    ["js", plain.port],
  ] as const) {
    const added = await addServer(name, port);
    assert.equal(added.last_error, null);
    assert.ok(added.tools.some((tool: Json) => tool.name === "add numbers!"));

    const sum = await execute(`${name}_add_numbers_`, { a: 2, b: 40 });
    assert.equal(sum.result, "42", JSON.stringify(sum));
    const wrong = await execute(`${name}_add_numbers_`, { a: "x" });
    assert.equal(wrong.is_error, true);
    assert.equal((await execute(`${name}_count`)).result, "1 2 3");
  }
});

test("what a tool is called with is kept from the model and the log", async () => {
  const told = await execute("ev_whisper");
  assert.equal(told.result, "Bearer [secret]");
  const log = await client.get(`/api/agents/${agent}/function-calls?function_name=ev_whisper`);
  assert.ok(!log.text.includes(token));
});

test("a session that is gone is opened again", async () => {
  events.forget();
  assert.equal((await execute("ev_add_numbers_", { a: 1, b: 1 })).result, "2");
});

test("a tool that does not end is cancelled at its server", async () => {
  await addServer("short", events.port, { timeout_ms: 1000, allowed_tools: ["sleep"] });

  const late = await execute("short_sleep");
  assert.equal(late.is_error, true);
  assert.match(late.result, /did not answer in time/);
  assert.ok(events.cancelled.includes("sleep"));
  assert.equal((await execute("short_count")).is_error, true, "only what is allowed is offered");
});

test("a server with other credentials or none is told as such", async () => {
  const refused = await addServer("refused", events.port, { headers: {} });
  assert.match(refused.last_error, /refuses our credentials/);
  const inside = await addServer("inside", 1, { headers: {} });
  assert.match(inside.last_error, /may not be reached/);
  const again = await client.post(`/api/agents/${agent}/mcp-servers/${refused.id}/refresh`);
  assert.match(again.body.data.last_error, /refuses our credentials/);
});
