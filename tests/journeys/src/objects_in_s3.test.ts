import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "./client.ts";
import { drawDisc } from "./picture.ts";
import { repository, Server } from "./server.ts";

// A server whose files are in the bucket of a real S3 server, behind a line that can be held.
const bucket = "aiva-journey";
const keys = { access: "AIVATEST", secret: "aiva-test-secret" };

let folder: string;
let store: ChildProcess;
let storePort: number;
let line: TcpServer;
let isHeld = false;
let heldBytes = 0;
let environment: Record<string, string>;
let server: Server;
let client: Client;
let base: string;
let email: string;
let password: string;

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const mac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** Asks the S3 server itself, signed; `query` is encoded and sorted. */
async function askStore(method: string, key = "", query = "", body = ""): Promise<string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const host = `127.0.0.1:${storePort}`;
  const path = `/${bucket}${key && "/" + key}`;
  const names = "host;x-amz-content-sha256;x-amz-date";
  const lines = [`host:${host}`, `x-amz-content-sha256:${hash(body)}`, `x-amz-date:${time}`];
  const canonical = [method, path, query, ...lines, "", names, hash(body)].join("\n");
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  let signer: string | Buffer = "AWS4" + keys.secret;
  for (const part of scope.split("/")) signer = mac(signer, part);
  const reply = await fetch(`http://${host}${path}${query && "?" + query}`, {
    method,
    headers: {
      "x-amz-date": time,
      "x-amz-content-sha256": hash(body),
      authorization:
        `AWS4-HMAC-SHA256 Credential=${keys.access}/${scope},SignedHeaders=${names},` +
        `Signature=${mac(signer, toSign).toString("hex")}`,
    },
    ...(method === "PUT" && key ? { body } : {}),
  });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
  return text;
}

async function listKeys(): Promise<string[]> {
  const xml = await askStore("GET", "", "list-type=2");
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1]!);
}

