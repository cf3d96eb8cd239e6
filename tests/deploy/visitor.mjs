// A client that comes from an address of its own and speaks through the proxy, trusting any
// certificate.
import { Agent, request } from "node:https";

export class Visitor {
  constructor(port, { address = "127.0.0.5", token = "" } = {}) {
    this.port = port;
    this.address = address;
    this.token = token;
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: 32,
      localAddress: address,
      rejectUnauthorized: false,
    });
  }

  /** Sends a request, whose `body` is JSON, a Buffer or a stream, and gives the answer as one. */
  open(method, path, { body, headers = {} } = {}) {
    const isRaw = body === undefined || Buffer.isBuffer(body) || typeof body.pipe === "function";
    return new Promise((answered, failed) => {
      const outgoing = request({
        host: "127.0.0.1",
        port: this.port,
        method,
        path,
        agent: this.agent,
        headers: {
          ...(this.token === "" ? {} : { authorization: `Bearer ${this.token}` }),
          ...(isRaw ? {} : { "content-type": "application/json" }),
          ...headers,
        },
      });
      outgoing.once("response", answered);
      outgoing.once("error", failed);
      if (body !== undefined && typeof body.pipe === "function") body.pipe(outgoing);
      else outgoing.end(isRaw ? body : JSON.stringify(body));
    });
  }

  /** {status, headers, text, body}: `body` is what JSON says, if it is any. */
  async call(method, path, options) {
    const answer = await this.open(method, path, options);
    const pieces = [];
    for await (const piece of answer) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    let body = null;
    if (/json/.test(answer.headers["content-type"] ?? "")) body = JSON.parse(text);
    return { status: answer.statusCode, headers: answer.headers, text, body };
  }

  async logIn(email, password) {
    const { status, body, text } = await this.call("POST", "/api/auth/login", {
      body: { email, password },
    });
    if (status !== 200) throw new Error(text);
    this.token = body.data.token;
    this.tenant = body.data.user.tenant_id;
    return this;
  }

  close() {
    this.agent.destroy();
  }
}
