import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";
import { run, Server } from "./server.ts";

let server: Server;
let client: Client;
before(async () => {
  server = await Server.start();
  client = await server.admin();
});
after(() => server.remove());

/** A figure once it is known, while requests go on. */
async function figure(name: string, timeoutMs = 30_000): Promise<Json> {
  for (const end = Date.now() + timeoutMs; ; await pause(200)) {
    const reply = await client.get("/api/status");
    assert.equal(reply.status, 200, reply.text);
    const found = reply.body.data.figures.find((one: Json) => one.name === name);
    assert.ok(found, name);
    if (found.value !== null) return found;
    assert.ok(Date.now() < end, `${name} is never known: ${reply.text}`);
  }
}

test("operators see what the process does, and nobody else", async () => {
  assert.equal((await server.anonymous.get("/api/status")).status, 401);

  const requests = await figure("requests_per_second");

  assert.ok(requests.value > 0);
  assert.equal(requests.unit, "/s");
  const { data } = (await client.get("/api/status")).body;
  assert.equal(data.role, "all");
  const { at, series } = data.history;
  assert.ok(at.length > 0);
  for (const values of Object.values(series) as Json[]) assert.equal(values.length, at.length);
  const brief = await client.get("/api/status?history=false");
  assert.equal(brief.body.data.history, undefined);
});

test("a key that may read the system's state shows it, and nothing else", async () => {
  const made = await client.post("/api/keys", { name: "top", scopes: ["system.read"] });
  assert.equal(made.status, 201, made.text);
  const key = made.body.data.key;
  const words = ["top", "--url", server.ready.url, "--once"];

  const shown = await run(words, "", { AIVA_TOKEN: "", AIVA_API_KEY: key });

  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /── API ─/);
  const users = await fetch(`${server.ready.url}/api/users`, { headers: { "x-api-key": key } });
  assert.equal(users.status, 403);
});

test("the page is of our own files under a strict policy", async () => {
  const page = await server.anonymous.get("/status");
  assert.equal(page.status, 200);
  assert.match(
    page.headers.get("content-security-policy")!,
    /^default-src 'none'; script-src 'self'/,
  );
  for (const [, file] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g))
    assert.equal((await server.anonymous.get(file!)).status, 200, file);
});

test("aiva top shows it in a terminal of eighty columns, and as JSON", async () => {
  await figure("requests_per_second");
  const words = ["top", "--url", server.ready.url, "--once"];

  const shown = await run(words, "", { AIVA_TOKEN: client.token });
  const told = await run([...words, "--json"], "", { AIVA_TOKEN: client.token });
  const refused = await run(words, "", { AIVA_TOKEN: "none" });
  const keyless = await run(words, "", { AIVA_TOKEN: "", AIVA_API_KEY: "" });

  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^AIVA .* all {2}up /);
  assert.match(shown.out, /── API ─/);
  assert.match(shown.out, /Requests +[0-9.]+ \/s/);
  for (const line of shown.out.split("\n")) assert.ok([...line].length <= 80, line);
  assert.equal(told.code, 0, told.err);
  assert.equal(JSON.parse(told.out).data.role, "all");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /API key or token/);
  assert.equal(keyless.code, 2);
});
