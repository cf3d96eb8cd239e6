import { Marked, type Token, type Tokens } from "marked";

/** A part of a page that a search may lead to. */
export interface Section {
  heading: string; // empty: what stands before the first heading below the title
  anchor: string;
  text: string;
}

export interface Heading {
  depth: number;
  text: string;
  anchor: string;
}

/** What a Markdown file is as a page. */
export interface Rendered {
  title: string;
  html: string;
  headings: Heading[]; // without the title
  sections: Section[];
}

/** Where a link of the file leads; null: to something that no page shows. */
export type Resolve = (href: string) => string | null;

const marked = new Marked({ gfm: true });

export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The words of tokens, without what they look like. */
function textOf(tokens: readonly Token[]): string {
  return tokens.map(textOfOne).join("");
}

function textOfOne(token: Tokens.Generic): string {
  switch (token.type) {
    case "table": {
      const table = token as Tokens.Table;
      const rows = [table.header, ...table.rows];
      return rows.map((row) => row.map((cell) => textOf(cell.tokens)).join(" ")).join(" ") + " ";
    }
    case "list":
      return (token as Tokens.List).items.map((item) => textOf(item.tokens) + " ").join("");
    case "space":
    case "br":
    case "hr":
      return " ";
    default:
      if (token.type !== "code" && token.tokens !== undefined)
        return textOf(token.tokens) + (token.type === "paragraph" ? " " : "");
      return String(token["text"] ?? "") + (token.type === "code" ? " " : "");
  }
}

/** Names of headings as they stand in addresses; the same that forges give them. */
class Anchors {
  private readonly taken = new Map<string, number>();

  of(text: string): string {
    const name = text
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const before = this.taken.get(name) ?? 0;
    this.taken.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  }
}

function cellOf(cell: Tokens.TableCell, text: string): string {
  const look = cell.align === null ? "" : ` class="${cell.align}"`;
  // A heading without words is none.
  if (cell.header && text !== "") return `<th scope="col"${look}>${text}</th>`;
  return `<td${look}>${text}</td>`;
}

function headingOf(heading: Heading, inner: string): string {
  const { depth, anchor } = heading;
  const name = escape(`Link to “${heading.text}”`);
  const link = depth === 1 ? "" : `<a class="anchor" href="#${anchor}" aria-label="${name}">#</a>`;
  return `<h${depth} id="${anchor}">${inner}${link}</h${depth}>\n`;
}

function linkOf(href: string, inner: string, resolve: Resolve): string {
  const place = resolve(href);
  if (place !== null) return `<a href="${escape(place)}">${inner}</a>`;
  const path = href.replace(/^(\.\.\/)+/, "");
  const shown = `<code>${escape(path)}</code>`;
  return inner === shown || inner === path ? shown : `${inner} (${shown})`;
}

function sectionsOf(tokens: readonly Token[], headings: readonly Heading[]): Section[] {
  const sections: Section[] = [{ heading: "", anchor: "", text: "" }];
  let next = 0;
  for (const token of tokens) {
    if (token.type !== "heading") {
      sections.at(-1)!.text += textOfOne(token);
      continue;
    }
    const heading = headings[next++]!;
    if (heading.depth === 1) continue;
    sections.push({ heading: heading.text, anchor: heading.anchor, text: "" });
  }
  for (const section of sections) section.text = section.text.replace(/\s+/g, " ").trim();
  return sections.filter(({ heading, text }) => heading !== "" || text !== "");
}

/** Throws where the file has no title. */
export function render(source: string, resolve: Resolve): Rendered {
  const tokens = marked.lexer(source);
  const anchors = new Anchors();
  const headings = tokens
    .filter((token): token is Tokens.Heading => token.type === "heading")
    .map(({ depth, tokens: inner }) => {
      const text = textOf(inner);
      return { depth, text, anchor: anchors.of(text) };
    });
  const title = headings[0];
  if (title?.depth !== 1) throw new Error("a page begins with its title");
  let next = 0;
  const page = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens: inner }) {
        return headingOf(headings[next++]!, this.parser.parseInline(inner));
      },
      link({ href, tokens: inner }) {
        return linkOf(href, this.parser.parseInline(inner), resolve);
      },
      code({ text }) {
        return `<div class="code"><pre tabindex="0"><code>${escape(text)}</code></pre></div>\n`;
      },
      table({ header, rows }) {
        const inner = (cell: Tokens.TableCell) => this.parser.parseInline(cell.tokens);
        const line = (cells: Tokens.TableCell[]) =>
          `<tr>${cells.map((cell) => cellOf(cell, inner(cell))).join("")}</tr>`;
        const hasHead = header.some((cell) => cell.text !== "");
        const head = hasHead ? `<thead>${line(header)}</thead>` : "";
        const body = `<tbody>${rows.map(line).join("\n")}</tbody>`;
        return `<div class="table" tabindex="0" role="group" aria-label="Table">
<table>${head}${body}</table></div>\n`;
      },
      html({ text }) {
        return escape(text);
      },
      image({ href }) {
        throw new Error(`pictures are not carried: ${href}`);
      },
    },
  });
  return {
    title: title.text,
    html: page.parser(tokens),
    headings: headings.slice(1),
    sections: sectionsOf(tokens, headings),
  };
}
