// A balancer of HTTP as nginx or Kubernetes are one: it looks after each node's /readyz, gives
// requests to those that are ready in turn, and asks another node only where the first took
// nothing.
import { Agent, createServer, request as ask } from "node:http";
import { pause } from "./processes.mjs";

// Without a body, and asked twice as good as once.
const repeatable = new Set(["GET", "HEAD", "OPTIONS", "DELETE"]);
const probeTimeoutMs = 1000;

export class Balancer {
  counts = { requests: 0, repeated: 0, refused: 0 };
  #turn = 0;
  #isOver = false;
  // Idle connections are closed sooner than the nodes close theirs.
  #agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 10_000 });

  /** `nodes`: with a `url`; they may come and go. */
  constructor(nodes, { everyMs = 200 } = {}) {
    this.nodes = nodes;
    this.everyMs = everyMs;
    this.ready = new Set();
  }

  async open() {
    this.server = createServer((from, to) => this.#forward(from, to));
    this.server.keepAliveTimeout = 60_000;
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    this.probing = this.#probe();
    return this;
  }

  async close() {
    this.#isOver = true;
    await this.probing;
    this.server.closeAllConnections();
    this.server.close();
    this.#agent.destroy();
  }

  async #probe() {
    while (!this.#isOver) {
      await Promise.all(this.nodes.map((node) => this.#look(node)));
      await pause(this.everyMs);
    }
  }

  async #look(node) {
    const signal = AbortSignal.timeout(probeTimeoutMs);
    const reply = await fetch(`${node.url}/readyz`, { signal }).catch(() => null);
    await reply?.arrayBuffer().catch(() => {});
    if (reply?.ok) this.ready.add(node);
    else this.ready.delete(node);
  }

  #next(tried) {
    const open = this.nodes.filter((node) => this.ready.has(node) && !tried.has(node));
    return open[this.#turn++ % open.length];
  }

  #forward(from, to, tried = new Set()) {
    if (tried.size === 0) this.counts.requests += 1;
    const node = this.#next(tried);
    if (node === undefined) return this.#refuse(to, "no node is ready");
    tried.add(node);
    const onward = ask(node.url + from.url, {
      method: from.method,
      headers: from.headers,
      agent: this.#agent,
    });
    let isConnected = false;
    onward.once("socket", (socket) => {
      if (socket.connecting) socket.once("connect", () => (isConnected = true));
      else isConnected = true;
    });
    onward.once("response", (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
      // An answer that breaks off must break off for the client, too.
      answer.once("error", () => to.destroy());
      answer.once("aborted", () => to.destroy());
    });
    onward.once("error", (error) => {
      if (to.headersSent) return to.destroy();
      if (!isConnected && repeatable.has(from.method)) {
        this.counts.repeated += 1;
        return this.#forward(from, to, tried);
      }
      this.#refuse(to, `${node.name}: ${error.message}`);
    });
    to.once("close", () => {
      if (!to.writableFinished) onward.destroy();
    });
    from.pipe(onward);
  }

  #refuse(to, why) {
    this.counts.refused += 1;
    if (to.destroyed) return;
    to.writeHead(502, { "content-type": "text/plain" });
    to.end(why);
  }
}
