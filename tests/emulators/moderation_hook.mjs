// The webhook of a tenant who moderates what is said to its agents, for tests: strict about the
// signature and the body.
//
//   node tests/emulators/moderation_hook.mjs --port 0 --secret SECRET
//
// prints {"port":N} once it listens. Texts with the word "forbidden" are flagged (category "house",
// 0.9), "doubtful" scores 0.3. For tests:
//   POST /_mode {kind: ok | slow (delay_ms) | status (status) | garbage | redirect (location)}
//   GET /_calls: the bodies that came and were accepted; {status, message} of those that were not
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const tolerance_s = 300;
const bodyBytesMax = 4 * 1024 * 1024;
const fields = ["type", "created_at", "tenant_id", "agent_id", "session_id", "texts"];

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    secret: { type: "string", default: "" },
  },
});

let mode = { kind: "ok" };
const calls = [];

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const readBody = async (request) => {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > bodyBytesMax) throw new Refusal(413, "The body is too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

const checkSignature = (header, body) => {
  const [, t, mac] = /^t=(\d{10}),v1=([0-9a-f]{64})$/.exec(header ?? "") ?? [];
  if (!t || Math.abs(Date.now() / 1000 - Number(t)) > tolerance_s) {
    throw new Refusal(401, "No signature of now");
  }
  const expected = createHmac("sha256", values.secret).update(`${t}.`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(mac, "hex")))
    throw new Refusal(401, "Wrong signature");
};

const checkBody = (request, body) => {
  if (request.method !== "POST") throw new Refusal(405, "POST only");
  if (request.headers["content-type"] !== "application/json") throw new Refusal(415, "JSON only");
  const told = JSON.parse(body.toString("utf8"));
  for (const name of Object.keys(told)) {
    if (!fields.includes(name)) throw new Refusal(400, `Unknown field ${name}`);
  }
  const isText = (value) => typeof value === "string" && value.length > 0;
  const fits =
    ["moderation.message", "moderation.answer"].includes(told.type) &&
    isText(told.tenant_id) &&
    !Number.isNaN(Date.parse(told.created_at)) &&
    Array.isArray(told.texts) &&
    told.texts.length > 0 &&
    told.texts.every((text) => typeof text === "string");
  if (!fits) throw new Refusal(400, "A field is missing or of the wrong type");
  return told;
};

const judge = ({ texts }) => {
  const has = (word) => texts.some((text) => text.toLowerCase().includes(word));
  const score = has("forbidden") ? 0.9 : has("doubtful") ? 0.3 : 0;
  return {
    flagged: score >= 0.5,
    categories: { house: score >= 0.5 },
    category_scores: { house: score },
  };
};

const answer = (response, status, value, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
};

const server = createServer(async (request, response) => {
  try {
    const body = await readBody(request);
    if (request.url === "/_calls") return answer(response, 200, calls);
    if (request.url === "/_mode") {
      mode = JSON.parse(body.toString("utf8"));
      return answer(response, 200, mode);
    }
    if (values.secret) checkSignature(request.headers["aiva-signature"], body);
    const told = checkBody(request, body);
    calls.push(told);
    if (mode.kind === "slow") await new Promise((done) => setTimeout(done, mode.delay_ms));
    if (mode.kind === "status") return answer(response, mode.status, {});
    if (mode.kind === "garbage") return response.end("<html>");
    if (mode.kind === "redirect") return answer(response, 302, {}, { location: mode.location });
    return answer(response, 200, judge(told));
  } catch (error) {
    const status = error.status ?? 400;
    calls.push({ status, message: error.message });
    return answer(response, status, { error: error.message });
  }
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
