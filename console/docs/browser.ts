import { excerpt, find, wordsOf, type Entry, type Hit } from "./search.ts";

const hitsMax = 12;
const excerptLength = 180;
const themeKey = "mantine-color-scheme-value"; // the console's own, so that both look alike
const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

// The browser may keep its storage from us.
function readTheme(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(themeKey)) ?? "auto";
  } catch {
    return "auto";
  }
}

function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(themeKey, theme);
  } catch {
    // It holds for this page.
  }
}

function showTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

// Before anything is drawn.
showTheme(readTheme());

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
  text = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}

function prepareTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("#theme")!;
  let theme = readTheme();
  const say = () => {
    button.textContent = `Colours: ${theme}`;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    keepTheme(theme);
    showTheme(theme);
    say();
  });
  say();
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // outside of https and localhost there is no clipboard
  }
}

function prepareCopying(): void {
  const told = document.querySelector<HTMLElement>("#told")!;
  for (const block of document.querySelectorAll<HTMLElement>(".code")) {
    const button = element("button", "copy", "Copy");
    button.type = "button";
    button.addEventListener("click", async () => {
      const isCopied = await copy(block.querySelector("code")!.textContent ?? "");
      button.textContent = isCopied ? "Copied" : "Not possible";
      told.textContent = isCopied ? "The code was copied" : "The browser did not let it be copied";
      setTimeout(() => {
        button.textContent = "Copy";
        told.textContent = "";
      }, 2000);
    });
    block.append(button);
  }
}

function listItem(hit: Hit, words: readonly string[]): HTMLLIElement {
  const { url, page, heading, text } = hit.entry;
  const link = element("a");
  link.href = url;
  link.append(element("strong", "", heading === "" ? page : heading));
  if (heading !== "") link.append(element("span", "page", page));
  const said = element("span", "excerpt");
  excerpt(text, words, excerptLength).forEach((piece, index) => {
    said.append(index % 2 === 1 ? element("mark", "", piece) : piece);
  });
  link.append(said);
  const item = element("li");
  item.append(link);
  return item;
}

function summaryOf(hits: number): string {
  if (hits === 0) return "Nothing was found";
  if (hits === 1) return "One section found";
  return hits === hitsMax ? `The best ${hits} sections` : `${hits} sections found`;
}

class Search {
  private readonly form = document.querySelector<HTMLFormElement>("#search")!;
  private readonly input = this.form.querySelector("input")!;
  private readonly panel = this.form.querySelector<HTMLElement>("#found")!;
  private readonly list = this.panel.querySelector("ol")!;
  private readonly status = this.form.querySelector<HTMLElement>("[role=status]")!;
  private readonly said = this.panel.querySelector<HTMLElement>(".said")!;
  private entries: Promise<Entry[]> | null = null;

  start(): void {
    this.input.addEventListener("focus", () => void this.index().catch(() => undefined));
    this.input.addEventListener("input", () => void this.show());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.links()[0]?.click();
    });
    this.form.addEventListener("keydown", (event) => this.move(event));
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget as Node | null)) this.panel.hidden = true;
    });
    this.list.addEventListener("click", () => (this.panel.hidden = true));
    document.addEventListener("keydown", (event) => {
      const isTyping = (event.target as Element).closest("input, textarea, select") !== null;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.input.focus();
    });
    const asked = new URLSearchParams(location.search).get("q");
    if (asked === null) return;
    this.input.value = asked;
    this.input.focus();
    void this.show();
  }

  private links(): HTMLAnchorElement[] {
    return [...this.list.querySelectorAll("a")];
  }

  private index(): Promise<Entry[]> {
    this.entries ??= fetch(this.form.dataset["index"]!).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json() as Promise<Entry[]>;
    });
    this.entries.catch(() => (this.entries = null)); // asked for again next time
    return this.entries;
  }

  private async show(): Promise<void> {
    const query = this.input.value;
    const words = wordsOf(query);
    if (words.length === 0) return this.tell([], words, "");
    try {
      const hits = find(await this.index(), query, hitsMax);
      // A later one may be on its way.
      if (query === this.input.value) this.tell(hits, words, summaryOf(hits.length));
    } catch {
      this.tell([], words, "The search could not be loaded");
    }
  }

  private tell(hits: readonly Hit[], words: readonly string[], summary: string): void {
    this.list.replaceChildren(...hits.map((hit) => listItem(hit, words)));
    this.said.textContent = summary;
    this.status.textContent = summary;
    this.panel.hidden = summary === "";
  }

  private move(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      this.panel.hidden = true;
      this.input.focus();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const places: HTMLElement[] = [this.input, ...this.links()];
    if (this.panel.hidden || places.length === 1) return;
    const at = places.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    places[(at + step + places.length) % places.length]!.focus();
    event.preventDefault();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  prepareTheme();
  prepareCopying();
  new Search().start();
});
