// A little of everything that people and programs do with AIVA, so that every figure moves.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { crc32, deflateSync } from "node:zlib";
import { WebSocket } from "ws";

const shopToken = "shpat_test";
const shopSecret = "test-client-secret";

/** Speaks HTTP to one process as one user. */
export class Caller {
  constructor(url) {
    this.url = url;
    this.headers = {};
  }

  async call(method, path, body, headers = {}) {
    const isForm = body instanceof FormData;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...this.headers,
        ...(body && !isForm && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, text, data: isJson ? JSON.parse(text).data : undefined };
  }

  /** The same, which has to succeed. */
  async ask(method, path, body) {
    const reply = await this.call(method, path, body);
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.data;
  }

  async signIn(words) {
    const { token, user } = await this.ask("POST", "/api/auth/login", JSON.parse(words));
    this.headers = { authorization: `Bearer ${token}` };
    this.tenant = user.tenant_id;
    return this;
  }

  upload(base, name, text) {
    const form = new FormData();
    form.append("file", new Blob([text]), name);
    const path = `/api/knowledge/${this.tenant}/knowledge-bases/${base}/documents/upload`;
    return this.call("POST", path, form);
  }

  search(base, query) {
    return this.call("POST", "/api/v1/search", { kb_id: base, query, search_type: "text" });
  }
}

function chunk(name, data) {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** A PNG of one colour. */
function drawPng(side, colour) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(side * 3, Buffer.from(colour))]);
  const rows = Buffer.concat(Array(side).fill(row));
  const parts = [
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

// G.711 mu-law of a 16-bit sample.
function toMulaw(sample) {
  const sign = sample < 0 ? 0x80 : 0;
  const value = Math.min(Math.abs(sample), 32635) + 0x84;
  const exponent = Math.max(0, 24 - Math.clz32(value));
  return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 0x0f)) & 0xff;
}

/** What flite says, as mu-law of 8 kHz. */
function speak(words, folder) {
  const file = join(folder, "question.wav");
  execFileSync("flite", ["-voice", "kal", "-t", words, "-o", file]);
  const wav = readFileSync(file);
  assert.equal(wav.readUInt32LE(24), 8000);
  const sound = wav.subarray(wav.indexOf("data") + 8);
  return Buffer.from(
    Array.from({ length: sound.length >> 1 }, (_, at) => toMulaw(sound.readInt16LE(2 * at))),
  );
}

/** Everything that is there once. */
export async function furnish(estate) {
  const caller = await new Caller(estate.api.url).signIn(estate.signIn);
  await caller.ask("POST", "/api/credits/add", { amount: 50, note: "start" });
  const bases = `/api/knowledge/${caller.tenant}/knowledge-bases`;
  const base = (await caller.ask("POST", bases, { name: "Machines" })).id;
  const shelf = (await caller.ask("POST", bases, { name: "Shop" })).id;
  await caller
    .ask("POST", "/api/webhooks", { url: `${estate.receiver.url}/main` })
    .then(({ secret }) =>
      estate.control(estate.receiver, "POST", "/_secrets", { secrets: [secret] }),
    );
  const place = `/api/shopify/${caller.tenant}`;
  const wanted = { kb_id: shelf, address: estate.shop.shop.domain, token: shopToken };
  const store = await caller.ask("POST", `${place}/stores`, { ...wanted, app_secret: shopSecret });
  await caller.ask("POST", "/api/agents", {
    name: "Desk",
    slug: "desk",
    kb_id: base,
    greeting: "Welcome.",
    publish: true,
  });
  const key = (await caller.ask("POST", "/api/keys", { name: "voice", scopes: ["chat"] })).key;
  const session = (await caller.ask("POST", "/api/chat/sessions", { kb_id: base })).id;
  const question = speak("How long is the warranty of the coffee machine?", estate.folder);
  return { caller, base, shelf, place, store: store.id, key, session, question };
}

/** One way through all of it; `round` tells ways apart. */
export async function goRound(estate, home, round) {
  const { caller, base, shelf, place, store, session } = home;
  await caller.upload(
    base,
    `${round}.md`,
    `# Warranty ${round}\n\nFor ${round} it is five years.\n`,
  );
  await caller.upload(base, `${round}.pdf`, "%PDF-1.7 nothing of a document");
  await settle(caller, base);
  for (const words of ["How long is the warranty?", "How long is the warranty?", `of ${round}`])
    await caller.search(base, words);
  const form = new FormData();
  form.append("file", new Blob([drawPng(64 + round, [200, 40 + round, 30])]), `${round}.png`);
  await caller.ask("POST", `/api/knowledge/${base}/images`, form);
  const path = `/api/chat/${session}/messages`;
  await caller.ask("POST", path, { content: `How long is the warranty of ${round}?` });
  await caller.call("POST", path, { content: "And then?" }, { accept: "text/event-stream" });
  const job = await caller.ask("POST", `${place}/sync`, { store_id: store, type: "full" });
  await settleSync(caller, place, job.id);
  await caller.ask("POST", "/api/v1/products/search", { kb_id: shelf, query: "shirt" });
  await holdCall(estate, home);
  await caller.call("GET", "/api/agents/00000000-0000-7000-8000-000000000000");
  await new Caller(estate.api.url).call("GET", "/api/agents");
}

async function settle(caller, base) {
  const path = `/api/knowledge/${caller.tenant}/knowledge-bases/${base}/documents`;
  for (let tries = 0; tries < 300; ++tries) {
    const { items } = await caller.ask("GET", path);
    if (items.every(({ status }) => ["completed", "failed"].includes(status))) return;
    await pause(100);
  }
  throw new Error("documents are not read");
}

async function settleSync(caller, place, job) {
  for (let tries = 0; tries < 300; ++tries) {
    const { status } = await caller.ask("GET", `${place}/jobs/${job}`);
    if (["completed", "failed", "cancelled"].includes(status)) return status;
    await pause(100);
  }
  throw new Error("the shop is not read");
}

/** A call over the Realtime protocol: one question is spoken, and its answer heard. */
export async function holdCall(estate, { key, question }) {
  const url = `${estate.api.url.replace("http", "ws")}/v1/realtime?model=desk`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
  const seen = [];
  socket.on("message", (data) => seen.push(JSON.parse(data.toString()).type));
  const until = async (type, from = 0) => {
    for (let tries = 0; tries < 300; ++tries, await pause(100))
      if (seen.slice(from).includes(type)) return;
    throw new Error(`no ${type} but ${seen}`);
  };
  await new Promise((opened, failed) => socket.once("open", opened).once("error", failed));
  const format = { type: "audio/pcmu" };
  const audio = { input: { format }, output: { format } };
  socket.send(JSON.stringify({ type: "session.update", session: { type: "realtime", audio } }));
  await until("response.done");
  const from = seen.length;
  const sound = Buffer.concat([question, Buffer.alloc(12_000, 0xff)]);
  for (let at = 0; at < sound.length; at += 800) {
    const piece = sound.subarray(at, at + 800).toString("base64");
    socket.send(JSON.stringify({ type: "input_audio_buffer.append", audio: piece }));
    await pause(100);
  }
  await until("response.done", from);
  socket.close();
  await pause(500);
}
