// What a browser keeps of a conversation: the token that opens it, what was thought of its answers,
// and the question that is being answered. The messages stay with the server.

class Memory {
  /** @param {string} name of the agent and its server */
  constructor(name) {
    this.name = `aiva.chat.${name}`;
    /** @type {Kept} */
    this.kept = {};
    try {
      this.kept = JSON.parse(localStorage.getItem(this.name) ?? "{}");
    } catch {
      // Storage may be forbidden: then the conversation ends with the page.
    }
  }

  /** @param {Partial<Kept>} change */
  keep(change) {
    Object.assign(this.kept, change);
    this.write();
  }

  forget() {
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
