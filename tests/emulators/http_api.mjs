// A strict HTTP API for functions of agents to call: node http_api.mjs --port 0 prints {"port":N}.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { answer, makeState } from "./http_api/routes.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    key: { type: "string", default: "shop-key-1234567890" },
  },
});

const state = makeState(values.key);
const server = createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => answer(state, request, Buffer.concat(pieces).toString(), response));
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
