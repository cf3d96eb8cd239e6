// An installation with everything that AIVA can work with: MariaDB with a replica, Redis, a store
// of the S3 kind, a model provider, a shop and a receiver of webhooks; one process that answers and
// one that works.
import { spawnSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startShopify } from "../emulators/shopify.mjs";
import { Node } from "./house.mjs";
import { freePort, Program } from "./program.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const components = `${root}tests/components/`;
const keys = { access: "AIVATEST", secret: "aiva-test-secret" };
// In memory where that is a folder: nothing here has to survive a power cut.
const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
export const publicUrl = "https://aiva.test"; // of which a shop tells its events

function run(program, words) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Why there can be no estate on this machine; empty where there can. */
export function whatIsMissing() {
  const programs = ["prometheus", "prometheus-alertmanager", "mariadb-install-db", "flite"];
  const isThere = (name) => spawnSync("which", [name]).status === 0;
  const missing = programs.filter((name) => !isThere(name));
  return missing.length > 0 && `${missing.join(", ")} not installed`;
}

async function startEmulator(file) {
  const program = new Program("node", [`${root}tests/emulators/${file}`, "--port", "0"]);
  await program.until(() => program.log.includes("\n"), file);
  return { program, url: `http://127.0.0.1:${JSON.parse(program.log.split("\n")[0]).port}` };
}

/** Makes a bucket by a request that is signed as Amazon's Signature Version 4 says. */
async function makeBucket(url, bucket) {
  const hash = (text) => createHash("sha256").update(text).digest("hex");
  const mac = (key, text) => createHmac("sha256", key).update(text).digest();
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const names = "host;x-amz-content-sha256;x-amz-date";
  const lines = [`host:${new URL(url).host}`, `x-amz-content-sha256:${hash("")}`];
  lines.push(`x-amz-date:${time}`, "", names, hash(""));
  const canonical = ["PUT", `/${bucket}`, "", ...lines].join("\n");
  const key = scope.split("/").reduce(mac, `AWS4${keys.secret}`);
  const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  const signed = `Credential=${keys.access}/${scope},SignedHeaders=${names}`;
  const authorization =
    `AWS4-HMAC-SHA256 ${signed},` + `Signature=${mac(key, toSign).toString("hex")}`;
  const headers = { "x-amz-date": time, "x-amz-content-sha256": hash(""), authorization };
  const reply = await fetch(`${url}/${bucket}`, { method: "PUT", headers });
  if (!reply.ok) throw new Error(`no bucket: ${reply.status} ${await reply.text()}`);
}

export class Estate {
  folder = mkdtempSync(join(place, "aiva-estate-"));
  programs = [];

  static async open() {
    const estate = new Estate();
    try {
      for (const component of ["redis8", "s3"]) run(components + component, []);
      estate.openDatabase();
      await Promise.all([
        estate.openRedis(),
        estate.openBucket(),
        estate.openModel(),
        estate.openReceiver(),
        estate.openShop(),
      ]);
      await estate.openNodes();
    } catch (error) {
      await estate.close();
      throw error;
    }
    return estate;
  }

  openDatabase() {
    const words = ["start", `${this.folder}/mariadb`, "--replica"];
    process.once("exit", () => this.leave());
    const [primary, replica] = run(`${components}mariadb`, words).trim().split("\n");
    this.sql("primary", "CREATE DATABASE aiva");
    this.databaseUrl = `${primary}/aiva`;
    this.replica = new URL(replica.replace("mysql:", "http:")).host;
  }

  /** Runs statements at the primary or the replica. */
  sql(server, statements) {
    const socket = `${this.folder}/mariadb/${server}/socket`;
    const words = ["--no-defaults", `--socket=${socket}`, "--user=root", "-e", statements];
    return run("mariadb", words);
  }

  /** Lets statements wait until end() of what is answered. */
  holdSql(statements) {
    const socket = `${this.folder}/mariadb/primary/socket`;
    const words = ["--no-defaults", `--socket=${socket}`, "--user=root", "-e", statements];
    return this.keep(new Program("mariadb", words));
  }

  async openRedis() {
    this.redisPort ??= await freePort();
    const words = ["--port", `${this.redisPort}`, "--save", "", "--dir", this.folder];
    words.push("--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru");
    words.push("--enable-debug-command", "local");
    this.redis = this.keep(new Program(`${root}build/redis8/redis-server`, words));
    await this.redis.until(() => this.askRedis("PING").catch(() => ""), "Redis");
  }

