import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { drawDisc } from "./picture.ts";
import { Server } from "./server.ts";

let emulator: Emulator;
let first: Server;
let second: Server; // another process on the same rows
let client: Client;
let agent: any;

before(async () => {
  emulator = await Emulator.start("openai.mjs");
  const environment = {
    ...emulator.asChatModel,
  };
  first = await Server.start({ environment });
  second = await Server.start({
    folder: first.folder,
    environment,
    arguments: ["--role", "api"],
  });
  client = await first.admin();
  const base = await client.createKnowledgeBase("Town");
  const file = await client.upload(base, "town.txt", "The mayor of Harwick is Ada Quill.");
  await client.settled(base, file);
  const reply = await client.post("/api/agents", {
    name: "Town hall",
    instructions: "Answer about Harwick.",
    greeting: "Welcome to Harwick!",
    kb_id: base,
    chat_page_enabled: true,
    widget_config: { allowed_origins: ["https://shop.example"], visitor_messages_per_minute: 4 },
    publish: true,
  });
  assert.equal(reply.status, 201, reply.text);
  agent = reply.body.data;
});
after(async () => {
  await second?.stop();
  await first?.remove();
  emulator.stop();
});

/** A stranger at the chat page of a server. */
class Visitor {
  token = "";
  readonly server: Server;
  readonly origin: string;

  constructor(server: Server, origin = server.ready.url) {
    this.server = server;
    this.origin = origin;
  }

  headers(): Record<string, string> {
    return { origin: this.origin, "x-chat-token": this.token };
  }
  async enter(body: object = {}) {
    const path = "/aiva/chat/town-hall/sessions";
    const reply = await this.server.anonymous.post(path, body, this.headers());
    if (reply.status === 201) this.token = reply.body.data.token;
    return reply;
  }
  say(content: string) {
    const path = "/aiva/chat/town-hall/messages";
    return this.server.anonymous.post(path, { content }, this.headers());
  }
}

test("a stranger talks to a published agent on its page", async () => {
  const page = await first.anonymous.get("/aiva/chat/town-hall");
  assert.equal(page.status, 200);
  assert.match(page.text, /data-greeting="Welcome to Harwick!"/);
  const policy = page.headers.get("content-security-policy")!;
  assert.match(policy, /frame-ancestors 'self' https:\/\/shop\.example/);

  const visitor = new Visitor(first);
  assert.equal((await visitor.enter()).status, 201);
  const answer = await visitor.say("Who is the mayor of Harwick?");
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.body.data.text.length > 0);
  assert.ok(!/"cost"|"model"|"tenant_id"|"document_id"/.test(answer.text), answer.text);
  assert.deepEqual(answer.body.data.images, []);
  const messages = await first.anonymous.get("/aiva/chat/town-hall/messages", visitor.headers());
  assert.deepEqual(
    messages.body.data.items.map((message: any) => message.role),
    ["assistant", "user", "assistant"],
  );
  assert.equal(messages.body.data.items[0].text, "Welcome to Harwick!");
});

test("a stranger sees the images that come with answers, and no others", async () => {
  const bases = (await client.get("/api/knowledge")).body.data.items;
  const town = bases.find((entry: any) => entry.name === "Town").id;
  const hidden = await client.createKnowledgeBase("Hidden");
  const options = { description: "The mayor of Harwick" };
  await client.uploadImage(town, "mayor.png", drawDisc(100, 80, [200, 40, 40]), options);
  const other = await client.uploadImage(hidden, "h.png", drawDisc(90, 80, [20, 40, 200]), options);
  const visitor = new Visitor(first);
  await visitor.enter();
  const answer = await visitor.say("Who is the mayor of Harwick?");

  const [image, more] = answer.body.data.images;
  assert.equal(more, undefined);
  assert.equal(image.description, "The mayor of Harwick");
  const shown = await first.anonymous.get(image.thumbnail_url, visitor.headers());
  assert.equal(shown.status, 200);
  assert.equal(shown.headers.get("content-type"), "image/jpeg");
  assert.equal((await first.anonymous.get(image.url)).status, 401);
  const name = other.body.data.url.split("/").at(-1);
  const foreign = `/aiva/chat/town-hall/images/${name}`;
  assert.equal((await first.anonymous.get(foreign, visitor.headers())).status, 404);
});

test("a visitor's token opens nothing else", async () => {
  const visitor = new Visitor(first);
  await visitor.enter();
  for (const path of ["/api/agents", "/api/chat/sessions", "/api/knowledge", "/api/auth/me"]) {
    const stranger = first.anonymous;
    stranger.token = visitor.token;
    assert.equal((await stranger.get(path)).status, 401, path);
    const asKey = first.anonymous;
    asKey.apiKey = visitor.token;
    assert.equal((await asKey.get(path)).status, 401, path);
  }
});

test("origins that are not allowed are refused", async () => {
  assert.equal((await new Visitor(first, "https://evil.example").enter()).status, 403);
  assert.equal((await new Visitor(first, "null").enter()).status, 403);
  const shop = new Visitor(first, "https://shop.example");
  assert.equal((await shop.enter()).status, 201);
  const elsewhere = new Visitor(first);
  elsewhere.token = shop.token;
  assert.equal((await elsewhere.say("hello")).status, 401);
});

