import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { run, Server } from "./server.ts";

let server: Server;
before(async () => {
  server = await Server.start({
    environment: { AIVA_LIMITS_LOGIN_PER_MINUTE: "5", AIVA_LIMITS_REGISTER_PER_HOUR: "3" },
  });
});
after(() => server.remove());

test("a user logs in, refreshes, reads itself and logs out", async () => {
  const client = server.anonymous;
  const login = await client.login(server.ready.email!, server.ready.password!);
  assert.equal(login.status, 200, login.text);
  assert.equal((await client.get("/api/auth/me")).body.data.email, server.ready.email);

  const refreshed = await client.post("/api/auth/refresh", {
    refresh_token: login.body.data.refresh_token,
  });
  assert.equal(refreshed.status, 200, refreshed.text);
  client.token = refreshed.body.data.token;
  assert.equal((await client.get("/api/auth/me")).status, 200);

  assert.ok([200, 204].includes((await client.post("/api/auth/logout", {})).status));
  assert.equal((await client.get("/api/auth/me")).status, 401);
});

test("tokens of other algorithms, other keys and other shapes are refused", async () => {
  const client = server.anonymous;
  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    id: "x",
    email: server.ready.email,
    role: "super_admin",
    exp: 9999999999,
    iat: 1,
  };
  for (const token of [
    `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`,
    `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}.AAAA`,
    "a.b.c",
    "x",
    "é",
  ]) {
    client.token = encodeURI(token);
    assert.equal((await client.get("/api/auth/me")).status, 401, token);
  }
});

test("the sixth log-in within a minute waits, and says how long", async () => {
  let limited = undefined;
  for (let i = 0; i < 8 && limited === undefined; ++i) {
    const reply = await server.anonymous.login("nobody@nowhere.test", "Wrong-Passw0rd");
    if (reply.status === 429) limited = reply;
    else assert.equal(reply.status, 401);
  }
  assert.ok(limited);
  assert.ok(Number(limited.headers.get("retry-after")) >= 1);
  assert.equal(limited.headers.get("ratelimit-limit"), "5");
  assert.equal(limited.headers.get("ratelimit-remaining"), "0");
  assert.equal(limited.body.error.code, "rate_limited");
});

test("the fourth registration within an hour waits", async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 4; ++i)
    statuses.push(
      (
        await server.anonymous.post("/api/auth/register", {
          email: `r${i}@x.test`,
          password: "Passw0rd1234",
          name: "R",
          tenant_id: "00000000-0000-4000-8000-000000000000",
        })
      ).status,
    );
  assert.equal(statuses[3], 429);
  assert.ok(
    statuses.slice(0, 3).every((status) => status !== 429),
    String(statuses),
  );
});

test("users and tenants are managed from the command line", async () => {
  const data = ["--data", server.folder, "--json"];
  const tenant = await run(["tenant", "add", "Shop", ...data]);
  assert.equal(tenant.code, 0, tenant.err);
  const added = await run(
    ["user", "add", "eve@shop.test", "--role", "admin", "--tenant", "Shop", ...data],
    "Passw0rd1234\n",
  );
  assert.equal(added.code, 0, added.err);

  const listed = JSON.parse((await run(["user", "list", "--tenant", "Shop", ...data])).out);

  assert.deepEqual(
    listed.map((user: any) => user.email),
    ["eve@shop.test"],
  );
  const weak = await run(["user", "add", "weak@shop.test", "--tenant", "Shop", ...data], "short\n");
  assert.equal(weak.code, 2);
});