async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 600; ++tries) {
    if (await condition()) return;
    await pause(50);
  }
  assert.fail(what);
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-s3-"));
  store = spawn(join(repository, "tests/components/s3_server"), [join(folder, "store")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  storePort = await new Promise<number>((found, failed) => {
    store.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port));
    store.once("exit", () => failed(new Error("the S3 server did not start")));
  });
  await askStore("PUT");
  line = createServer((near) => {
    const far = connect(storePort, "127.0.0.1");
    near.on("data", (piece: Buffer) => {
      if (isHeld) heldBytes += piece.length;
      else far.write(piece);
    });
    far.on("data", (piece: Buffer) => near.write(piece));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((done) => line.listen(0, "127.0.0.1", done));
  environment = {
    AIVA_OBJECTS_STORE: "s3",
    AIVA_OBJECTS_URL: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    AIVA_OBJECTS_BUCKET: bucket,
    AIVA_OBJECTS_ACCESS_KEY: keys.access,
    AIVA_OBJECTS_SECRET_KEY: keys.secret,
    AIVA_OBJECTS_PREFIX: "journey/",
  };
  server = await Server.start({ folder: join(folder, "data"), environment });
  email = server.ready.email!;
  password = server.ready.password!;
  client = await server.admin();
  base = await client.createKnowledgeBase("In a bucket");
});
after(async () => {
  await server?.stop();
  line?.close();
  store?.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function restart(more: Record<string, string> = {}): Promise<void> {
  await server.stop("SIGKILL");
  server = await Server.start({
    folder: server.folder,
    environment: { ...environment, ...more },
  });
  client = server.anonymous;
  const reply = await client.login(email, password);
  assert.equal(reply.status, 200, reply.text);
}

async function answerOf(query: string): Promise<string> {
  const reply = await client.post("/api/v1/search", { kb_id: base, query, top_k: 1 });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.text_results[0]?.content ?? "";
}

test("an uploaded document lies in the bucket and is searched", async () => {
  const document = await client.upload(base, "keeper.txt", "The lighthouse keeper is Marta.");
  const settled = await client.settled(base, document);

  assert.equal(settled.status, "completed", settled.error_message);
  assert.match(await answerOf("Who keeps the lighthouse?"), /Marta/);
  const stored = await listKeys();
  assert.equal(stored.length, 1);
  assert.match(stored[0]!, /^journey\/documents\//);
  assert.ok(!existsSync(join(server.folder, "files")), "nothing is kept in the data folder");
  assert.deepEqual(readdirSync(join(server.folder, "s3/staging")), []);
});

test("a file is given out from the bucket when its copy is gone", async () => {
  const picture = drawDisc(300, 200, [210, 30, 30]);
  const added = await client.uploadImage(base, "stop.png", picture);
  assert.equal(added.status, 201, added.text);
  const copies = join(server.folder, "s3/copies");
  for (const name of readdirSync(copies)) rmSync(join(copies, name));

  for (let times = 0; times < 2; ++times) {
    const reply = await fetch(new URL(added.body.data.url, client.url), {
      headers: { authorization: `Bearer ${client.token}` },
    });
    assert.equal(reply.status, 200);
    assert.deepEqual(Buffer.from(await reply.arrayBuffer()), Buffer.from(picture));
  }

  const metrics = await client.get("/metrics");
  assert.match(metrics.text, /^aiva_s3_cache_misses_total [1-9]/m);
});

test("a deleted document leaves the bucket", async () => {
  const before = await listKeys();
  const document = await client.upload(base, "gone.txt", "The ferry Aurora leaves at seven.");
  await client.settled(base, document);
  const [key] = (await listKeys()).filter((name) => !before.includes(name));
  assert.ok(key);

  const reply = await client.delete(`/api/knowledge/${base}/documents/${document}`);

  assert.equal(reply.status, 200, reply.text);
  await eventually(async () => !(await listKeys()).includes(key), "the object stayed");
});

test("kill -9 in the middle of an upload leaves nothing wrong", async () => {
  const text = "Herring costs four coins. " + "Salt is free. ".repeat(200_000);
  const stored = await listKeys();
  isHeld = true;
  heldBytes = 0;
  const upload = client.uploadReply(base, "cut.txt", text).catch(() => undefined);
  await eventually(async () => heldBytes > 100_000, "nothing was sent");

  await server.stop("SIGKILL");
  await upload;
  isHeld = false;
  await restart();

  assert.deepEqual(await listKeys(), stored);
  const list = await client.get(`/api/knowledge/${base}/documents`);
  assert.doesNotMatch(list.text, /cut\.txt/);
  assert.match(await answerOf("Who keeps the lighthouse?"), /Marta/);
  const document = await client.upload(base, "cut.txt", text.slice(0, 5000));
  assert.equal((await client.settled(base, document)).status, "completed");
});

test("a file that no row names is swept", async () => {
  const orphan = "journey/documents/orphan/file";
  await askStore("PUT", orphan, "", "left by a process that died");
  const others = (await listKeys()).filter((key) => key !== orphan);

  // Files are swept when they are an hour old; the server's clock is two hours ahead.
  const library = readdirSync("/usr/lib")
    .map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`)
    .find((file) => existsSync(file));
  assert.ok(library, "the package libfaketime is missing");
  await restart({
    LD_PRELOAD: library,
    FAKETIME: "+2h",
    NO_FAKE_STAT: "1",
    DONT_FAKE_MONOTONIC: "1",
  });

  await eventually(async () => !(await listKeys()).includes(orphan), "the orphan stayed");
  assert.deepEqual(await listKeys(), others);
  await restart();
});

test("without its store the server is not ready and says so", async () => {
  assert.equal((await client.get("/readyz")).status, 200);

  store.kill("SIGKILL");

  await eventually(async () => (await client.get("/readyz")).status === 503, "it stayed ready");
  const reply = await client.uploadReply(base, "late.txt", "Too late for the boat.");
  assert.equal(reply.status, 503, reply.text);
  assert.doesNotMatch(reply.text + server.log, new RegExp(keys.secret));
});
