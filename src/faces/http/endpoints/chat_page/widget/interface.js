// What a page may ask of its widgets, as `window.aiva`, and how a script element begins one. Where
// the script is there twice, the second uses what the first has made.

class Widgets {
  constructor() {
    /** @type {Map<string, Promise<Widget>>} by the agent's slug */
    this.all = new Map();
    /** @type {Map<string, Set<(detail: object) => void>>} */
    this.listeners = new Map();
  }

  /**
   * Puts a widget into the page, once for an agent.
   * @param {WidgetOptions & {agent: string, server: string}} options
   */
  create(options) {
    const { agent, server } = options;
    const known = this.all.get(agent);
    if (known) return known;
    const tell = (/** @type {string} */ name, /** @type {object} */ detail) =>
      this.tell(name, { agent, ...detail });
    const memory = new Memory(`${new URL(server).host}.${agent}`);
    const made = new Connection(server, agent, memory).facts().then((facts) => {
      const widget = new Widget(server, facts, options, tell);
      tell("ready", {});
      return widget;
    });
    this.all.set(agent, made);
    made.catch((error) => {
      this.all.delete(agent);
      tell("error", { message: `No chat of ${agent}: ${error.message || error.status}` });
    });
    return made;
  }

  /**
   * Puts only the conversation into an element, as the chat page does.
   * @param {HTMLElement} element
   * @param {WidgetOptions & {agent: string, server: string}} options
   */
  async mount(element, options) {
    const { agent, server } = options;
    const memory = new Memory(`${new URL(server).host}.${agent}`);
    const connection = new Connection(server, agent, memory);
    const facts = await connection.facts();
    const look = makeLook(options, facts);
    const { root } = makeRoot(element, look, pageStyle);
    const chat = new ChatView(connection, memory, look, (name, detail) =>
      this.tell(name, { agent, ...detail }),
    );
    root.append(chat.element);
    await chat.restore();
    return { chat, look };
  }

  /**
   * @param {string} name
   * @param {{agent: string}} detail
   */
  tell(name, detail) {
    for (const listener of this.listeners.get(name) ?? []) listener(detail);
    document.dispatchEvent(new CustomEvent(`aiva:${name}`, { detail }));
  }

  /** The widget of an agent, or the page's first. @param {string} [agent] */
  async find(agent) {
    const found = agent === undefined ? this.all.values().next().value : this.all.get(agent);
    if (!found) throw new Error("There is no such chat in this page");
    return found;
  }

  /** @param {string} [agent] */
  async open(agent) {
    (await this.find(agent)).open();
  }

  /** @param {string} [agent] */
  async close(agent) {
    (await this.find(agent)).close();
  }

  /**
   * Opens the panel and asks.
   * @param {string} text
   * @param {string} [agent]
   */
  async ask(text, agent) {
    const widget = await this.find(agent);
    widget.open();
    await widget.chat.ask(text);
  }

  /** Forgets the conversation. @param {string} [agent] */
  async clear(agent) {
    (await this.find(agent)).chat.clear();
  }

  /**
   * @param {"auto" | "light" | "dark"} theme
   * @param {string} [agent]
   */
  async setTheme(theme, agent) {
    (await this.find(agent)).setTheme(theme);
  }

  /**
   * Tells of ready, open, close, question, answer, message, unread, handover, feedback, call, clear
   * and error. Answers what ends it.
   * @param {string} name
   * @param {(detail: object) => void} listener
   */
  on(name, listener) {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
}

const script = /** @type {HTMLScriptElement | null} */ (
  document.currentScript ?? document.querySelector('script[data-agent][src*="/aiva/widget.js"]')
);
const shared = (window.aiva ??= new Widgets());
const settings = script?.dataset ?? {};
const agent = settings["agent"];

if (script && agent) {
  const options = { ...settings, agent, server: new URL(script.src).origin };
  const begin = () => void shared.create(options).catch(() => {});
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
}
