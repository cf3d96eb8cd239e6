// Calls whose time is taken, one after another over one kept connection, and what many times
// come to.
import { Agent, request } from "node:http";

/** The percentiles of fewer calls say nothing. */
export const callsMin = 20;
const callsMax = 2000;
const warmUps = 3;

/** One kept connection, whose cost is little beside fetch. */
export class Caller {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url, token = "") {
    this.url = new URL(url);
    this.token = token;
  }

  /** {status, body, ms}; the time runs from the call to the last byte. */
  async call(method, path, body, type = "application/json") {
    const began = performance.now();
    const { status, text } = await this.#send(method, path, body, type, () => {});
    const ms = performance.now() - began;
    return { status, body: text === "" ? null : JSON.parse(text), ms };
  }

  async expect(method, path, body, type) {
    const reply = await this.call(method, path, body, type);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  }

  /** The whole of a stream of events; `see` gets its pieces as they come. */
  async stream(path, see) {
    const { status, text } = await this.#send("GET", path, undefined, "", see);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return text;
  }

  #send(method, path, body, type, see) {
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return new Promise((done, failed) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.url.hostname,
          port: this.url.port,
          method,
          path,
          headers: {
            ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
            ...(bytes === undefined
              ? {}
              : { "content-type": type, "content-length": Buffer.byteLength(bytes) }),
          },
        },
        (answer) => {
          const pieces = [];
          answer.on("data", (piece) => {
            pieces.push(piece);
            see(piece);
          });
          answer.on("end", () =>
            done({ status: answer.statusCode, text: Buffer.concat(pieces).toString() }),
          );
          answer.on("error", failed);
        },
      );
      sent.on("error", failed);
      sent.end(bytes);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

export const formType = "multipart/form-data; boundary=x";

/** A form with one file and some fields. */
export function form(name, bytes, fields = {}) {
  const parts = Object.entries(fields).map(
    ([key, value]) => `--x\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  );
  const head = `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(parts.join("") + head),
    Buffer.from(bytes),
    Buffer.from("\r\n--x--\r\n"),
  ]);
}

const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** {calls, p50, p95, p99} of times, in three digits. */
export function summarise(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const shown = (share) => Number(percentile(sorted, share).toPrecision(3));
  return { calls: sorted.length, p50: shown(0.5), p95: shown(0.95), p99: shown(0.99) };
}

/** Times of one kind of call: for so many seconds, or longer until they are enough. */
export async function measure(call, seconds) {
  for (let at = 0; at < warmUps; ++at) await call(at);
  const times = [];
  const began = performance.now();
  const isDue = () => {
    const spent = (performance.now() - began) / 1000;
    return spent < seconds || (times.length < callsMin && spent < seconds * 6);
  };
  for (let at = warmUps; isDue() && times.length < callsMax; ++at) times.push(await call(at));
  return summarise(times);
}
