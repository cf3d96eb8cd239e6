// One message of the conversation as it is shown.

const drawEvery = 60; // ms, while an answer comes in

class MessageView {
  /**
   * @param {Role} role
   * @param {ViewParts} parts
   */
  constructor(role, parts) {
    this.role = role;
    this.parts = parts;
    const { words, facts } = parts;
    const names = { user: words.you, assistant: facts.name, operator: words.person };
    this.who = names[role];
    this.body = make("div", { class: "body", dir: "auto" });
    const name = make("span", { class: role === "user" ? "unseen" : "who" }, this.who);
    this.element = make("div", { class: `message ${role}` }, name, this.body);
    this.text = "";
    this.timer = 0;
  }

  /** @param {string} text all of it */
  setText(text) {
    this.text = text;
    if (this.role === "user") this.body.textContent = text;
    else this.draw(new Citations([], this.parts.words));
  }

  /** @param {string} more of an answer that comes in */
  add(more) {
    this.text += more;
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.draw(new Citations([], this.parts.words));
      this.parts.changed();
    }, drawEvery);
  }

  /** @param {Citations} citations */
  draw(citations) {
    const cite = (/** @type {number} */ number) => citations.mark(number);
    this.body.replaceChildren(renderMarkdown(this.text, cite, this.parts.words.table));
  }

  /**
   * The message as it is in the end.
   * @param {ShownMessage} message
   */
  complete(message) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.role === "user") return this.setText(message.text);
    const { words, connection, language, enlarge } = this.parts;
    const { sources = [], images = [], products = [] } = message;
    this.text = message.text;
    const citations = new Citations(sources, words);
    this.draw(citations);
    if (sources.length > 0) this.element.append(citations.list());
    const ofProducts = new Set(products.map((product) => product.image_url));
    const others = images.filter((image) => !ofProducts.has(image.url));
    if (others.length > 0) this.element.append(makePictures(others, connection, words, enlarge));
    if (products.length > 0)
      this.element.append(makeProducts(products, connection, words, language));
  }

  /**
   * Lets the visitor say whether it was helpful.
   * @param {Rating | undefined} given before
   * @param {(rating: Rating) => Promise<void>} rate
   */
  offerRating(given, rate) {
    const { words } = this.parts;
    const group = make("div", { class: "rating" });
    const thanks = make("span", { role: "status" });
    const up = makeIconButton("up", words.helpful, () => void choose("up"));
    const down = makeIconButton("down", words.unhelpful, () => void choose("down"));
    /** @param {Rating | undefined} rating */
    const show = (rating) => {
      up.setAttribute("aria-pressed", String(rating === "up"));
      down.setAttribute("aria-pressed", String(rating === "down"));
    };
    let current = given;
    /** @param {"up" | "down"} wanted */
    const choose = async (wanted) => {
      const before = current;
      current = current === wanted ? "none" : wanted;
      show(current);
      try {
        await rate(current);
        thanks.textContent = current === "none" ? "" : words.thanks;
      } catch {
        show((current = before));
        thanks.textContent = words.failed;
      }
    };
    show(given);
    group.append(up, down, thanks);
    this.element.append(group);
  }
}
