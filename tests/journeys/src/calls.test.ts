import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { Server } from "./server.ts";

let server: Server;
let admin: Client;
let bridge: Client; // knows nothing but an API key
let agent: string;

before(async () => {
  server = await Server.start();
  admin = await server.admin();
  const made = await admin.post("/api/agents", { name: "Phone desk", publish: true });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
  const key = await admin.post("/api/keys", {
    name: "bridge",
    scopes: ["functions.execute", "billing.read", "billing.write"],
  });
  assert.equal(key.status, 201, key.text);
  bridge = server.anonymous;
  bridge.apiKey = key.body.data.key;
});
after(() => server.remove());

function ok(reply: { status: number; text: string; body: Json }, status = 200): Json {
  assert.equal(reply.status, status, reply.text);
  return reply.body.data;
}

test("a number leads a call to its agent", async () => {
  const number = ok(
    await admin.post("/api/numbers", { did: "00 49 (30) 123-456", agent_id: agent }),
    201,
  );
  assert.equal(number.did, "+4930123456");
  const taken = await admin.post("/api/numbers", { did: "4930123456", agent_id: agent });
  assert.equal(taken.status, 409);
  assert.equal((await admin.post("/api/numbers", { did: "reception" })).status, 422);

  const call = ok(
    await admin.post("/api/calls", { dialled_number: "+4930123456", caller_id: "+4940987" }),
    201,
  );
  assert.equal(call.agent_id, agent);
  assert.equal(call.status, "announced");
  assert.match(call.session_id, /^[0-9a-f-]{36}$/);
  const path = `/api/numbers/${number.id}`;
  assert.equal(ok(await admin.put(path, { is_active: false })).is_active, false);
  assert.equal((await admin.post("/api/calls", { dialled_number: "+4930123456" })).status, 404);
  assert.equal((await admin.delete(path)).status, 200);
  assert.equal((await admin.get(path)).status, 404);
});

test("a bridge writes its call down and pays for it once", async () => {
  const session_id = "1764482400.77";
  const begun = { session_id, agent_id: agent, caller_id: "+4930654321", asterisk_port: 10_002 };
  const call = ok(await bridge.post("/api/call-logs", begun), 201);
  assert.equal(call.status, "in_progress");
  assert.equal((await bridge.post("/api/call-logs", begun)).status, 409);

  const say = (sequence_number: number, speaker: string, original_message: string) =>
    bridge.post("/api/transcriptions", {
      session_id,
      sequence_number,
      speaker,
      original_message,
      timestamp: new Date(Date.parse(call.start_time) + sequence_number * 1000).toISOString(),
    });
  assert.equal(ok(await say(1, "agent", "Good day"), 201).speaker, "agent");
  assert.equal(ok(await say(2, "user", "Where is my ord"), 201).speaker, "customer");
  ok(await say(2, "user", "Where is my order?"), 201);
  assert.equal((await say(3, "narrator", "x")).status, 422);

  const path = `/api/call-logs/${session_id}`;
  const end = { status: "completed", duration_seconds: 65, final_cost: 0.0312 };
  const ended = ok(await bridge.put(path, end));
  assert.equal(ended.duration_seconds, 65);
  assert.ok(ended.end_time);
  const deducted = { amount: 0.0312, call_log_id: call.id };
  const once = ok(await bridge.post("/api/credits/deduct", deducted)).balance_after;
  assert.equal(ok(await bridge.post("/api/credits/deduct", deducted)).balance_after, once);

  const said = ok(await admin.get(`/api/calls/${call.id}/transcript`));
  assert.deepEqual(
    said.items.map((line: Json) => [line.speaker, line.original_message, line.starts_ms]),
    [
      ["agent", "Good day", 1000],
      ["customer", "Where is my order?", 2000],
    ],
  );
  assert.equal(ok(await admin.get(`/api/calls/${session_id}`)).id, call.id);
});

test("calls AIVA carries are not the bridge's to change", async () => {
  const call = ok(await admin.post("/api/calls", { agent_id: agent }), 201);
  assert.equal((await bridge.put(`/api/call-logs/${call.id}`, {})).status, 409);
  assert.equal((await bridge.post("/api/calls", { agent_id: agent })).status, 403);
});

