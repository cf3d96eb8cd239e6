import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { startOtlp } from "./otlp.mjs";

let collector;
let base;
before(async () => {
  collector = await startOtlp();
  base = `http://127.0.0.1:${collector.port}`;
});
after(() => collector.close());
afterEach(async () => {
  await fetch(`${base}/_faults`, { method: "DELETE" });
  await fetch(`${base}/_spans`, { method: "DELETE" });
});

const nowNs = () => `${BigInt(Date.now()) * 1_000_000n}`;
const span = (changes = {}) => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  name: "GET /api/health",
  kind: 2,
  startTimeUnixNano: nowNs(),
  endTimeUnixNano: nowNs(),
  attributes: [{ key: "http.response.status_code", value: { intValue: "200" } }],
  ...changes,
});
const body = (...spans) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "aiva" } }] },
      scopeSpans: [{ scope: { name: "aiva" }, spans }],
    },
  ],
});
const post = (value, headers = { "content-type": "application/json" }) =>
  fetch(`${base}/v1/traces`, { method: "POST", headers, body: JSON.stringify(value) });

test("takes a request as the mapping has it", async () => {
  const reply = await post(body(span(), span({ spanId: "00f067aa0ba902b7" })));

  assert.equal(reply.status, 200);
  assert.deepEqual(await reply.json(), {});
  const taken = await (await fetch(`${base}/_spans`)).json();
  assert.equal(taken.length, 2);
  assert.equal(taken[0].resource["service.name"], "aiva");
});

const mistakes = {
  "ids in base64": span({ spanId: "t61rcWkgMzE=" }),
  "ids in capitals": span({ spanId: "B7AD6B7169203331" }),
  "an id of zeros": span({ spanId: "0000000000000000" }),
  "instants as numbers": span({ startTimeUnixNano: 1 }),
  "instants with a fraction": span({ startTimeUnixNano: "1.5" }),
  "enumerations by name": span({ kind: "SPAN_KIND_SERVER" }),
  "snake case": span({ trace_state: "" }),
  "numbers as numbers": span({ attributes: [{ key: "a", value: { intValue: 1 } }] }),
  "two values": span({ attributes: [{ key: "a", value: { intValue: "1", boolValue: true } }] }),
  "a key twice": span({
    attributes: [
      { key: "a", value: { intValue: "1" } },
      { key: "a", value: { intValue: "2" } },
    ],
  }),
  "an end before the beginning": span({ endTimeUnixNano: "1" }),
  "a span without a name": span({ name: "" }),
  "an unknown status": span({ status: { code: 3 } }),
};
for (const [name, wrong] of Object.entries(mistakes))
  test(`refuses ${name}`, async () => {
    const reply = await post(body(wrong));

    assert.equal(reply.status, 400);
    assert.match((await reply.json()).message, /resourceSpans\[0\]/);
  });

test("refuses other media types and nameless services", async () => {
  assert.equal((await post(body(span()), { "content-type": "text/plain" })).status, 415);
  const nameless = body(span());
  nameless.resourceSpans[0].resource.attributes = [];
  assert.equal((await post(nameless)).status, 400);
});

test("fails as it is told to, and then no more", async () => {
  const ask = (fault) => fetch(`${base}/_faults`, { method: "POST", body: JSON.stringify(fault) });
  await ask({ kind: "rate_limit", retry_after_s: 2 });
  const limited = await post(body(span()));
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "2");
  assert.equal((await post(body(span()))).status, 200);
  await ask({ kind: "unavailable" });
  assert.equal((await post(body(span()))).status, 503);
  await ask({ kind: "drop" });
  await assert.rejects(post(body(span())));
  await ask({ kind: "partial", rejected: 1 });
  const partial = await (await post(body(span()))).json();
  assert.equal(partial.partialSuccess.rejectedSpans, "1");
});

test("wants its key", async () => {
  const keyed = await startOtlp({ key: "secret" });
  const send = (authorization) =>
    fetch(`http://127.0.0.1:${keyed.port}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify(body(span())),
    });
  assert.equal((await send("Bearer wrong")).status, 401);
  assert.equal((await send("Bearer secret")).status, 200);
  keyed.close();
});
