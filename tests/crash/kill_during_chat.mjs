#!/usr/bin/env node
// Kills AIVA (SIGKILL) again and again while it answers messages, against an emulated model, then
// looks whether a message was lost, answered twice, or charged twice or not at all.
//
//   node tests/crash/kill_during_chat.mjs [--kills 200] [--talkers 8] [--seed 1]
//
// AIVA_BIN names the program; without it the release build is taken. Needs the sqlite3 program.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KilledServer } from "./killed_server.mjs";
import { makeRandom } from "./sample_documents.mjs";
import { StoredRows } from "./stored_rows.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    talkers: { type: "string", default: "8" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
  },
});
const killsWanted = Number(options.kills);
const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const random = makeRandom(Number(options.seed) * 977);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const folder = mkdtempSync(join(tmpdir(), "aiva-chat-crash-"));
const server = new KilledServer(program, folder);
const rows = new StoredRows(folder);
const faults = [];
const figures = { kills: 0, kills_during_turns: 0, messages: 0, repeated: 0 };

/** The emulated model, slow enough to be killed over its words. */
async function startModel() {
  const words = [join(here, "../emulators/openai.mjs"), "--port", "0"];
  const child = spawn("node", words, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((found) =>
    child.stdout.once("data", (piece) => found(piece.toString())),
  );
  const url = `http://127.0.0.1:${JSON.parse(line).port}`;
  const slow = { kind: "slow", on: "chat", count: 1_000_000, delay_ms: 15 };
  const reply = await fetch(`${url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(slow),
  });
  if (!reply.ok) throw new Error(await reply.text());
  Object.assign(process.env, {
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: `${url}/v1`,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
  });
  return child;
}

/** One user who says one thing after the other, and says it again until it is answered. */
class Talker {
  constructor(number, base) {
    this.number = number;
    this.base = base;
    this.session = null;
    this.said = 0;
    this.isWaiting = false;
    this.answered = []; // {client, content, answer}
  }

  async open() {
    while (this.session === null && !this.isOver) {
      const reply = await server.call("POST", "/api/chat/sessions", { kb_id: this.base });
      if (reply?.status === 201) this.session = reply.body.data.id;
      else await pause(50);
    }
  }

  async run() {
    await this.open();
    while (!this.isOver) {
      const client = `talker ${this.number} message ${this.said}`;
      const content = `When are refunds paid, asks ${client}?`;
      const answer = await this.sayUntilAnswered(client, content);
      if (answer === null) return;
      this.answered.push({ client, content, answer });
      this.said += 1;
      await pause(random() * 40);
    }
  }

  async sayUntilAnswered(client, content) {
    const path = `/api/chat/${this.session}/messages`;
    for (let tries = 0; ; tries += 1) {
      // What was sent is seen through to its end, so that all that is in the rows is known here.
      if (this.isOver && tries === 0) return null;
      this.isWaiting = true;
      const body = { content, client_message_id: client };
      const reply = await server.call("POST", path, body);
      this.isWaiting = false;
      if (reply?.status === 200) return reply.body.data;
      const isExpected = reply === null || [409, 503, 504].includes(reply.status);
      if (!isExpected) faults.push(`a message got ${reply.status} ${JSON.stringify(reply.body)}`);
      figures.repeated += 1;
      await pause(30 + random() * 60);
    }
  }
}

async function makeKnowledge() {
  const made = await server.call("POST", "/api/knowledge", { name: "Shop" });
  const base = made.body.data.id;
  const bytes = "Refunds are paid within 14 days.\n\nThe lamp floats on water.\n";
  const id = await server.upload(base, { name: "shop.txt", bytes });
  const path = `/api/knowledge/${base}/documents/${id}`;
  for (let i = 0; i < 300; i += 1) {
    const reply = await server.call("GET", path);
    if (reply.body.data.status === "completed") return base;
    await pause(100);
  }
  throw new Error("the document is not read");
}

function checkRows(talkers) {
  for (const talker of talkers) {
    const messages = rows.query(
      `SELECT id, role, content FROM chat_messages WHERE session_id = '${talker.session}'
       ORDER BY sequence_number`,
    );
    for (const { content, answer } of talker.answered) {
      const questions = messages.filter((row) => row.role === "user" && row.content === content);
      if (questions.length !== 1) faults.push(`${questions.length} × the message "${content}"`);
      const answers = messages.filter((row) => row.id === answer.message_id);
      if (answers.length !== 1) faults.push(`${answers.length} answers to "${content}"`);
      else if (answers[0].content !== answer.response.markdown)
        faults.push(`another answer to "${content}" is kept than was given`);
    }
    const answers = messages.filter((row) => row.role === "assistant").length;
    if (answers !== talker.answered.length)
      faults.push(`${answers} answers are kept, ${talker.answered.length} were given`);
  }
  faults.push(...rows.findChatFaults());
  // A turn that died was released under its first id and answered under another.
  figures.died = rows.number("SELECT COUNT(*) FROM credit_holds WHERE state = 'released'");
  figures.answers = rows.number("SELECT COUNT(*) FROM chat_messages WHERE role = 'assistant'");
}

const began = performance.now();
const model = await startModel();
let code = 1;
try {
  if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
  const base = await makeKnowledge();
  const talkers = Array.from({ length: Number(options.talkers) }, (_, i) => new Talker(i, base));
  const talking = talkers.map((talker) => talker.run());
  while (figures.kills < killsWanted) {
    await pause(50 + 1500 * random() ** 2);
    if (talkers.some(({ isWaiting }) => isWaiting)) figures.kills_during_turns += 1;
    await server.kill();
    figures.kills += 1;
    if (!(await server.start())) throw new Error(`the server does not start:\n${server.log}`);
    if (figures.kills % 25 === 0) console.error(`${figures.kills} kills`);
  }
  for (const talker of talkers) talker.isOver = true;
  await Promise.all(talking);
  const ended = await server.stop();
  if (ended.code !== 0) faults.push(`the server ended with ${JSON.stringify(ended)}`);
  checkRows(talkers);
  figures.messages = talkers.reduce((sum, { answered }) => sum + answered.length, 0);
  figures.seconds = Math.round((performance.now() - began) / 1000);
  console.log(JSON.stringify({ ...figures, faults }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} finally {
  if (server.child?.exitCode === null) await server.kill();
  model.kill();
  if (options.keep) console.error(folder);
  else rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
