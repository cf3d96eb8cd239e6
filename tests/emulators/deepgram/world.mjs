// What all connections share: the script, the faults, and what clients did.

const eventsKept = 5000;

/** A caller's turns: which one is said now, and how many of its words are final. */
class Script {
  #turns = [];
  #final = 0; // words of the first turn
  leftMs = 0; // of loud audio that belongs to its next word

  set(turns) {
    this.#turns = turns.map((turn) => ({ ...turn, words: (turn.hears ?? "").split(" ") }));
    this.#final = this.leftMs = 0;
  }
  /** The words that are not final yet. */
  get words() {
    return this.#turns[0]?.words.slice(this.#final) ?? [];
  }
  /** So many of them are final now; the turn goes with its last one. */
  finish(count, leftMs) {
    this.#final += count;
    this.leftMs = leftMs;
    if (this.#turns.length > 0 && this.#final >= this.#turns[0].words.length) this.take();
  }
  /** The turn is over, whatever was heard of it. */
  take() {
    this.#final = this.leftMs = 0;
    return this.#turns.shift();
  }
}

export class World {
  turns = new Script();
  msPerWord = 0;
  msPerCharacter = 10;
  paceMs = 0;
  idleMs = 10_000;
  faults = [];
  events = [];
  #lines = new Set();
  #connections = 0;

  script(body) {
    if (body.turns !== undefined) this.turns.set(body.turns);
    this.msPerWord = body.ms_per_word ?? this.msPerWord;
    this.msPerCharacter = body.ms_per_character ?? this.msPerCharacter;
    this.paceMs = body.pace_ms ?? this.paceMs;
    this.idleMs = body.idle_ms ?? this.idleMs;
  }

  addFault(fault) {
    this.faults.push({ count: 1, ...fault });
  }
  findFault(kind, on) {
    return this.faults.find(
      (fault) => fault.kind === kind && fault.count > 0 && (fault.on ?? on) === on,
    );
  }
  takeFault(kind, on) {
    const fault = this.findFault(kind, on);
    if (fault !== undefined) --fault.count;
    return fault;
  }

  open(line, url) {
    line.number = ++this.#connections;
    this.#lines.add(line);
    this.note({
      type: "connected",
      connection: line.number,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
    });
    const onEnd = line.onEnd;
    line.onEnd = () => {
      this.#lines.delete(line);
      this.note({ type: "disconnected", connection: line.number });
      onEnd();
    };
  }
  end() {
    for (const line of this.#lines) line.cut();
  }

  /** Audio that follows audio is added to it. */
  noteAudio(line, bytes) {
    const last = this.events.at(-1);
    if (last?.type === "audio" && last.connection === line.number) last.bytes += bytes;
    else this.note({ type: "audio", connection: line.number, bytes });
  }
  note(event) {
    this.events.push(event);
    if (this.events.length > eventsKept) this.events.shift();
  }
}
