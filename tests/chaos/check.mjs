#!/usr/bin/env node
// Proves that everything an installation acknowledged is there exactly once.
//
//   node tests/chaos/check.mjs --url http://… --email … --password … --ledger acknowledged.jsonl
//
// The ledger has one JSON object a line:
//   {"kind":"document","base":id,"id":id,"name":text,"word":text that only it contains}
//   {"kind":"message","session":id,"client":text,"content":text,"answer_id":id,"answer":text}
//   {"kind":"credit","note":text,"amount":dollars}
// and of what was asked for without an answer ever coming, the same with "unknown": true: it may
// be there once or not at all.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "./client.mjs";
import { pause } from "./processes.mjs";

const settleMs = 120_000;
const readsMax = 20;

function countBy(items, keyOf) {
  const counts = new Map();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function judge(faults, what, count, entry) {
  const isRight = entry.unknown ? count <= 1 : count === 1;
  if (!isRight) faults.push(`${count} × ${what}`);
}

async function checkDocuments(client, entries, faults) {
  for (const base of new Set(entries.map((entry) => entry.base))) {
    let documents = [];
    for (const end = performance.now() + settleMs; ; await pause(500)) {
      documents = await client.list(`/api/knowledge/${base}/documents`);
      const open = documents.filter(({ status }) => !["completed", "failed"].includes(status));
      if (open.length === 0) break;
      if (performance.now() > end) {
        faults.push(`${open.length} documents are never done, e.g. ${JSON.stringify(open[0])}`);
        break;
      }
    }
    const byName = countBy(documents, ({ filename }) => filename);
    const byId = new Map(documents.map((document) => [document.id, document]));
    for (const entry of entries.filter((each) => each.base === base)) {
      judge(faults, `document ${entry.name}`, byName.get(entry.name) ?? 0, entry);
      if (entry.unknown) continue;
      const status = byId.get(entry.id)?.status ?? "absent";
      if (status !== "completed") faults.push(`document ${entry.name} is ${status}`);
      else await checkFound(client, entry, faults);
    }
  }
}

/** Every node finds the document by the word that only it has. */
async function checkFound(client, entry, faults) {
  for (const url of client.urls) {
    const body = { kb_id: entry.base, query: entry.word, search_type: "text", top_k: 1 };
    const reply = await client.call("POST", "/api/v1/search", body, { url });
    const found = reply.body?.data?.text_results?.[0]?.source?.document_name;
    if (found !== entry.name)
      faults.push(`${url} finds ${found ?? reply.text} for the word of ${entry.name}`);
  }
}

async function checkMessages(client, entries, faults) {
  for (const session of new Set(entries.map((entry) => entry.session))) {
    const messages = await client.list(`/api/chat/${session}/messages`);
    const questions = countBy(
      messages.filter(({ role }) => role === "user"),
      ({ content }) => content,
    );
    const answers = new Map(messages.map((message) => [message.id, message]));
    for (const entry of entries.filter((each) => each.session === session)) {
      judge(faults, `message "${entry.content}"`, questions.get(entry.content) ?? 0, entry);
      if (entry.unknown) continue;
      const kept = answers.get(entry.answer_id);
      if (kept === undefined) faults.push(`the answer to "${entry.content}" is gone`);
      else if (kept.content !== entry.answer)
        faults.push(`the answer to "${entry.content}" is kept as "${kept.content}"`);
    }
  }
}

/** Entries and balance of one moment: what searches cost is still being entered behind them. */
async function readAccount(client) {
  const balanceNow = async () => (await client.expect(200, "GET", "/api/credits/balance")).balance;
  for (let tries = 0; ; ++tries) {
    const before = await balanceNow();
    const ledger = await client.list("/api/credits/history");
    const balance = await balanceNow();
    if (balance === before || tries === readsMax) return { ledger, balance };
    await pause(500);
  }
}

async function checkCredits(client, entries, faults) {
  const { ledger, balance } = await readAccount(client);
  const counts = countBy(ledger, ({ note }) => note ?? "");
  for (const entry of entries)
    judge(faults, `credit ${entry.note}`, counts.get(entry.note) ?? 0, entry);
  const sum = ledger.reduce(
    (total, { type, amount }) => total + Math.round(amount * 1e6) * (type === "deduct" ? -1 : 1),
    0,
  );
  if (Math.abs(Math.round(balance * 1e6) - sum) > 1)
    faults.push(`the balance is ${balance}, its entries make ${sum / 1e6}`);
}

/** What is wrong, as sentences; empty when all is well. */
export async function check(client, ledger) {
  const faults = [];
  const of = (kind) => ledger.filter((entry) => entry.kind === kind);
  await checkDocuments(client, of("document"), faults);
  await checkMessages(client, of("message"), faults);
  await checkCredits(client, of("credit"), faults);
  return faults;
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: "string", multiple: true },
      email: { type: "string" },
      password: { type: "string" },
      ledger: { type: "string" },
    },
  });
  const client = new Client(values.url);
  await client.logIn(values.email, values.password);
  const lines = readFileSync(values.ledger, "utf8").split("\n");
  const ledger = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  const faults = await check(client, ledger);
  console.log(JSON.stringify({ entries: ledger.length, faults }, null, 2));
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
