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
  const key = await admin.post("/api/keys", { name: "bridge", scopes: ["functions.execute"] });
  assert.equal(key.status, 201, key.text);
  bridge = server.anonymous;
  bridge.apiKey = key.body.data.key;
});
after(() => server.remove());

function ok(reply: { status: number; text: string; body: Json }, status = 200): Json {
  assert.equal(reply.status, status, reply.text);
  return reply.body.data;
}

test("texts are kept by key and language", async () => {
  const all = `/api/segments/${agent}`;
  const contents = { en: "We are open until {time}.", "DE-at": "Bis {{ time }} geöffnet." };
  const made = ok(await admin.post(all, { key: "hours", contents }), 201);
  assert.deepEqual(made.contents, { "de-AT": "Bis {{ time }} geöffnet.", en: contents.en });
  assert.deepEqual(made.variables, ["time"]);
  assert.equal((await admin.post(all, { key: "hours" })).status, 409);
  assert.equal((await admin.post(all, { key: "No Key" })).status, 422);
  assert.equal((await admin.post(all, { key: "x", contents: { english_: "x" } })).status, 422);

  ok(await admin.put(`${all}/hours/fr`, { content: "Jusqu'à {time}." }));
  assert.equal(ok(await admin.get(`${all}/hours/FR`)).content, "Jusqu'à {time}.");
  assert.equal((await admin.get(`${all}/hours/it`)).status, 404);
  const changed = ok(await admin.put(`${all}/hours`, { kind: "other", contents: { fr: null } }));
  assert.equal(changed.kind, "other");
  assert.deepEqual(Object.keys(changed.contents), ["de-AT", "en"]);
  ok(await admin.delete(`${all}/hours/de-AT`));
  assert.equal((await admin.delete(`${all}/hours/de-AT`)).status, 404);
  assert.equal((await bridge.get(all)).status, 403);
});

test("many are put at once, and what is missing is told", async () => {
  const all = `/api/segments/${agent}`;
  const segments = [
    { key: "hours", contents: { de: "Bis {time} geöffnet." } },
    { key: "bye", kind: "closing", contents: { en: "Good bye." } },
  ];
  assert.deepEqual(ok(await admin.post(`${all}/bulk`, { segments })), {
    created: 1,
    updated: 1,
    unchanged: 0,
  });
  assert.equal(ok(await admin.post(`${all}/bulk`, { segments })).unchanged, 2);
  const broken = await admin.post(`${all}/bulk`, { segments: [{ key: "new" }, { key: "" }] });
  assert.equal(broken.status, 422);
  assert.equal((await admin.get(`${all}/new`)).status, 404);

  const coverage = ok(await admin.get(`${all}/coverage`));
  assert.deepEqual(coverage.items, [
    { language: "de", present: 1, missing: 1, percent: 50 },
    { language: "en", present: 2, missing: 0, percent: 100 },
  ]);
  const missing = ok(await admin.get(`${all}/missing?languages=de,fr`));
  assert.deepEqual(missing.items, [
    { key: "bye", languages: ["de", "fr"] },
    { key: "hours", languages: ["fr"] },
  ]);
});

test("a bridge reads and renders texts", async () => {
  const internal = `/api/internal/agents/${agent}`;
  assert.equal(ok(await bridge.get(`${internal}/segments`)).total, 2);
  assert.deepEqual(
    ok(await bridge.get(`${internal}/templates`)).items.map((item: Json) => item.key),
    ["hours"],
  );
  const text = ok(await bridge.get(`${internal}/segments/hours?language=de-CH`));
  assert.equal(text.language, "de");
  assert.equal(ok(await bridge.get(`${internal}/segments/bye?language=de`)).language, "en");

  const render = "/api/internal/templates/render";
  const filled = ok(
    await bridge.post(render, { agent_id: agent, key: "hours", variables: { time: 18 } }),
  );
  assert.equal(filled.text, "We are open until 18.");
  assert.deepEqual(filled.missing, []);
  const free = ok(await bridge.post(render, { template: "{a}{b}{a}", variables: { a: "x" } }));
  assert.deepEqual(free, { text: "xx", missing: ["b"] });
  assert.equal((await bridge.post(render, {})).status, 422);
});

// Samples of a WAV file and how loud they get.
function peakOf(wav: Buffer): number {
  let peak = 0;
  for (let at = 44; at + 1 < wav.length; at += 2)
    peak = Math.max(peak, Math.abs(wav.readInt16LE(at)));
  return peak;
}

test("a text is spoken, and the second time out of the cache", async () => {
  const path = `/api/internal/ivr/audio/${agent}/hours`;
  const headers = { "x-api-key": bridge.apiKey! };
  const get = async (query: string) => fetch(`${server.ready.url}${path}?${query}`, { headers });

  assert.equal((await get("")).status, 422); // {time} is missing
  const variables = encodeURIComponent(JSON.stringify({ time: "six" }));
  const first = await get(`variables=${variables}&rate=16000`);
  assert.equal(first.status, 200);
  assert.equal(first.headers.get("content-type"), "audio/wav");
  assert.equal(first.headers.get("content-language"), "en");
  const made = Buffer.from(await first.arrayBuffer());
  assert.equal(made.toString("latin1", 0, 4), "RIFF");
  assert.equal(made.readUInt32LE(24), 16_000);
  assert.ok(made.length > 32_000, `only ${made.length} bytes of speech`);
  assert.ok(peakOf(made) > 3_000, "it is silent");

  const again = Buffer.from(await (await get(`variables=${variables}&rate=16000`)).arrayBuffer());
  assert.deepEqual(again.subarray(44), made.subarray(44));
  assert.equal(again.readUInt32LE(40), made.length - 44); // by now its length is known

  const mulaw = await get(`variables=${variables}&format=ulaw`);
  assert.equal(mulaw.headers.get("content-type"), "audio/basic");
  const bytes = (await mulaw.arrayBuffer()).byteLength;
  assert.ok(Math.abs(bytes - (made.length - 44) / 4) < 800, `${bytes} bytes`);
  assert.equal((await get(`variables=${variables}&language=de`)).status, 422); // English only
  assert.equal((await get(`variables=${variables}&format=mp3`)).status, 422);
  assert.equal((await get(`variables=${variables}&rate=11025`)).status, 422);
});
