#!/usr/bin/env node
// The guide's tables of response times (S6–S67, S77, S210), measured: each endpoint over HTTP, one
// call after another, on an installation with a knowledge base of some thousand passages.
//
//   node tests/load/response_times.mjs [--passages 4000] [--seconds 4] [--bases 20]
//     [--only register,chunk_fetch] [--write docs/capacity]
//     [--machine "what it is, what else it does"]
//
// AIVA_BIN names the program; without it the release build is taken. The chat model is an emulator
// on the same machine which answers at once, so that a turn is what AIVA adds to a model's time.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pause } from "../chaos/processes.mjs";
import { KilledServer } from "../crash/killed_server.mjs";
import { makeRandom } from "../crash/sample_documents.mjs";
import { startOpenai } from "../emulators/openai.mjs";
import { chosen, commandOf, describeMachine, writeFigures } from "./figure_files.mjs";
import { passage, question } from "./installation.mjs";
import { picture } from "./made_files.mjs";
import { Caller, callsMin, form, formType, measure } from "./timed_calls.mjs";

const { values: options } = parseArgs({
  options: {
    passages: { type: "string", default: "4000" },
    bases: { type: "string", default: "20" },
    seconds: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    machine: { type: "string", default: "" },
    write: { type: "string", default: "" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const seconds = Number(options.seconds);
const random = makeRandom(Number(options.seed));
const passagesADocument = 100;
const strangersPassword = "Correct-horse-7";

/** What the calls are about: a knowledge base that was read, a conversation, an agent, a tenant. */
async function fill(caller) {
  const make = async (path, body) => (await caller.expect("POST", path, body)).body.data.id;
  const made = [];
  for (let at = 0; at < Number(options.bases); ++at)
    made.push(await make("/api/knowledge", { name: `Base ${at}`, description: "Measured" }));
  const base = made[0];
  const path = `/api/knowledge/${base}/documents`;
  const documents = Math.ceil(Number(options.passages) / passagesADocument);
  let document = "";
  for (let at = 0; at < documents; ++at) {
    const text = Array.from({ length: passagesADocument }, () => passage(random)).join("\n\n");
    const reply = await caller.expect("POST", path, form(`manual_${at}.txt`, text), formType);
    document = reply.body.data.document_id;
  }
  const session = await make("/api/chat/sessions", { kb_id: base });
  const agent = await make("/api/agents", { name: "Desk", greeting: "Welcome." });
  const tenant = await make("/api/tenants", { name: "Open", registration_enabled: true });
  for (;;) {
    const { body } = await caller.expect("GET", `/api/knowledge/${base}/stats`);
    const state = body.data;
    if (state.failed_documents > 0) throw new Error("a document could not be read");
    if (state.completed_documents >= documents)
      return { base, document, session, agent, tenant, state };
    await pause(200);
  }
}

const times = (send) => async (at) => (await send(at)).ms;
// Answers that were kept for a question much like this one tell nothing of a search.
const fresh = (send) => async () => {
  for (;;) {
    const { body, ms } = await send();
    if (!body.data.cached) return ms;
  }
};

/** Who signs in, and what the rows of people, credits and calls cost: [name, call, unit]. */
function rowsOfPeople(caller, stranger, { agent, document, base, tenant, who }) {
  const emails = [];
  const addressOf = (at) => `person_${at}_${Math.floor(random() * 1e9)}@example.com`;
  const get = (path) => times(() => caller.expect("GET", path));
  return [
    ["login", times(() => stranger.expect("POST", "/api/auth/login", who))],
    [
      "register",
      times((at) => {
        const email = addressOf(at);
        emails.push(email);
        const body = { email, password: strangersPassword, name: `Person ${at}` };
        return stranger.expect("POST", "/api/auth/register", { ...body, tenant_id: tenant });
      }),
    ],
    // The cheapest call of somebody signed in, which reads the session and its user.
    ["session_read", get("/api/auth/me"), "ms, with its user, over HTTP"],
    [
      "user_by_mail",
      times(async () => {
        if (emails.length === 0) emails.push(who.email);
        const email = emails[Math.floor(random() * emails.length)];
        const path = `/api/users?search=${encodeURIComponent(email)}`;
        const reply = await caller.expect("GET", path);
        if (reply.body.data.items.length !== 1) throw new Error(`${email} was not found`);
        return reply;
      }),
      "ms, by the search of the list, over HTTP",
    ],
    [
      "chunk_fetch",
      times(async () => {
        const path = `/api/knowledge/${base}/documents/${document}/chunks?limit=20`;
        const reply = await caller.expect("GET", path);
        if (reply.body.data.items.length !== 20) throw new Error("there are fewer chunks");
        return reply;
      }),
      "ms, 20 of a document over HTTP",
    ],
    [
      "call_log_insert",
      times((at) =>
        caller.expect("POST", "/api/call-logs", {
          agent_id: agent,
          session_id: `bridge-${at}-${random()}`,
          caller_id: `+4930${at}`,
          provider: "bridge",
          asterisk_port: 10000,
        }),
      ),
      "ms over HTTP",
    ],
    [
      "credit_update",
      times((at) => caller.expect("POST", "/api/credits/add", { amount: 1, note: `${at}` })),
      "ms over HTTP",
    ],
  ];
}

/** What is done with knowledge, and talked. */
function rowsOfKnowledge(caller, { base, session }) {
  const search = (body) => () =>
    caller.expect("POST", "/api/v1/search", { kb_id: base, top_k: 5, ...body() });
  const uploaded = `/api/knowledge/${base}/documents`;
  return [
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

function write(folder, measured) {
  const enough = Object.entries(measured).filter(([, { calls }]) => calls >= callsMin);
  const figures = enough.map(([id, { p50, p95, p99, unit }]) => [
    id,
    { ours: { p50, p95, p99 }, unit },
  ]);
  const command = commandOf("response_times.mjs", options, ["passages", "bases", "seconds"]);
  writeFigures(folder, Object.fromEntries(figures), { command, machine: options.machine });
}

const folder = mkdtempSync(join(tmpdir(), "aiva-times-"));
const model = await startOpenai({ key: "sk-test" });
const server = new KilledServer(program, join(folder, "data"), {
  environment: {
    AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
    AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
    AIVA_LIMITS_REGISTER_PER_HOUR: "0",
    AIVA_SERVER_ACCESS_LOG: "false",
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
  },
});
const callers = [];
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    server.child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
try {
  if (!(await server.start())) throw new Error(`AIVA did not start:\n${server.log}`);
  const [caller, stranger] = [new Caller(server.url, server.token), new Caller(server.url)];
  callers.push(caller, stranger);
  const { state, ...there } = await fill(caller);
  const about = { ...there, who: server.firstAdmin };
  const version = execFileSync(program, ["version"]).toString().trim();
  console.log(`${version}, ${state.total_chunks} passages, ${describeMachine()}`);
  const rows = [...rowsOfPeople(caller, stranger, about), ...rowsOfKnowledge(caller, about)];
  const wanted = chosen(
    rows.map(([id]) => id),
    options.only,
  );
  const measured = {};
  for (const [id, call, unit = "ms"] of rows.filter(([id]) => wanted.has(id))) {
    measured[id] = { ...(await measure(call, seconds)), unit };
    const { calls, p50, p95, p99 } = measured[id];
    console.log(`${id.padEnd(16)} p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms (${calls} calls)`);
  }
  if (options.write) write(options.write, measured);
} finally {
  for (const caller of callers) caller.close();
  if (server.child) await server.stop();
  await model.close?.();
  await model.stop?.();
  rmSync(folder, { recursive: true, force: true });
}
