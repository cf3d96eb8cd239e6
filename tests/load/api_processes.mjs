// AIVA as api processes over MariaDB and Redis, with the content of the baseline's seed.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "../chaos/client.mjs";
import { Node } from "../chaos/fleet.mjs";
import { untilRead, upload } from "./installation.mjs";

const words = `order refund delivery product warranty policy price support agent number account
billing shipping return size colour stock invoice payment store`.split(/\s+/);
const passagesPerDocument = 100;
const passageBytes = 480;
const basesCount = 20;

function passage() {
  let text = "";
  while (text.length < passageBytes) text += `${words[Math.floor(Math.random() * words.length)]} `;
  return `${text.trim()}.`;
}

export class ApiProcesses {
  nodes = [];

  /** `embeddings`: the URL of /v1/embeddings of both systems. */
  constructor(folder, { program, database, redis, embeddings, threads }) {
    this.parts = { program, folder, logs: join(folder, "logs") };
    mkdirSync(this.parts.logs, { recursive: true });
    this.environment = {
      AIVA_DATABASE_URL: database,
      AIVA_CACHE_PROVIDER: "redis",
      AIVA_CACHE_URL: redis,
      AIVA_IDENTITY_MASTER_KEY: randomBytes(32).toString("base64"),
      AIVA_EMBEDDER_PROVIDER: "openai",
      AIVA_EMBEDDER_BASE_URL: embeddings,
      AIVA_EMBEDDER_API_KEY: "stub",
      AIVA_SEARCH_CACHE_S: "0",
      AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
      AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
      AIVA_SERVER_ACCESS_LOG: "false",
      AIVA_SERVER_THREADS: `${threads}`,
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
    };
  }

  async #startModel() {
    const file = join(dirname(fileURLToPath(import.meta.url)), "../emulators/openai.mjs");
    this.model = spawn("node", [file, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
    const line = await new Promise((found) => this.model.stdout.once("data", found));
    const { port } = JSON.parse(line.toString());
    this.environment.AIVA_CHAT_MODEL_BASE_URL = `http://127.0.0.1:${port}/v1`;
  }

  async #start(name, role) {
    const node = new Node(name, role, { ...this.parts, environment: this.environment });
    node.folder = join(this.parts.folder, "data");
    this.nodes.push(node);
    await node.start();
    if (!(await node.untilReady())) throw new Error(`${name} is not ready`);
    return node;
  }

  /** One process does all until everything is read. */
  async seed(passages) {
    await this.#startModel();
    const all = await this.#start("seed", "all");
    const client = new Client([all.url]);
    await client.logIn(all.first.email, all.first.password);
    this.bases = [];
    for (let number = 0; number < basesCount; ++number) {
      const base = await client.expect(201, "POST", "/api/knowledge", {
        name: `Knowledge base ${number}`,
        description: `Description of knowledge base ${number}, used for measuring.`,
        settings: {
          embedding_model: "text-embedding-3-small",
          chunk_size: 500,
          chunk_overlap: 0,
          enable_image_search: true,
        },
      });
      this.bases.push(base.id);
    }
    for (const [at, wanted] of passages.entries()) await this.#fill(client, this.bases[at], wanted);
    this.admin = all.first;
    this.tenant = client.tenant;
    await all.stop();
    this.nodes = [];
  }

  async #fill(client, base, wanted) {
    for (let first = 0; first < wanted; first += passagesPerDocument) {
      const text = Array.from({ length: passagesPerDocument }, passage).join("\n\n");
      const reply = await upload(client, base, `document-${first}.txt`, text);
      if (reply.status !== 201) throw new Error(`an upload got ${reply.status} ${reply.text}`);
    }
    await untilRead(client, base);
  }

  async start(count) {
    for (let number = 0; number < count; ++number) await this.#start(`api-${number}`, "api");
    const client = new Client([this.nodes[0].url]);
    await client.logIn(this.admin.email, this.admin.password);
    this.token = client.token;
    for (const { url } of this.nodes) await this.#warm(url, client);
  }

  /** Indexes are open before anything is measured. */
  async #warm(url, client) {
    for (const kb_id of this.bases.slice(0, 2))
      await client.call("POST", "/api/v1/search", { kb_id, query: "order" }, { url });
  }

  async stop() {
    const ends = await Promise.all(this.nodes.map((node) => node.stop()));
    this.model?.kill();
    return ends;
  }
}
