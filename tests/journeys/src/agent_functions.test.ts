import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";
import { repository, Server } from "./server.ts";

const key = "shop-key-1234567890";

let emulators: ChildProcess[] = [];
let shop: string; // an API the operator allows, although it is on this machine
let forbidden: string; // one the operator does not
let server: Server;
let client: Client;
let agent: string;

async function startApi(): Promise<string> {
  const child = spawn("node", [join(repository, "tests/emulators/http_api.mjs"), "--key", key], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  emulators.push(child);
  const port = await new Promise<number>((found) =>
    child.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port)),
  );
  return `127.0.0.1:${port}`;
}

before(async () => {
  shop = await startApi();
  forbidden = await startApi();
  server = await Server.start({
    environment: {
      AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_FUNCTIONS_PRIVATE_HOSTS: shop,
    },
  });
  client = await server.admin();
  const made = await client.post("/api/agents", { name: "Shop desk" });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
  const secret = await client.post("/api/secrets", { name: "SHOP_KEY", value: key });
  assert.equal(secret.status, 201, secret.text);
});
after(async () => {
  await server.remove();
  for (const emulator of emulators) emulator.kill();
});

async function add(name: string, fields: Json): Promise<string> {
  const made = await client.post(`/api/agents/${agent}/functions`, {
    name,
    api_method: "GET",
    api_headers: { Authorization: "Bearer {secret:SHOP_KEY}" },
    ...fields,
  });
  assert.equal(made.status, 201, made.text);
  return made.body.data.id;
}

