// The processes of one installation: api nodes, workers and a bridge over the same rows, Redis and
// objects, each with ways of its own to the primary that can be cut.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Link } from "./link.mjs";
import { account } from "./mariadb.mjs";
import { freePort, Program, until } from "./processes.mjs";

export class Node extends Program {
  url = "";

  constructor(name, role, { program, folder, logs, environment }) {
    super(name, logs);
    this.role = role;
    this.program = program;
    this.folder = join(folder, name);
    this.environment = environment;
  }

  async start(extra = {}) {
    this.port ??= await freePort();
    const words = ["serve", "--role", this.role, "--json", "--port", `${this.port}`];
    this.url = `http://127.0.0.1:${this.port}`;
    const child = this.spawn(this.program, [...words, "--data", this.folder], {
      ...this.environment,
      ...extra,
    });
    // The first process of a new installation prints its first administrator.
    child.stdout.on("data", (bytes) => {
      for (const line of bytes.toString().split("\n"))
        if (line.includes('"password"')) this.first = JSON.parse(line);
    });
  }

  /** Whether it answers that it is ready, within a second. */
  async isReady() {
    try {
      const reply = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1000) });
      await reply.arrayBuffer();
      return reply.ok;
    } catch {
      return false;
    }
  }

  untilReady(timeoutMs = 240_000) {
    return until(() => this.isReady(), timeoutMs);
  }
}

export class Fleet {
  constructor({ program, folder, logs, maria, redisUrl, environment, sizes }) {
    this.maria = maria;
    this.links = [];
    this.nodes = [];
    this.parts = { program, folder, logs };
    this.common = {
      AIVA_CACHE_PROVIDER: "redis",
      AIVA_CACHE_URL: redisUrl,
      AIVA_LOG_FORMAT: "json",
      AIVA_IDENTITY_MASTER_KEY: randomBytes(32).toString("base64"),
      AIVA_WORKER_LEASE_S: "5",
      AIVA_LIMITS_LOGIN_PER_MINUTE: "100000",
      ...environment,
    };
    this.sizes = sizes;
  }

  ofRole(role) {
    return this.nodes.filter((node) => node.role === role);
  }

  get apis() {
    return this.ofRole("api");
  }

  async start() {
    for (const [role, count] of Object.entries(this.sizes))
      for (let number = 0; number < count; ++number) await this.#add(role, `${role}-${number}`);
    const [first, ...others] = this.nodes;
    await first.start();
    if (!(await first.untilReady())) throw new Error(`${first.name} is not ready`);
    for (const node of others) await node.start();
    for (const node of others)
      if (!(await node.untilReady())) throw new Error(`${node.name} is not ready`);
    return first.first;
  }

  async #add(role, name) {
    const primary = await new Link(`${name} to primary`, this.maria.primary.port).open();
    const replicas = [];
    for (const replica of this.maria.replicas)
      replicas.push(await new Link(`${name} to ${replica.name}`, replica.port).open());
    this.links.push(primary, ...replicas);
    const database = (link) =>
      `mysql://${account.user}:${account.password}@127.0.0.1:${link.port}/${account.database}`;
    const environment = {
      ...this.common,
      AIVA_DATABASE_URL: database(primary),
      AIVA_DATABASE_REPLICAS: replicas.map(({ port }) => `127.0.0.1:${port}`).join(","),
      AIVA_DATABASE_POOL_MIN: "2",
      AIVA_DATABASE_POOL_MAX: "10",
    };
    const node = new Node(name, role, { ...this.parts, environment });
    this.nodes.push(Object.assign(node, { primary, replicas }));
  }

  /** Leads every node's ways to where the primary and the replicas are now. */
  turnLinks() {
    for (const { primary, replicas } of this.nodes) {
      primary.turn(this.maria.primary.port);
      this.maria.replicas.forEach((replica, index) => replicas[index]?.turn(replica.port));
    }
  }

  async stop() {
    const ends = await Promise.all(this.nodes.map((node) => node.stop()));
    for (const link of this.links) link.close();
    return ends;
  }
}
