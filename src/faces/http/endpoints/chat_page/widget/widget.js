// The button in a corner of a page, and the panel that it opens.

const dark = "(prefers-color-scheme: dark)";

/**
 * How the widget looks: what its page says, or else what the agent's settings say.
 * @param {WidgetOptions} options
 * @param {WidgetFacts} facts
 * @returns {Look}
 */
function makeLook(options, facts) {
  const language = chooseLanguage([
    options.language,
    document.documentElement.lang,
    facts.language,
    navigator.language,
  ]);
  const theme = options.theme ?? "";
  const questions = options.questions?.split("|").map((text) => text.trim());
  return {
    language,
    words: wordsOf(language),
    isRightToLeft: rightToLeft.includes(language),
    theme: ["auto", "light", "dark"].includes(theme) ? theme : facts.theme,
    accent: isColor(options.color) ? /** @type {string} */ (options.color) : facts.accent_color,
    side: (options.position ?? facts.position) === "left" ? "left" : "right",
    facts: {
      ...facts,
      title: options.title || facts.title,
      greeting: options.greeting ?? facts.greeting,
      logo_url: options.logo ?? facts.logo_url,
      suggested_questions: questions?.filter(Boolean) ?? facts.suggested_questions,
      allows_calls: facts.allows_calls && options.voice !== "off",
    },
  };
}

/**
 * The element all of a widget stands in, within a shadow root.
 * @param {HTMLElement} host
 * @param {Look} look
 * @param {string} style of its place
 */
function makeRoot(host, look, style) {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const chosen = getComputedStyle(host).getPropertyValue("--aiva-accent").trim();
  shadow.adoptedStyleSheets = [makeStyle(isColor(chosen) ? chosen : look.accent, style)];
  const dir = look.isRightToLeft ? "rtl" : "ltr";
  const root = make("div", { class: "root", lang: look.language, dir });
  const system = matchMedia(dark);
  const paint = () => {
    const isDark = look.theme === "dark" || (look.theme === "auto" && system.matches);
    root.dataset["theme"] = isDark ? "dark" : "light";
  };
  paint();
  system.addEventListener("change", paint);
  shadow.replaceChildren(root);
  return { root, paint };
}

