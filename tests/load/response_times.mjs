#!/usr/bin/env node
// The guide's table of response times (S6–S61, S210), measured: each endpoint over HTTP, one call
// after another, on an installation with a knowledge base of some thousand passages.
//
//   node tests/load/response_times.mjs [--passages 4000] [--seconds 4] [--bases 20]
//     [--write docs/capacity/response_times.json] [--machine "what it is, what else it does"]
//
// AIVA_BIN names the program; without it the release build is taken. The chat model is an emulator
// on the same machine which answers at once, so that a turn is what AIVA adds to a model's time.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deflateSync, crc32 } from "node:zlib";
import { KilledServer } from "../crash/killed_server.mjs";
import { makeRandom } from "../crash/sample_documents.mjs";
import { startOpenai } from "../emulators/openai.mjs";
import { passage, question } from "./installation.mjs";

const { values: options } = parseArgs({
  options: {
    passages: { type: "string", default: "4000" },
    bases: { type: "string", default: "20" },
    seconds: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    machine: { type: "string", default: "" },
    write: { type: "string", default: "" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const seconds = Number(options.seconds);
const random = makeRandom(Number(options.seed));
const callsMax = 2000;
const callsMin = 20; // the percentiles of fewer say nothing
const passagesADocument = 100;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** One kept connection, whose cost is little beside fetch. */
class Caller {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url) {
    this.url = new URL(url);
    this.token = "";
  }

  /** {status, body, ms}; the time runs from the call to the last byte. */
  call(method, path, body, type = "application/json") {
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const began = performance.now();
    return new Promise((done, failed) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.url.hostname,
          port: this.url.port,
          method,
          path,
          headers: {
            ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
            ...(bytes === undefined
              ? {}
              : { "content-type": type, "content-length": Buffer.byteLength(bytes) }),
          },
        },
        (answer) => {
          const pieces = [];
          answer.on("data", (piece) => pieces.push(piece));
          answer.on("end", () => {
            const ms = performance.now() - began;
            const text = Buffer.concat(pieces).toString();
            done({ status: answer.statusCode, body: text === "" ? null : JSON.parse(text), ms });
          });
          answer.on("error", failed);
        },
      );
      sent.on("error", failed);
      sent.end(bytes);
    });
  }

  async expect(method, path, body, type) {
    const reply = await this.call(method, path, body, type);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  }

  close() {
    this.#agent.destroy();
  }
}

/** A form with one file and some fields. */
function form(name, bytes, fields = {}) {
  const parts = Object.entries(fields).map(
    ([key, value]) => `--x\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  );
  const head = `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(parts.join("") + head),
    Buffer.from(bytes),
    Buffer.from("\r\n--x--\r\n"),
  ]);
}
const formType = "multipart/form-data; boundary=x";

/** A picture of so many pixels a side, another for each number. */
function picture(side, number) {
  const chunk = (type, data) => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length, 0);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let y = 0; y < side; ++y)
    for (let x = 0; x < side; ++x)
      rows.set(
        [(x * 7 + number * 31) & 255, (y * 5 + number * 17) & 255, ((x ^ y) + number) & 255],
        y * (1 + side * 3) + 1 + x * 3,
      );
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Times of one kind of call: for its time, or longer until they are enough. */
async function measure(call) {
  for (let at = 0; at < 3; ++at) await call(at);
  const times = [];
  const began = performance.now();
  const isDue = () => {
    const spent = (performance.now() - began) / 1000;
    return spent < seconds || (times.length < callsMin && spent < seconds * 6);
  };
  for (let at = 3; isDue() && times.length < callsMax; ++at) times.push(await call(at));
  times.sort((a, b) => a - b);
  const shown = (value) => Number(value.toPrecision(3));
  return {
    calls: times.length,
    p50: shown(percentile(times, 0.5)),
    p95: shown(percentile(times, 0.95)),
    p99: shown(percentile(times, 0.99)),
  };
}

async function fill(caller) {
  const made = [];
  for (let at = 0; at < Number(options.bases); ++at) {
    const reply = await caller.expect("POST", "/api/knowledge", {
      name: `Base ${at}`,
      description: "Of the measurement",
    });
    made.push(reply.body.data.id);
  }
  const base = made[0];
  const path = `/api/knowledge/${base}/documents`;
  const documents = Math.ceil(Number(options.passages) / passagesADocument);
  for (let at = 0; at < documents; ++at) {
    const text = Array.from({ length: passagesADocument }, () => passage(random)).join("\n\n");
    await caller.expect("POST", path, form(`manual_${at}.txt`, text), formType);
  }
  for (;;) {
    const { body } = await caller.expect("GET", `/api/knowledge/${base}/stats`);
    const state = body.data;
    if (state.failed_documents > 0) throw new Error("a document could not be read");
    if (state.completed_documents >= documents) return { base, state };
    await pause(200);
  }
}

