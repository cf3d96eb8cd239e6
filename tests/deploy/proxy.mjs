// What every proxy in front of AIVA has to do, said once as tests. `start(house, ports)` runs the
// proxy with our configuration, listening on the given ports, and gives its Program.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { House } from "./house.mjs";
import { freePort } from "./program.mjs";
import { Visitor } from "./visitor.mjs";

/** A certificate of our own in `folder`: aiva.crt and aiva.key. */
export function makeCertificate(folder) {
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1";
  const files = ["-keyout", join(folder, "aiva.key"), "-out", join(folder, "aiva.crt")];
  const { status, stderr } = spawnSync(
    "openssl",
    [...words.split(" "), "-subj", "/CN=aiva.example", ...files],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
}

/** `text` with each of `pairs` (a pattern and what takes its place), which must be there. */
export function adapt(text, pairs) {
  for (const [pattern, replacement] of pairs) {
    assert.match(text, pattern, "the configuration changed, and its test did not");
    text = text.replace(pattern, replacement);
  }
  return text;
}

let house;
let folder;
let ports;
let proxy;
let admin;
let base;

async function open(start) {
  folder = mkdtempSync(join(tmpdir(), "aiva-proxy-"));
  house = await House.open();
  ports = { plain: await freePort(), tls: await freePort() };
  proxy = await start(house, ports, folder);
  admin = await new Visitor(ports.tls).logIn(house.first.email, house.first.password);
  const made = await admin.call("POST", bases(), { body: { name: "Town" } });
  assert.equal(made.status, 201, made.text);
  base = made.body.data.id;
}

async function close() {
  admin?.close();
  await proxy?.end();
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
}

const count = (numbers, wanted) => numbers.filter((number) => number === wanted).length;
const bases = () => `/api/knowledge/${admin.tenant}/knowledge-bases`;
const upload = () => `${bases()}/${base}/documents/upload`;

// The status of an answer, or why there is none.
const statusOf = (answer) =>
  answer.then(
    ({ status }) => status,
    ({ code }) => code,
  );

// A form with one file of `size` bytes that is never whole in memory; pauses before its last part.
function makeForm(size, wait = async () => {}) {
  const boundary = "aiva-test-boundary";
  const head =
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="large.txt"\r\n` +
    "content-type: text/plain\r\n\r\n";
  const tail = `\r\n--${boundary}--\r\n`;
  const block = Buffer.from("All work and no play makes Jack a dull boy.\n".repeat(1024));
  async function* parts() {
    yield head;
    for (let sent = 0; sent < size; sent += block.length) {
      if (sent + block.length >= size) await wait();
      yield block.subarray(0, Math.min(block.length, size - sent));
    }
    yield tail;
  }
  return {
    body: Readable.from(parts(), { objectMode: false }),
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": head.length + size + tail.length,
    },
  };
}

export function checkProxy(name, start) {
  before(() => open(start));
  after(close);

  test(`${name}: requests go to AIVA over TLS, and plain ones are sent there`, async () => {
    const visitor = new Visitor(ports.tls);

    const answer = await visitor.call("GET", "/api/health");
    const plain = await fetch(`http://127.0.0.1:${ports.plain}/docs?a=1`, { redirect: "manual" });

    assert.equal(answer.status, 200);
    assert.equal(answer.body.status, "ok");
    assert.match(answer.headers["strict-transport-security"], /max-age=\d+/);
    assert.equal(plain.status, 308);
    assert.match(plain.headers.get("location"), /^https:\/\/[^/]+\/docs\?a=1$/);
    visitor.close();
  });

  test(`${name}: browsers speak HTTP/2 with it`, async () => {
    const session = connect(`https://127.0.0.1:${ports.tls}`, { rejectUnauthorized: false });
    const stream = session.request({ ":path": "/api/health" });

    const status = await new Promise((answered, failed) => {
      stream.once("response", (headers) => answered(headers[":status"]));
      session.once("error", failed);
    });

    assert.equal(status, 200);
    assert.equal(session.alpnProtocol, "h2");
    session.destroy();
  });

  test(`${name}: both nodes get their share`, async () => {
    const path = "/api/knowledge/:tenantId/knowledge-bases";
    const sharesOf = () =>
      house.nodes.map((node) =>
        count(
          node.records().map(({ route }) => route),
          path,
        ),
      );
    const before = sharesOf();

    const all = Array.from({ length: 200 }, () => admin.call("GET", bases()));
    for (const { status } of await Promise.all(all)) assert.equal(status, 200);

    await pause(200);
    const shares = sharesOf().map((share, index) => share - before[index]);
    assert.equal(shares[0] + shares[1], 200);
    for (const share of shares) assert.ok(share >= 50, `${shares}`);
  });

  test(`${name}: AIVA sees the client's address, whatever the client says of it`, async () => {
    const visitor = new Visitor(ports.tls, { address: "127.0.0.77" });

    await visitor.call("GET", "/api/health?who", {
      headers: { "x-forwarded-for": "203.0.113.9, 127.0.0.1" },
    });

    await pause(200);
    const last = house.nodes.flatMap((node) => node.records()).map(({ ip }) => ip);
    assert.ok(last.includes("127.0.0.77"));
    assert.ok(!last.includes("203.0.113.9"));
    visitor.close();
  });

  test(`${name}: a large upload goes through, and AIVA has begun before it is whole`, async () => {
    const connections = async () => {
      const texts = await Promise.all(
        house.nodes.map(async (node) => (await fetch(`${node.url}/metrics`)).text()),
      );
      const inFlight = texts.map((text) => Number(text.match(/^aiva_http_in_flight (\d+)/m)[1]));
      return inFlight[0] + inFlight[1];
    };
    let seen = 0;

    const form = makeForm(60 * 1024 * 1024, async () => {
      for (let tries = 0; tries < 100 && seen < 3; ++tries) {
        seen = Math.max(seen, await connections());
        await pause(20);
      }
    });
    const answer = await admin.call("POST", upload(), form);

    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.data.file_size ?? 60 * 1024 * 1024, 60 * 1024 * 1024);
    assert.ok(seen >= 3, "the upload is in flight, beside the two questions for metrics");
  });

  test(`${name}: a body beyond the limit is refused with 413`, async () => {
    const visitor = new Visitor(ports.tls);
    visitor.token = admin.token;

    const form = makeForm(110 * 1024 * 1024);
    const status = await statusOf(visitor.call("POST", upload(), form));

    // The connection may be cut while the body is still being sent.
    assert.ok([413, "EPIPE", "ECONNRESET"].includes(status), `${status}`);
    visitor.close();
  });

  test(`${name}: streams come as they are made, and stay while they are quiet`, async () => {
    const session = await admin.call("POST", "/api/chat/sessions", { body: { kb_id: base } });
    assert.equal(session.status, 201, session.text);
    await house.slowModel({ kind: "slow_first_token", delay_ms: 17_000 });
    const started = Date.now();

    const answer = await admin.open("POST", `/api/chat/${session.body.data.id}/messages`, {
      body: { content: "Who is the mayor of Harwick?", stream: true },
    });
    const arrivals = [];
    let text = "";
    for await (const piece of answer) {
      arrivals.push(Date.now() - started);
      text += piece;
    }

    assert.equal(answer.statusCode, 200, text);
    assert.match(answer.headers["content-type"], /event-stream/);
    assert.match(text, /^:/m, "a sign of life while the model thinks");
    const heartbeat = arrivals.find((ms) => ms > 10_000);
    assert.ok(heartbeat < arrivals.at(-1), `a sign of life before the end: ${arrivals}`);
    assert.match(text, /event: ?done|"done"|\[DONE\]/);
  });

  test(`${name}: a WebSocket is upgraded and speaks both ways`, async () => {
    const agent = await admin.call("POST", "/api/agents", {
      body: {
        name: "Desk",
        slug: `desk-${name}`,
        kb_id: base,
        greeting: "Welcome.",
        publish: true,
      },
    });
    assert.equal(agent.status, 201, agent.text);

    const socket = new WebSocket(`wss://127.0.0.1:${ports.tls}/v1/realtime?model=desk-${name}`, {
      headers: { authorization: `Bearer ${admin.token}` },
      rejectUnauthorized: false,
    });
    const types = [];
    const closed = new Promise((done) => socket.once("close", done));
    await new Promise((updated, failed) => {
      socket.once("error", failed);
      socket.on("message", (piece) => {
        types.push(JSON.parse(piece).type);
        if (types.at(-1) === "session.created")
          socket.send(JSON.stringify({ type: "session.update", session: { type: "realtime" } }));
        if (types.at(-1) === "session.updated") updated();
      });
    });
    socket.close();
    await closed;

    assert.deepEqual(types.slice(0, 1), ["session.created"]);
  });

  test(`${name}: keys for calls come from a bridge, as the calls do`, async () => {
    const statuses = [];
    for (let index = 0; index < 6; ++index) {
      const { status } = await admin.call("POST", "/api/realtime/token", {
        body: { agent_id: `desk-${name}` },
      });
      statuses.push(status);
    }

    assert.deepEqual(statuses, Array(6).fill(201));
  });

  test(`${name}: metrics are shown to operators alone, readiness to everybody`, async () => {
    const stranger = new Visitor(ports.tls);
    const statusOf = async (visitor, path) => (await visitor.call("GET", path)).status;

    assert.equal(await statusOf(stranger, "/metrics"), 404);
    assert.equal(await statusOf(stranger, "/%6detrics"), 404);
    assert.equal(await statusOf(admin, "/metrics"), 200);
    assert.equal(await statusOf(stranger, "/readyz"), 200);
  });

  test(`${name}: an address that asks too much is told so, others go on`, async () => {
    const greedy = new Visitor(ports.tls, { address: "127.0.0.99" });
    const other = new Visitor(ports.tls, { address: "127.0.0.98" });

    const asked = Array.from({ length: 2000 }, () => greedy.call("GET", "/api/health"));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    const { status } = await other.call("GET", "/api/health");

    assert.ok(count(statuses, 429) > 0);
    assert.equal(count(statuses, 429) + count(statuses, 200), 2000);
    assert.equal(status, 200);
    greedy.close();
    other.close();
  });

  test(`${name}: a node dies and no read fails; no write is done twice`, async () => {
    const made = [];
    const readers = new Readers(4, bases());
    let isOver = false;
    const write = async (writer) => {
      for (let index = 0; !isOver; ++index) {
        const title = `Base ${name} ${writer}-${index}`;
        const answer = admin.call("POST", bases(), { body: { name: title } });
        made.push({ title, status: await statusOf(answer) });
        await pause(40);
      }
    };
    const writers = [write(0), write(1)];
    await pause(1000);

    const asked = `What did ${name} ask?`;
    for (let index = 0; index < 4; ++index)
      await house.slowModel({ kind: "slow_first_token", delay_ms: 4000 });
    const turns = Array.from({ length: 4 }, () => askOnce(asked)); // at both nodes
    await house.untilAsked(asked, 4);

    await house.second.program.end("SIGKILL");
    await pause(3000);
    isOver = true;
    await Promise.all(writers);
    const statuses = await readers.end();

    assert.equal(count(statuses, 200), statuses.length, `${[...new Set(statuses)]}`);
    const titles = await listTitles(bases());
    for (const { title, status } of made) {
      const times = count(titles, title);
      if (status === 201) assert.equal(times, 1, `${title} was acknowledged`);
      else if (status !== "ECONNRESET") assert.ok(status >= 500, `${title}: ${status}`);
      assert.ok(times <= 1, `${title} was made ${times} times`);
    }
    const ends = await Promise.all(turns);
    assert.ok(count(ends, 200) > 0 && count(ends, 200) < 4, `${ends}`);
    assert.equal(await house.timesAsked(asked), 4, "what cost something is not done again");
    const failed = made.filter(({ status }) => status !== 201);
    assert.ok(failed.length <= 2, "no more than what was under way");
    assert.ok(made.length > 20);
  });

  test(`${name}: a node that comes back gets requests again`, async () => {
    house.second = await house.addNode(house.second.port);

    let share = 0;
    for (let tries = 0; tries < 100 && share === 0; ++tries) {
      await Promise.all(Array.from({ length: 20 }, () => admin.call("GET", "/api/auth/me")));
      await pause(100);
      share = house.second.records().length;
    }

    assert.ok(share > 0);
  });

  test(`${name}: a node that is asked to end fails no read`, async () => {
    const readers = new Readers(4, "/api/auth/me");
    await pause(500);

    const { code } = await house.second.program.end("SIGTERM");
    await pause(500);
    const statuses = await readers.end();

    assert.equal(code, 0);
    assert.equal(count(statuses, 200), statuses.length, `${[...new Set(statuses)]}`);
    assert.ok(statuses.length > 50);
  });
}

async function askOnce(content) {
  const session = await admin.call("POST", "/api/chat/sessions", { body: {} });
  const path = `/api/chat/${session.body.data.id}/messages`;
  return statusOf(admin.call("POST", path, { body: { content } }));
}

// Reads a path again and again from so many addresses, below their limits, until it is ended.
class Readers {
  constructor(readers, path) {
    this.statuses = [];
    this.isOver = false;
    this.work = Array.from({ length: readers }, (_, index) => this.#read(index, path));
  }

  async #read(index, path) {
    const visitor = new Visitor(ports.tls, { address: `127.0.1.${index + 1}`, token: admin.token });
    while (!this.isOver) {
      this.statuses.push(await statusOf(visitor.call("GET", path)));
      await pause(20);
    }
    visitor.close();
  }

  async end() {
    this.isOver = true;
    await Promise.all(this.work);
    return this.statuses;
  }
}

async function listTitles(path) {
  const titles = [];
  for (let page = 1; ; ++page) {
    const { body, text } = await admin.call("GET", `${path}?page=${page}&limit=100`);
    assert.ok(body?.data?.items, text);
    titles.push(...body.data.items.map((one) => one.name));
    if (body.data.items.length < 100) return titles;
  }
}
