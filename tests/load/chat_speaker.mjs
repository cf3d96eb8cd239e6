// Says messages to AIVA over as many connections as it takes, whole or as streams.
import { Agent, request } from "node:http";

/** Events of a whole stream: [{name, data}]. */
const eventsOf = (text) =>
  text
    .split("\n\n")
    .map((block) => ({
      name: /^event: (.*)$/m.exec(block)?.[1],
      data: [...block.matchAll(/^data: (.*)$/gm)].map(([, line]) => line).join("\n"),
    }))
    .filter(({ name, data }) => name !== undefined && data !== "")
    .map(({ name, data }) => ({ name, data: JSON.parse(data) }));

export class ChatSpeaker {
  atOnce = 0;
  atOnceMax = 0;

  /** @param server a KilledServer that is signed in */
  constructor(server) {
    this.server = server;
    // Each second's probes of ten thousand connections would be more than a loopback carries.
    this.agent = new Agent({ keepAlive: true, keepAliveMsecs: 300_000, maxSockets: Infinity });
  }

  close() {
    this.agent.destroy();
  }

  /** {answer, text?} or {error: {status, code, message}}; `text` is what the pieces of a stream
   * make together. */
  async say({ session, way, content, index }) {
    const body = {
      content,
      client_message_id: `message ${index}`,
      ...(way === "json" ? {} : { stream: true }),
      ...(way === "resumable" ? { resumable: true } : {}),
    };
    this.atOnce += 1;
    this.atOnceMax = Math.max(this.atOnceMax, this.atOnce);
    try {
      const { status, type, text } = await this.post(`/api/chat/${session}/messages`, body);
      if (type.startsWith("text/event-stream")) return this.readStream(status, text);
      const parsed = JSON.parse(text);
      if (status === 200) return { answer: parsed.data };
      return { error: { status, code: parsed.error.code, message: parsed.error.message } };
    } catch (error) {
      return { error: { status: 0, code: "connection", message: String(error) } };
    } finally {
      this.atOnce -= 1;
    }
  }

  readStream(status, text) {
    const events = eventsOf(text);
    const last = events.at(-1);
    if (last?.name === "error") return { error: { status, ...last.data } };
    if (last?.name !== "done")
      return { error: { status, code: "unended", message: text.slice(-200) } };
    const pieces = events.filter(({ name }) => name === "delta").map(({ data }) => data.text);
    return { answer: last.data, text: pieces.join("") };
  }

  post(path, body) {
    const text = JSON.stringify(body);
    const url = new URL(this.server.url);
    return new Promise((done, failed) => {
      const outgoing = request(
        {
          host: url.hostname,
          port: url.port,
          method: "POST",
          path,
          agent: this.agent,
          headers: {
            authorization: `Bearer ${this.server.token}`,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(text),
          },
        },
        (incoming) => {
          const pieces = [];
          incoming.on("data", (piece) => pieces.push(piece));
          incoming.on("error", failed);
          incoming.on("end", () =>
            done({
              status: incoming.statusCode,
              type: incoming.headers["content-type"] ?? "",
              text: Buffer.concat(pieces).toString(),
            }),
          );
        },
      );
      outgoing.on("error", failed);
      outgoing.end(text);
    });
  }
}
