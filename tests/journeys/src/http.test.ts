import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Server } from "./server.ts";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server.remove());

/** Sends raw bytes and reads until the server closes or is quiet. */
function raw(bytes: string): Promise<string> {
  return new Promise((done) => {
    const url = new URL(server.ready.url);
    const socket = connect(Number(url.port), url.hostname, () => socket.write(bytes));
    let text = "";
    socket.setTimeout(1500, () => socket.destroy());
    socket.on("data", (piece) => {
      text += piece.toString();
    });
    socket.on("error", () => done(text));
    socket.on("close", () => done(text));
  });
}

test("health, readiness, metrics and the contract are served", async () => {
  const client = server.anonymous;
  assert.equal((await client.get("/api/health")).body.status, "ok");
  assert.equal((await client.get("/health")).body.status, "healthy");
  assert.equal((await client.get("/readyz")).status, 200);
  assert.match((await client.get("/metrics")).text, /aiva_http_requests_total/);
  const contract = await client.get("/openapi.json");
  assert.match(contract.body.openapi, /^3\./);
  assert.ok(contract.body.paths["/api/v1/search"]);
});

test("the API docs are rendered from our own files", async () => {
  const client = server.anonymous;
  const page = await client.get("/docs/api");
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-type")!, /text\/html/);
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map((match) => match[1]!)
    .filter((asset) => !asset.startsWith("data:"));
  assert.ok(assets.length >= 2, page.text);
  for (const asset of assets) {
    assert.ok(!asset.startsWith("http"), `${asset} is not ours`);
    assert.equal(
      (await client.get(new URL(asset, server.ready.url + "/docs").pathname)).status,
      200,
      asset,
    );
  }
});

test("malformed input gets a precise 4xx and the connection or server survives", async () => {
  const cases: [string, number][] = [
    ["GARBAGE\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
    [`GET /${"a".repeat(20000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"b".repeat(40000)}\r\n\r\n`, 431],
    ["GET /%ff%fe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    ["GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404],
    ["DELETE /api/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405],
  ];
  for (const [bytes, status] of cases) {
    const text = await raw(bytes);
    assert.equal(
      Number(text.split(" ")[1]),
      status,
      `${bytes.slice(0, 60)} -> ${text.slice(0, 200)}`,
    );
  }
  assert.equal((await server.anonymous.get("/api/health")).status, 200);
});

test("wrong bodies are told apart", async () => {
  const post = (body: any, extra = {}) =>
    server.anonymous.send("POST", "/api/auth/login", body, extra);
  assert.equal((await post("{", { "content-type": "application/json" })).status, 400);
  assert.equal(
    (await post("x=1", { "content-type": "application/x-www-form-urlencoded" })).status,
    415,
  );
  const wrong = await post({ email: 5 });
  assert.equal(wrong.status, 422);
  assert.ok(wrong.body.error.details.length >= 2, wrong.text);
  assert.equal(wrong.body.success, false);
});

test("pipelined requests are answered in order", async () => {
  const text = await raw(
    "GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n" +
      "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" +
      "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  assert.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
    ["200", "404", "200"],
  );
});

test("answers carry trace, request id and security headers", async () => {
  const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const reply = await server.anonymous.get("/api/health", {
    traceparent: trace,
    "x-request-id": "abc-123",
  });
  assert.equal(reply.headers.get("x-request-id"), "abc-123");
  assert.match(reply.headers.get("traceparent") ?? "", /4bf92f3577b34da6a3ce929d0e0e4736/);
  assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
});

test("SIGTERM ends the server cleanly", async () => {
  const other = await Server.start();
  assert.equal((await other.anonymous.get("/readyz")).status, 200);
  assert.equal(await other.stop("SIGTERM"), 0);
  await other.remove();
});
