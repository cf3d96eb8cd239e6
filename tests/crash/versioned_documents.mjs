// Documents whose content changes again and again under the same name, and a reader that looks at
// what searches see of them: the old content or the new, never neither, never both.

const passagesOfEdition = 4;
const filler = "The keeper wrote down the weather, the ships and the oil left. ".repeat(12);

/** One document; uploads its next edition now and then. */
export class VersionedDocument {
  constructor(word, { server, random, faults, figures }) {
    Object.assign(this, { word, server, random, faults, figures });
    this.base = null;
    this.passages = 0; // of one edition, as searches show them
    this.id = null;
    this.sent = 0; // the newest edition that the server may have
    this.accepted = 0; // the newest edition it acknowledged
    this.seen = 0; // the newest edition a search has shown
  }

  text(edition) {
    const passage = (n) =>
      `# Part ${n}\n\nThe word ${this.word} stands in edition ${edition}. ${filler}`;
    return Array.from({ length: passagesOfEdition }, (_, n) => passage(n)).join("\n\n");
  }

  /** Sends the next edition, or again the one nobody acknowledged; false when the server died. */
  async change(base) {
    this.base = base;
    const edition = this.accepted + 1;
    this.sent = edition;
    const id = await this.server.upload(base, {
      name: "changing.md",
      bytes: this.text(edition),
    });
    if (id === null) return false;
    if (this.id !== null && id !== this.id) {
      this.faults.push(`edition ${edition} of ${this.word} became another document`);
    }
    this.id = id;
    this.accepted = edition;
    this.figures.editions += 1;
    return true;
  }

  /** The editions a search finds now; null when nobody answered. */
  async look() {
    const acceptedBefore = this.accepted;
    const reply = await this.server.call("POST", "/api/v1/search", {
      kb_id: this.base,
      query: `${this.word} edition`,
      top_k: 50,
    });
    if (reply === null || reply.status !== 200) return null;
    const found = new Set();
    let passages = 0;
    for (const { content } of reply.body.data.text_results) {
      if (!content.includes(this.word)) continue;
      passages += 1;
      for (const [, edition] of content.matchAll(/stands in edition (\d+)/g)) found.add(+edition);
    }
    this.judge([...found], passages);
    if (found.size === 1 && [...found][0] < acceptedBefore) this.figures.looks_at_old += 1;
    return [...found];
  }

  judge(editions, passages) {
    this.figures.looks += 1;
    this.figures.looks_at_some += editions.length > 0 ? 1 : 0;
    const where = `of ${this.word} (${this.accepted} acknowledged, ${this.seen} seen)`;
    if (editions.length > 1) this.faults.push(`a search sees editions ${editions} ${where}`);
    if (editions.length === 0 && this.seen > 0) this.faults.push(`no search sees any ${where}`);
    const newest = Math.max(0, ...editions);
    if (newest > 0 && newest < this.seen) this.faults.push(`edition ${newest} is back ${where}`);
    if (newest > this.sent) this.faults.push(`edition ${newest} was never sent ${where}`);
    if (this.passages === 0) this.passages = passages;
    if (editions.length === 1 && passages !== this.passages) {
      this.faults.push(`a search sees ${passages} passages of edition ${newest} ${where}`);
    }
    this.seen = Math.max(this.seen, newest);
  }

  /** Changes the document and looks at it until the server dies. */
  async run(base) {
    let isAlive = true;
    const changing = async () => {
      while (isAlive) {
        const isSent = await this.change(base);
        isAlive &&= isSent; // it may have died after it had answered
        const isPatient = this.random() < 0.7; // else it is changed again while it is read
        while (isAlive && isPatient && this.seen < this.accepted) await pause(5);
        await pause(this.random() * 300);
      }
    };
    const looking = async () => {
      while (isAlive) {
        if (this.base !== null) await this.look();
        await pause(5 + this.random() * 20);
      }
    };
    const stopping = this.server.ended.then(() => (isAlive = false));
    await Promise.all([changing(), looking(), stopping]);
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
