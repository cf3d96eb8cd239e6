// One AIVA process over a data folder that outlives it, and the few calls the crash test needs.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

const startTimeoutMs = 60_000;

/** What makes a program believe that it is later (Debian: libfaketime). */
function laterBy(hours) {
  const library = readdirSync("/usr/lib")
    .map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`)
    .find((path) => existsSync(path));
  if (library === undefined) throw new Error("libfaketime is not installed");
  return {
    LD_PRELOAD: library,
    FAKETIME: `+${hours}h`,
    NO_FAKE_STAT: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

export class KilledServer {
  /** `environment` overrides what is set here. */
  constructor(program, folder, { environment = {} } = {}) {
    this.program = program;
    this.folder = folder;
    this.environment = environment;
    this.child = null;
    this.url = "";
    this.token = "";
    this.tenant = "";
    this.log = "";
  }

  /** Starts the process; true once it answers, false when it ended before. */
  async start({ hoursAhead = 0 } = {}) {
    const words = ["serve", "--json", "--port", "0", "--data", this.folder];
    const child = spawn(this.program, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        AIVA_LIMITS_LOGIN_PER_MINUTE: "100000",
        AIVA_WORKER_CONCURRENCY: "2",
        AIVA_WORKER_LEASE_S: "5",
        AIVA_LOG_FORMAT: "json",
        AIVA_CRAWL_ALLOW_PRIVATE_HOSTS: "true",
        AIVA_CRAWL_DELAY_MS: "0",
        ...this.environment,
        ...(hoursAhead > 0 ? laterBy(hoursAhead) : {}),
      },
    });
    this.child = child;
    this.log = "";
    child.stderr.on("data", (piece) => (this.log = (this.log + piece).slice(-20_000)));
    this.ended = new Promise((done) => {
      child.once("exit", (code, signal) => done({ code, signal }));
    });
    const line = await new Promise((found) => {
      let text = "";
      const timer = setTimeout(() => found(null), startTimeoutMs);
      const finish = (value) => {
        clearTimeout(timer);
        found(value);
      };
      child.stdout.on("data", (piece) => {
        text += piece;
        const ready = text.split("\n").find((candidate) => candidate.includes('"url"'));
        if (ready !== undefined && text.includes("\n")) finish(ready);
      });
      child.once("exit", () => finish(null));
    });
    if (line === null) return false;
    const ready = JSON.parse(line);
    this.url = ready.url;
    if (ready.password) {
      this.firstAdmin = { email: ready.email, password: ready.password };
      await this.logIn(ready.email, ready.password);
    }
    return true;
  }

  async logIn(email, password) {
    const reply = await this.call("POST", "/api/auth/login", { email, password });
    if (reply === null || reply.status !== 200) throw new Error("the first admin cannot log in");
    this.token = reply.body.data.token;
    this.tenant = reply.body.data.user.tenant_id;
  }

  /** Ends the process at once, as a power cut would. */
  async kill() {
    this.child.kill("SIGKILL");
    return this.ended;
  }

  /** Asks the process to end and says how it did. */
  async stop() {
    this.child.kill("SIGTERM");
    return this.ended;
  }

  /** {status, body}, or null when the process died over it. */
  async call(method, path, body) {
    const isForm = body instanceof FormData;
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
          ...(body && !isForm ? { "content-type": "application/json" } : {}),
        },
        body: isForm ? body : body ? JSON.stringify(body) : undefined,
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    } catch {
      return null;
    }
  }

  /** The id of the stored document, or null when nobody acknowledged it. */
  async upload(base, document) {
    const form = new FormData();
    form.append("file", new Blob([document.bytes]), document.name);
    const reply = await this.call(
      "POST",
      `/api/knowledge/${this.tenant}/knowledge-bases/${base}/documents/upload`,
      form,
    );
    if (reply === null) return null;
    if (reply.status !== 201 && reply.status !== 200) {
      throw new Error(`upload refused: ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    return reply.body.data.document_id;
  }
}
