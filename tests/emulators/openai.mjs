// An emulator of the OpenAI API for tests: chat completions (whole and streamed), embeddings,
// moderations and models, written from the published types. It refuses what the provider refuses.
//
//   node tests/emulators/openai.mjs --port 0 [--host 127.0.0.1] [--key sk-test]
//
// prints {"port":N} once it listens. For tests:
//   POST /_faults {kind, count?, share?, on?, retry_after_s?, delay_ms?, after_chunks?}
//   GET, DELETE /_faults
//   POST /_limits {requests_per_minute?, tokens_per_minute?}: of embeddings       GET, DELETE
//   GET /_requests: what arrived, the newest last                                 DELETE
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chatModels, chunksOf, prepareChat, wholeAnswer } from "./openai/chat.mjs";
import { answerEmbeddings, embeddingModels } from "./openai/embeddings.mjs";
import { ApiError, unknownModel } from "./openai/errors.mjs";
import { Faults, errorOf } from "./openai/faults.mjs";
import { Limits } from "./openai/limits.mjs";
import { answerModeration } from "./openai/moderations.mjs";

// As Azure serves a deployment, with the key in api-key and ?api-version=.
const azurePath = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/;
const bodyBytesMax = 32 * 1024 * 1024;
const requestsKept = 1000;

const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const readBody = async (request) => {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > bodyBytesMax) throw new ApiError(413, "Request too large.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
};

const sendJson = (response, status, value, headers = {}) => {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
};

const modelNames = [...chatModels, ...Object.keys(embeddingModels)];
const describeModel = (id) => ({ id, object: "model", created: 1721172741, owned_by: "system" });

