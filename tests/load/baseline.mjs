// The guide's own architecture (Node.js, MariaDB, Redis), as a folder that is no part of this
// repository: start.sh, seed.sh, stop.sh, env.sh, and scripts for wrk.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";

const isOpen = (port) =>
  new Promise((told) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => told(true));
    socket.once("error", () => told(false));
    socket.once("connect", () => socket.destroy());
  });

export class Baseline {
  isStarted = false;

  /** `source`: the folder, which stays as it is; `redisFolder`: where a redis-server may be. */
  constructor(source, folder, { redisFolder }) {
    this.source = source;
    this.folder = join(folder, "baseline");
    this.state = join(folder, "baseline-state");
    this.environment = {
      ...process.env,
      AIVA_BASELINE_RUN: this.state,
      PATH: [process.env.PATH, redisFolder].join(delimiter),
    };
  }

  #run(words, program = "bash") {
    const ran = spawnSync(program, words, {
      cwd: this.folder,
      env: this.environment,
      encoding: "utf8",
    });
    if (ran.error) throw ran.error;
    if (ran.status !== 0) throw new Error(`${words.join(" ")}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout.trim();
  }

  #setting(name) {
    return this.#run(["-c", `. ./env.sh && printf %s "$${name}"`]);
  }

  async start() {
    mkdirSync(this.state, { recursive: true });
    chmodSync(join(this.state, ".."), 0o755); // the database's user walks through it
    cpSync(this.source, this.folder, { recursive: true });
    this.#run(["-c", "chmod -R u+w ."]);
    if (!existsSync(join(this.folder, "node_modules"))) this.#run(["ci", "--no-audit"], "npm");
    this.ports = {};
    for (const name of ["API", "DB", "REDIS", "STUB"]) {
      this.ports[name] = Number(this.#setting(`${name}_PORT`));
      if (await isOpen(this.ports[name])) throw new Error(`port ${this.ports[name]} is in use`);
    }
    this.isStarted = true;
    this.#run(["start.sh"]);
    this.#run(["seed.sh"]);
  }

  stop() {
    if (this.isStarted) this.#run(["stop.sh", "--wipe"]);
  }

  get url() {
    return `http://127.0.0.1:${this.ports.API}`;
  }

  get scripts() {
    return join(this.folder, "wrk");
  }

  pid(name) {
    return Number(readFileSync(join(this.state, "pids", `${name}.pid`), "utf8").split(" ")[0]);
  }

  /** A database of its own on the same server: its URL. */
  makeDatabase(name, password) {
    const sql = `CREATE DATABASE ${name} CHARACTER SET utf8mb4;
      CREATE USER '${name}'@'127.0.0.1' IDENTIFIED BY '${password}';
      GRANT ALL ON ${name}.* TO '${name}'@'127.0.0.1';`;
    const socket = join(this.state, "sock", "m.sock");
    this.#run(["--no-defaults", "-uroot", "-S", socket, "-e", sql], "mariadb");
    return `mysql://${name}:${password}@127.0.0.1:${this.ports.DB}/${name}`;
  }
}
