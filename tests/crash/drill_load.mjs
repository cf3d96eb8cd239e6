// The load of the restore drill: people who upload, delete and ask, and credits that are added. All
// of it remembers what the server acknowledged, and when.
import { makeDocuments } from "./sample_documents.mjs";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class DrillLoad {
  constructor({ server, random, seed, faults, runProgram }) {
    Object.assign(this, { server, random, seed, faults, runProgram });
    this.base = null;
    this.isOver = false;
    this.isCalm = false; // little is uploaded
    this.documents = []; // {id, name, word, acknowledgedAt, isDeleted}
    this.answers = []; // {id, acknowledgedAt}
    this.credits = []; // {note, acknowledgedAt}
  }

  /** Makes the knowledge base and starts everybody; to be awaited after isOver is set. */
  async start() {
    const made = await this.server.call("POST", "/api/knowledge", { name: "Drill" });
    if (made?.status !== 201) throw new Error(`no knowledge base: ${JSON.stringify(made)}`);
    this.base = made.body.data.id;
    this.running = [
      ...[1, 2, 3].map((number) => this.#upload(number)),
      ...[1, 2].map((number) => this.#talk(number)),
      this.#remove(),
      this.#addCredits(),
    ];
  }

  async end() {
    this.isOver = true;
    await Promise.all(this.running);
  }

  /** What must be in whatever was begun at that moment. */
  acknowledgedBefore(moment) {
    const isOlder = ({ acknowledgedAt }) => acknowledgedAt < moment;
    return {
      documents: this.documents.filter((one) => isOlder(one) && !one.isDeleted),
      answers: this.answers.filter(isOlder),
      credits: this.credits.filter(isOlder),
    };
  }

  async #upload(number) {
    for (let round = 1; !this.isOver; round += 1) {
      const made = makeDocuments(this.seed * 10_000 + number * 1000 + round, 10);
      for (const document of made.filter(({ isDamaged }) => !isDamaged)) {
        if (this.isOver) return;
        const name = `${number}-${round}-${document.name}`;
        const id = await this.server.upload(this.base, { ...document, name });
        if (id === null) return;
        const { word } = document;
        this.documents.push({ name, word, id, acknowledgedAt: performance.now() });
        await this.#see(id);
        if (this.isCalm) await pause(1000);
      }
    }
  }

  /** Waits until a document is read or gone. */
  async #see(id) {
    const path = `/api/knowledge/${this.base}/documents/${id}`;
    while (!this.isOver) {
      const reply = await this.server.call("GET", path);
      if (reply?.status !== 200) return;
      if (["completed", "failed", "cancelled"].includes(reply.body.data.status)) return;
      await pause(100);
    }
  }

  async #talk(number) {
    const made = await this.server.call("POST", "/api/chat/sessions", { kb_id: this.base });
    const session = made?.body?.data?.id;
    if (session === undefined) return void this.faults.push(`no session: ${JSON.stringify(made)}`);
    for (let said = 1; !this.isOver; said += 1) {
      const content = `When does the ferry go, asks ${number} for the ${said}th time?`;
      const reply = await this.server.call("POST", `/api/chat/${session}/messages`, { content });
      if (reply === null) return;
      if (reply.status === 200) {
        this.answers.push({ id: reply.body.data.message_id, acknowledgedAt: performance.now() });
      } else this.faults.push(`a message got ${reply.status} ${JSON.stringify(reply.body)}`);
      await pause(this.random() * 100);
    }
  }

  /** Deletes documents that were just uploaded, so that their files go while others are copied. */
  async #remove() {
    while (!this.isOver) {
      await pause(30 + this.random() * 150);
      const document = this.documents.findLast(({ isDeleted }) => !isDeleted);
      if (document === undefined || this.random() < 0.5) continue;
      document.isDeleted = true;
      const path = `/api/knowledge/${this.base}/documents/${document.id}`;
      if ((await this.server.call("DELETE", path)) === null) return;
    }
  }

  async #addCredits() {
    for (let number = 1; !this.isOver; number += 1) {
      const note = `drill ${number}`;
      const { code, error } = await this.runProgram(["credits", "add", "0.5", "--note", note]);
      if (code === 0) this.credits.push({ note, acknowledgedAt: performance.now() });
      else if (!this.isOver) this.faults.push(`credits are not added: ${error}`);
      await pause(100 + this.random() * 200);
    }
  }
}
