// What a browser keeps of a conversation: the token that opens it, what was thought of its answers,
// and the question that is being answered. The messages stay with the server. Pages of one site
// share it: one that has no conversation goes on with that of another.

class Memory {
  /** @param {string} name of the agent and its server */
  constructor(name) {
    this.name = `aiva.chat.${name}`;
    this.isForgotten = false; // here: what another page goes on with stays there
    this.kept = this.read();
  }

  /** @returns {Kept} */
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) ?? "{}");
      return kept !== null && typeof kept === "object" ? kept : {};
    } catch {
      // Storage may be forbidden: then the conversation ends with the page.
      return {};
    }
  }

  /** @param {Partial<Kept>} change */
  keep(change) {
    if (!this.kept.token && !this.isForgotten) this.kept = { ...this.kept, ...this.read() };
    Object.assign(this.kept, change);
    this.write();
  }

  forget() {
    this.isForgotten = true;
    this.kept = {};
    this.write();
  }

  write() {
    try {
      const text = JSON.stringify(this.kept);
      if (text === "{}") localStorage.removeItem(this.name);
      else localStorage.setItem(this.name, text);
    } catch {
      // As above.
    }
  }

  /** Whether the panel is open, in this tab. */
  get isOpen() {
    try {
      return sessionStorage.getItem(this.name) === "open";
    } catch {
      return false;
    }
  }

  set isOpen(isOpen) {
    try {
      if (isOpen) sessionStorage.setItem(this.name, "open");
      else sessionStorage.removeItem(this.name);
    } catch {
      // As above.
    }
  }
}