test("calls are listed, read on behind a cursor and summed up", async () => {
  for (let i = 0; i < 3; ++i) ok(await admin.post("/api/calls", { agent_id: agent }), 201);
  const all = ok(await admin.get("/api/calls"));
  const seen: string[] = [];
  let cursor = "";
  do {
    const page = ok(await admin.get(`/api/calls?limit=2${cursor && `&cursor=${cursor}`}`));
    seen.push(...page.items.map((call: Json) => call.id));
    cursor = page.next_cursor ?? "";
  } while (cursor);
  assert.deepEqual(
    seen,
    all.items.map((call: Json) => call.id),
  );
  const completed = ok(await admin.get("/api/calls?status=completed&caller_id=%2B4930654321"));
  assert.equal(completed.total, 1);
  assert.equal((await admin.get("/api/calls?from=yesterday")).status, 422);

  const sums = ok(await admin.get(`/api/calls/analytics?agent_id=${agent}`));
  assert.equal(sums.total_calls, all.total);
  assert.equal(sums.statuses.completed, 1);
  assert.equal(sums.average_duration_seconds, 65);
  assert.equal(sums.total_cost, 0.0312);
});

test("a flow is made, changed step by step and led from outside", async () => {
  const flows = `/api/agents/${agent}/flows`;
  const steps = [
    { name: "when", type: "collect_slot", slot: "day", slot_type: "date", text: "Which day?" },
    { name: "sure", type: "confirm", slot: "day", text: "{day}, is that right?" },
  ];
  const wrong = await admin.post(flows, { name: "x", steps: [{ ...steps[0], next: "nowhere" }] });
  assert.equal(wrong.status, 422, wrong.text);
  assert.match(wrong.text, /steps\[0\]\.next/);
  const flow = ok(await admin.post(flows, { name: "Booking", steps }), 201);
  assert.equal(flow.steps[0].retries, 3);
  assert.equal(flow.steps[0].timeout_ms, 30_000);
  assert.equal(flow.completion.type, "respond");

  const bye = { type: "respond", text: "Until {day}." };
  const longer = ok(await admin.put(`${flows}/${flow.id}/steps/bye`, bye));
  assert.deepEqual(
    longer.steps.map((step: Json) => step.name),
    ["when", "sure", "bye"],
  );
  const kept = await admin.delete(`${flows}/${flow.id}/steps/when`);
  assert.equal(kept.status, 422, "the day is confirmed but asked nowhere");
  assert.equal(ok(await admin.delete(`${flows}/${flow.id}/steps/bye`)).steps.length, 2);
  const renamed = ok(await admin.put(`${flows}/${flow.id}`, { description: "For the shop" }));
  assert.deepEqual(renamed.steps, flow.steps);

  const led = ok(await bridge.get(`/api/internal/agents/${agent}/flows`));
  assert.equal(led.items[0].id, flow.id);
  const standing = { session_id: "s-1", flow_id: flow.id, current_step: "when", state: { n: 1 } };
  ok(await bridge.post("/api/internal/flow-sessions", standing));
  ok(await bridge.post("/api/internal/flow-sessions", { ...standing, status: "transferred" }));
  assert.equal(ok(await bridge.get("/api/internal/flow-sessions/s-1")).status, "transferred");
});

test("a bridge learns how an agent sounds and keeps what was said", async () => {
  const speech = ok(await bridge.get(`/api/internal/agents/${agent}/tts-config`));
  assert.equal(speech.voice, "shimmer");
  const text = { voice: speech.voice, text: "Good day" };
  const cache = "/api/internal/tts-cache";
  assert.equal(ok(await bridge.post(`${cache}/get`, text)).is_found, false);
  const audio = Buffer.from("RIFF....").toString("base64");
  const added = ok(await bridge.post(cache, { ...text, content_type: "audio/wav", audio }), 201);
  const found = ok(await bridge.post(`${cache}/get`, text));
  assert.equal(found.audio, audio);
  assert.equal(ok(await bridge.post(`${cache}/${added.id}/hit`)).hits, 1);
  const page = { ...text, content_type: "text/html", audio };
  assert.equal((await bridge.post(cache, page)).status, 422);
});
