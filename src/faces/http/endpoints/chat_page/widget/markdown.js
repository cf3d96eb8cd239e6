// A small part of Markdown, made into elements one by one: answers are never taken for HTML. What
// it does not know stays text.

const reachMax = 2000; // between a mark and the one that ends it
const nestingMax = 6;
const fenceMark = /^ {0,3}(```+|~~~+)/;
const headingMark = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/;
const ruleMark = /^ {0,3}([-*_])( *\1){2,}\s*$/;
const quoteMark = /^ {0,3}>\s?/;
const itemMark = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const inlineMarks = [
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "s"],
  ["*", "em"],
  ["_", "em"],
];

/**
 * The address if a link may lead there, else nothing.
 * @param {string} text
 */
function safeAddress(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} address of safeAddress
 * @returns {HTMLAnchorElement}
 */
function makeLink(address) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

/** Makes the words of a line; `cite` makes the element of a citation, or nothing. */
class InlineWriter {
  /**
   * @param {string} text
   * @param {Citer} cite
   * @param {number} depth
   * @param {boolean} [isLinked] whether these are the words of a link, in which there is no other
   */
  constructor(text, cite, depth, isLinked = false) {
    this.text = text;
    this.cite = cite;
    this.depth = depth;
    this.isLinked = isLinked;
    this.at = 0;
    this.plain = "";
    this.parts = document.createDocumentFragment();
    /** @type {Set<string>} marks that do not come again */
    this.gone = new Set();
  }

  write() {
    while (this.at < this.text.length) {
      const isTaken = this.depth < nestingMax && this.take();
      if (!isTaken) this.plain += this.text[this.at++];
    }
    this.flush();
    return this.parts;
  }

  take() {
    switch (this.text[this.at]) {
      case "\\":
        return this.takeEscaped();
      case "\n":
        return this.put(document.createElement("br"), this.at + 1);
      case "`":
        return this.takeCode();
      case "[":
        return this.takeCitation() || this.takeLink();
      case "h":
        return this.takeAddress();
      case "*":
      case "_":
      case "~":
        return this.takeMarked();
      default:
        return false;
    }
  }

  flush() {
    if (this.plain) this.parts.append(this.plain);
    this.plain = "";
  }

  /**
   * @param {Node} node
   * @param {number} next where the text goes on
   */
  put(node, next) {
    this.flush();
    this.parts.append(node);
    this.at = next;
    return true;
  }

  /**
   * Where a mark comes next, or -1.
   * @param {string} mark
   * @param {number} from
   */
  find(mark, from) {
    if (this.gone.has(mark)) return -1;
    const found = this.text.indexOf(mark, from);
    if (found < 0) this.gone.add(mark);
    return found - from > reachMax ? -1 : found;
  }

  /**
   * @param {string} text
   * @param {boolean} [isLinked]
   */
  inner(text, isLinked = this.isLinked) {
    return new InlineWriter(text, this.cite, this.depth + 1, isLinked).write();
  }

  takeEscaped() {
    const next = this.text[this.at + 1] ?? "";
    if (!/[!-/:-@[-`{-~]/.test(next)) return false;
    this.plain += next;
    this.at += 2;
    return true;
  }

  takeCode() {
    const mark = /^`+/.exec(this.text.slice(this.at, this.at + 8))?.[0] ?? "`";
    const start = this.at + mark.length;
    const end = this.find(mark, start);
    if (end <= start) return false;
    const code = document.createElement("code");
    code.textContent = this.text.slice(start, end).trim();
    return this.put(code, end + mark.length);
  }

  takeCitation() {
    const found = /^\[(\d{1,3}(?:, ?\d{1,3})*)\](?!\()/.exec(
      this.text.slice(this.at, this.at + 40),
    );
    if (!found) return false;
    const marks = (found[1] ?? "").split(",").map((number) => this.cite(Number(number)));
    this.flush();
    for (const mark of marks) if (mark) this.parts.append(mark);
    this.at += found[0].length;
    return true;
  }

  takeLink() {
    const middle = this.find("](", this.at);
    if (middle < 0) return false;
    let end = this.find(")", middle);
    if (end < 0) return false;
    // As in …/Mercury_(planet).
    if (this.text.slice(middle + 2, end).includes("(") && this.text[end + 1] === ")") ++end;
    const words = this.text.slice(this.at + 1, middle);
    if (words.includes("[") || words.includes("\n")) return false;
    const target =
      this.text
        .slice(middle + 2, end)
        .trim()
        .split(/\s/)[0] ?? "";
    const address = safeAddress(target);
    const element = address === undefined ? document.createElement("span") : makeLink(address);
    element.append(this.inner(words, true));
    return this.put(element, end + 1);
  }

  takeAddress() {
    if (this.isLinked || /\w/.test(this.text[this.at - 1] ?? "")) return false;
    const found = /^https?:\/\/[^\s<>"'`()[\]]+/.exec(this.text.slice(this.at, this.at + reachMax));
    const written = found?.[0].replace(/[.,;:!?*_]+$/, "");
    const address = written === undefined ? undefined : safeAddress(written);
    if (written === undefined || address === undefined) return false;
    const link = makeLink(address);
    link.textContent = written;
    return this.put(link, this.at + written.length);
  }

  takeMarked() {
    for (const [mark = "", tag = ""] of inlineMarks) {
      if (!this.text.startsWith(mark, this.at)) continue;
      const start = this.at + mark.length;
      let end = this.find(mark, start);
      if (end <= start) continue;
      if (this.text[end + mark.length] === mark[0]) ++end; // of marks within marks, the outer
      if (!this.enclose(mark, start, end)) continue;
      const element = document.createElement(tag);
      element.append(this.inner(this.text.slice(start, end)));
      return this.put(element, end + mark.length);
    }
    return false;
  }

  /**
   * Whether two marks stand around words, and not within one.
   * @param {string} mark
   * @param {number} start
   * @param {number} end
   */
  enclose(mark, start, end) {
    const isTight = !/\s/.test(this.text[start] ?? " ") && !/\s/.test(this.text[end - 1] ?? " ");
    if (!mark.startsWith("_")) return isTight;
    const before = this.text[this.at - 1] ?? " ";
    const after = this.text[end + mark.length] ?? " ";
    return isTight && !/\w/.test(before) && !/\w/.test(after);
  }
}

/** Makes the blocks of a text. */
class BlockWriter {
  /**
   * @param {string[]} lines
   * @param {Citer} cite
   * @param {string} tableLabel
   * @param {number} depth
   */
  constructor(lines, cite, tableLabel, depth) {
    this.lines = lines;
    this.cite = cite;
    this.tableLabel = tableLabel;
    this.depth = depth;
    this.at = 0;
    this.parts = document.createDocumentFragment();
  }

  /** @param {number} [at] */
  line(at = this.at) {
    return this.lines[at] ?? "";
  }

  write() {
    while (this.at < this.lines.length) {
      if (!this.line().trim()) ++this.at;
      else this.block();
    }
    return this.parts;
  }

  block() {
    const line = this.line();
    const isDeep = this.depth >= nestingMax;
    if (fenceMark.test(line)) return this.fence();
    if (ruleMark.test(line)) return this.rule();
    if (headingMark.test(line)) return this.heading();
    if (!isDeep && quoteMark.test(line)) return this.quote();
    if (!isDeep && itemMark.test(line)) return this.list();
    if (line.includes("|") && tableRule.test(this.line(this.at + 1))) return this.table();
    return this.paragraph();
  }

  /** @param {string} text */
  inline(text) {
    return new InlineWriter(text, this.cite, 0).write();
  }

  /** @param {string[]} lines */
  inner(lines) {
    return new BlockWriter(lines, this.cite, this.tableLabel, this.depth + 1).write();
  }

  fence() {
    const mark = fenceMark.exec(this.line())?.[1] ?? "```";
    const code = document.createElement("code");
    const rows = [];
    for (++this.at; this.at < this.lines.length; ++this.at) {
      if (this.line().trim().startsWith(mark)) break;
      rows.push(this.line());
    }
    ++this.at;
    code.textContent = rows.join("\n");
    const block = document.createElement("pre");
    block.tabIndex = 0;
    block.dir = "ltr";
    block.append(code);
    this.parts.append(block);
  }

  rule() {
    ++this.at;
    this.parts.append(document.createElement("hr"));
  }

  heading() {
    const words = document.createElement("strong");
    words.append(this.inline(headingMark.exec(this.line())?.[1] ?? ""));
    const block = document.createElement("p");
    block.className = "heading";
    block.append(words);
    this.parts.append(block);
    ++this.at;
  }

  quote() {
    const rows = [];
    for (; quoteMark.test(this.line()); ++this.at) rows.push(this.line().replace(quoteMark, ""));
    const block = document.createElement("blockquote");
    block.append(this.inner(rows));
    this.parts.append(block);
  }

  // Lines that stand further in than an item's mark belong to it.
  list() {
    const first = itemMark.exec(this.line());
    const indent = first?.[1]?.length ?? 0;
    const isOrdered = /\d/.test(first?.[2] ?? "");
    const block = document.createElement(isOrdered ? "ol" : "ul");
    if (block instanceof HTMLOListElement) block.start = Number.parseInt(first?.[2] ?? "1", 10);
    for (;;) {
      const item = itemMark.exec(this.line());
      const isNext = item !== null && (item[1]?.length ?? 0) <= indent + 1;
      if (!isNext || /\d/.test(item[2] ?? "") !== isOrdered) break;
      const rows = [item[3] ?? ""];
      for (++this.at; this.at < this.lines.length && this.belongs(indent); ++this.at)
        rows.push(this.line().slice(Math.min(indent + 2, this.line().search(/\S|$/))));
      const element = document.createElement("li");
      element.append(this.item(rows));
      block.append(element);
    }
    this.parts.append(block);
  }

  /** @param {number} indent */
  belongs(indent) {
    const line = this.line();
    const depth = line.search(/\S/);
    if (depth < 0) return this.line(this.at + 1).search(/\S/) > indent + 1;
    return depth > indent + 1;
  }

  /** An item of one line is no paragraph. @param {string[]} rows */
  item(rows) {
    const text = document.createDocumentFragment();
    text.append(this.inline(rows[0] ?? ""));
    if (rows.length > 1) text.append(this.inner(rows.slice(1)));
    return text;
  }

  table() {
    const table = document.createElement("table");
    this.row(table.createTHead(), "th");
    ++this.at;
    const body = table.createTBody();
    while (this.line().includes("|")) this.row(body, "td");
    const frame = document.createElement("div");
    frame.className = "table";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", this.tableLabel);
    frame.append(table);
    this.parts.append(frame);
  }

  /**
   * @param {HTMLTableSectionElement} section
   * @param {"th" | "td"} tag
   */
  row(section, tag) {
    const row = section.insertRow();
    const cells = this.line()
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|");
    for (const text of cells) {
      const cell = document.createElement(tag);
      if (tag === "th") cell.setAttribute("scope", "col");
      cell.append(this.inline(text.trim()));
      row.append(cell);
    }
    ++this.at;
  }

  paragraph() {
    const rows = [this.line()];
    for (++this.at; this.at < this.lines.length && this.goesOn(); ++this.at) rows.push(this.line());
    const block = document.createElement("p");
    block.append(this.inline(rows.join("\n")));
    this.parts.append(block);
  }

  goesOn() {
    const line = this.line();
    const marks = [fenceMark, headingMark, ruleMark, quoteMark, itemMark];
    const begins = this.depth < nestingMax && marks.some((mark) => mark.test(line));
    const isTable = line.includes("|") && tableRule.test(this.line(this.at + 1));
    return line.trim() !== "" && !begins && !isTable;
  }
}

/**
 * @param {string} text
 * @param {Citer} cite
 * @param {string} tableLabel what a table is called
 */
function renderMarkdown(text, cite, tableLabel) {
  return new BlockWriter(text.replace(/\r\n?/g, "\n").split("\n"), cite, tableLabel, 0).write();
}
