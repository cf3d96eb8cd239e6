// Where an answer comes from: numbers in its text, and behind it the documents, which open with the
// passage that was read.

/**
 * @typedef {object} CitationEntry
 * @property {VisitorSource} source
 * @property {HTMLButtonElement} opener
 * @property {HTMLElement} passage
 */

class Citations {
  /**
   * @param {VisitorSource[]} sources
   * @param {Words} words
   */
  constructor(sources, words) {
    this.words = words;
    /** @type {Map<number, CitationEntry>} */
    this.entries = new Map();
    for (const source of sources) this.entries.set(source.number, this.makeEntry(source));
  }

  /** @param {VisitorSource} source */
  makeEntry(source) {
    const opener = make("button", { type: "button", class: "source", "aria-expanded": "false" });
    const number = make("span", { class: "number", "aria-hidden": "true" }, String(source.number));
    const page = fillIn(this.words.page, { page: source.page });
    opener.append(number, make("span", {}, make("bdi", {}, source.document_name), `, ${page}`));
    const passage = make("blockquote", { hidden: true, tabindex: "-1", dir: "auto" }, source.quote);
    opener.addEventListener("click", () => {
      this.open(source.number, passage.hasAttribute("hidden"), false);
    });
    return { source, opener, passage };
  }

  /**
   * @param {number} number
   * @param {boolean} isOpen
   * @param {boolean} goesThere whether the passage takes the focus
   */
  open(number, isOpen, goesThere) {
    const entry = this.entries.get(number);
    if (!entry) return;
    entry.passage.hidden = !isOpen;
    entry.opener.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    if (goesThere) entry.opener.focus();
    entry.passage.scrollIntoView({ block: "nearest" });
  }

  /**
   * The mark of a citation within the text; nothing for a source that is not there.
   * @param {number} number
   */
  mark(number) {
    const entry = this.entries.get(number);
    if (!entry) return undefined;
    const { document_name: name, page } = entry.source;
    const label = fillIn(this.words.source, { number, name, page });
    const mark = make("button", { type: "button", class: "cite", "aria-label": label });
    mark.title = label;
    mark.textContent = String(number);
    mark.addEventListener("click", () => this.open(number, true, true));
    return mark;
  }

  /** The list behind the text. */
  list() {
    const list = make("ol", { class: "sources", "aria-label": this.words.sources });
    for (const { opener, passage } of this.entries.values())
      list.append(make("li", {}, opener, passage));
    return list;
  }
}