class Emulator {
  #key;
  #faults = new Faults();
  #limits = new Limits();
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
        error instanceof ApiError
          ? error
          : new ApiError(500, String(error?.stack ?? error), { type: "server_error" });
      if (response.headersSent) response.destroy();
      else sendJson(response, known.status, known.body, known.headers);
    }
  }

  async #control(request, response, pathname) {
    const store = {
      "/_faults": this.#faults,
      "/_limits": this.#limits,
      "/_requests": this.#requests,
    }[pathname];
    if (!store) throw new ApiError(404, `No ${pathname} here.`);
    if (request.method === "DELETE") {
      if (store === this.#requests) this.#requests.length = 0;
      else store.clear();
    } else if (request.method === "POST" && store === this.#faults) {
      this.#faults.add(JSON.parse(await readBody(request)));
    } else if (request.method === "POST" && store === this.#limits) {
      this.#limits.set(JSON.parse(await readBody(request)));
    } else if (request.method !== "GET") {
      throw new ApiError(405, "Method not allowed.");
    }
    sendJson(response, 200, store === this.#requests ? this.#requests : store.list());
  }

  async #serve(request, response, pathname) {
    this.#count += 1;
    response.setHeader("x-request-id", `req_emulated${this.#count}`);
    response.setHeader("openai-version", "2020-10-01");
    const seen = this.#remember(request, pathname);
    response.on("close", () => {
      seen.is_aborted = !response.writableFinished;
    });
    const text = await readBody(request);
    seen.body = text;
    this.#authenticate(request);

    const route = `${request.method} ${pathname}`;
    if (route === "GET /v1/models") {
      sendJson(response, 200, { object: "list", data: modelNames.map(describeModel) });
    } else if (request.method === "GET" && pathname.startsWith("/v1/models/")) {
      const id = decodeURIComponent(pathname.slice("/v1/models/".length));
      if (!modelNames.includes(id)) throw unknownModel(id);
      sendJson(response, 200, describeModel(id));
    } else if (route === "POST /v1/chat/completions") {
      await this.#chat(this.#parse(request, text, seen), response);
    } else if (request.method === "POST" && azurePath.test(pathname)) {
      const body = this.#parse(request, text, seen);
      const [, deployment] = pathname.match(azurePath);
      await this.#chat({ ...body, model: decodeURIComponent(deployment) }, response);
    } else if (route === "POST /v1/embeddings") {
      await this.#embed(this.#parse(request, text, seen), response);
    } else if (route === "POST /v1/moderations") {
      await this.#moderate(this.#parse(request, text, seen), response);
    } else {
      throw new ApiError(404, `Invalid URL (${route})`);
    }
  }

  #remember(request, path) {
    const seen = {
      method: request.method,
      path,
      headers: { ...request.headers },
      body: null,
      is_aborted: false,
    };
    this.#requests.push(seen);
    if (this.#requests.length > requestsKept) this.#requests.shift();
    return seen;
  }

  #authenticate(request) {
    const { pathname, searchParams } = new URL(request.url, "http://emulator");
    if (azurePath.test(pathname)) {
      if (request.headers["api-key"] !== this.#key) {
        throw new ApiError(401, "Access denied due to invalid subscription key.", { code: "401" });
      }
      if (!searchParams.get("api-version")) throw new ApiError(404, "Resource not found");
      return;
    }
    const [scheme, key] = (request.headers.authorization ?? "").split(" ");
    if (scheme !== "Bearer" || !key) {
      throw new ApiError(401, "You didn't provide an API key.");
    }
    if (key !== this.#key) {
      throw new ApiError(401, "Incorrect API key provided.", { code: "invalid_api_key" });
    }
  }

  #parse(request, text, seen) {
    const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
    if (type !== "application/json") {
      throw new ApiError(415, `Unsupported Content-Type: '${type}'. Send 'application/json'.`);
    }
    try {
      seen.body = JSON.parse(text);
      return seen.body;
    } catch {
      throw new ApiError(400, "We could not parse the JSON body of your request.");
    }
  }

  // Spoils the answer as a fault asks; says whether nothing is left to answer.
  async #spoil(fault, response) {
    const error = errorOf(fault);
    if (error) throw error;
    switch (fault?.kind) {
      case "drop":
        response.destroy();
        return true;
      case "hang":
        return true;
      case "wrong_json":
        response.writeHead(200, { "content-type": "text/html" });
        response.end("<html>Bad gateway</html>");
        return true;
      case "wrong_shape":
        sendJson(response, 200, { object: "list", data: "nothing of the kind" });
        return true;
      default:
        return false;
    }
  }

  async #embed(body, response) {
    const fault = this.#faults.take("embeddings");
    if (await this.#spoil(fault, response)) return;
    const answer = answerEmbeddings(body);
    const headers = this.#limits.admit(body.model, answer.usage.total_tokens);
    if (fault) await sleep(fault.delay_ms);
    if (fault?.kind === "cut_body") this.#cut(response, JSON.stringify(answer));
    else sendJson(response, 200, answer, headers);
  }

  async #moderate(body, response) {
    const fault = this.#faults.take("moderations");
    if (await this.#spoil(fault, response)) return;
    const answer = answerModeration(body);
    if (fault) await sleep(fault.delay_ms);
    sendJson(response, 200, answer);
  }

  // Sends half of what it announces.
  #cut(response, text) {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    response.write(text.slice(0, text.length / 2), () => {
      response.socket?.destroySoon();
    });
  }

  async #chat(body, response) {
    let fault = this.#faults.take("chat");
    if (await this.#spoil(fault, response)) return;
    const answer = prepareChat(body);
    if (answer.calls.length > 0) fault ??= this.#faults.take("tool_call");
    if (fault?.kind === "malformed_tool_call") {
      answer.calls = answer.calls.map((call) => ({
        ...call,
        arguments: call.arguments.slice(0, -1),
      }));
    }
    if (body.stream) {
      await this.#stream(chunksOf(answer, body.stream_options?.include_usage), fault, response);
      return;
    }
    if (fault) await sleep(fault.delay_ms);
    sendJson(response, 200, wholeAnswer(answer));
  }

  async #stream(chunks, fault, response) {
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
    });
    response.flushHeaders();
    if (fault?.kind === "slow_first_token") await sleep(fault.delay_ms);
    for (const [index, chunk] of chunks.entries()) {
      if (response.destroyed) return;
      if (index === fault?.after_chunks && this.#interrupt(fault.kind, response)) return;
      if (fault?.kind === "slow") await sleep(fault.delay_ms);
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end("data: [DONE]\n\n");
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
        response.write('data: {"choices":[{"delta"\n\n');
        return false;
      case "stream_error":
        response.end(
          `data: ${JSON.stringify(
            new ApiError(500, "The server had an error while processing your request.", {
              type: "server_error",
            }).body,
          )}\n\n`,
        );
        return true;
      default:
        return false;
    }
  }
}

// Starts an emulator and says where it listens: {port, close()}.
export const startOpenai = ({ port = 0, host = "127.0.0.1", key = "sk-test" } = {}) => {
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
      key: { type: "string", default: "sk-test" },
    },
  });
  const { port } = await startOpenai({ ...values, port: Number(values.port) });
  console.log(JSON.stringify({ port }));
}
