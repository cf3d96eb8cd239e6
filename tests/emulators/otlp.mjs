// A collector of traces by OTLP over HTTP in JSON for tests: POST /v1/traces. It refuses with 400
// what the mapping does not allow (otlp/mapping.mjs), other media types with 415 and, with --key,
// other keys with 401.
//
//   node tests/emulators/otlp.mjs --port 0 [--key SECRET]: of "Authorization: Bearer SECRET"
//
// prints {"port":N} once it listens. For tests:
//   POST /_faults {kind, count?, retry_after_s?, delay_ms?, rejected?}: for the next requests
//     kind: rate_limit (429), unavailable (503), gateway (502), refuse (400), slow, drop, partial
//   GET, DELETE /_faults
//   GET /_spans: what was taken, each with its resource                              DELETE
//   GET /_requests: {taken, refused, faults}, and `mistakes` of those that were not allowed
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Mistake, readTraces } from "./otlp/mapping.mjs";

const bodyBytesMax = 16 * 1024 * 1024;
const spansKept = 100_000;
const statuses = { rate_limit: 429, unavailable: 503, gateway: 502, refuse: 400 };

const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const readBody = async (request) => {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > bodyBytesMax) throw new Mistake("the body is too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
};

const send = (response, status, value, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
};

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mistake("the body is not JSON");
  }
};

class Collector {
  #key;
  #fault = null;
  #spans = [];
  #counts = { taken: 0, refused: 0, faults: 0, mistakes: [] };

  constructor(key) {
    this.#key = key;
  }

  async answer(request, response) {
    const path = new URL(request.url, "http://collector").pathname;
    try {
      if (path.startsWith("/_")) return await this.#control(path, request, response);
      if (request.method !== "POST" || path !== "/v1/traces")
        return send(response, 404, { code: 5, message: "there is no such path" });
      return await this.#take(request, response);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      this.#counts.refused += 1;
      this.#counts.mistakes.push(error.message);
      return send(response, 400, { code: 3, message: error.message });
    }
  }

  async #take(request, response) {
    if (this.#key && request.headers.authorization !== `Bearer ${this.#key}`) {
      this.#counts.refused += 1;
      return send(response, 401, { code: 16, message: "the key is wrong" });
    }
    if (request.headers["content-type"] !== "application/json") {
      this.#counts.refused += 1;
      return send(response, 415, { code: 3, message: "only application/json" });
    }
    const text = await readBody(request);
    const fault = this.#next();
    if (fault?.kind === "drop") return request.socket.destroy();
    if (fault?.kind === "slow") await sleep(fault.delay_ms ?? 1000);
    const status = statuses[fault?.kind];
    if (status) {
      const headers =
        fault.retry_after_s === undefined ? {} : { "retry-after": `${fault.retry_after_s}` };
      return send(response, status, { code: 14, message: "not now" }, headers);
    }
    const spans = readTraces(parse(text));
    this.#counts.taken += 1;
    const rejected = fault?.kind === "partial" ? (fault.rejected ?? 1) : 0;
    this.#spans.push(...spans.slice(rejected));
    if (this.#spans.length > spansKept) this.#spans.splice(0, this.#spans.length - spansKept);
    const answer = rejected
      ? { partialSuccess: { rejectedSpans: `${rejected}`, errorMessage: "too old" } }
      : {};
    return send(response, 200, answer);
  }

  #next() {
    if (!this.#fault || this.#fault.count <= 0) return null;
    this.#fault.count -= 1;
    this.#counts.faults += 1;
    return this.#fault;
  }

  async #control(path, request, response) {
    const isDelete = request.method === "DELETE";
    if (path === "/_faults" && request.method === "POST") {
      const fault = parse(await readBody(request));
      if (!statuses[fault.kind] && !["slow", "drop", "partial"].includes(fault.kind))
        throw new Mistake(`there is no fault ${fault.kind}`);
      this.#fault = { ...fault, count: fault.count ?? 1 };
      return send(response, 200, {});
    }
    if (path === "/_faults") {
      if (isDelete) this.#fault = null;
      return send(response, 200, this.#fault ?? {});
    }
    if (path === "/_spans") {
      if (isDelete) this.#spans = [];
      return send(response, 200, this.#spans);
    }
    if (path === "/_requests") return send(response, 200, this.#counts);
    return send(response, 404, {});
  }
}

/** Starts a collector; resolves to {port, close()}. */
export const startOtlp = async ({ port = 0, key = "" } = {}) => {
  const collector = new Collector(key);
  const server = createServer((request, response) => {
    collector.answer(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: server.address().port,
    close: () => {
      server.closeAllConnections?.();
      server.close();
    },
  };
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "0" }, key: { type: "string", default: "" } },
  });
  const started = await startOtlp({ port: Number(values.port), key: values.key });
  console.log(JSON.stringify({ port: started.port }));
}
