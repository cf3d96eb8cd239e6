// What a client of AIVA does here: calls that end in a status or in nothing, and lists read whole.

// Passwords are checked when nothing else is to be done, which on a busy machine takes a while.
const logInTimeoutMs = 60_000;

export class Client {
  /** `urls`: of the api nodes, one of which is taken for each call. */
  constructor(urls, random = Math.random) {
    this.urls = urls;
    this.random = random;
    this.token = "";
  }

  async logIn(email, password) {
    const body = { email, password };
    const reply = await this.call("POST", "/api/auth/login", body, { timeoutMs: logInTimeoutMs });
    if (reply.status !== 200) throw new Error(`the login got ${reply.status} ${reply.text}`);
    this.token = reply.body.data.token;
    this.tenant = reply.body.data.user.tenant_id;
  }

  /** {status, body, text, url, ms}; status 0 when there was no answer. */
  async call(method, path, body, { key, url, timeoutMs = 15_000 } = {}) {
    const isForm = body instanceof FormData;
    const began = performance.now();
    const to = url ?? this.urls[Math.floor(this.random() * this.urls.length)];
    const answer = (status, text) => {
      let read = null;
      try {
        if (text !== "") read = JSON.parse(text);
      } catch {
        // What is no JSON is judged by its text.
      }
      return { status, text, body: read, url: to, ms: performance.now() - began };
    };
    try {
      const response = await fetch(to + path, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
          ...(key ? { "idempotency-key": key } : {}),
          ...(body && !isForm ? { "content-type": "application/json" } : {}),
        },
        body: isForm ? body : body ? JSON.stringify(body) : undefined,
      });
      return answer(response.status, await response.text());
    } catch (error) {
      return answer(0, String(error));
    }
  }

  async expect(status, method, path, body, options) {
    const reply = await this.call(method, path, body, options);
    if (reply.status !== status)
      throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.body?.data;
  }

  /** Every item of a list, page by page. */
  async list(path) {
    const items = [];
    const sign = path.includes("?") ? "&" : "?";
    for (let cursor = null; ;) {
      const rest = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await this.expect(200, "GET", `${path}${sign}limit=100${rest}`);
      items.push(...page.items);
      if (!page.next_cursor) return items;
      cursor = page.next_cursor;
    }
  }
}

/** Whether an answer is one of those a client must expect of a server in trouble. */
export function isTyped(reply) {
  if (reply.status === 0) return true; // the connection died: the process or its way did
  if (![409, 425, 429, 502, 503, 504].includes(reply.status)) return false;
  return typeof reply.body?.error?.code === "string" || reply.status === 502;
}
