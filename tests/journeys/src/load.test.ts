import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { program, Server } from "./server.ts";

const scopes = [
  "knowledge.read",
  "knowledge.write",
  "search",
  "chat",
  "agents.read",
  "agents.write",
  "billing.read",
  "users.write",
];

let server: Server;
let client: Client;
let key: string;
let folder: string;
before(async () => {
  server = await Server.start();
  client = await server.admin();
  const made = await client.post("/api/keys", { name: "load", scopes });
  assert.equal(made.status, 201, made.text);
  key = made.body.data.key;
  folder = mkdtempSync(join(tmpdir(), "aiva-load-"));
});
after(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
  log: string;
}

/** `aiva load` on the server; a signal after so many milliseconds ends it. */
function load(words: string[], asKey = key, interruptAfterMs = 0): Promise<Ended> {
  const child = spawn(program, ["load", "--url", server.ready.url, "--json", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, AIVA_LOAD_KEY: asKey },
  });
  const ended: Ended = { code: null, out: "", log: "" };
  child.stdout.on("data", (piece: Buffer) => (ended.out += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => {
    const isFirst = !ended.log.includes(" users ");
    ended.log += piece.toString();
    if (interruptAfterMs > 0 && isFirst && ended.log.includes(" users "))
      setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
  });
  return new Promise((told) => child.once("close", (code) => told({ ...ended, code })));
}

async function whatIsLeft(): Promise<number> {
  let count = 0;
  for (const path of ["/api/knowledge", "/api/agents", "/api/chat/sessions"]) {
    const list = await client.get(path);
    assert.equal(list.status, 200, list.text);
    count += list.body.data.items.length;
  }
  return count;
}

test("a load asks everything of its profile, reports and leaves nothing behind", async () => {
  const report = join(folder, "report");

  const ended = await load([
    ...["--scenario", "spike", "--users", "8", "--duration", "8s", "--think-time", "50ms"],
    ...["--mix", "list_bases=1,get_base=1,search=1,chat=1,image_search=1,upload=1,status=1"],
    ...["--documents", "3", "--report", report, "--fail-if", "errors>0%"],
  ]);

  assert.equal(ended.code, 0, ended.log + ended.out);
  const told = JSON.parse(ended.out);
  assert.equal(told.total.errors, 0, ended.out);
  const names = told.operations.map((row: { name: string }) => row.name);
  for (const name of ["search", "chat", "image_search", "upload", "status", "open_session"])
    assert.ok(names.includes(name), `${name} is not among ${names}`);
  assert.deepEqual(JSON.parse(readFileSync(join(report, "report.json"), "utf8")), told);
  const page = readFileSync(join(report, "report.html"), "utf8");
  assert.match(page, /<svg/);
  assert.ok(![page, ended.out, ended.log].some((text) => text.includes(key)), "the key is shown");
  assert.equal(await whatIsLeft(), 0);
});

test("a rate is kept, and a crossed threshold ends with 1", async () => {
  const words = ["--scenario", "baseline", "--duration", "5s", "--rps", "50", "--documents", "0"];

  const ended = await load([...words, "--mix", "get_base=1", "--fail-if", "p50>0ms"]);

  assert.equal(ended.code, 1, ended.log + ended.out);
  const { total, thresholds } = JSON.parse(ended.out);
  assert.ok(Math.abs(total.requests_per_second - 50) < 3, ended.out);
  assert.equal(thresholds[0].is_crossed, true);
});

test("an interrupted load still reports and removes", async () => {
  const words = ["--scenario", "normal", "--mix", "credits=1", "--documents", "1"];

  const ended = await load([...words, "--think-time", "10ms"], key, 1500);

  assert.equal(ended.code, 130, ended.log + ended.out);
  assert.equal(JSON.parse(ended.out).ending, "interrupted");
  assert.equal(await whatIsLeft(), 0);
});

test("a key without the rights is told before the load, and wrong use is 2", async () => {
  const made = await client.post("/api/keys", { name: "weak", scopes: ["knowledge.read"] });

  const weak = await load(["--duration", "2s"], made.body.data.key);
  const unknown = await load(["--duration", "2s"], "aiva_nobody");
  const wrong = await load(["--scenario", "picnic"]);

  assert.equal(weak.code, 1);
  assert.match(weak.log, /403/);
  assert.equal(unknown.code, 1);
  assert.match(unknown.log, /401/);
  assert.equal(wrong.code, 2);
  assert.match(wrong.log, /--scenario/);
});
