// The conversation as it is shown, in the widget's panel and on the chat page.

const nearEnd = 250; // px: who reads further up is not taken away from there

class ChatView {
  /**
   * @param {Connection} connection
   * @param {Memory} memory
   * @param {Look} look
   * @param {(name: string, detail: object) => void} tell
   */
  constructor(connection, memory, look, tell) {
    const { words, facts, language } = look;
    this.look = look;
    this.memory = memory;
    this.tell = tell;
    this.conversation = new Conversation(connection, memory, this.listener());
    /** @type {ViewParts} */
    this.parts = {
      words,
      facts,
      language,
      connection,
      enlarge: (image, opener) => this.enlarge(image, opener),
      changed: () => this.scroll(),
    };
    // What comes in piece by piece is told to screen readers at its end, as a whole.
    this.log = make("div", {
      class: "log",
      role: "log",
      "aria-live": "off",
      "aria-label": words.conversation,
      tabindex: "0",
    });
    this.notice = make("p", { class: "notice", hidden: true });
    this.status = make("p", { class: "status", role: "status" });
    this.told = make("div", { class: "unseen", "aria-live": "polite", "aria-atomic": "true" });
    this.composer = new Composer(words, facts.placeholder, {
      send: (text) => void this.ask(text),
      stop: () => void this.conversation.stop(),
    });
    this.element = make("div", { class: "chat" });
    this.element.append(this.notice, this.log, this.status, this.composer.element, this.told);
    /** @type {MessageView | undefined} the answer that comes in */
    this.coming = undefined;
    /** @type {Promise<void> | undefined} */
    this.restoring = undefined;
    this.greet();
  }

  /** @returns {ConversationListener} */
  listener() {
    const { words } = this.look;
    return {
      asked: (text) => {
        this.removeSuggestions();
        this.show("user").setText(text);
        this.scroll(true);
        this.tell("question", { text });
      },
      began: () => {
        this.composer.setBusy(true);
        this.say(words.answering, true);
      },
      working: () => this.say(words.working, true),
      lost: () => this.say(words.lost, true),
      heard: (text) => {
        this.coming ??= this.show("assistant");
        this.coming.add(text);
        this.say("", true);
      },
      answered: (answer, isStopped) => this.complete(answer, isStopped),
      stopped: () => this.endComing(words.stopped),
      failed: (error, pending) => this.fail(error, pending),
      ended: () => {
        this.composer.setBusy(false);
        this.element.classList.remove("busy");
      },
      told: (message) => this.hear(message),
      handedOver: (state, isNews) => this.showHandover(state, isNews),
    };
  }

  /** @param {Role} role */
  show(role) {
    const message = new MessageView(role, this.parts);
    this.log.append(message.element);
    return message;
  }

  /**
   * @param {string} text
   * @param {boolean} [isBusy] whether something goes on
   */
  say(text, isBusy = false) {
    if (this.status.textContent !== text) this.status.textContent = text;
    this.element.classList.toggle("busy", isBusy && text !== "");
  }

  /** The end of the conversation, unless somebody reads further up. @param {boolean} [always] */
  scroll(always = false) {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    if (always || scrollHeight - scrollTop - clientHeight < nearEnd)
      this.log.scrollTop = scrollHeight;
  }

  greet() {
    const { greeting, suggested_questions: questions } = this.look.facts;
    if (greeting) this.show("assistant").setText(greeting);
    if (questions.length === 0) return;
    const list = make("ul", { class: "suggestions", "aria-label": this.look.words.suggestions });
    for (const question of questions) {
      const button = make("button", { type: "button", dir: "auto" }, question);
      button.addEventListener("click", () => {
        this.composer.input.focus();
        void this.ask(question);
      });
      list.append(make("li", {}, button));
    }
    this.log.append(list);
  }

  removeSuggestions() {
    this.log.querySelector(".suggestions")?.remove();
  }

  /** Shows what was said before, once. */
  restore() {
    this.restoring ??= this.load();
    return this.restoring;
  }

  async load() {
    try {
      const messages = await this.conversation.restore();
      if (messages.some(({ role }) => role === "user")) {
        this.log.replaceChildren();
        for (const message of messages) this.showWhole(message);
      }
      this.conversation.resume(messages);
    } catch (error) {
      const isGone = error instanceof Refusal && [401, 404].includes(error.status);
      if (isGone) this.memory.forget();
      else this.say(this.look.words.notRestored);
    }
    this.scroll(true);
  }

