// Programs that are started, killed, held up and started again over the same folder.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Tries until `what` is true, for so long; says whether it was. */
export async function until(what, timeoutMs, everyMs = 50) {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await what()) return true;
    if (performance.now() > end) return false;
    await pause(everyMs);
  }
}

export class Program {
  child = null;
  isHeld = false;

  /** `logs`: the folder where what it prints is kept, in a file of its name. */
  constructor(name, logs) {
    this.name = name;
    this.log = createWriteStream(join(logs, `${name}.log`), { flags: "a" });
  }

  get isRunning() {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  spawn(file, words, environment = {}) {
    this.log.write(`\n--- ${new Date().toISOString()} ${this.name} starts\n`);
    const child = spawn(file, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    child.stdout.pipe(this.log, { end: false });
    child.stderr.pipe(this.log, { end: false });
    this.child = child;
    this.isHeld = false;
    this.ended = new Promise((done) => {
      child.once("exit", (code, signal) => done({ code, signal }));
      child.once("error", (error) => done({ code: -1, signal: String(error) }));
    });
    return child;
  }

  async kill() {
    if (!this.isRunning) return;
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Asks it to end and says how it did; kills it when that takes too long. */
  async stop(timeoutMs = 60_000) {
    if (!this.isRunning) return this.ended;
    if (this.isHeld) this.go();
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), timeoutMs);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  /** The process stands still, as if its machine did not get any time. */
  hold() {
    if (!this.isRunning) return;
    this.child.kill("SIGSTOP");
    this.isHeld = true;
  }

  go() {
    if (this.isRunning) this.child.kill("SIGCONT");
    this.isHeld = false;
  }
}
