import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { askUntilAnswered, untilUnderstood } from "./conversation.ts";
import { Phone, speech } from "./phone.ts";
import { repository, Server } from "./server.ts";

// Calls over AudioSocket that a flow leads, with the packaged voices: a caller orders by voice and
// by keys.

const shopKey = "shop-key-1234567890";

const emulators: ChildProcess[] = [];
let shopAddress: string;
let modelAddress: string;
let server: Server;
let client: Client;
let agent: string;
let flow: string;
let port: number;

async function emulate(name: string, words: string[]): Promise<string> {
  const file = join(repository, `tests/emulators/${name}.mjs`);
  const child = spawn("node", [file, "--port", "0", ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  emulators.push(child);
  const found = await new Promise<number>((told) =>
    child.stdout!.once("data", (piece: Buffer) => told(JSON.parse(piece.toString()).port)),
  );
  return `127.0.0.1:${found}`;
}

before(async () => {
  shopAddress = await emulate("http_api", ["--key", shopKey]);
  modelAddress = await emulate("openai_realtime", ["--key", "sk-test"]);
  server = await Server.start({
    environment: {
      AIVA_AUDIOSOCKET_PORT: "0",
      AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_FUNCTIONS_PRIVATE_HOSTS: shopAddress,
      AIVA_VOICE_REALTIME_URL: `http://${modelAddress}/v1`,
      AIVA_VOICE_REALTIME_KEY: "sk-test",
    },
  });
  port = (server.ready as Json).audiosocket_port;
  client = await server.admin();
  const base = await client.createKnowledgeBase("Machines");
  const text = "# Warranty\n\nThe warranty of the coffee machine lasts five years.\n";
  await client.settled(base, await client.upload(base, "machine.md", text));
  agent = ok(
    await client.post("/api/agents", {
      name: "Desk",
      kb_id: base,
      greeting: "Welcome to the shop.",
      voice_provider: "deepgram",
      publish: true,
    }),
    201,
  ).id;
  ok(await client.post("/api/secrets", { name: "SHOP_KEY", value: shopKey }), 201);
  ok(
    await client.post(`/api/agents/${agent}/functions`, {
      name: "place_order",
      description: "Places an order.",
      api_method: "POST",
      api_endpoint: `http://${shopAddress}/orders`,
      api_headers: { Authorization: "Bearer {secret:SHOP_KEY}" },
      parameters: {
        type: "object",
        required: ["article", "count"],
        properties: { article: { type: "string" }, count: { type: "integer", maximum: 50 } },
      },
    }),
    201,
  );
  flow = ok(await client.post(`/api/agents/${agent}/flows`, ordering), 201).id;
});
after(async () => {
  await server.remove();
  for (const emulator of emulators) emulator.kill();
});

const ordering = {
  name: "Ordering",
  begins_with: "call",
  steps: [
    {
      name: "what",
      type: "collect_slot",
      slot: "article",
      slot_type: "choice",
      text: "Would you like a coffee machine or a tea kettle?",
      reprompt: "Please say coffee machine, or tea kettle.",
      choices: [
        { value: "coffee machine", words: ["coffee"] },
        { value: "tea kettle", words: ["kettle", "tea"] },
      ],
      timeout_ms: 3000,
      retries: 2,
      on_failure: "person",
    },
    { name: "sure", type: "confirm", slot: "article", text: "A {article}, is that right?" },
    {
      name: "many",
      type: "collect_slot",
      slot: "count",
      slot_type: "number",
      text: "How many of them?",
    },
    {
      name: "size",
      type: "branch",
      cases: [{ slot: "count", operator: "greater", value: "9", next: "large" }],
    },
    {
      name: "order",
      type: "function",
      text: "One moment.",
      function: "place_order",
      arguments: { article: "{article}", count: "{count}" },
      results: { number: "/order/number" },
    },
    { name: "done", type: "respond", text: "Your order has the number {number}.", next: "person" },
    { name: "large", type: "respond", text: "That is a large order." },
    { name: "person", type: "transfer", text: "I connect you.", target: "sales {article}" },
  ],
  failure_text: "I could not order that. Ask me whatever you like.",
};

function ok(reply: { status: number; text: string; body: Json }, status = 200): Json {
  assert.equal(reply.status, status, reply.text);
  return reply.body.data;
}

async function dial(session_id: string = randomUUID(), agent_id = agent) {
  const call = ok(await client.post("/api/calls", { agent_id, session_id }), 201);
  return { phone: await Phone.dial(port, call.session_id), id: call.session_id };
}

async function ended(id: string): Promise<Json> {
  for (let tries = 0; tries < 200; ++tries) {
    const call = ok(await client.get(`/api/calls/${id}`));
    if (call.status !== "in_progress") return call;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the call is still in progress");
}

async function said(id: string): Promise<string[]> {
  const { items } = ok(await client.get(`/api/calls/${id}/transcript`));
  return items.map((line: Json) => `${line.speaker}: ${line.original_message}`);
}

async function standing(id: string): Promise<Json> {
  return ok(await client.get(`/api/internal/flow-sessions/${id}`));
}

async function orders(): Promise<Json[]> {
  const reply = await fetch(`http://${shopAddress}/_requests`);
  return ((await reply.json()) as Json[])
    .filter((request: Json) => request.url === "/orders")
    .map((request: Json) => JSON.parse(request.body));
}

/** Waits for the next question and for its end. */
async function question(phone: Phone): Promise<void> {
  await phone.untilSpoken();
  await phone.untilSilent();
}

/** Says it until the call was told that. */
async function say(phone: Phone, id: string, words: string, answer: RegExp): Promise<void> {
  const lines = async () => ok(await client.get(`/api/calls/${id}/transcript`)).items;
  await askUntilAnswered(phone, { words, answer, lines });
}

/** Waits until the call was said that, so that no pause between two sentences is its end. */
async function told(phone: Phone, id: string, words: RegExp, ms = 15_000): Promise<void> {
  for (const end = phone.now + ms; phone.now < end;) {
    if ((await said(id)).some((line) => line.startsWith("agent") && words.test(line))) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`never said ${words} but ${(await said(id)).join("\n")}`);
}

test("a caller orders by voice and by keys and is handed over", async () => {
  const { phone, id } = await dial();
  await told(phone, id, /coffee machine or a tea kettle/);
  await say(phone, id, "I would like a coffee machine please.", /A coffee machine, is that right/);
  await phone.say(speech("No, that is wrong."));
  await phone.untilSpoken();
  // The question is known: the answer interrupts it. Where no was not understood, the key says so.
  await untilUnderstood(
    async () => {
      phone.press("2");
      const kettle = told(phone, id, /A tea kettle, is that right/, 8_000);
      return kettle.then(
        () => true,
        () => false,
      );
    },
    async () => (await said(id)).join("\n"),
  );
  phone.press("1#");
  await told(phone, id, /How many/);
  phone.press("3#");
  await phone.untilHungUp();

  const call = await ended(id);
  assert.equal(call.status, "completed");
  assert.equal(call.end_reason, "transferred");
  assert.equal(call.transfer_target, "sales tea kettle");
  assert.deepEqual(await orders(), [{ article: "tea kettle", count: 3 }]);
  const lines = await said(id);
  assert.equal(lines[0], "agent: Welcome to the shop.");
  assert.match(lines.at(-1)!, /One moment\. Your order has the number 100300\. I connect you\./);
  assert.ok(lines.includes("customer: 3"));
  const state = await standing(id);
  assert.equal(state.status, "transferred");
  assert.equal(state.flow_id, flow);
  assert.equal(state.state.slots.count.value, "3");
  const log = ok(await client.get(`/api/agents/${agent}/function-calls?limit=1`)).items[0];
  assert.equal(log.status, "completed");
  assert.equal(log.session_id, call.chat_session_id);
});

test("who says nothing is asked again and then handed over", async () => {
  const { phone, id } = await dial();
  await told(phone, id, /coffee machine or a tea kettle/);
  await told(phone, id, /Please say coffee machine/);
  await phone.untilHungUp();
  const call = await ended(id);
  assert.equal(call.end_reason, "transferred");
  assert.equal(call.transfer_target, "sales ");
  assert.equal(call.turns, 0);
});

test("a branch leads past the order", async () => {
  const before = (await orders()).length;
  const { phone, id } = await dial();
  await told(phone, id, /coffee machine or a tea kettle/);
  phone.press("1");
  await told(phone, id, /is that right/);
  phone.press("1");
  await told(phone, id, /How many/);
  phone.press("12#");
  await phone.untilHungUp();
  assert.match((await said(id)).at(-1)!, /That is a large order/);
  assert.equal((await orders()).length, before);
});

test("a flow whose function fails ends, and the call goes on freely", async () => {
  const functions = ok(await client.get(`/api/agents/${agent}/functions`)).items;
  const path = `/api/agents/${agent}/functions/${functions[0].id}`;
  ok(await client.put(path, { is_active: false }));
  const { phone, id } = await dial();
  await told(phone, id, /coffee machine or a tea kettle/);
  phone.press("1");
  await told(phone, id, /is that right/);
  phone.press("1");
  await told(phone, id, /How many/);
  phone.press("2#");
  await told(phone, id, /I could not order that/);
  assert.equal((await standing(id)).status, "failed");
  await say(phone, id, "How long is the warranty of the coffee machine?", /five years/);
  phone.close();
  assert.equal((await ended(id)).end_reason, "caller_hung_up");
  ok(await client.put(path, { is_active: true }));
});

test("a caller who hangs up in the middle abandons the flow", async () => {
  const { phone, id } = await dial();
  await told(phone, id, /coffee machine or a tea kettle/);
  phone.press("1");
  await told(phone, id, /is that right/);
  phone.close();
  assert.equal((await ended(id)).end_reason, "caller_hung_up");
  const state = await standing(id);
  assert.equal(state.status, "abandoned");
  assert.equal(state.current_step, "sure");
});

test("a flow that had begun elsewhere goes on where it stood", async () => {
  const session_id = randomUUID();
  const state = {
    status: "in_progress",
    wait: "answer",
    step: "many",
    steps_taken: 3,
    slots: { article: { value: "tea kettle", spoken: "tea kettle" } },
  };
  ok(
    await client.post("/api/internal/flow-sessions", {
      session_id,
      flow_id: flow,
      current_step: "many",
      state,
    }),
  );
  const { phone, id } = await dial(session_id);
  await told(phone, id, /How many/);
  phone.press("12#");
  await phone.untilHungUp();
  assert.equal((await ended(id)).transfer_target, "sales tea kettle");
  assert.deepEqual((await said(id)).slice(0, 2), [
    "agent: Welcome to the shop.",
    "agent: How many of them?",
  ]);
});

test("a flow begins when its words are heard", async () => {
  ok(
    await client.put(`/api/agents/${agent}/flows/${flow}`, {
      begins_with: "words",
      trigger_words: ["order"],
    }),
  );
  const { phone, id } = await dial();
  await question(phone);
  await say(phone, id, "I want to order something.", /coffee machine or a tea kettle/);
  phone.close();
  await ended(id);
  assert.equal((await standing(id)).status, "abandoned");
});

test("a provider's model speaks before and behind a flow, and knows what was said", async () => {
  const spoken = ok(
    await client.post("/api/agents", {
      name: "Model",
      greeting: "Welcome.",
      voice_provider: "openai",
      publish: true,
    }),
    201,
  ).id;
  ok(
    await client.post(`/api/agents/${spoken}/flows`, {
      name: "Booking",
      begins_with: "words",
      trigger_words: ["book"],
      steps: [
        {
          name: "seats",
          type: "collect_slot",
          slot: "seats",
          slot_type: "number",
          text: "How many seats?",
        },
      ],
      completion: { type: "respond", text: "Noted, {seats} seats." },
    }),
    201,
  );
  const control = (name: string, body?: Json): Promise<Response> =>
    fetch(`http://${modelAddress}/${name}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  await control("_script", {
    turns: [{ hears: "I want to book.", says: "Sure, let me think about that for you." }],
  });

  const { phone, id } = await dial(randomUUID(), spoken);
  await told(phone, id, /Welcome/);
  await phone.say(speech("I want to book."));
  await told(phone, id, /How many seats/);
  phone.press("4#");
  await told(phone, id, /Noted, 4 seats/);
  await phone.untilSilent(2_000); // the model takes the call on once all of that was heard
  await control("_script", { turns: [{ hears: "Thank you.", says: "You are welcome." }] });
  await phone.say(speech("Thank you."));
  await told(phone, id, /You are welcome/);
  phone.close();
  await ended(id);

  const events = (await (await control("_events")).json()) as Json[];
  assert.equal(events.filter((event) => event.type === "connected").length, 2);
  const since = events.findLastIndex((event) => event.type === "connected");
  const history = events
    .slice(since)
    .filter((event) => event.type === "conversation.item.create")
    .map((event) => event.item.content[0].text);
  assert.deepEqual(history.slice(-3), ["How many seats?", "4", "Noted, 4 seats."]);
  assert.equal((await standing(id)).status, "completed");
});