  /** @param {VisitorMessage} message */
  showWhole(message) {
    const isFirst = this.log.childElementCount === 0; // an agent's is its greeting
    const view = this.show(message.role);
    view.complete(message);
    if (message.role === "assistant" && !isFirst) this.offerRating(view, message);
  }

  /**
   * @param {MessageView} view
   * @param {{message_id: string | null}} message
   */
  offerRating(view, { message_id: id }) {
    if (!id) return;
    const given = this.memory.kept.ratings?.[id];
    view.offerRating(given, async (rating) => {
      await this.conversation.rate(id, rating);
      this.tell("feedback", { message: id, rating });
    });
  }

  /** @param {string} text */
  async ask(text) {
    const content = text.trim().slice(0, charactersMax);
    if (!content || this.conversation.isBusy) return;
    await this.restore();
    // An answer of before comes in: what was written waits for its end.
    if (this.conversation.isBusy) return this.composer.giveBack(content);
    await this.conversation.ask(content);
  }

  /**
   * @param {VisitorAnswer} answer
   * @param {boolean} isStopped
   */
  complete(answer, isStopped) {
    const { words, facts } = this.look;
    if (answer.buffering || !answer.text) return this.endComing(isStopped ? words.stopped : "");
    const view = this.coming ?? this.show("assistant");
    this.coming = undefined;
    view.complete({ ...answer, role: "assistant" });
    this.offerRating(view, answer);
    const ending = answer.interaction_closed ? words.over : "";
    this.say(isStopped ? words.stopped : ending);
    this.announce(facts.name, answer.text);
    this.tell("answer", { text: answer.text, message: answer.message_id });
  }

  /** @param {string} text that says how */
  endComing(text) {
    if (this.coming && !this.coming.text) this.coming.element.remove();
    this.coming?.setText(this.coming.text);
    this.coming = undefined;
    this.say(text);
  }

  /**
   * Tells screen readers, and whoever has closed the panel.
   * @param {string} who
   * @param {string} text
   */
  announce(who, text) {
    this.told.textContent = `${who}: ${text.replace(/\[\d{1,3}\]|[*_`#]/g, "")}`;
    this.scroll();
    this.tell("message", { who, text });
  }

  /** @param {VisitorMessage} message of a person */
  hear(message) {
    this.removeSuggestions();
    this.showWhole(message);
    this.announce(this.look.words.person, message.text);
  }

  /**
   * @param {string} state none | waiting | claimed
   * @param {boolean} isNews
   */
  showHandover(state, isNews) {
    const { words } = this.look;
    const text = { waiting: words.waiting, claimed: words.claimed }[state] ?? "";
    this.notice.textContent = text;
    this.notice.hidden = !text;
    if (text && isNews) this.told.textContent = text;
    this.tell("handover", { state });
  }

  /**
   * @param {unknown} error
   * @param {PendingTurn} pending what was asked; sent again, it is the same message
   */
  fail(error, pending) {
    this.endComing(this.reasonOf(error));
    const retry = make("button", { type: "button", class: "retry" }, this.look.words.retry);
    retry.addEventListener("click", () => {
      this.composer.input.focus();
      this.say("");
      void this.conversation.run(pending, false);
    });
    this.status.append(" ", retry);
    this.tell("error", { message: this.reasonOf(error) });
  }

  /** @param {unknown} error */
  reasonOf(error) {
    const { words } = this.look;
    if (!(error instanceof Refusal)) return words.failed;
    const byStatus = /** @type {Record<number, string>} */ ({
      402: words.unavailable,
      403: words.forbidden,
      404: words.missing,
      429: words.tooMany,
      503: words.unavailable,
    });
    return byStatus[error.status] ?? words.failed;
  }

  clear() {
    this.conversation.clear();
    this.coming = undefined;
    this.log.replaceChildren();
    this.told.textContent = "";
    this.composer.setBusy(false);
    this.say("");
    this.greet();
    this.tell("clear", {});
  }

  /**
   * @param {VisitorImage} image
   * @param {HTMLElement} opener
   */
  enlarge(image, opener) {
    const box = makeLightbox(image, this.parts.connection, this.look.words, () => {
      box.remove();
      opener.focus();
    });
    this.element.append(box);
    box.querySelector("button")?.focus();
  }
}
