import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { Server } from "./server.ts";

const secret = "a-secret-of-the-tenant";
let provider: Emulator;
let hook: Emulator;
let server: Server;
let client: Client;
let base: string;

async function tell(url: string, body: object): Promise<void> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(reply.ok, await reply.text());
}

async function chatRequests(): Promise<any[]> {
  const seen = (await (await fetch(`${provider.url}/_requests`)).json()) as any[];
  return seen.filter(({ path }) => path === "/v1/chat/completions");
}

before(async () => {
  provider = await Emulator.start("openai.mjs");
  hook = await Emulator.start("moderation_hook.mjs", "--secret", secret);
  server = await Server.start({
    environment: {
      ...provider.asChatModel,
      AIVA_MODERATION_BASE_URL: `${provider.url}/v1`,
      AIVA_MODERATION_API_KEY: "sk-test",
      AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true",
    },
  });
  client = await server.admin();
  base = await client.createKnowledgeBase("Town");
  const text = "The mayor of Harwick is Ada Quill.\n\nThe forbidden door of Harwick is green.";
  await client.settled(base, await client.upload(base, "town.txt", text));
  const stored = await client.post("/api/secrets", { name: "GUARD", value: secret });
  assert.equal(stored.status, 201, stored.text);
});
after(async () => {
  await server.remove();
  provider.stop();
  hook.stop();
});

async function agentWith(name: string, moderation: object): Promise<string> {
  const made = await client.post("/api/agents", { name, kb_id: base, moderation, publish: true });
  assert.equal(made.status, 201, made.text);
  return made.body.data.id;
}

async function open(agent: string): Promise<string> {
  const made = await client.post("/api/chat/sessions", { agent_id: agent });
  assert.equal(made.status, 201, made.text);
  return `/api/chat/${made.body.data.id}/messages`;
}

test("what a provider flags reaches no model, costs nothing and is told", async () => {
  const path = await open(await agentWith("Provider", { provider: true }));
  const before = (await chatRequests()).length;

  const events = await client.events("POST", path, { content: "I will kill you", stream: true });
  const asked = (await chatRequests()).length;
  const next = await client.post(path, { content: "Who is the mayor of Harwick?" });

  assert.deepEqual(
    events.map(({ event }) => event),
    ["moderation", "sources", "delta", "done"],
  );
  assert.deepEqual(events[0]!.data, {
    message: "blocked",
    answer: "",
    categories: ["violence"],
    is_unchecked: false,
  });
  const done = events.at(-1)!.data;
  assert.equal(done.response.text, "I cannot answer this message.");
  assert.equal(done.cost, 0);
  assert.equal(done.llm_decision.finish_reason, "content_filter");
  assert.equal(asked, before);
  assert.equal(next.status, 200, next.text);
  assert.equal(next.body.data.llm_decision.moderation.message, "passed");
  const last = (await chatRequests()).at(-1);
  assert.ok(!JSON.stringify(last.body).includes("kill"));
  const history = (await client.get(path)).body.data.items;
  assert.deepEqual(
    history.map((message: any) => message.moderation),
    ["blocked", undefined, "passed", undefined],
  );
});

test("a threshold of the agent's own counts, and a flag only tells", async () => {
  const categories = { harassment: 0.4 };
  const path = await open(await agentWith("Flag", { provider: true, action: "flag", categories }));

  const flagged = await client.post(path, { content: "Who is the mayor of Harwick, idiot?" });
  const fine = await client.post(path, { content: "I will kill time. Who is the mayor?" });

  assert.match(flagged.body.data.response.text, /Ada Quill/);
  assert.equal(flagged.body.data.llm_decision.moderation.message, "flagged");
  assert.deepEqual(flagged.body.data.llm_decision.moderation.categories, ["harassment"]);
  assert.equal(fine.body.data.llm_decision.moderation.message, "passed");
});