async function call(id: string, args: Json = {}): Promise<Json> {
  const reply = await client.post(`/api/agents/${agent}/functions/${id}/test`, { arguments: args });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

async function requests(host: string): Promise<Json[]> {
  return (await fetch(`http://${host}/_requests`)).json() as Promise<Json[]>;
}

test("a function finds what its arguments name and shows what its mapping says", async () => {
  const id = await add("order_status", {
    api_endpoint: `http://${shop}/orders/{number}`,
    parameters: {
      type: "object",
      required: ["number"],
      properties: { number: { type: "string", pattern: "^[0-9]{6}$" } },
    },
    response_mapping: { state: "/order/state", arrives: "/order/delivery/date" },
  });

  const found = await call(id, { number: "100200" });
  assert.equal(found.is_error, false, found.result);
  assert.deepEqual(JSON.parse(found.result), { state: "shipped", arrives: "2031-01-31" });
  const missing = await call(id, { number: "999999" });
  assert.equal(missing.is_error, true);
  assert.match(missing.result, /404.*no order 999999/);
  const before = (await requests(shop)).length;
  const wrong = await call(id, { number: "../../admin" });
  assert.match(wrong.result, /number does not have the right form/);
  assert.equal((await requests(shop)).length, before);
});

test("an argument stays in its place of the address", async () => {
  const id = await add("any_order", {
    api_endpoint: `http://${shop}/orders/{number}`,
    parameters: { type: "object", properties: { number: { type: "string" } } },
  });

  await call(id, { number: "1/../../echo?x=y#z" });
  assert.equal((await requests(shop)).at(-1)!.url, "/orders/1%2F..%2F..%2Fecho%3Fx%3Dy%23z");
  const dots = await call(id, { number: ".." });
  assert.match(dots.result, /another address/);
});

test("secrets are sent and told to nobody", async () => {
  const id = await add("echo", { api_endpoint: `http://${shop}/echo` });

  const outcome = await call(id);
  assert.equal((await requests(shop)).at(-1)!.headers.authorization, `Bearer ${key}`);
  assert.ok(!outcome.result.includes(key));
  assert.match(outcome.result, /\[secret\]/);
  const log = await client.get(`/api/agents/${agent}/function-calls?function_name=echo`);
  assert.ok(!log.text.includes(key));
  const shown = await client.get("/api/secrets");
  assert.equal(shown.body.data.items[0].hint, "7890");
  assert.ok(!shown.text.includes(key));
  assert.ok(!server.log.includes(key));
});

test("busy services are asked again, those that stay down are given up", async () => {
  const busy = await add("busy", { api_endpoint: `http://${shop}/busy` });
  const down = await add("down", { api_endpoint: `http://${shop}/down`, retries: 1 });

  const answered = await call(busy);
  assert.deepEqual(JSON.parse(answered.result), { visits: 2 });
  const failed = await call(down);
  assert.equal(failed.is_error, true);
  assert.match(failed.result, /503.*"visits":2/);
  const log = await client.get(`/api/agents/${agent}/function-calls?status=failed&limit=1`);
  assert.equal(log.body.data.items[0].attempts, 2);
  assert.equal(log.body.data.items[0].http_status, 503);
});

test("an order is made once although the first answer was lost", async () => {
  const fields = {
    api_method: "POST",
    api_endpoint: `http://${shop}/orders`,
    api_body: { article: "{article}", count: "{count}" },
    parameters: {
      type: "object",
      required: ["article", "count"],
      properties: { article: { type: "string" }, count: { type: "integer", minimum: 1 } },
    },
  };
  const plain = await add("order_plainly", fields);
  const keyed = await add("order_once", { ...fields, sends_idempotency_key: true });

  const lost = await call(plain, { article: "flaky lamp", count: 1 });
  assert.match(lost.result, /503/, "a POST without a key is not repeated");
  const made = await call(plain, { article: "lamp", count: 2 });
  assert.deepEqual(JSON.parse(made.result).order.count, 2);
  const once = await call(keyed, { article: "flaky chair", count: 1 });
  assert.equal(once.is_error, false, once.result);
  assert.equal(JSON.parse(once.result).replayed, true);
  assert.match((await requests(shop)).at(-1)!.headers["idempotency-key"], /^[0-9a-f]{32}$/);
});

test("slow, huge, broken and unreadable answers end with a precise sentence", async () => {
  const slow = await add("slow", {
    api_endpoint: `http://${shop}/slow`,
    timeout_ms: 1000,
    retries: 0,
  });
  const huge = await add("huge", { api_endpoint: `http://${shop}/huge` });
  const broken = await add("broken", { api_endpoint: `http://${shop}/broken`, retries: 0 });
  const picture = await add("picture", { api_endpoint: `http://${shop}/picture` });
  const long = await add("long", { api_endpoint: `http://${shop}/long`, response_bytes_max: 1000 });

  assert.match((await call(slow)).result, /did not answer in time/);
  assert.match((await call(huge)).result, /too large/);
  assert.match((await call(broken)).result, /could not be reached/);
  assert.match((await call(picture)).result, /no text/);
  const cut = await call(long);
  assert.equal(cut.is_error, false);
  assert.ok(Buffer.byteLength(cut.result) <= 1000);
});

test("redirects and addresses of the own network are refused", async () => {
  const redirect = await add("redirect", { api_endpoint: `http://${shop}/redirect` });
  const inside = await add("inside", { api_endpoint: `http://${forbidden}/echo`, api_headers: {} });
  const metadata = await add("metadata", {
    api_endpoint: "http://169.254.169.254/latest/meta-data/",
    api_headers: {},
  });

  const led = await call(redirect);
  assert.match(led.result, /302, which leads elsewhere/);
  assert.ok(!led.result.includes("169.254"));
  assert.match((await call(inside)).result, /may not be reached/);
  assert.match((await call(metadata)).result, /may not be reached/);
  assert.equal((await requests(forbidden)).length, 0);
  const unsafe = await client.post(`/api/agents/${agent}/functions`, {
    name: "unsafe",
    api_endpoint: "https://shop.example/",
    handler_type: "inline",
    skip_ssl_verify: true,
  });
  assert.equal(unsafe.status, 422, unsafe.text);
  assert.deepEqual(
    unsafe.body.error.details.map((detail: Json) => detail.field),
    ["handler_type", "skip_ssl_verify"],
  );
});

test("a bridge calls by name, also what goes on in the background", async () => {
  await add("later", { api_endpoint: `http://${shop}/orders/100200`, execution_mode: "async" });
  const made = await client.post("/api/keys", { name: "bridge", scopes: ["functions.execute"] });
  const execute = (name: string) =>
    server.anonymous.post(
      "/api/internal/functions/execute",
      { agent_id: agent, function_name: name, arguments: { number: "100200" } },
      { "x-internal-token": made.body.data.key },
    );

  const now = await execute("order_status");
  assert.equal(now.status, 200, now.text);
  assert.match(now.body.data.result, /shipped/);
  const later = await execute("later");
  assert.equal(later.status, 202, later.text);
  const id = JSON.parse(later.body.data.result).call_id;
  let logged: Json;
  for (let tries = 0; tries < 100; ++tries) {
    logged = (await client.get(`/api/agents/${agent}/function-calls/${id}`)).body.data;
    if (logged.status !== "pending") break;
    await pause(100);
  }
  assert.equal(logged.status, "completed", JSON.stringify(logged));
  assert.match(logged.result, /shipped/);
});
