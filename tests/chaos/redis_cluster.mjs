// A Redis Cluster of six nodes on loopback: three masters, each with a replica.
import { mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, Program, until } from "./processes.mjs";

const program = join(dirname(fileURLToPath(import.meta.url)), "../../build/redis8/redis-server");
const slots = 16_384;

/** Sends one command and answers the reply as text; fails on an error reply. */
function ask(port, words, timeoutMs = 3000) {
  return new Promise((answered, failed) => {
    const socket = connect(port, "127.0.0.1");
    const timer = setTimeout(() => end(failed, new Error("no answer")), timeoutMs);
    let text = "";
    const end = (how, value) => {
      clearTimeout(timer);
      socket.destroy();
      how(value);
    };
    socket.on("error", (error) => end(failed, error));
    socket.on("connect", () => {
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${parts.join("")}`);
    });
    socket.on("data", (bytes) => {
      text += bytes;
      if (text.startsWith("-")) return end(failed, new Error(text.trim()));
      const bulk = /^\$(\d+)\r\n/.exec(text);
      if (bulk === null) {
        if (text.endsWith("\r\n")) end(answered, text.slice(1).trim());
      } else if (Buffer.byteLength(text) >= bulk[0].length + Number(bulk[1]) + 2) {
        end(answered, text.slice(bulk[0].length).trimEnd());
      }
    });
  });
}

class RedisNode extends Program {
  constructor(number, folder, logs) {
    super(`redis-${number}`, logs);
    this.number = number;
    this.folder = join(folder, this.name);
  }

  async start() {
    // The bus of the cluster listens 10000 ports above, so the port must leave room for it.
    for (this.port ??= 0; this.port === 0 || this.port > 55_000;) this.port = await freePort();
    mkdirSync(this.folder, { recursive: true });
    this.spawn(program, [
      "--port",
      `${this.port}`,
      "--bind",
      "127.0.0.1",
      "--dir",
      this.folder,
      "--save",
      "",
      "--appendonly",
      "no",
      "--cluster-enabled",
      "yes",
      "--cluster-config-file",
      "nodes.conf",
      "--cluster-node-timeout",
      "2000",
      "--maxmemory",
      "64mb",
      "--maxmemory-policy",
      "allkeys-lru",
    ]);
    const isUp = await until(
      () =>
        this.ask("PING").then(
          () => true,
          () => false,
        ),
      20_000,
    );
    if (!isUp) throw new Error(`${this.name} does not start`);
  }

  ask(...words) {
    return ask(this.port, words);
  }
}

export class RedisCluster {
  constructor(folder, logs) {
    this.nodes = Array.from({ length: 6 }, (_, number) => new RedisNode(number, folder, logs));
    this.folder = folder;
  }

  get url() {
    return `redis://${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}/0`;
  }

  async start() {
    for (const node of this.nodes) {
      rmSync(node.folder, { recursive: true, force: true });
      await node.start();
    }
    const [first, ...others] = this.nodes;
    for (const node of others) await node.ask("CLUSTER", "MEET", "127.0.0.1", `${first.port}`);
    for (let master = 0; master < 3; ++master) {
      const from = Math.floor((slots * master) / 3);
      const to = Math.floor((slots * (master + 1)) / 3) - 1;
      await this.nodes[master].ask("CLUSTER", "ADDSLOTSRANGE", `${from}`, `${to}`);
    }
    for (let replica = 3; replica < 6; ++replica) {
      const master = await this.nodes[replica - 3].ask("CLUSTER", "MYID");
      const isDone = await until(
        () =>
          this.nodes[replica].ask("CLUSTER", "REPLICATE", master).then(
            () => true,
            () => false,
          ),
        20_000,
      );
      if (!isDone) throw new Error("a node of Redis does not follow its master");
    }
    if (!(await this.isWhole(30_000))) throw new Error("the Redis Cluster does not come up");
  }

  /** Whether every running node sees all slots served. */
  isWhole(timeoutMs) {
    return until(async () => {
      for (const node of this.nodes) {
        if (!node.isRunning || node.isHeld) continue;
        const state = await node.ask("CLUSTER", "INFO").catch(() => "");
        if (!state.includes("cluster_state:ok")) return false;
      }
      return true;
    }, timeoutMs);
  }

  async stop() {
    for (const node of this.nodes) if (node.isHeld) node.go();
    await Promise.all(this.nodes.map((node) => node.kill()));
  }
}