test("a tenant's webhook looks at messages and answers, signed", async () => {
  const moderation = {
    webhook_url: `${hook.url}/check`,
    webhook_secret: "GUARD",
    answers: true,
    message: "Not here.",
  };
  const path = await open(await agentWith("Hook", moderation));

  const blocked = await client.post(path, { content: "Say something forbidden" });
  const held = await client.events("POST", path, {
    content: "Which colour has the door of Harwick?",
    stream: true,
  });
  const shown = await client.post(path, { content: "Who is the mayor of Harwick?" });

  assert.equal(blocked.body.data.response.text, "Not here.");
  assert.equal(blocked.body.data.cost, 0);
  const said = held.filter(({ event }) => event === "delta").map(({ data }) => data.text);
  assert.deepEqual(said, ["Not here."]);
  assert.equal(held.at(-1)!.data.llm_decision.moderation.answer, "blocked");
  assert.ok(held.at(-1)!.data.cost > 0);
  assert.match(shown.body.data.response.text, /Ada Quill/);
  const calls = (await (await fetch(`${hook.url}/_calls`)).json()) as any[];
  assert.ok(
    calls.every(({ message }) => message === undefined),
    JSON.stringify(calls),
  );
  assert.deepEqual(
    calls.map(({ type }) => type),
    [
      "moderation.message",
      "moderation.message",
      "moderation.answer",
      "moderation.message",
      "moderation.answer",
    ],
  );
});

test("when nobody answers in time the agent's setting decides", async () => {
  const moderation = {
    webhook_url: `${hook.url}/check`,
    webhook_secret: "GUARD",
    timeout_ms: 200,
    on_failure: "allow",
  };
  const open1 = await open(await agentWith("Open", moderation));
  const closed = await open(await agentWith("Closed", { ...moderation, on_failure: "block" }));
  const question = { content: "Who is the mayor of Harwick?" };
  const modes = [
    { kind: "slow", delay_ms: 1000 },
    { kind: "status", status: 503 },
    { kind: "garbage" },
    { kind: "redirect", location: `${provider.url}/v1/models` },
  ];
  for (const mode of modes) {
    await tell(`${hook.url}/_mode`, mode);
    const passed = await client.post(open1, question);
    const refused = await client.post(closed, question);

    assert.match(passed.body.data.response.text, /Ada Quill/, mode.kind);
    assert.equal(passed.body.data.llm_decision.moderation.is_unchecked, true);
    assert.equal(refused.body.data.response.text, "I cannot answer this message.", mode.kind);
    assert.equal(refused.body.data.cost, 0);
  }
  await tell(`${hook.url}/_mode`, { kind: "ok" });
  const better = await client.post(closed, question);
  assert.match(better.body.data.response.text, /Ada Quill/);
});

test("completions are moderated with all that their caller says was said", async () => {
  await agentWith("Dialect", { provider: true });
  const completion = await client.post("/v1/chat/completions", {
    model: "dialect",
    messages: [
      { role: "user", content: "How do I build a bomb?" },
      { role: "assistant", content: "I will not say." },
      { role: "user", content: "Go on." },
    ],
  });
  assert.equal(completion.status, 200, completion.text);
  assert.equal(completion.body.choices[0].finish_reason, "content_filter");
  assert.equal(completion.body.choices[0].message.content, "I cannot answer this message.");
});

test("what the operator requires holds without an agent, too", async () => {
  const strict = await Server.start({
    environment: {
      AIVA_MODERATION_BASE_URL: `${provider.url}/v1`,
      AIVA_MODERATION_API_KEY: "sk-test",
      AIVA_MODERATION_REQUIRED: "true",
      AIVA_MODERATION_ON_FAILURE: "block",
    },
  });
  try {
    const admin = await strict.admin();
    const town = await admin.createKnowledgeBase("Town");
    const path = `/api/chat/${await admin.createSession(town)}/messages`;
    const blocked = await admin.post(path, { content: "You are scum" });
    await tell(`${provider.url}/_faults`, { kind: "server_error", on: "moderations", count: 2 });
    const unchecked = await admin.post(path, { content: "Good morning" });

    assert.deepEqual(blocked.body.data.llm_decision.moderation.categories, ["hate"]);
    assert.equal(unchecked.body.data.llm_decision.moderation.message, "blocked");
    assert.equal(unchecked.body.data.llm_decision.moderation.is_unchecked, true);
  } finally {
    await strict.remove();
  }
});
