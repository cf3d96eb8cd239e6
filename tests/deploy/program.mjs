// Starts programs for tests, and ends them with the test.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const startTimeoutMs = 120_000;

// A test that is ended from outside, as when it takes too long, leaves nothing running.
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(1));

export async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

export class Program {
  constructor(command, words, options = {}) {
    this.log = "";
    this.child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], ...options });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on("data", (piece) => (this.log = (this.log + piece).slice(-8_000_000)));
    this.ended = new Promise((done) => {
      this.child.once("error", (error) => done({ code: null, error }));
      this.child.once("exit", (code, signal) => done({ code, signal }));
    });
    this.isRunning = true;
    running.add(this.child);
    this.ended.then(() => {
      this.isRunning = false;
      running.delete(this.child);
    });
  }

  /** Waits until `isReady` of this program; throws what it said when it ends before. */
  async until(isReady, what) {
    const end = Date.now() + startTimeoutMs;
    while (Date.now() < end) {
      if (await isReady(this)) return;
      if (!this.isRunning) throw new Error(`${what}: ended:\n${this.log}`);
      await pause(50);
    }
    throw new Error(`${what}: not in time:\n${this.log.slice(-4000)}`);
  }

  async end(signal = "SIGTERM") {
    if (this.isRunning) this.child.kill(signal);
    return this.ended;
  }
}
