// Deepgram's WebSockets over HTTP, and what tests ask of them.
import { createServer } from "node:http";
import { acceptSocket, refuseSocket } from "../websocket.mjs";
import { AgentSession } from "./agent.mjs";
import { FluxSession } from "./flux.mjs";
import { ListenSession } from "./listen.mjs";
import { checkQuery, QueryError } from "./query.mjs";
import { SpeakSession } from "./speak.mjs";
import { World } from "./world.mjs";

const sessions = {
  "/v1/listen": { on: "listen", Session: ListenSession },
  "/v2/listen": { on: "listen", Session: FluxSession },
  "/v1/speak": { on: "speak", Session: SpeakSession },
  "/v1/agent/converse": { on: "agent", Session: AgentSession },
};
const refusals = {
  400: ["Bad Request", "The request is refused."],
  401: ["INVALID_AUTH", "Invalid credentials."],
  402: ["ASR_PAYMENT_REQUIRED", "Project does not have enough credits."],
  403: ["INSUFFICIENT_PERMISSIONS", "The key may not do this."],
  429: ["TOO_MANY_REQUESTS", "Too many requests. Please try again later."],
};

const refuse = (socket, status, message) => {
  const [code, text] = refusals[status] ?? ["INTERNAL_SERVER_ERROR", "Asked for."];
  refuseSocket(socket, status, {
    err_code: code,
    err_msg: message ?? text,
    request_id: "00000000-0000-4000-8000-000000000000",
  });
};

const control = (world, request, body) => {
  switch (`${request.method} ${request.url}`) {
    case "POST /_script":
      return world.script(body) ?? {};
    case "POST /_faults":
      return world.addFault(body) ?? {};
    case "GET /_faults":
      return world.faults;
    case "DELETE /_faults":
      world.faults = [];
      return {};
    case "GET /_events":
      return world.events;
    case "DELETE /_events":
      world.events = [];
      return {};
    default:
      return undefined;
  }
};

// Starts an emulator and says where it listens: {port, close()}.
export const startDeepgram = ({ port = 0, host = "127.0.0.1", key = "dg-test" } = {}) => {
  const world = new World();
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(pieces).toString() || "{}");
      const answer = control(world, request, body);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  server.on("upgrade", (request, socket) => {
    const url = new URL(request.url, "http://emulator.test");
    const found = sessions[url.pathname];
    if (found === undefined) return refuse(socket, 404);
    const fault = world.takeFault("refuse", found.on);
    if (fault !== undefined) return refuse(socket, fault.status ?? 503);
    if (request.headers.authorization !== `Token ${key}`) return refuse(socket, 401);
    let query;
    try {
      query = checkQuery(url);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      world.note({ type: "refused", path: url.pathname, message: error.message });
      return refuse(socket, 400, error.message);
    }
    const line = acceptSocket(request, socket);
    world.open(line, url);
    return new found.Session(line, query, world);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      resolve({
        port: server.address().port,
        close: () =>
          new Promise((closed) => {
            world.end();
            server.close(closed);
            server.closeAllConnections();
          }),
      });
    });
  });
};
