// Speaks to the server as a visitor: with a token that may do nothing but talk in one conversation.

const waitMax = 8000; // ms between two tries
const triesMax = 12;

/** What the server refused, or that it could not be reached (status 0). */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
  /** Whether the same may go well a moment later. A 503 without a code is a proxy's. */
  get isPassing() {
    return [0, 502, 504].includes(this.status) || (this.status === 503 && !this.code);
  }
}

/** @param {Response} response */
async function refusalOf(response) {
  const answer = await response.json().catch(() => undefined);
  const error = answer?.error ?? {};
  return new Refusal(response.status, error.code ?? "", error.message ?? "");
}

/**
 * The events of a stream; ends with it.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<StreamedEvent>}
 */
async function* readEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parseEvent(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * @param {string} block
 * @returns {StreamedEvent | undefined}
 */
function parseEvent(block) {
  const event = { name: "message", id: 0, data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event.name = line.slice(6).trim();
    if (line.startsWith("id:")) event.id = Number(line.slice(3));
    if (line.startsWith("data:")) event.data += line.slice(5).trim();
  }
  return event.data ? { ...event, data: JSON.parse(event.data) } : undefined;
}

/** A name for a message, also where the page did not come over https. */
function makeId() {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return [...numbers].map((number) => number.toString(36)).join("-");
}

/**
 * @param {number} time ms, or until the network is back
 * @param {AbortSignal} signal ends it, too
 */
function pause(time, signal) {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      done(undefined);
    };
    const timer = setTimeout(end, time);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}

class Connection {
  /**
   * @param {string} server its origin
   * @param {string} agent its slug
   * @param {Memory} memory keeps the token
   */
  constructor(server, agent, memory) {
    this.server = server;
    this.base = `${server}/aiva/chat/${encodeURIComponent(agent)}`;
    this.memory = memory;
  }

  get token() {
    return this.memory.kept.token ?? "";
  }

  /**
   * @param {string} address
   * @param {RequestInit} options
   */
  async fetch(address, options = {}) {
    const headers = { "x-chat-token": this.token, ...options.headers };
    let response;
    try {
      response = await fetch(address, { ...options, headers, credentials: "omit" });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Refusal(0, "offline", "");
    }
    if (!response.ok) throw await refusalOf(response);
    return response;
  }

  /**
   * @param {string} path below the agent's
   * @param {object} [body] of a POST
   */
  async ask(path, body) {
    const options = body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const response = await this.fetch(this.base + path, options);
    return (await response.json()).data;
  }

  /** @returns {Promise<WidgetFacts>} */
  facts() {
    return this.ask("/widget");
  }

  /**
   * Goes on with the conversation of before; where it cannot, another one is begun, or it fails.
   * @param {boolean} mayBegin
   */
  async enter(mayBegin) {
    const before = this.token;
    const open = (/** @type {object} */ body) => this.ask("/sessions", body);
    const reopen = () =>
      open({ token: before }).catch((error) => {
        if (!mayBegin || (error.status !== 401 && error.status !== 404)) throw error;
        return open({});
      });
    const session = await (before ? reopen() : open({}));
    this.memory.keep({ token: session.token, session: session.session_id });
  }

  /**
   * Does something for which a token is wanted; one that has ended is renewed first.
   * @template T
   * @param {() => Promise<T>} act
   * @param {boolean} [mayBegin] whether another conversation will do as well
   * @returns {Promise<T>}
   */
  async admitted(act, mayBegin = false) {
    if (!this.token) await this.enter(mayBegin);
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      await this.enter(mayBegin);
      return act();
    }
  }

  /** @returns {Promise<SessionState>} */
  state() {
    return this.admitted(() => this.ask("/session"));
  }

  /**
   * The newest messages, oldest first.
   * @param {number} count of all messages
   * @returns {Promise<VisitorMessage[]>}
   */
  async messages(count) {
    const size = 100;
    const last = Math.max(1, Math.ceil(count / size));
    const pages = last > 1 ? [last - 1, last] : [last];
    const found = [];
    for (const page of pages) {
      const path = `/messages?limit=${size}&page=${page}`;
      found.push(...(await this.admitted(() => this.ask(path))).items);
    }
    return found;
  }

  /** @param {string} address of a picture of an answer, below the server's */
  async picture(address) {
    const response = await this.admitted(() => this.fetch(this.server + address));
    return response.blob();
  }

  /**
   * @param {string} message
   * @param {"up" | "down" | "none"} rating
   */
  rate(message, rating) {
    return this.admitted(() => this.ask(`/messages/${message}/feedback`, { rating }));
  }

  /** @param {string} message the answer's or the question's */
  async cancel(message) {
    await this.fetch(`${this.base}/messages/${message}/cancel`, { method: "POST" });
  }

  /**
   * @param {string} content
   * @param {string} id by which it is known when it is sent again
   * @param {AbortSignal} signal
   */
  post(content, id, signal) {
    const body = JSON.stringify({ content, client_message_id: id, resumable: true });
    const headers = { accept: "text/event-stream", "content-type": "application/json" };
    const send = () =>
      this.fetch(`${this.base}/messages`, { method: "POST", headers, body, signal });
    return this.admitted(send, true);
  }

  /**
   * @param {string} turn
   * @param {number} after
   * @param {AbortSignal} signal
   */
  follow(turn, after, signal) {
    const path = `/turns/${turn}/events?after=${after}`;
    return this.admitted(() => this.fetch(this.base + path, { signal }));
  }

  /**
   * The events of a turn to its end, over lost connections: a message whose turn is not known yet
   * is sent again under its name, a turn that is known is taken up behind its last event.
   * @param {PendingTurn} pending `turn` is set once it is known
   * @param {AbortSignal} signal
   * @param {() => void} onLoss told before each further try
   * @returns {AsyncGenerator<StreamedEvent>}
   */
  async *turn(pending, signal, onLoss) {
    let after = 0;
    for (let tries = 0; ; ++tries) {
      try {
        const response = pending.turn
          ? await this.follow(pending.turn, after, signal)
          : await this.post(pending.content, pending.id, signal);
        for await (const event of readEvents(/** @type {any} */ (response.body))) {
          tries = 0;
          after = event.id || after;
          yield event;
          if (event.name === "done" || event.name === "error") return;
        }
      } catch (error) {
        const isLoss = !(error instanceof Refusal) || error.isPassing;
        if (signal.aborted || !isLoss || tries >= triesMax) throw error;
      }
      if (tries >= triesMax) throw new Refusal(0, "offline", "");
      onLoss();
      await pause(Math.min(waitMax, 500 * 2 ** tries), signal);
      signal.throwIfAborted();
    }
  }
}
