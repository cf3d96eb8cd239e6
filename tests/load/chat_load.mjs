#!/usr/bin/env node
// Puts chat turns on AIVA over a model that answers at once, and prints figures as JSON:
// turns a second, the time to the first words beyond the model's own at many streams at a time,
// and what a stream that waits costs in memory.
//
//   node tests/load/chat_load.mjs [--seconds 10] [--talkers 64] [--streams 200] [--idle 5000]
//
// AIVA_BIN names the program; without it the release build is taken. Model and clients live in this
// process, so that one clock measures both; it needs a core of its own beside the program's.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    talkers: { type: "string", default: "64" },
    streams: { type: "string", default: "200" },
    idle: { type: "string", default: "5000" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const folder = mkdtempSync(join(tmpdir(), "aiva-chat-load-"));
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const now = () => performance.now();

/** Answers every request at once, or with its first words only while `holds` is set. */
class InstantModel {
  holds = false;
  held = new Set();

  async start() {
    this.server = createServer((incoming, outgoing) => this.answer(incoming, outgoing));
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}/v1`;
  }

  answer(incoming, outgoing) {
    incoming.resume();
    incoming.on("end", () => {
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      const chunk = (delta, finish = null, usage = undefined) =>
        `data: ${JSON.stringify({
          id: "c1",
          object: "chat.completion.chunk",
          created: 1,
          model: "gpt-4o-mini",
          choices: usage ? [] : [{ index: 0, delta, finish_reason: finish }],
          ...(usage ? { usage } : {}),
        })}\n\n`;
      // The words say when they were written; the clients below read it.
      outgoing.write(chunk({ role: "assistant", content: `at ${now().toFixed(3)} ` }));
      if (this.holds) {
        this.held.add(outgoing);
        outgoing.on("close", () => this.held.delete(outgoing));
        return;
      }
      const usage = { prompt_tokens: 300, completion_tokens: 12, total_tokens: 312 };
      outgoing.end(
        chunk({ content: "within fourteen days of the return's arrival [1]." }) +
          chunk({}, "stop") +
          chunk({}, null, usage) +
          "data: [DONE]\n\n",
      );
    });
  }

  letGo() {
    for (const outgoing of this.held) outgoing.destroy();
  }
}

class Program {
  token = "";

  async start(modelUrl) {
    const words = ["serve", "--json", "--port", "0", "--data", folder];
    this.child = spawn(program, words, {
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        ...process.env,
        AIVA_CHAT_MODEL_PROVIDER: "openai",
        AIVA_CHAT_MODEL_BASE_URL: modelUrl,
        AIVA_CHAT_MODEL_API_KEY: "sk-test",
        AIVA_SERVER_ACCESS_LOG: "false",
        AIVA_SERVER_CONNECTIONS_MAX: "20000",
        AIVA_SERVER_CONNECTIONS_PER_IP_MAX: "20000",
      },
    });
    const line = await new Promise((found) => {
      let text = "";
      this.child.stdout.on("data", (piece) => {
        text += piece;
        if (text.includes("\n")) found(text.split("\n").find((one) => one.includes('"url"')));
      });
    });
    const ready = JSON.parse(line);
    this.url = new URL(ready.url);
    const { email, password } = ready;
    this.token = (await this.call("POST", "/api/auth/login", { email, password })).body.data.token;
  }

  /** Sends a request; `onPiece` hears the body as it comes. */
  call(method, path, body, onPiece = undefined) {
    return new Promise((done, failed) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = request(
        {
          host: this.url.hostname,
          port: this.url.port,
          method,
          path,
          agent,
          headers: {
            ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
            ...(text
              ? { "content-type": "application/json", "content-length": Buffer.byteLength(text) }
              : {}),
          },
        },
        (incoming) => {
          let whole = "";
          incoming.on("data", (piece) => {
            if (onPiece) onPiece(piece.toString(), incoming);
            else whole += piece;
          });
          incoming.on("error", failed);
          incoming.on("end", () => {
            const body = onPiece || whole === "" ? null : JSON.parse(whole);
            done({ status: incoming.statusCode, body });
          });
        },
      );
      outgoing.on("error", failed);
      outgoing.end(text);
    });
  }

  /** kB of memory that is the program's own. */
  memory() {
    const text = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(text)[1]);
  }

  async stop() {
    this.child.kill("SIGTERM");
    await new Promise((done) => this.child.once("exit", done));
  }
}

const percentile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(2));
};

/** A text as a document of a knowledge base. */
function upload(aiva, base, text) {
  const head = 'content-disposition: form-data; name="file"; filename="a.txt"';
  const form = `--x\r\n${head}\r\n\r\n${text}\r\n--x--\r\n`;
  return new Promise((done, failed) => {
    const outgoing = request(
      {
        host: aiva.url.hostname,
        port: aiva.url.port,
        method: "POST",
        path: `/api/knowledge/${base}/documents`,
        headers: {
          authorization: `Bearer ${aiva.token}`,
          "content-type": "multipart/form-data; boundary=x",
          "content-length": Buffer.byteLength(form),
        },
      },
      (incoming) => incoming.resume().on("end", done),
    );
    outgoing.on("error", failed);
    outgoing.end(form);
  });
}

async function openSession(aiva, base) {
  const reply = await aiva.call("POST", "/api/chat/sessions", base ? { kb_id: base } : {});
  if (reply.status !== 201) throw new Error(JSON.stringify(reply));
  return reply.body.data.id;
}

/** Whole answers, one after the other from each talker. */
async function countTurns(aiva, base) {
  const until = now() + Number(options.seconds) * 1000;
  const began = now();
  let turns = 0;
  const times = [];
  const talk = async (session) => {
    const path = `/api/chat/${session}/messages`;
    while (now() < until) {
      const asked = now();
      const reply = await aiva.call("POST", path, { content: "When are refunds paid?" });
      if (reply.status !== 200) throw new Error(JSON.stringify(reply));
      times.push(now() - asked);
      turns += 1;
    }
  };
  const sessions = [];
  for (let i = 0; i < Number(options.talkers); i += 1) sessions.push(await openSession(aiva, base));
  await Promise.all(sessions.map(talk));
  const seconds = (now() - began) / 1000;
  return {
    talkers: sessions.length,
    turns,
    turns_per_second: Math.round(turns / seconds),
    turn_ms_p50: percentile(times, 0.5),
    turn_ms_p95: percentile(times, 0.95),
  };
}

/** From the model's first words written here to the client's first words read here. */
async function measureFirstWords(aiva, base) {
  const added = [];
  const until = now() + Number(options.seconds) * 1000;
  const talk = async (session) => {
    const path = `/api/chat/${session}/messages`;
    while (now() < until) {
      let text = "";
      const body = { content: "When are refunds paid?", stream: true };
      await aiva.call("POST", path, body, (piece) => {
        if (text === null) return;
        text += piece;
        const found = /"text":"at (\d+\.\d+)/.exec(text);
        if (!found) return;
        added.push(now() - Number(found[1]));
        text = null;
      });
    }
  };
  const sessions = [];
  for (let i = 0; i < Number(options.streams); i += 1) sessions.push(await openSession(aiva, base));
  await Promise.all(sessions.map(talk));
  return {
    streams: sessions.length,
    turns: added.length,
    added_ms_p50: percentile(added, 0.5),
    added_ms_p95: percentile(added, 0.95),
    added_ms_p99: percentile(added, 0.99),
  };
}

/** Streams that have heard the first words and wait. */
async function measureIdle(aiva, model) {
  const count = Number(options.idle);
  const sessions = [];
  for (let i = 0; i < count; i += 1) sessions.push(await openSession(aiva));
  const before = aiva.memory();
  model.holds = true;
  let waiting = 0;
  const streams = sessions.map((session) => {
    let hasBegun = false;
    const path = `/api/chat/${session}/messages`;
    const body = { content: "When are refunds paid?", stream: true };
    return aiva
      .call("POST", path, body, (piece) => {
        if (hasBegun || !piece.includes('"text"')) return;
        hasBegun = true;
        waiting += 1;
      })
      .catch(() => null);
  });
  const until = now() + 120_000;
  while (waiting < count && now() < until) await pause(100);
  await pause(1000);
  const after = aiva.memory();
  model.letGo();
  await Promise.all(streams);
  const each = (after - before) / waiting;
  return { streams: waiting, kb_before: before, kb_after: after, kb_each: each };
}

const model = new InstantModel();
const aiva = new Program();
try {
  await model.start();
  await aiva.start(model.url);
  const made = await aiva.call("POST", "/api/knowledge", { name: "Load" });
  const base = made.body.data.id;
  const figures = { without_search: await countTurns(aiva), with_search: null };
  await upload(aiva, base, "Refunds are paid within 14 days.");
  await pause(3000);
  figures.with_search = await countTurns(aiva, base);
  figures.first_words = await measureFirstWords(aiva);
  figures.idle_streams = await measureIdle(aiva, model);
  console.log(JSON.stringify(figures, null, 2));
} finally {
  await aiva.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