  /** Sends one line to Redis and answers its reply. */
  askRedis(line) {
    return new Promise((answered, failed) => {
      const socket = connect(this.redisPort, "127.0.0.1", () => socket.write(`${line}\r\n`));
      socket.on("error", failed);
      socket.once("data", (piece) => {
        socket.destroy();
        answered(piece.toString());
      });
    });
  }

  async openBucket() {
    this.store = this.keep(new Program(`${components}s3_server`, [`${this.folder}/s3`]));
    await this.store.until(() => this.store.log.includes("}"), "the S3 server");
    this.storeUrl = `http://127.0.0.1:${JSON.parse(this.store.log).port}`;
    await makeBucket(this.storeUrl, "aiva");
  }

  async openModel() {
    this.model = await startEmulator("openai.mjs");
    this.keep(this.model.program);
  }

  async openReceiver() {
    this.receiver = await startEmulator("webhook_receiver.mjs");
    this.keep(this.receiver.program);
  }

  async openShop() {
    this.shop = await startShopify({ fill: { products: 20, imagesEach: 0, orders: 2, seed: 3 } });
  }

  async openNodes() {
    this.nodeFolder = join(this.folder, "data");
    const rtp = 20_000 + 2 * Math.floor(Math.random() * 4000);
    this.environment = {
      PATH: process.env.PATH,
      AIVA_DATABASE_URL: this.databaseUrl,
      AIVA_DATABASE_REPLICAS: this.replica,
      AIVA_DATABASE_POOL_MIN: "1",
      AIVA_DATABASE_POOL_MAX: "5",
      AIVA_DATABASE_ACQUIRE_TIMEOUT_MS: "1500",
      AIVA_CACHE_PROVIDER: "redis",
      AIVA_CACHE_URL: `redis://127.0.0.1:${this.redisPort}/0`,
      AIVA_OBJECTS_STORE: "s3",
      AIVA_OBJECTS_URL: this.storeUrl,
      AIVA_OBJECTS_BUCKET: "aiva",
      AIVA_OBJECTS_ACCESS_KEY: keys.access,
      AIVA_OBJECTS_SECRET_KEY: keys.secret,
      AIVA_IDENTITY_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: `${this.model.url}/v1`,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
      AIVA_EMBEDDER_PROVIDER: "openai",
      AIVA_EMBEDDER_BASE_URL: `${this.model.url}/v1`,
      AIVA_EMBEDDER_API_KEY: "sk-test",
      AIVA_BILLING_ENFORCED: "true",
      AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_SERVER_PUBLIC_URL: publicUrl,
      AIVA_SHOPIFY_SCHEDULED: "false",
      AIVA_SHOPIFY_BASE_ADDRESS: this.shop.origin,
      AIVA_SHOPIFY_ALLOW_PRIVATE_HOSTS: "true",
      AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "1000000",
      AIVA_LIMITS_LOGIN_PER_MINUTE: "100000",
      AIVA_LIMITS_PRINCIPAL_PER_MINUTE: "1000000",
      AIVA_RTP_PORTS: `${rtp}-${rtp + 9}`,
      AIVA_SERVER_DRAIN_TIMEOUT_S: "2",
    };
    this.api = await this.addNode("all", "api", { AIVA_WORKER_CONCURRENCY: "0" });
    const signIn = JSON.stringify({ email: this.api.email, password: this.api.password });
    this.signIn = signIn;
    this.worker = await this.addNode("worker", "worker", { AIVA_WORKER_CONCURRENCY: "2" });
  }

  /** One more process; `port` 0 is a free one, `before` words of a program that runs it. */
  async addNode(role, name, more = {}, port = 0, before = []) {
    const environment = { ...this.environment, ...more };
    const node = new Node(role, join(this.folder, name), environment, port, before);
    this.keep(node.program);
    await node.ready();
    node.start = (at = node.port) => this.addNode(role, name, more, at, before);
    return node;
  }

  /** What a control path of an emulator answers. */
  async control(emulator, method, path, body) {
    const reply = await fetch(emulator.url + path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text;
  }

  keep(program) {
    this.programs.push(program);
    return program;
  }

  async close() {
    for (const program of this.programs.reverse()) {
      if (program.isRunning) program.child.kill("SIGCONT");
      await program.end("SIGKILL");
    }
    await this.shop?.close();
    await pause(100);
    this.leave();
  }

  /** Ends what is no child of this process, and removes its folder. */
  leave() {
    if (!existsSync(this.folder)) return;
    spawnSync(`${components}mariadb`, ["stop", `${this.folder}/mariadb`]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
