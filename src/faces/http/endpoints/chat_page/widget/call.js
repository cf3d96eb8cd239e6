// The call page in the widget's panel: a frame of the server, which alone gets the microphone.

class CallView {
  /**
   * @param {string} server
   * @param {Look} look
   */
  constructor(server, look) {
    const { words, facts, language } = look;
    this.server = server;
    const theme = look.theme === "auto" ? "" : `&theme=${look.theme}`;
    this.address = `${server}/aiva/call/${encodeURIComponent(facts.slug)}?lang=${language}${theme}`;
    this.frame = make("iframe", { title: words.call, allow: "microphone; autoplay" });
    this.note = make("p", { class: "blocked", role: "alert", hidden: true }, words.blocked, " ");
    const link = make("a", { href: this.address, target: "_blank", rel: "noopener" });
    link.textContent = words.ownWindow;
    this.note.append(link);
    this.element = make("div", { class: "call", hidden: true }, this.note, this.frame);
    // The page's policy may forbid frames of the server: then the call needs a window of its own.
    this.refused = (/** @type {SecurityPolicyViolationEvent} */ event) => {
      const isFrame = /^(frame|child|default)-src/.test(event.effectiveDirective);
      if (!isFrame || !event.blockedURI.startsWith(server)) return;
      this.note.hidden = false;
      this.frame.hidden = true;
    };
  }

  begin() {
    document.addEventListener("securitypolicyviolation", this.refused);
    this.note.hidden = true;
    this.frame.hidden = false;
    this.frame.src = this.address;
    this.element.hidden = false;
    this.frame.focus();
  }

  /** Hangs up: with its page, a call ends. */
  end() {
    document.removeEventListener("securitypolicyviolation", this.refused);
    this.frame.src = "about:blank";
    this.element.hidden = true;
  }
}