class Widget {
  /**
   * @param {string} server
   * @param {WidgetFacts} facts
   * @param {WidgetOptions} options
   * @param {(name: string, detail: object) => void} tell
   */
  constructor(server, facts, options, tell) {
    this.look = makeLook(options, facts);
    this.tell = tell;
    this.side = this.look.side;
    this.memory = new Memory(`${new URL(server).host}.${facts.slug}`);
    this.host = document.createElement("aiva-widget");
    this.host.dataset["agent"] = facts.slug;
    this.host.dataset["side"] = this.side;
    document.body.append(this.host);
    const { root, paint } = makeRoot(this.host, this.look, panelStyle);
    this.root = root;
    this.paint = paint;
    const connection = new Connection(server, facts.slug, this.memory);
    this.chat = new ChatView(connection, this.memory, this.look, (name, detail) => {
      if (name === "message") this.count();
      tell(name, detail);
    });
    this.call = new CallView(server, this.look);
    const { words } = this.look;
    this.badge = make("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    this.backButton = makeIconButton("back", words.back, () => this.endCall());
    this.callButton = makeIconButton("call", words.call, () => this.beginCall());
    this.againButton = makeIconButton("again", words.again, () => this.beginAnew());
    this.launcher = this.makeLauncher();
    this.panel = this.makePanel();
    this.isOpen = false;
    this.unread = 0;
    root.append(this.panel, this.launcher);
    placed.push(this);
    placeAll();
    this.listen();
    if (this.memory.kept.person) void this.chat.restore();
    if (this.memory.kept.unread) this.count(this.memory.kept.unread);
    const isWanted = options.open === "true" || this.memory.isOpen;
    if (isWanted && !matchMedia(small).matches) this.open(false);
  }

  makeLauncher() {
    const { words } = this.look;
    const button = make("button", {
      type: "button",
      class: "launcher",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
    });
    button.setAttribute("aria-label", `${words.open}: ${this.look.facts.title}`);
    button.append(makeIcon("chat"), this.badge);
    button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    return button;
  }

  makePanel() {
    const { words, facts } = this.look;
    const panel = make("div", { class: "panel", role: "dialog", tabindex: "-1", hidden: true });
    panel.setAttribute("aria-label", facts.title);
    const head = make("div", { class: "head" });
    if (facts.logo_url.startsWith("https://")) head.append(this.makeLogo(facts.logo_url));
    this.backButton.hidden = true;
    this.callButton.hidden = !facts.allows_calls;
    const close = makeIconButton("close", words.close, () => this.close());
    head.append(this.backButton, make("h2", {}, facts.title));
    head.append(this.callButton, this.againButton, close);
    panel.append(head, this.chat.element, this.call.element);
    return panel;
  }

  /** @param {string} address */
  makeLogo(address) {
    const logo = make("img", { alt: "", referrerpolicy: "no-referrer" });
    logo.addEventListener("error", () => logo.remove());
    logo.src = address;
    return logo;
  }

  listen() {
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation();
        this.close();
      }
      trapFocus(event, this.panel, this.host.shadowRoot?.activeElement ?? null);
    });
    const fit = () => fitScreen(this);
    window.visualViewport?.addEventListener("resize", fit);
    window.visualViewport?.addEventListener("scroll", fit);
    matchMedia(small).addEventListener("change", fit);
  }

  /** @param {boolean} [takesFocus] */
  open(takesFocus = true) {
    if (this.isOpen) return;
    this.isOpen = true;
    closeOthers(this);
    this.memory.isOpen = true;
    this.memory.keep({ unread: undefined });
    this.unread = 0;
    this.showUnread();
    this.panel.hidden = false;
    this.root.classList.add("is-open");
    this.launcher.setAttribute("aria-expanded", "true");
    fitScreen(this);
    this.chat.scroll(true);
    void this.chat.restore();
    if (takesFocus) this.chat.composer.input.focus();
    this.tell("open", {});
  }

  /** @param {boolean} [takesFocus] whether the button has the focus again */
  close(takesFocus = true) {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.memory.isOpen = false;
    this.endCall(false);
    this.panel.hidden = true;
    this.root.classList.remove("is-open");
    this.launcher.setAttribute("aria-expanded", "false");
    fitScreen(this);
    if (takesFocus) this.launcher.focus();
    this.tell("close", {});
  }

  beginAnew() {
    this.chat.clear();
    this.chat.composer.input.focus();
  }

  beginCall() {
    this.chat.element.hidden = true;
    this.showCall(true);
    this.call.begin();
    this.tell("call", {});
  }

  /** @param {boolean} [takesFocus] */
  endCall(takesFocus = true) {
    if (this.call.element.hidden) return;
    this.call.end();
    this.chat.element.hidden = false;
    this.showCall(false);
    if (takesFocus) this.chat.composer.input.focus();
  }

  /** @param {boolean} isCall */
  showCall(isCall) {
    this.backButton.hidden = !isCall;
    this.callButton.hidden = isCall || !this.look.facts.allows_calls;
    this.againButton.hidden = isCall;
  }

  /** Something was said while nobody looked. @param {number} [count] */
  count(count = 1) {
    if (this.isOpen) return;
    this.unread += count;
    this.memory.keep({ unread: this.unread });
    this.showUnread();
    this.tell("unread", { count: this.unread });
  }

  showUnread() {
    const { words, facts } = this.look;
    const label = `${words.open}: ${facts.title}`;
    const news = fillIn(words.unread, { count: this.unread });
    this.badge.hidden = this.unread === 0;
    this.badge.textContent = this.unread > 99 ? "99+" : String(this.unread);
    this.launcher.setAttribute("aria-label", this.unread > 0 ? `${label}. ${news}` : label);
  }

  /** @param {string} theme auto | light | dark */
  setTheme(theme) {
    this.look.theme = theme;
    this.paint();
  }
}
