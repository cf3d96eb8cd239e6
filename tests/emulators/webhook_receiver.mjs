// A receiver of AIVA's webhooks for tests, as a careful customer would write it: it checks the
// signature with node's crypto, refuses old instants, knows events by their id and answers 401 to
// whatever does not fit.
//
//   node tests/emulators/webhook_receiver.mjs --port 0 [--host 127.0.0.1]
//
// prints {"port":N} once it listens. Events come to any path that does not begin with /_. Tests:
//   POST /_secrets {secrets: […]}: which may sign; one that fits is enough
//   POST /_mode {kind, status?, delay_ms?, location?, count?}: answers to the next `count` calls
//     (all when absent): ok, status, slow, redirect, drop                       DELETE: ok again
//   GET /_calls: everything that came: {path, headers, body, is_signed, is_repeated}   DELETE
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const tolerance_s = 300;
const bodyBytesMax = 128 * 1024;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
  },
});

let secrets = [];
let mode = { kind: "ok" };
let calls = [];
const known = new Set();

const isSigned = (header, body, now = Date.now()) => {
  const parts = String(header ?? "")
    .split(",")
    .map((part) => part.split("="));
  const t = parts.find(([name]) => name === "t")?.[1];
  if (!/^\d{10}$/.test(t ?? "") || Math.abs(now / 1000 - Number(t)) > tolerance_s) return false;
  const given = parts.filter(([name]) => name === "v1").map(([, hex]) => Buffer.from(hex, "hex"));
  return secrets.some((secret) => {
    const expected = createHmac("sha256", secret).update(`${t}.`).update(body).digest();
    return given.some((mac) => mac.length === expected.length && timingSafeEqual(mac, expected));
  });
};

const readBody = async (request) => {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > bodyBytesMax) throw new Error("the body is too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

const answer = (response, status, value = {}, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
};

const control = (request, response, body) => {
  const given = body.length > 0 ? JSON.parse(body.toString("utf8")) : {};
  const key = `${request.method} ${request.url}`;
  if (key === "POST /_secrets") secrets = given.secrets;
  else if (key === "POST /_mode") mode = given;
  else if (key === "DELETE /_mode") mode = { kind: "ok" };
  else if (key === "DELETE /_calls") calls = [];
  else if (key !== "GET /_calls") return answer(response, 404);
  return answer(response, 200, { calls });
};

// What AIVA promises of each event.
const isWellFormed = (request, event) =>
  request.method === "POST" &&
  request.headers["content-type"] === "application/json" &&
  request.headers["aiva-event"] === event.type &&
  request.headers["aiva-event-id"] === event.id &&
  /^[1-9]\d*$/.test(request.headers["aiva-attempt"] ?? "") &&
  Number.isInteger(event.sequence) &&
  !Number.isNaN(Date.parse(event.created_at)) &&
  typeof event.data === "object";

const receive = async (request, response, body) => {
  const signed = isSigned(request.headers["aiva-signature"], body);
  let event = {};
  try {
    event = JSON.parse(body.toString("utf8"));
  } catch {
    // stays empty and is refused below
  }
  calls.push({
    path: request.url,
    headers: request.headers,
    body: event,
    is_signed: signed,
    is_repeated: known.has(event.id),
  });
  const now = mode;
  if (now.count !== undefined && --now.count <= 0) mode = { kind: "ok" };
  if (now.kind === "slow") await new Promise((done) => setTimeout(done, now.delay_ms));
  if (now.kind === "drop") return request.socket.destroy();
  if (now.kind === "status") return answer(response, now.status);
  if (now.kind === "redirect") return answer(response, 302, {}, { location: now.location });
  if (!signed) return answer(response, 401);
  if (!isWellFormed(request, event)) return answer(response, 400);
  known.add(event.id);
  return answer(response, 200);
};

const server = createServer((request, response) => {
  readBody(request)
    .then((body) =>
      request.url.startsWith("/_")
        ? control(request, response, body)
        : receive(request, response, body),
    )
    .catch((error) => answer(response, 413, { error: String(error) }));
});
server.listen(Number(values.port), values.host, () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