test("pages of the agent's origins may call its visitors' routes, others may not", async () => {
  const path = "/aiva/chat/town-hall/messages";
  const preflight = (origin: string, target = path) =>
    first.anonymous.send("OPTIONS", target, undefined, {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-chat-token",
    });
  const allowed = await preflight("https://shop.example");
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers.get("access-control-allow-origin"), "https://shop.example");
  assert.match(allowed.headers.get("access-control-allow-headers")!, /X-Chat-Token/);
  const evil = await preflight("https://evil.example");
  assert.equal(evil.headers.get("access-control-allow-origin"), null);
  const api = await preflight("https://shop.example", "/api/agents");
  assert.equal(api.headers.get("access-control-allow-origin"), null);

  const shop = new Visitor(first, "https://shop.example");
  const opened = await shop.enter();
  assert.equal(opened.headers.get("access-control-allow-origin"), "https://shop.example");
  const refused = await first.anonymous.post(path, {}, shop.headers());
  assert.equal(refused.status, 422);
  assert.equal(refused.headers.get("access-control-allow-origin"), "https://shop.example");
});

test("a visitor's answer is taken up again, stopped and rated", async () => {
  const facts = await first.anonymous.get("/aiva/chat/town-hall/widget");
  assert.equal(facts.status, 200, facts.text);
  assert.equal(facts.body.data.greeting, "Welcome to Harwick!");
  assert.equal(facts.body.data.theme, "auto");

  const visitor = new Visitor(first);
  await visitor.enter();
  const path = "/aiva/chat/town-hall";
  const body = { content: "Who is the mayor?", resumable: true, client_message_id: "once" };
  const stream = (method: string, target: string, sent?: object) =>
    first.anonymous.events(method, path + target, sent, undefined, visitor.headers());
  const events = await stream("POST", "/messages", body);
  const names = events.map(({ event }) => event);
  assert.equal(names[0], "turn");
  assert.equal(names.at(-1), "done");
  assert.ok(
    names.every((name) => ["turn", "working", "delta", "done"].includes(name)),
    `${names}`,
  );
  const { turn_id: turn } = events[0]!.data;
  const answer = events.at(-1)!.data;
  assert.equal(answer.message_id, turn);
  assert.ok(!/"cost"|"model"|"tenant_id"|"document_id"/.test(JSON.stringify(events)));
  const again = await stream("GET", `/turns/${turn}/events?after=1`);
  assert.deepEqual(again, events.slice(1));
  const repeated = await stream("POST", "/messages", body);
  assert.equal(repeated.at(-1)!.data.message_id, turn);

  const ask = (method: string, target: string, sent?: object) =>
    first.anonymous.send(method, path + target, sent, visitor.headers());
  const state = (await ask("GET", "/session")).body.data;
  assert.deepEqual([state.status, state.handover, state.message_count], ["active", "none", 3]);
  assert.equal((await ask("POST", `/messages/${turn}/cancel`)).status, 409); // it is over
  const rate = (rating: string) => ask("POST", `/messages/${turn}/feedback`, { rating });
  assert.equal((await rate("down")).status, 200);
  const report = async () => (await client.get(`/api/chat/feedback?agentId=${agent.id}`)).body.data;
  assert.equal((await report()).down, 1);
  assert.equal((await rate("none")).status, 200);
  assert.equal((await report()).down, 0);
  const stranger = new Visitor(first);
  await stranger.enter();
  const foreign = `${path}/messages/${turn}/feedback`;
  const reply = await first.anonymous.post(foreign, { rating: "up" }, stranger.headers());
  assert.equal(reply.status, 404, reply.text);
  const other = await first.anonymous.get(`${path}/turns/${turn}/events`, stranger.headers());
  assert.equal(other.status, 404, other.text);
});

test("a visitor may say so much a minute", async () => {
  const visitor = new Visitor(first);
  await visitor.enter();
  const statuses: number[] = [];
  for (let i = 0; i < 6; ++i) statuses.push((await visitor.say("hello")).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
});

test("the draft is tried out before it is published", async () => {
  const path = `/api/agents/${agent.id}`;
  assert.equal((await client.put(path, { instructions: "Speak like a pirate." })).status, 200);
  const trial = await client.post(`${path}/test`, { message: "Who is the mayor?" });
  assert.equal(trial.status, 200, trial.text);
  assert.equal(trial.body.data.agent_metadata.agent_id, agent.id);
  assert.equal((await client.post(`${path}/test`, { message: "" })).status, 422);
});

test("another process sees what is published, rolled back and switched off", async () => {
  const path = `/api/agents/${agent.id}`;
  const greeting = async () =>
    /data-greeting="([^"]*)"/.exec((await second.anonymous.get("/aiva/chat/town-hall")).text)?.[1];
  const sees = async (wanted: string | undefined) => {
    const until = Date.now() + 3000;
    for (;;) {
      const seen = await greeting();
      if (seen === wanted) return;
      assert.ok(Date.now() < until, `still ${seen} instead of ${wanted}`);
      await pause(100);
    }
  };
  assert.equal(await greeting(), "Welcome to Harwick!");

  await client.put(path, { greeting: "Ahoy!" });
  assert.equal(await greeting(), "Welcome to Harwick!");
  await client.post(`${path}/publish`);
  await sees("Ahoy!");
  await client.post(`${path}/rollback`);
  await sees("Welcome to Harwick!");
  await client.put(path, { is_active: false });
  await sees(undefined);
});
