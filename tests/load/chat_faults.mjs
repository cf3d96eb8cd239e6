#!/usr/bin/env node
// Has many users talk to AIVA at once while the model spoils a part of its answers, and proves that
// every message ended in the right answer or in a precise error, and that each answer was charged
// once, at its price, to the micro-dollar. Whoever got an error says it again and is answered.
//
//   node tests/load/chat_faults.mjs [--chats 10000] [--in-flight 10000] [--faults 0.01]
//
// AIVA_BIN names the program; without it the release build is taken. Needs the sqlite3 program and
// as many open files as chats in flight, and a few more (ulimit -n).
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "../crash/killed_server.mjs";
import { StoredRows } from "../crash/stored_rows.mjs";
import { ChatSpeaker } from "./chat_speaker.mjs";

const { values: options } = parseArgs({
  options: {
    chats: { type: "string", default: "10000" },
    "in-flight": { type: "string" },
    faults: { type: "string", default: "0.01" },
    "model-calls": { type: "string", default: "32" },
    keep: { type: "boolean", default: false },
  },
});
const chatCount = Number(options.chats);
const inFlight = Number(options["in-flight"] ?? options.chats);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const folder = mkdtempSync(join(tmpdir(), "aiva-chat-faults-"));
const server = new KilledServer(program, folder);
const faults = [];
const figures = {};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const micros = (dollars) => Math.round(dollars * 1e6);

const startCredits = 1000; // dollars
const shopKey = "shop-key-1234567890";
const colours = ["amber", "black", "blue", "brown", "crimson", "golden", "green", "grey", "ivory"];
const things = ["anchor", "barrel", "candle", "drum", "engine", "flute", "globe", "hammer", "iron"];
const places = things.flatMap((thing) => colours.map((colour) => `${colour} ${thing}`));
const roomOf = (place) => 100 + places.indexOf(place);