/** Every row of the table: what is called, and what the guide expects of it. */
function rows(caller, { base, session, who }) {
  const search = (body) => () =>
    caller.expect("POST", "/api/v1/search", { kb_id: base, top_k: 5, ...body() });
  const times = (send) => async (at) => (await send(at)).ms;
  // Answers that were kept for a question much like this one tell nothing of a search.
  const fresh = (send) => async () => {
    for (;;) {
      const { body, ms } = await send();
      if (!body.data.cached) return ms;
    }
  };
  const uploaded = `/api/knowledge/${base}/documents`;
  return [
    ["login", times(() => caller.expect("POST", "/api/auth/login", who))],
    [
      "base_create",
      times((at) =>
        caller.expect("POST", "/api/knowledge", { name: `New ${at} ${random()}`, description: "" }),
      ),
    ],
    ["base_list", times(() => caller.expect("GET", "/api/knowledge?limit=20"))],
    ["base_get", times(() => caller.expect("GET", `/api/knowledge/${base}`))],
    ["search_text", fresh(search(() => ({ query: question(random), search_type: "text" })))],
    ["search_hybrid", fresh(search(() => ({ query: question(random), search_type: "hybrid" })))],
    ["search_kept", times(search(() => ({ query: "Which warranty?", search_type: "text" })))],
    [
      "chat_turn",
      times(() =>
        caller.expect("POST", `/api/chat/${session}/messages`, {
          content: question(random),
          role: "user",
        }),
      ),
    ],
    [
      "document_upload",
      times((at) => {
        const text = `${at} ${random()} ${passage(random)}`.padEnd(1024 * 1024, " word");
        return caller.expect(
          "POST",
          uploaded,
          form(`upload_${at}_${random()}.bin.txt`, text),
          formType,
        );
      }),
    ],
    [
      "image_upload",
      times((at) =>
        caller.expect(
          "POST",
          "/api/v1/images/upload",
          form(`picture_${at}.png`, picture(512, Math.floor(random() * 1e6)), { kb_id: base }),
          formType,
        ),
      ),
    ],
  ];
}

function describeMachine() {
  return `${cpus().length} cores of ${cpus()[0]?.model ?? "an unnamed processor"}`;
}

function commandLine() {
  const words = ["node tests/load/response_times.mjs"];
  for (const name of ["passages", "bases", "seconds"]) words.push(`--${name} ${options[name]}`);
  return words.join(" ");
}

/** Puts what was measured into the file of figures; what it does not name stays as it is. */
function write(file, measured) {
  const table = JSON.parse(readFileSync(file, "utf8"));
  for (const figure of table.figures) {
    const found = measured[figure.id];
    if (!found || found.calls < callsMin) continue;
    figure.ours = { p50: found.p50, p95: found.p95, p99: found.p99 };
    figure.unit = "ms";
    figure.command = commandLine();
    figure.machine = options.machine || describeMachine();
    figure.date = new Date().toISOString().slice(0, 10);
  }
  writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "aiva-times-"));
const model = await startOpenai({ key: "sk-test" });
const server = new KilledServer(program, join(folder, "data"), {
  environment: {
    AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
    AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
    AIVA_SERVER_ACCESS_LOG: "false",
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
  },
});
let caller;
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    server.child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
try {
  if (!(await server.start())) throw new Error(`AIVA did not start:\n${server.log}`);
  caller = new Caller(server.url);
  caller.token = server.token;
  const { base, state } = await fill(caller);
  const made = await caller.expect("POST", "/api/chat/sessions", { kb_id: base });
  const session = made.body.data.id;
  const version = execFileSync(program, ["version"]).toString().trim();
  console.log(`${version}, ${state.total_chunks} passages, ${describeMachine()}`);
  const measured = {};
  for (const [id, call] of rows(caller, { base, session, who: server.firstAdmin })) {
    measured[id] = await measure(call);
    const { calls, p50, p95, p99 } = measured[id];
    console.log(`${id.padEnd(16)} p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms (${calls} calls)`);
  }
  if (options.write) write(options.write, measured);
} finally {
  caller?.close();
  if (server.child) await server.stop();
  await model.close?.();
  await model.stop?.();
  rmSync(folder, { recursive: true, force: true });
}
