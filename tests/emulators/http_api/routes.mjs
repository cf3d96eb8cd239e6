// What the API knows: orders of a shop, and paths that misbehave as APIs do.

const hugeBytes = 5 * 1024 * 1024;

/** @param {string} key the bearer the shop wants */
export function makeState(key) {
  return {
    key,
    orders: new Map([["100200", { state: "shipped", delivery: { date: "2031-01-31" } }]]),
    created: new Map(), // by idempotency key
    visits: new Map(), // by path
    requests: [],
  };
}

function send(response, status, body, headers = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}

function visit(state, path) {
  const count = (state.visits.get(path) ?? 0) + 1;
  state.visits.set(path, count);
  return count;
}

function findOrder(state, number, response) {
  if (!/^[0-9]{6}$/.test(number)) return send(response, 400, { error: "malformed number" });
  const order = state.orders.get(number);
  if (order === undefined) return send(response, 404, { error: `no order ${number}` });
  return send(response, 200, { order: { number, ...order } });
}

function createOrder(state, request, body, response) {
  if (request.headers["content-type"] !== "application/json")
    return send(response, 415, { error: "send JSON" });
  let order;
  try {
    order = JSON.parse(body);
  } catch {
    return send(response, 400, { error: "malformed JSON" });
  }
  const fields = Object.keys(order).sort().join(",");
  if (fields !== "article,count" || !Number.isInteger(order.count))
    return send(response, 422, { error: "wants article and a whole count, nothing else" });
  const key = request.headers["idempotency-key"];
  if (key !== undefined && state.created.has(key))
    return send(response, 200, { order: state.created.get(key), replayed: true });
  const made = { number: String(100300 + state.created.size), ...order };
  state.created.set(key ?? made.number, made);
  // The order is made, but whoever asked first does not hear of it.
  if (String(order.article).startsWith("flaky") && visit(state, order.article) === 1)
    return send(response, 503, { error: "overloaded" });
  return send(response, 201, { order: made });
}

/** Answers one request. */
export function answer(state, request, body, response) {
  const url = new URL(request.url, "http://api.test");
  if (url.pathname === "/_requests") return send(response, 200, state.requests);
  state.requests.push({ method: request.method, url: request.url, headers: request.headers, body });
  if (request.headers.authorization !== `Bearer ${state.key}`)
    return send(response, 401, { error: "who are you?", seen: request.headers.authorization });
  const order = url.pathname.match(/^\/orders\/([^/]*)$/);
  if (order && request.method === "GET")
    return findOrder(state, decodeURIComponent(order[1]), response);
  if (url.pathname === "/orders" && request.method === "POST")
    return createOrder(state, request, body, response);
  switch (`${request.method} ${url.pathname}`) {
    case "GET /echo":
      return send(response, 200, { headers: request.headers, query: [...url.searchParams] });
    case "GET /busy":
      if (visit(state, url.pathname) === 1)
        return send(response, 429, { error: "slow down" }, { "retry-after": "1" });
      return send(response, 200, { visits: state.visits.get(url.pathname) });
    case "GET /down":
      visit(state, url.pathname);
      return send(response, 503, { error: "down", visits: state.visits.get(url.pathname) });
    case "GET /slow":
      return void setTimeout(() => send(response, 200, {}), 5000);
    case "GET /redirect":
      return send(response, 302, "", { location: "http://169.254.169.254/latest/meta-data/" });
    case "GET /huge":
      return send(response, 200, JSON.stringify("x".repeat(hugeBytes)));
    case "GET /long":
      return send(response, 200, JSON.stringify("y".repeat(200_000)));
    case "GET /picture":
      response.writeHead(200, { "content-type": "image/png" });
      return response.end(Buffer.from([0x89, 0x50, 0x4e, 0x47]));
    case "GET /broken":
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write("{");
      return void response.destroy();
    default:
      return send(response, 404, { error: "no such path" });
  }
}