async function startEmulator(name, words = []) {
  const file = join(here, `../emulators/${name}.mjs`);
  const child = spawn("node", [file, "--port", "0", ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise((found) => child.stdout.once("data", found));
  return { child, host: `127.0.0.1:${JSON.parse(line.toString()).port}` };
}

/** Spoils that share of the model's answers, in five ways. */
async function spoil(model, share) {
  const each = share / 4;
  const kinds = [
    { kind: "rate_limit", on: "chat", share: each },
    { kind: "server_error", on: "chat", share: each },
    { kind: "slow_first_token", on: "chat", share: each, delay_ms: 3000 },
    { kind: "cut_stream", on: "chat", share: each },
    { kind: "malformed_tool_call", on: "tool_call", share },
  ];
  for (const kind of kinds) {
    const reply = await fetch(`http://${model.host}/_faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(kind),
    });
    if (!reply.ok) throw new Error(await reply.text());
  }
}

async function takenFaults(model) {
  const list = await (await fetch(`http://${model.host}/_faults`)).json();
  await fetch(`http://${model.host}/_faults`, { method: "DELETE" });
  return Object.fromEntries(list.map(({ kind, taken }) => [kind, taken]));
}

async function expect(status, method, path, body) {
  const reply = await server.call(method, path, body);
  if (reply?.status !== status) throw new Error(`${method} ${path}: ${JSON.stringify(reply)}`);
  return reply.body?.data;
}

/** A document a thing, and an agent that knows them and may ask the shop. */
async function makeAgent(shop) {
  const base = (await expect(201, "POST", "/api/knowledge", { name: "Stores" })).id;
  const ids = [];
  for (const thing of things) {
    const facts = colours.map(
      (colour) => `The ${colour} ${thing} is kept in room ${roomOf(`${colour} ${thing}`)}.`,
    );
    ids.push(await server.upload(base, { name: `${thing}.txt`, bytes: facts.join("\n\n") }));
  }
  for (const id of ids) {
    const path = `/api/knowledge/${base}/documents/${id}`;
    for (let tries = 0; (await expect(200, "GET", path)).status !== "completed"; tries += 1) {
      if (tries > 300) throw new Error("a document is not read");
      await pause(100);
    }
  }
  const agent = await expect(201, "POST", "/api/agents", {
    name: "Store keeper",
    kb_id: base,
    model: "gpt-4o-mini",
    publish: true,
  });
  await expect(201, "POST", "/api/secrets", { name: "SHOP_KEY", value: shopKey });
  await expect(201, "POST", `/api/agents/${agent.id}/functions`, {
    name: "echo",
    description: "Says a number again.",
    api_method: "GET",
    api_endpoint: `http://${shop.host}/echo?number={number}`,
    api_headers: { Authorization: "Bearer {secret:SHOP_KEY}" },
    parameters: {
      type: "object",
      required: ["number"],
      properties: { number: { type: "string", pattern: "^[0-9]{6}$" } },
    },
    response_mapping: "/query",
  });
  return agent.id;
}

/** What user `index` says, how, and what is right to answer. */
function chatOf(index) {
  const ways = ["json", "stream", "json", "resumable", "json", "stream"];
  const chat = { index, way: ways[index % ways.length] };
  if (index % 10 === 7) {
    chat.number = String(100_000 + index);
    return { ...chat, content: `What is it? call echo {"number":"${chat.number}"}` };
  }
  const place = places[index % places.length];
  return { ...chat, place, content: `Where is the ${place} kept?` };
}

/** Why an answer is not the right one; null when it is. A function the model could not call is told
 * as such. */
function faultOfAnswer(chat, answer) {
  const text = answer.response.markdown;
  if (answer.session_id !== chat.session) return "is of another session";
  if (answer.is_interrupted) return "is called interrupted";
  if (chat.place) {
    const isRight = text.includes(`The ${chat.place} is kept in room ${roomOf(chat.place)}.`);
    if (!isRight) return `says "${text}"`;
    const quoted = answer.sources.some((one) => one.is_cited && one.quote.includes(chat.place));
    return quoted ? null : "cites no sentence that says it";
  }
  const [call] = answer.function_calls;
  if (answer.function_calls.length !== 1) return `called ${answer.function_calls.length} functions`;
  if (call.is_error) {
    figures.calls_refused += 1;
    return /arguments/i.test(JSON.stringify(call.result)) ? null : `heard ${call.result}`;
  }
  return text.includes(chat.number) ? null : `says "${text}"`;
}

/** Why the price of an answer is not the one its tokens have; null when it is. */
function faultOfPrice(answer) {
  const { operations, final_cost: cost } = answer.cost_breakdown;
  const { input_tokens: input, cached_tokens: cached, output_tokens: output } = answer.usage;
  const ofModel = Math.ceil(((input - cached) * 150 + cached * 75 + output * 600) / 1000);
  const rounds = answer.function_calls.length + 1; // each is rounded up by itself
  const base = micros(operations.find(({ operation }) => operation === "chat")?.base_cost ?? 0);
  if (base < ofModel || base >= ofModel + rounds) return `the model's part is ${base}`;
  const sum = operations.reduce((all, one) => all + Math.ceil((micros(one.base_cost) * 6) / 5), 0);
  return sum === micros(cost) ? null : `${cost} is not the sum of its parts`;
}

const isPrecise = ({ status, code, message }) =>
  message !== "" &&
  [
    [503, "unavailable"],
    [429, "rate_limited"],
    [504, "timeout"],
  ].some(([known, name]) => name === code && (status === 200 || status === known));

/** Runs `work` for each of the items, so many at a time. */
async function forAll(items, atOnce, work) {
  let next = 0;
  const loop = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, loop));
}

async function talk(speaker, chats) {
  const failed = [];
  await forAll(chats, inFlight, async (chat) => {
    const heard = await speaker.say(chat);
    if (heard.answer) {
      const fault = faultOfAnswer(chat, heard.answer) ?? faultOfPrice(heard.answer);
      if (fault) faults.push(`the answer to chat ${chat.index} (${chat.way}) ${fault}`);
      if (heard.text !== undefined && heard.text !== heard.answer.response.markdown)
        faults.push(`the pieces of chat ${chat.index} are not its answer`);
      chat.answer = heard.answer;
      return;
    }
    failed.push(chat);
    const kind = `${heard.error.status} ${heard.error.code}: ${heard.error.message}`;
    figures.errors[kind] = (figures.errors[kind] ?? 0) + 1;
    if (!isPrecise(heard.error)) faults.push(`chat ${chat.index} (${chat.way}) got ${kind}`);
  });
  return failed;
}

function checkRows(chats, balance) {
  faults.push(...rows.findChatFaults());
  const answers = new Map(
    rows
      .query("SELECT session_id, id, content, final_cost FROM chat_messages WHERE role='assistant'")
      .map((row) => [row.session_id, row]),
  );
  const answered = chats.filter(({ answer }) => answer);
  if (answers.size !== answered.length)
    faults.push(`${answers.size} answers are kept, ${answered.length} were given`);
  for (const { index, session, answer } of answered) {
    const row = answers.get(session);
    const isSame =
      row?.id === answer.message_id &&
      row.content === answer.response.markdown &&
      row.final_cost === micros(answer.cost);
    if (!isSame) faults.push(`the answer to chat ${index} is not kept as it was given`);
  }
  const paid = answered.reduce((sum, { answer }) => sum + micros(answer.cost), 0);
  const taken = (which) =>
    rows.number(
      `SELECT COALESCE(SUM(amount), 0) FROM credit_transactions WHERE type = 'deduct' AND ${which}`,
    );
  const charged = taken("operation IN ('chat', 'search')");
  if (charged !== paid) faults.push(`${charged} micro-dollars were charged for ${paid} of answers`);
  const rest = taken("operation NOT IN ('chat', 'search')");
  const left = startCredits * 1e6 - paid - rest;
  if (micros(balance.balance) !== left) faults.push(`${balance.balance} is left, not ${left}`);
  Object.assign(figures, { charged_micro_usd: charged, other_charges_micro_usd: rest });
}

function reconcile() {
  const words = ["credits", "reconcile", "--json", "--data", folder];
  try {
    const found = JSON.parse(execFileSync(program, words).toString());
    figures.ledger_entries = found.entries;
    if (!found.is_right) faults.push(`the ledger is wrong: ${JSON.stringify(found)}`);
  } catch (error) {
    faults.push(`aiva credits reconcile ended with ${error.status}: ${error.stdout}`);
  }
}

const model = await startEmulator("openai");
const shop = await startEmulator("http_api", ["--key", shopKey]);
Object.assign(process.env, {
  AIVA_MODELS_PROVIDERS: "openai",
  AIVA_MODEL_PROVIDERS_OPENAI_BASE_URL: `http://${model.host}/v1`,
  AIVA_MODEL_PROVIDERS_OPENAI_API_KEY: "sk-test",
  AIVA_MODEL_PROVIDERS_OPENAI_CONCURRENCY: options["model-calls"],
  AIVA_MODELS_DEFAULT_MODEL: "gpt-4o-mini",
  AIVA_MODELS_QUEUE_TIMEOUT_MS: "290000",
  AIVA_MODELS_WAITING_MAX: String(inFlight),
  AIVA_MODELS_WAITING_PER_TENANT_MAX: String(inFlight),
  AIVA_BILLING_ENFORCED: "true",
  AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
  AIVA_FUNCTIONS_PRIVATE_HOSTS: shop.host,
  AIVA_SERVER_ACCESS_LOG: "false",
  AIVA_SERVER_CONNECTIONS_MAX: "20000",
  AIVA_SERVER_CONNECTIONS_PER_IP_MAX: "20000",
});
const rows = new StoredRows(folder);
let code = 1;
try {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  await expect(201, "POST", "/api/credits/add", { amount: startCredits, note: "load" });
  const agent = await makeAgent(shop);
  const speaker = new ChatSpeaker(server);
  const chats = Array.from({ length: chatCount }, (_, index) => chatOf(index));
  await forAll(chats, 64, async (chat) => {
    chat.session = (await expect(201, "POST", "/api/chat/sessions", { agent_id: agent })).id;
  });
  Object.assign(figures, { chats: chatCount, in_flight: inFlight, calls_refused: 0, errors: {} });
  await spoil(model, Number(options.faults));
  const began = performance.now();
  const failed = await talk(speaker, chats);
  figures.seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  figures.chats_at_once_max = speaker.atOnceMax;
  figures.failed = failed.length;
  figures.faults_of_the_model = await takenFaults(model);
  const spoiled = Object.values(figures.faults_of_the_model).reduce((sum, one) => sum + one, 0);
  if (failed.length > spoiled) faults.push(`${failed.length} failed, the model only ${spoiled}`);
  const again = await talk(speaker, failed);
  if (again.length > 0) faults.push(`${again.length} got no answer when they said it again`);
  speaker.close();
  const balance = await expect(200, "GET", "/api/credits/balance");
  const ended = await server.stop();
  if (ended.code !== 0) faults.push(`the server ended with ${JSON.stringify(ended)}`);
  checkRows(chats, balance);
  reconcile();
  const shown = { fault_count: faults.length, faults: faults.slice(0, 40) };
  console.log(JSON.stringify({ ...figures, ...shown }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} finally {
  if (server.child?.exitCode === null) await server.kill();
  for (const { child } of [model, shop]) child.kill();
  if (options.keep) console.error(folder);
  else rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
