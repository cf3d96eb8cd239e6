// What is said and how it is answered, without a view: it tells a listener.

const lookEvery = 4000; // ms, for what a person says
const lookHidden = 20000; // likewise, where nobody looks at the page

class Conversation {
  /**
   * @param {Connection} connection
   * @param {Memory} memory
   * @param {ConversationListener} listener
   */
  constructor(connection, memory, listener) {
    this.connection = connection;
    this.memory = memory;
    this.listener = listener;
    /** @type {Set<string>} ids of messages that are shown */
    this.known = new Set();
    /** @type {AbortController | undefined} of the turn that goes on */
    this.running = undefined;
    this.isStopping = false;
    this.handover = "none";
    this.count = 0; // of messages at the server when it was looked at last
    this.looking = 0;
    this.age = 0; // of conversations in this view
  }

  get isBusy() {
    return this.running !== undefined;
  }

  /** Shows what was said before, and takes up an answer that was coming in. */
  async restore() {
    if (!this.memory.kept.token) return [];
    const state = await this.connection.state();
    const messages = await this.connection.messages(state.message_count);
    for (const { message_id: id } of messages) this.known.add(id);
    this.count = state.message_count;
    this.setHandover(state.handover, false);
    return messages;
  }

  /**
   * The question whose answer had not come when the page went.
   * @param {VisitorMessage[]} messages of before
   */
  resume(messages) {
    const { pending } = this.memory.kept;
    if (!pending || this.isBusy) return;
    const last = messages.at(-1);
    const asked = messages.findLast(({ role }) => role === "user");
    const isKept = asked?.text === pending.content;
    const isAnswered = isKept && last !== asked;
    if (isAnswered || (pending.turn && this.known.has(pending.turn)))
      return this.memory.keep({ pending: undefined });
    if (!isKept) this.listener.asked(pending.content);
    void this.run(pending, true);
  }

  /** @param {string} content */
  async ask(content) {
    if (this.isBusy) return;
    this.listener.asked(content);
    await this.run({ id: makeId(), content }, false);
  }

  /**
   * @param {PendingTurn} pending
   * @param {boolean} isResumed after the page was loaded again
   */
  async run(pending, isResumed) {
    const running = new AbortController();
    const { age } = this;
    this.running = running;
    this.isStopping = false;
    this.memory.keep({ pending });
    this.listener.began();
    try {
      await this.follow(pending, running.signal);
    } catch (error) {
      if (age !== this.age) return;
      if (this.isStopping) this.listener.stopped();
      else if (isResumed && error instanceof Refusal && error.status === 404)
        this.listener.stopped();
      else this.listener.failed(error, { id: pending.id, content: pending.content });
    } finally {
      if (this.running === running) this.running = undefined;
      if (age === this.age) {
        this.memory.keep({ pending: undefined });
        this.listener.ended();
      }
    }
  }

  /**
   * @param {PendingTurn} pending
   * @param {AbortSignal} signal
   */
  async follow(pending, signal) {
    const turn = this.connection.turn(pending, signal, () => this.listener.lost());
    for await (const { name, data } of this.goOnWhereItEnded(turn, pending, signal)) {
      if (signal.aborted) return;
      if (name === "turn") {
        pending.turn = data.turn_id;
        this.memory.keep({ pending });
      }
      if (name === "working") this.listener.working();
      if (name === "delta") this.listener.heard(data.text);
      if (name === "error") throw new Refusal(500, data.code, data.message);
      if (name === "done") this.finish(data);
    }
  }

  /**
   * A conversation that was ended at the server is begun anew.
   * @param {AsyncGenerator<StreamedEvent>} turn
   * @param {PendingTurn} pending
   * @param {AbortSignal} signal
   */
  async *goOnWhereItEnded(turn, pending, signal) {
    try {
      yield* turn;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409) throw error;
      await this.connection.enter(true);
      yield* this.connection.turn(pending, signal, () => this.listener.lost());
    }
  }

  /** @param {VisitorAnswer} answer */
  finish(answer) {
    if (answer.message_id) this.known.add(answer.message_id);
    this.listener.answered(answer, this.isStopping);
    if (answer.agent_transfer || (!answer.buffering && !answer.message_id))
      this.setHandover(this.handover === "claimed" ? "claimed" : "waiting", true);
  }

  /** Stops the answer that comes in; what was said stays. */
  async stop() {
    this.isStopping = true;
    const turn = this.memory.kept.pending?.turn;
    const { running } = this;
    if (!turn) return running?.abort();
    await this.connection.cancel(turn).catch(() => running?.abort());
  }

  /**
   * @param {string} message
   * @param {Rating} rating
   */
  async rate(message, rating) {
    await this.connection.rate(message, rating);
    this.memory.keep({ ratings: { ...this.memory.kept.ratings, [message]: rating } });
  }

  /** Forgets the conversation here; the server keeps what its operator wants to keep. */
  clear() {
    ++this.age;
    this.running?.abort();
    this.running = undefined;
    this.memory.forget();
    this.known.clear();
    this.count = 0;
    this.setHandover("none", false);
  }

  /**
   * @param {string} handover
   * @param {boolean} isNews
   */
  setHandover(handover, isNews) {
    const isChanged = handover !== this.handover;
    this.handover = handover;
    this.memory.keep({ person: handover === "none" ? undefined : true });
    if (isChanged) this.listener.handedOver(handover, isNews);
    if (handover === "none") clearTimeout(this.looking);
    else this.lookLater();
  }

  lookLater() {
    clearTimeout(this.looking);
    const wait = document.hidden ? lookHidden : lookEvery;
    this.looking = setTimeout(() => void this.look(), wait);
  }

  /** What a person has said since. */
  async look() {
    const { age } = this;
    try {
      const state = await this.connection.state();
      if (age !== this.age) return;
      if (state.message_count !== this.count) await this.showNews(state.message_count, age);
      if (age === this.age) this.setHandover(state.handover, true);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return this.setHandover("none", true);
      // Otherwise it is looked at again.
    }
    if (age === this.age && this.handover !== "none") this.lookLater();
  }

  /**
   * @param {number} count
   * @param {number} age
   */
  async showNews(count, age) {
    const messages = await this.connection.messages(count);
    if (age !== this.age) return;
    this.count = count;
    for (const message of messages) {
      if (message.role !== "operator" || this.known.has(message.message_id)) continue;
      this.known.add(message.message_id);
      this.listener.told(message);
    }
  }
}
