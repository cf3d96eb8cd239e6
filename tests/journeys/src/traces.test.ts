import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json, Reply } from "./client.ts";
import { repository, Server } from "./server.ts";

// A process that answers and one that works, a provider of models, and a collector of traces that
// refuses what OTLP does not allow.
let folder: string;
let emulators: ChildProcess[] = [];
let models: string;
let collector: string;
let environment: Record<string, string>;
let api: Server;
let client: Client;
let base: string;

async function emulate(name: string, key: string): Promise<string> {
  const program = join(repository, `tests/emulators/${name}.mjs`);
  const words = [program, "--port", "0", "--key", key];
  const child = spawn("node", words, { stdio: ["ignore", "pipe", "inherit"] });
  emulators.push(child);
  const port = await new Promise<number>((found) =>
    child.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port)),
  );
  return `http://127.0.0.1:${port}`;
}

const ask = async (url: string): Promise<Json> => (await fetch(url)).json();

async function fault(of: string, body: object): Promise<void> {
  const reply = await fetch(`${of}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(reply.ok, await reply.text());
}

const traceIdOf = (reply: Reply): string => reply.headers.get("traceparent")!.split("-")[1]!;

/** The spans of a trace once `isWhole` says that they have all come. */
async function spansOf(
  trace: string,
  isWhole: (spans: Json[]) => boolean,
  timeoutMs = 30_000,
): Promise<Json[]> {
  for (const end = Date.now() + timeoutMs; ; await pause(50)) {
    const all = (await ask(`${collector}/_spans`)) as Json[];
    const spans = all.filter((span) => span.traceId === trace);
    if (isWhole(spans)) return spans;
    const names = spans.map((span) => span.name).join(", ");
    assert.ok(Date.now() < end, `the trace never was whole; it has ${names}`);
  }
}

const named = (spans: Json[], name: string): Json[] => spans.filter((span) => span.name === name);
const attribute = (span: Json, key: string): Json =>
  Object.values(
    span.attributes.find((candidate: Json) => candidate.key === key)?.value ?? { none: undefined },
  )[0];

/** The names from a span up to the one that has no parent here, itself first. */
function pathOf(spans: Json[], span: Json): string[] {
  const path = [];
  for (let at: Json = span; at; at = spans.find((other) => other.spanId === at.parentSpanId))
    path.push(at.name);
  return path;
}

const start = (role: string, more: Record<string, string> = {}): Promise<Server> =>
  Server.start({
    folder,
    arguments: ["--role", role],
    environment: { ...environment, ...more },
  });

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-traces-"));
  models = await emulate("openai", "sk-test");
  collector = await emulate("otlp", "otlp-secret");
  environment = {
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: `${models}/v1`,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
    AIVA_EMBEDDER_PROVIDER: "openai",
    AIVA_EMBEDDER_BASE_URL: `${models}/v1`,
    AIVA_EMBEDDER_API_KEY: "sk-test",
    AIVA_TELEMETRY_OTLP_URL: collector,
    AIVA_TELEMETRY_OTLP_HEADERS: "Authorization=Bearer otlp-secret",
    AIVA_TELEMETRY_SAMPLE_RATIO: "1",
    AIVA_TELEMETRY_SLOW_MS: "0",
  };
  api = await start("api");
  client = await api.admin();
  base = await client.createKnowledgeBase("Town");
});
after(async () => {
  await api?.stop();
  for (const emulator of emulators) emulator.kill();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await (await fetch(`${models}/_faults`, { method: "DELETE" })).text();
  await (await fetch(`${collector}/_faults`, { method: "DELETE" })).text();
  const { mistakes } = await ask(`${collector}/_requests`);
  assert.deepEqual(mistakes, []);
});

test("an upload is one trace from the API over the worker into the provider", async () => {
  const uploaded = await client.uploadReply(base, "town.txt", "The mayor of Harwick is Ada Quill.");
  assert.equal(uploaded.status, 201, uploaded.text);
  const trace = traceIdOf(uploaded);
  const worker = await start("worker");
  try {
    const document = uploaded.body.data.document_id;
    assert.equal((await client.settled(base, document)).status, "completed");

    const spans = await spansOf(trace, (found) => named(found, "job ingest_document").length > 0);
    const [job] = named(spans, "job ingest_document");
    const [embedding] = named(spans, "document.embed");
    const [call] = spans.filter(
      (span) => span.name === "http.request" && pathOf(spans, span).includes("document.embed"),
    );
    assert.ok(embedding && call, spans.map((span) => span.name).join(", "));
    // From the provider up to the request that queued the job.
    const path = pathOf(spans, call);
    assert.deepEqual(path.slice(0, 3), ["http.request", "document.embed", "job ingest_document"]);
    assert.match(path.at(-1)!, /^POST .*documents\/upload$/);
    assert.equal(job.kind, 5);
    assert.equal(job.resource["aiva.role"], "worker");
    const request = spans.find((span) => !span.parentSpanId);
    assert.equal(request.resource["aiva.role"], "api");
    assert.notEqual(request.resource["service.instance.id"], job.resource["service.instance.id"]);
    // The provider heard of it.
    const heard = ((await ask(`${models}/_requests`)) as Json[])
      .filter((seen) => seen.path === "/v1/embeddings")
      .map((seen) => seen.headers.traceparent);
    assert.ok(heard.includes(`00-${trace}-${call.spanId}-01`), heard.join("\n"));
  } finally {
    await worker.stop();
  }
});

test("a chat turn shows its search, its rows and its model", async () => {
  const session = await client.createSession(base);
  const answer = await client.post(`/api/chat/${session}/messages`, {
    content: "Who is the mayor of Harwick?",
  });
  assert.equal(answer.status, 200, answer.text);

  const spans = await spansOf(traceIdOf(answer), (found) => found.some((span) => span.kind === 2));
  const [turn] = named(spans, "chat.turn");
  assert.ok(turn);
  for (const name of ["search", "search.embed", "search.index", "search.rows", "model.call"]) {
    const [step] = named(spans, name);
    assert.ok(step, name);
    assert.ok(pathOf(spans, step).includes("chat.turn"), name);
  }
  const [model] = named(spans, "model.call");
  assert.equal(attribute(model, "gen_ai.request.model"), "gpt-4o-mini");
  assert.ok(Number(attribute(model, "gen_ai.usage.output_tokens")) > 0);
  assert.ok(named(spans, "rows.write").length > 0);
});

test("a caller's trace is continued, and its choice holds", async () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  await client.get("/api/auth/me", { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
  const [request] = await spansOf(trace, (found) => found.length > 0);
  assert.equal(request.parentSpanId, "00f067aa0ba902b7");

  const unwanted = "4bf92f3577b34da6a3ce929d0e0e4737";
  await client.get("/api/auth/me", { traceparent: `00-${unwanted}-00f067aa0ba902b7-00` });
  const later = await client.get("/api/auth/me");
  await spansOf(traceIdOf(later), (found) => found.length > 0);
  const all = (await ask(`${collector}/_spans`)) as Json[];
  assert.ok(!all.some((span) => span.traceId === unwanted));
});

test("what the collector cannot take for a while it gets later", async () => {
  await fault(collector, { kind: "unavailable", count: 2 });
  const reply = await client.get("/api/auth/me");

  const spans = await spansOf(traceIdOf(reply), (found) => found.length > 0);
  assert.equal(spans[0].resource["service.name"], "aiva");
  const metrics = (await client.get("/metrics")).text;
  assert.match(metrics, /aiva_trace_export_retries_total [1-9]/);
  assert.match(metrics, /aiva_trace_spans_dropped_total\{reason="queue_full"\} 0/);
});

test("metrics name traces as their examples", async () => {
  const reply = await client.get("/metrics", {
    accept: "application/openmetrics-text; version=1.0.0",
  });
  assert.match(
    reply.headers.get("content-type")!,
    /^application\/openmetrics-text; version=1\.0\.0/,
  );
  assert.match(
    reply.text,
    /aiva_http_request_duration_seconds_bucket\{.*\} \d+ # \{trace_id="[0-9a-f]{32}"\}/,
  );
  assert.ok(reply.text.endsWith("# EOF\n"));
});

test("buckets of metrics have the same bounds in every format", async () => {
  const accept = "application/openmetrics-text; version=1.0.0";
  const open = (await client.get("/metrics", { accept })).text;
  const plain = (await client.get("/metrics")).text;

  const boundsIn = (text: string) =>
    [...new Set([...text.matchAll(/le="([^"]+)"/g)].map(([, bound]) => bound))].sort();
  assert.deepEqual(boundsIn(plain), boundsIn(open));
  assert.ok(boundsIn(plain).includes("1.0"));
  assert.ok(boundsIn(plain).includes("+Inf"));
});

test("a slow request is kept and logged with its steps although it is not sampled", async () => {
  const slow = await start("api", {
    AIVA_TELEMETRY_SAMPLE_RATIO: "0",
    AIVA_TELEMETRY_SLOW_MS: "400",
  });
  try {
    const other = slow.anonymous;
    other.token = client.token;
    other.user = client.user;
    const session = await other.createSession(base);
    await fault(models, { kind: "slow_first_token", on: "chat", count: 1, delay_ms: 700 });
    const answer = await other.post(`/api/chat/${session}/messages`, {
      content: "Who is the mayor of Harwick?",
    });
    assert.equal(answer.status, 200, answer.text);
    const trace = traceIdOf(answer);

    const spans = await spansOf(trace, (found) => found.length > 0);
    const root = spans.find((span) => span.kind === 2);
    assert.equal(attribute(root, "aiva.kept"), "slow");
    assert.ok(named(spans, "model.call").length > 0);
    const find = (): Json =>
      slow.log
        .split("\n")
        .filter((line) => line.includes('"slow request"'))
        .map((line) => JSON.parse(line) as Json)
        .find((line) => line.trace_id === trace);
    for (const end = Date.now() + 5000; find() === undefined; await pause(20))
      assert.ok(Date.now() < end, slow.log);
    const line = find();
    assert.equal(line.route, "/api/chat/:sessionId/messages");
    assert.match(line.steps, /model\.call [0-9.]+/);
    assert.ok(line.ms >= 400);
    assert.equal(line.tenant, client.user.tenant_id);
  } finally {
    await slow.stop();
  }
});
