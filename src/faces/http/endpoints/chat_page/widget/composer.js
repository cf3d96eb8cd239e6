// Where the visitor writes. While an answer comes in, its button stops it.

const charactersMax = 8000;

class Composer {
  /**
   * @param {Words} words
   * @param {string} placeholder
   * @param {{send: (text: string) => void, stop: () => void}} acts
   */
  constructor(words, placeholder, acts) {
    this.words = words;
    this.acts = acts;
    this.isBusy = false;
    this.input = make("textarea", {
      rows: "1",
      maxlength: String(charactersMax),
      placeholder: placeholder || words.placeholder,
      "aria-label": words.message,
      enterkeyhint: "send",
      autocomplete: "off",
    });
    this.button = make("button", { type: "submit", class: "send" });
    this.element = make("form", {}, this.input, this.button);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!this.isBusy) this.submit();
    });
    this.input.addEventListener("input", () => this.grow());
    this.setBusy(false);
  }

  submit() {
    if (this.isBusy) return this.acts.stop();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.grow();
    this.acts.send(text);
  }

  /** Puts a text that was not sent where it was written. @param {string} text */
  giveBack(text) {
    if (this.input.value) return;
    this.input.value = text;
    this.grow();
  }

  // As high as its text, up to what the style allows; and the way that its text runs.
  grow() {
    this.input.dir = this.input.value ? "auto" : "";
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  /** @param {boolean} isBusy */
  setBusy(isBusy) {
    this.isBusy = isBusy;
    const words = isBusy ? this.words.stop : this.words.send;
    this.button.setAttribute("aria-label", words);
    this.button.title = words;
    this.button.replaceChildren(makeIcon(isBusy ? "stop" : "send"));
  }
}
