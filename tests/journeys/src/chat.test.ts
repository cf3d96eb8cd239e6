import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { Server } from "./server.ts";

let emulator: Emulator;
let server: Server;
let client: Client;
let base: string;

before(async () => {
  emulator = await Emulator.start("openai.mjs");
  server = await Server.start({
    environment: {
      ...emulator.asChatModel,
    },
  });
  client = await server.admin();
  base = await client.createKnowledgeBase("Town");
  const text = "The mayor of Harwick is Ada Quill.\n\nThe market opens on Friday.";
  await client.settled(base, await client.upload(base, "town.txt", text));
});
after(async () => {
  await server.remove();
  emulator.stop();
});

async function slow(delayMs: number): Promise<void> {
  const reply = await fetch(`${emulator.url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "slow", on: "chat", count: 1, delay_ms: delayMs }),
  });
  assert.ok(reply.ok, await reply.text());
}

const question = "Who is the mayor of Harwick?";

test("a message sent twice is answered once", async () => {
  const session = await client.createSession(base);
  const path = `/api/chat/${session}/messages`;
  const message = { content: question, client_message_id: "m1" };
  const first = await client.post(path, message);
  const again = await client.post(path, message);

  assert.equal(first.status, 200, first.text);
  assert.equal(again.body.data.message_id, first.body.data.message_id);
  assert.equal(again.body.data.response.text, first.body.data.response.text);
  const history = await client.get(path);
  assert.equal(history.body.data.total, 2);
  assert.equal(first.body.data.sources[0].document_version, 1);
});

test("two messages at once are answered one after the other", async () => {
  const session = await client.createSession(base);
  const path = `/api/chat/${session}/messages`;
  await slow(20);
  const replies = await Promise.all([
    client.post(path, { content: question }),
    client.post(path, { content: "When does the market open?" }),
  ]);

  for (const reply of replies) assert.equal(reply.status, 200, reply.text);
  const history = await client.get(path);
  const roles = history.body.data.items.map(({ role }: { role: string }) => role);
  assert.deepEqual(roles, ["user", "assistant", "user", "assistant"]);
});

test("an answer is stopped by call and keeps what was said", async () => {
  const session = await client.createSession(base);
  const path = `/api/chat/${session}/messages`;
  await slow(300);
  let turn = "";
  const events = await client.events(
    "POST",
    path,
    {
      content: question,
      stream: true,
      resumable: true,
    },
    (event) => {
      if (event.event === "turn") turn = event.data.turn_id;
      return event.event === "delta";
    },
  );
  assert.equal(events[0]!.event, "turn");

  const stopped = await client.post(`${path}/${turn}/cancel`);
  assert.equal(stopped.status, 200, stopped.text);
  const rest = await client.events("GET", `/api/chat/${session}/turns/${turn}/events`);
  const done = rest.at(-1)!;
  assert.equal(done.event, "done");
  assert.equal(done.data.is_interrupted, true);
  const late = await client.post(`${path}/${turn}/cancel`);
  assert.equal(late.status, 409, late.text);
});

test("a client that went away hears the rest", async () => {
  const session = await client.createSession(base);
  await slow(100);
  let turn = "";
  const heard = await client.events(
    "POST",
    `/api/chat/${session}/messages`,
    { content: question, stream: true, resumable: true },
    (event) => {
      if (event.event === "turn") turn = event.data.turn_id;
      return event.event === "delta";
    },
  );
  await pause(150);
  const path = `/api/chat/${session}/turns/${turn}/events`;
  const rest = await client.events("GET", `${path}?after=${heard.length}`);
  const all = await client.events("GET", path);

  assert.deepEqual(all.slice(0, heard.length), heard);
  assert.deepEqual(all.slice(heard.length), rest);
  const done = rest.at(-1)!;
  assert.equal(done.event, "done");
  const said = all
    .filter(({ event }) => event === "delta")
    .map(({ data }) => data.text)
    .join("");
  assert.equal(done.data.response.markdown, said);
  assert.equal(done.data.is_interrupted, false);
  const other = await client.createSession(base);
  const foreign = await client.get(`/api/chat/${other}/turns/${turn}/events`);
  assert.equal(foreign.status, 404);
});

test("answers are rated, and the ratings are summed up", async () => {
  const session = await client.createSession(base);
  const answer = await client.post(`/api/chat/${session}/messages`, { content: question });
  const path = `/api/chat/${session}/messages/${answer.body.data.message_id}/feedback`;

  const rated = await client.put(path, { rating: "down", comment: "Too short" });
  const changed = await client.put(path, { rating: "up" });
  const wrong = await client.put(path, { rating: "great" });
  const user = answer.body.data.user_message_id;
  const own = await client.put(`/api/chat/${session}/messages/${user}/feedback`, { rating: "up" });
  const report = await client.get("/api/chat/feedback?rating=up");

  assert.equal(rated.body.data.comment, "Too short");
  assert.equal(changed.body.data.rating, "up");
  assert.equal(wrong.status, 422);
  assert.equal(own.status, 404);
  assert.equal(report.body.data.up, 1);
  assert.equal(report.body.data.down, 0);
  assert.equal(report.body.data.items[0].message_id, answer.body.data.message_id);
});

test("a person takes a conversation over and gives it back", async () => {
  const session = await client.createSession(base);
  const path = `/api/chat/${session}/messages`;
  const early = await client.post(`/api/chat/sessions/${session}/claim`);
  const asked = await client.post(`/api/chat/sessions/${session}/transfer`, {
    reason: "Wants a person",
    queue: "sales",
  });
  const silent = await client.post(path, { content: question });
  const inbox = await client.get("/api/chat/inbox?state=waiting&queue=sales");
  const claimed = await client.post(`/api/chat/sessions/${session}/claim`);
  const reply = await client.post(`/api/chat/sessions/${session}/replies`, { content: "Hello!" });
  const back = await client.post(`/api/chat/sessions/${session}/give-back`);
  const answer = await client.post(path, { content: question });

  assert.equal(early.status, 409);
  assert.equal(asked.body.data.handover, "waiting");
  assert.equal(silent.body.data.agent_transfer, true);
  assert.equal(silent.body.data.message_id, null);
  assert.equal(inbox.body.data.items[0].session.id, session);
  assert.equal(claimed.body.data.handover, "claimed");
  assert.equal(reply.status, 201, reply.text);
  assert.equal(reply.body.data.role, "operator");
  assert.equal(back.body.data.handover, "none");
  assert.match(answer.body.data.response.text, /Ada Quill/);
});

test("conversations of a person are handed out and erased", async () => {
  const name = `guest ${randomUUID()}`;
  const made = await client.post("/api/chat/sessions", { kb_id: base, user_name: name });
  const session = made.body.data.id;
  await client.post(`/api/chat/${session}/messages`, { content: question });

  const who = `user_name=${encodeURIComponent(name)}`;
  const given = await client.get(`/api/chat/people/export?${who}`);
  const one = await client.get(`/api/chat/sessions/${session}/export`);
  const erased = await client.delete(`/api/chat/people?${who}`);
  const gone = await client.get(`/api/chat/sessions/${session}`);
  const nobody = await client.delete("/api/chat/people");

  assert.equal(given.body.data.sessions.length, 1);
  assert.equal(given.body.data.sessions[0].messages.length, 2);
  assert.deepEqual(one.body.data, given.body.data.sessions[0]);
  assert.equal(erased.body.data.erased_sessions, 1);
  assert.equal(gone.status, 404);
  assert.equal(nobody.status, 422);
});

test("pictures are checked before anything is saved", async () => {
  const session = await client.createSession(base);
  const path = `/api/chat/${session}/messages`;
  for (const image of ["x", "http://plain.example/a.png", "data:text/html;base64,PGI+"]) {
    const reply = await client.post(path, { content: question, image });
    assert.equal(reply.status, 422, reply.text);
  }
  const history = await client.get(path);
  assert.equal(history.body.data.total, 0);
});
