// An emulator of Anthropic's Messages API for tests, whole and streamed, written from the published
// reference. It refuses what the provider refuses.
//
//   node tests/emulators/anthropic.mjs --port 0 [--host 127.0.0.1] [--key sk-ant-test]
//
// prints {"port":N} once it listens. For tests:
//   POST /_faults {kind, count?, retry_after_s?, delay_ms?, after_events?}   GET, DELETE
//   GET /_requests: what arrived, the newest last                            DELETE
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { eventsOf, models, prepareAnswer, wholeAnswer } from "./anthropic/answer.mjs";
import { ApiError, invalid } from "./anthropic/errors.mjs";
import { Faults, errorOf } from "./anthropic/faults.mjs";

const bodyBytesMax = 32 * 1024 * 1024;
const requestsKept = 1000;
const versions = ["2023-01-01", "2023-06-01"];

const readBody = async (request) => {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > bodyBytesMax) throw new ApiError(413, "Request exceeds the maximum size");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
};

const sendJson = (response, status, value, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
};

class Emulator {
  #key;
  #faults = new Faults();
  #requests = [];
  #count = 0;

  constructor(key) {
    this.#key = key;
  }

  async handle(request, response) {
    const { pathname } = new URL(request.url, "http://emulator");
    try {
      if (pathname.startsWith("/_")) await this.#control(request, response, pathname);
      else await this.#serve(request, response, pathname);
    } catch (error) {
      const known =
        error instanceof ApiError ? error : new ApiError(500, String(error?.stack ?? error));
      if (response.headersSent) response.destroy();
      else {
        const body = { ...known.body, request_id: `req_emulated${this.#count}` };
        sendJson(response, known.status, body, known.headers);
      }
    }
  }

  async #control(request, response, pathname) {
    const isFaults = pathname === "/_faults";
    if (!isFaults && pathname !== "/_requests") throw new ApiError(404, `No ${pathname} here.`);
    if (request.method === "DELETE") {
      if (isFaults) this.#faults.clear();
      else this.#requests.length = 0;
    } else if (request.method === "POST" && isFaults) {
      this.#faults.add(JSON.parse(await readBody(request)));
    }
    sendJson(response, 200, isFaults ? this.#faults.list() : this.#requests);
  }

  async #serve(request, response, pathname) {
    this.#count += 1;
    response.setHeader("request-id", `req_emulated${this.#count}`);
    const seen = {
      method: request.method,
      path: pathname,
      headers: { ...request.headers },
      body: null,
      is_aborted: false,
    };
    this.#requests.push(seen);
    if (this.#requests.length > requestsKept) this.#requests.shift();
    response.on("close", () => {
      seen.is_aborted = !response.writableFinished;
    });
    const text = await readBody(request);
    seen.body = text;
    this.#authenticate(request);
    const route = `${request.method} ${pathname}`;
    if (route === "GET /v1/models") {
      const data = models.map((id) => ({ type: "model", id, display_name: id }));
      const ends = { first_id: models[0], last_id: models.at(-1) };
      sendJson(response, 200, { data, has_more: false, ...ends });
    } else if (route === "POST /v1/messages") {
      await this.#answer(this.#parse(request, text, seen), response);
    } else {
      throw new ApiError(404, "Not found");
    }
  }

  #authenticate(request) {
    const { "x-api-key": key, "anthropic-version": version } = request.headers;
    if (!key) throw new ApiError(401, "x-api-key header is required");
    if (key !== this.#key) throw new ApiError(401, "invalid x-api-key");
    if (!version) throw invalid("anthropic-version: header is required");
    if (!versions.includes(version)) {
      throw invalid(`anthropic-version: "${version}" is not a valid version`);
    }
  }

  #parse(request, text, seen) {
    const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
    if (type !== "application/json") {
      throw invalid("content-type: must be application/json");
    }
    try {
      seen.body = JSON.parse(text);
      return seen.body;
    } catch {
      throw invalid("The request body is not valid JSON");
    }
  }

  async #answer(body, response) {
    const fault = this.#faults.take();
    const error = errorOf(fault);
    if (error) throw error;
    if (fault?.kind === "drop") {
      response.destroy();
      return;
    }
    if (fault?.kind === "hang") return;
    if (fault?.kind === "wrong_json") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html>Bad gateway</html>");
      return;
    }
    const answer = prepareAnswer(body);
    if (fault?.kind === "malformed_tool_call") {
      for (const block of answer.blocks) block.json = block.json?.slice(0, -1);
    }
    if (body.stream) await this.#stream(eventsOf(answer), fault, response);
    else sendJson(response, 200, wholeAnswer(answer));
  }

  async #stream(events, fault, response) {
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
    });
    response.flushHeaders();
    if (fault?.kind === "slow_first_token") await sleep(fault.delay_ms);
    for (const [index, event] of events.entries()) {
      if (response.destroyed) return;
      if (index === fault?.after_events && this.#interrupt(fault.kind, response)) return;
      if (fault?.kind === "slow") await sleep(fault.delay_ms);
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    response.end();
  }

  // What a fault puts in the middle of a stream; says whether the stream ends there.
  #interrupt(kind, response) {
    switch (kind) {
      case "cut_stream":
        // What was written before must reach the client first.
        response.write(": cut\n\n", () => {
          response.socket?.destroySoon();
        });
        return true;
      case "malformed_sse":
        response.write('event: content_block_delta\ndata: {"type":"content_\n\n');
        return false;
      case "stream_error": {
        const { body } = new ApiError(529, "Overloaded");
        response.end(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
        return true;
      }
      default:
        return false;
    }
  }
}

// Starts an emulator and says where it listens: {port, close()}.
export const startAnthropic = ({ port = 0, host = "127.0.0.1", key = "sk-ant-test" } = {}) => {
  const emulator = new Emulator(key);
  const server = createServer((request, response) => {
    emulator.handle(request, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      resolve({
        port: server.address().port,
        close: () =>
          new Promise((closed) => {
            server.close(closed);
            server.closeAllConnections();
          }),
      });
    });
  });
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      host: { type: "string", default: "127.0.0.1" },
      key: { type: "string", default: "sk-ant-test" },
    },
  });
  const { port } = await startAnthropic({ ...values, port: Number(values.port) });
  console.log(JSON.stringify({ port }));
}
