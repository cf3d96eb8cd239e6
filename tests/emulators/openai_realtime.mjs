// An emulator of OpenAI's Realtime API over WebSockets, as it is since its beta ended, written from
// the published types and from what is known of its conduct. It refuses what the provider refuses.
//
//   node tests/emulators/openai_realtime.mjs --port 0 [--host 127.0.0.1] [--key sk-test]
//
// prints {"port":N} once it listens and serves ws://…/v1/realtime?model=…. What is loud is speech;
// what it is answered with is scripted. For tests:
//   POST /_script {turns: [{hears, says, calls: [{name, arguments}]}], pace_ms?, session_seconds?}
//   POST /_faults {kind, count?, …}   GET, DELETE: refuse {status, retry_after_s}, cut and expire
//        {after_deltas}, slow {delay_ms}, error {code, type}, fail, late_deltas {deltas},
//        interleave, no_transcript
//   POST /_end {code, reason}: closes all sessions
//   GET /_events: what clients sent, the newest last, audio as its bytes' number          DELETE
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Session } from "./openai_realtime/session.mjs";
import { acceptSocket, refuseSocket } from "./websocket.mjs";

const eventsKept = 5000;

class World {
  paceMs = 0;
  sessionSeconds = 3600;
  events = [];
  sockets = new Set();
  #turns = [];
  #faults = [];
  #connections = 0;

  script({ turns, pace_ms: paceMs, session_seconds: sessionSeconds }) {
    if (turns !== undefined) this.#turns = [...turns];
    if (paceMs !== undefined) this.paceMs = paceMs;
    if (sessionSeconds !== undefined) this.sessionSeconds = sessionSeconds;
  }
  nextTurn() {
    return { ...this.#turns.shift() };
  }
  addFault(fault) {
    this.#faults.push({ count: 1, ...fault });
  }
  faults() {
    return this.#faults;
  }
  forgetFaults() {
    this.#faults = [];
  }
  takeFault(kind) {
    const fault = this.#faults.find((other) => other.kind === kind && other.count > 0);
    if (fault !== undefined) --fault.count;
    return fault;
  }
  isLate(kind) {
    return this.takeFault(kind) !== undefined;
  }
  connect() {
    return ++this.#connections;
  }
  note(event) {
    this.events.push(
      "audio" in event ? { ...event, audio: Buffer.from(event.audio, "base64").length } : event,
    );
    if (this.events.length > eventsKept) this.events.shift();
  }
}

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    key: { type: "string", default: "sk-test" },
  },
});
const world = new World();

const control = (request, body) => {
  const name = `${request.method} ${request.url}`;
  switch (name) {
    case "POST /_script":
      return world.script(body) ?? {};
    case "POST /_faults":
      return world.addFault(body) ?? {};
    case "GET /_faults":
      return world.faults();
    case "DELETE /_faults":
      return world.forgetFaults() ?? {};
    case "GET /_events":
      return world.events;
    case "DELETE /_events":
      return (world.events = []);
    case "POST /_end":
      for (const socket of world.sockets) socket.close(body.code ?? 1000, body.reason ?? "");
      return {};
    default:
      return undefined;
  }
};

const server = createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const answer = control(request, JSON.parse(Buffer.concat(pieces).toString() || "{}"));
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? {}));
  });
});

const refuse = (socket, status, code, message, headers) =>
  refuseSocket(
    socket,
    status,
    { error: { type: "invalid_request_error", code, message, param: null } },
    headers,
  );

server.on("upgrade", (request, socket) => {
  const url = new URL(request.url, "http://emulator.test");
  const fault = world.takeFault("refuse");
  if (fault !== undefined) {
    const headers = "retry_after_s" in fault ? { "Retry-After": fault.retry_after_s } : {};
    return refuse(socket, fault.status ?? 503, "refused", "Asked for.", headers);
  }
  const isKnown =
    request.headers.authorization === `Bearer ${values.key}` ||
    request.headers["api-key"] === values.key;
  if (url.pathname !== "/v1/realtime") return refuse(socket, 404, "not_found", "Unknown path.");
  if (!isKnown) return refuse(socket, 401, "invalid_api_key", "Incorrect API key provided.");
  const model = url.searchParams.get("model");
  const line = acceptSocket(request, socket);
  world.sockets.add(line);
  world.note({ type: "connected", connection: world.connect(), model });
  line.onEnd = () => world.sockets.delete(line);
  const fail = (code, message) => {
    const error = { type: "invalid_request_error", code, message, param: null, event_id: null };
    line.send(JSON.stringify({ type: "error", event_id: "event_0", error }));
    line.close(4000, code);
  };
  if (request.headers["openai-beta"] !== undefined)
    return fail("beta_api_shape_disabled", "The Realtime Beta API is no longer supported.");
  if (!model?.startsWith("gpt-realtime"))
    return fail("model_not_found", `The model '${model}' does not exist.`);
  const session = new Session(line, model, world);
  line.onText = (text) => session.take(text);
  return undefined;
});

server.listen(Number(values.port), values.host, () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
