// Two AIVA processes on one data folder, as two nodes of an installation, and a model to talk to.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Program } from "./program.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function startEmulator() {
  const program = new Program("node", [`${root}tests/emulators/openai.mjs`, "--port", "0"]);
  await program.until(() => program.log.includes("\n"), "the emulated model");
  return { program, url: `http://127.0.0.1:${JSON.parse(program.log).port}` };
}

export class Node {
  /** `before`: words of a program that runs it. */
  constructor(role, folder, environment, port = 0, before = []) {
    const [first, ...words] = [...before, process.env.AIVA_BIN, "serve", "--json"];
    words.push("--port", `${port}`, "--data", folder, "--role", role);
    this.program = new Program(first, words, { env: environment });
  }

  async ready() {
    const find = () => this.program.log.split("\n").find((line) => line.startsWith('{"url"'));
    await this.program.until(() => find() !== undefined, "aiva");
    Object.assign(this, JSON.parse(find()));
    this.port = Number(new URL(this.url).port);
    return this;
  }

  /** Its lines about requests, {method, route, status, ip …}, without those of probes. */
  records() {
    return this.program.log
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line))
      .filter((line) => line.method !== undefined && line.route !== "/readyz");
  }
}

export class House {
  static async open() {
    const house = new House();
    house.folder = mkdtempSync(join(tmpdir(), "aiva-nodes-"));
    house.emulator = await startEmulator();
    house.environment = {
      PATH: process.env.PATH,
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: `${house.emulator.url}/v1`,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
      AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "1000000",
      AIVA_LIMITS_LOGIN_PER_MINUTE: "1000",
      AIVA_LOG_FORMAT: "json",
      AIVA_SERVER_TRUSTED_PROXIES: "127.0.0.1",
    };
    house.first = await new Node("all", join(house.folder, "data"), house.environment).ready();
    house.second = await house.addNode();
    return house;
  }

  /** One more that answers requests over the same data; port 0 is a free one. */
  addNode(port = 0) {
    return new Node("api", join(this.folder, "data"), this.environment, port).ready();
  }

  get nodes() {
    return [this.first, this.second];
  }

  async slowModel(fault) {
    const reply = await fetch(`${this.emulator.url}/_faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ on: "chat", count: 1, ...fault }),
    });
    if (!reply.ok) throw new Error(await reply.text());
  }

  /** How often the model was asked for an answer to these words. */
  async timesAsked(words) {
    const text = await (await fetch(`${this.emulator.url}/_requests`)).text();
    return text.split(words).length - 1;
  }

  async untilAsked(words, times) {
    for (let tries = 0; tries < 200 && (await this.timesAsked(words)) < times; ++tries)
      await pause(50);
  }

  async close() {
    for (const program of [this.first?.program, this.second?.program, this.emulator?.program])
      await program?.end("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
