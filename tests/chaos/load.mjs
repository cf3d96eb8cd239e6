// Mixed load of users who insist: each repeats what it wants, under the same key, until it is
// acknowledged, and notes it in the ledger.
import { isTyped } from "./client.mjs";
import { pause } from "./processes.mjs";

const retryMs = 150;
const refusalsKept = 100;

/** A word that nothing else contains, of letters alone. */
export function wordOf(number) {
  const letters = number
    .toString(26)
    .replace(/./g, (digit) => String.fromCharCode(97 + parseInt(digit, 26)));
  return `zq${letters.padStart(6, "a")}xu`;
}

export class Load {
  ledger = [];
  faults = []; // answers that no client has to expect
  refusals = []; // the first answers that were not what was wanted, whatever they were
  waits = []; // seconds from the first try to the acknowledgement, longer than one
  counts = { documents: 0, messages: 0, credits: 0, searches: 0, failedSearches: 0, retries: 0 };
  #isOver = false;
  #running = [];
  #serial = 0;

  constructor(client, base, random) {
    this.client = client;
    this.base = base;
    this.random = random;
  }

  start({ uploaders = 2, talkers = 4, payers = 2, searchers = 3 }) {
    const run = (count, one) => {
      for (let number = 0; number < count; ++number) this.#running.push(one.call(this, number));
    };
    run(uploaders, this.#upload);
    run(talkers, this.#talk);
    run(payers, this.#pay);
    run(searchers, this.#search);
  }

  async stop() {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  /** Tries until a call succeeds; null when it was not acknowledged before the end's time. */
  async #insist(what, call) {
    const began = performance.now();
    let endAt = Infinity;
    for (;;) {
      const reply = await call();
      if (reply.status === 200 || reply.status === 201) {
        const seconds = (performance.now() - began) / 1000;
        if (seconds > 1) this.waits.push({ what, seconds, at: Date.now() });
        return reply.body.data;
      }
      this.#note(what, reply);
      if (!isTyped(reply)) {
        this.faults.push(`${what} got ${reply.status} ${reply.text.slice(0, 300)}`);
        await pause(1000);
      }
      this.counts.retries += 1;
      // What was begun is seen through, within reason, so that it is known how it ended.
      if (this.#isOver) endAt = Math.min(endAt, performance.now() + 60_000);
      if (performance.now() > endAt) return null;
      await pause(retryMs * (0.5 + this.random()));
    }
  }

  #note(what, reply) {
    if (this.refusals.length === refusalsKept) return;
    const text = reply.text.slice(0, 300);
    this.refusals.push({ what, status: reply.status, text, at: new Date().toISOString() });
  }

  async #upload() {
    const bases = `/api/knowledge/${this.client.tenant}/knowledge-bases`;
    const path = `${bases}/${this.base}/documents/upload`;
    while (!this.#isOver) {
      const word = wordOf(++this.#serial);
      const name = `${word}.txt`;
      const rest = "It is dusted on Mondays. ".repeat(20);
      const text = `The ${word} is kept in room ${this.#serial}.\n\n${rest}`;
      const done = await this.#insist("an upload", () => {
        const form = new FormData();
        form.append("file", new Blob([text]), name);
        return this.client.call("POST", path, form, { key: `upload-${word}` });
      });
      const entry = { kind: "document", base: this.base, name, word };
      this.ledger.push(done ? { ...entry, id: done.document_id } : { ...entry, unknown: true });
      if (done) this.counts.documents += 1;
      await pause(300 + 900 * this.random());
    }
  }

  async #talk(number) {
    const session = await this.#insist("a session", () =>
      this.client.call(
        "POST",
        "/api/chat/sessions",
        { kb_id: this.base },
        { key: `session-${number}` },
      ),
    );
    for (let said = 0; session && !this.#isOver; ++said) {
      const client = `talker ${number} message ${said}`;
      const content = `When are refunds paid, asks ${client}?`;
      const body = { content, client_message_id: client };
      const done = await this.#insist("a message", () =>
        this.client.call("POST", `/api/chat/${session.id}/messages`, body),
      );
      const entry = { kind: "message", session: session.id, client, content };
      const known = done && { answer_id: done.message_id, answer: done.response.markdown };
      this.ledger.push(known ? { ...entry, ...known } : { ...entry, unknown: true });
      if (done) this.counts.messages += 1;
      await pause(50 + 300 * this.random());
    }
  }

  async #pay(number) {
    for (let paid = 0; !this.#isOver; ++paid) {
      const note = `payer ${number} payment ${paid}`;
      const key = note.replaceAll(" ", "-");
      const amount = (1 + Math.floor(this.random() * 1000)) / 1000;
      const done = await this.#insist("a payment", () =>
        this.client.call("POST", "/api/credits/add", { amount, note }, { key }),
      );
      const entry = { kind: "credit", note, amount };
      this.ledger.push(done ? entry : { ...entry, unknown: true });
      if (done) this.counts.credits += 1;
      await pause(100 + 300 * this.random());
    }
  }

  /** Searches are not repeated; what was acknowledged a while ago is found. */
  async #search() {
    while (!this.#isOver) {
      const known = this.ledger.filter(({ kind, unknown }) => kind === "document" && !unknown);
      const entry = known[Math.floor(this.random() * known.length)];
      const query = entry?.word ?? "refunds";
      const body = { kb_id: this.base, query, search_type: "text", top_k: 1 };
      const reply = await this.client.call("POST", "/api/v1/search", body);
      this.counts.searches += 1;
      if (reply.status !== 200) {
        this.counts.failedSearches += 1;
        this.#note("a search", reply);
        if (!isTyped(reply))
          this.faults.push(`a search got ${reply.status} ${reply.text.slice(0, 300)}`);
      }
      await pause(100 + 200 * this.random());
    }
  }
}
