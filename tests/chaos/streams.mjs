// Users to whom answers come word by word, and who notice where one breaks off.

/** The events of a stream of Server-Sent Events, in order: {event, data}. */
function eventsOf(text) {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data:"))
    .map((block) => ({
      event: /^event: (.*)$/m.exec(block)?.[1] ?? "message",
      data: JSON.parse(/^data: (.*)$/m.exec(block)[1]),
    }));
}

export class Streams {
  faults = [];
  counts = { streams: 0 };
  ledger = [];
  #isOver = false;

  constructor(client, base) {
    this.client = client;
    this.base = base;
  }

  start(count) {
    this.running = Array.from({ length: count }, (_, number) => this.#listen(number));
  }

  async stop() {
    this.#isOver = true;
    await Promise.all(this.running);
  }

  async #listen(number) {
    const made = await this.client.call("POST", "/api/chat/sessions", { kb_id: this.base });
    if (made.status !== 201) {
      this.faults.push(`a session got ${made.status} ${made.text}`);
      return;
    }
    const session = made.body.data.id;
    for (let said = 0; !this.#isOver; ++said) {
      const client = `listener ${number} message ${said}`;
      const content = `When are refunds paid, asks ${client}?`;
      const fault = await this.#hear(session, client, content);
      this.counts.streams += 1;
      if (fault) this.faults.push(`${client}: ${fault}`);
    }
  }

  /** What is wrong with one answer; nothing when it came whole. */
  async #hear(session, client, content) {
    const body = { content, client_message_id: client, stream: true };
    const path = `/api/chat/${session}/messages`;
    const reply = await this.client.call("POST", path, body, { timeoutMs: 60_000 });
    const entry = { kind: "message", session, client, content };
    if (reply.status !== 200) {
      this.ledger.push({ ...entry, unknown: true });
      return `got ${reply.status} ${reply.text.slice(0, 300)}`;
    }
    const events = eventsOf(reply.text);
    const last = events.at(-1);
    if (last?.event !== "done") {
      this.ledger.push({ ...entry, unknown: true });
      return `ended with ${JSON.stringify(last)?.slice(0, 300) ?? "nothing"}`;
    }
    const pieces = events.filter(({ event }) => event === "delta").map(({ data }) => data.text);
    const { message_id, response } = last.data;
    this.ledger.push({ ...entry, answer_id: message_id, answer: response.markdown });
    if (pieces.join("") !== response.markdown) return "its pieces do not make the answer";
    return null;
  }
}
