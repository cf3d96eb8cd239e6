// The GraphQL language (October 2021): documents of operations and fragments, and, for our own
// schema, type definitions. Syntax errors are thrown as SyntaxProblem.

export class SyntaxProblem extends Error {
  constructor(message, location) {
    super(message);
    this.location = location;
  }
}

const nestingMax = 50;

const escapes = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/" };

const dedent = (raw) => {
  const lines = raw.split(/\r\n|[\n\r]/);
  const indents = lines
    .slice(1)
    .filter((line) => /\S/.test(line))
    .map((line) => line.match(/^[ \t]*/)[0].length);
  const indent = indents.length > 0 ? Math.min(...indents) : 0;
  const cut = lines.map((line, index) => (index === 0 ? line : line.slice(indent)));
  while (cut.length > 0 && !/\S/.test(cut[0])) cut.shift();
  while (cut.length > 0 && !/\S/.test(cut.at(-1))) cut.pop();
  return cut.join("\n");
};

const patterns = [
  ["name", /[_A-Za-z][_0-9A-Za-z]*/y],
  ["float", /-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)(?![.\w])/y],
  ["int", /-?(?:0|[1-9]\d*)(?![.\w])/y],
  ["block", /"""((?:\\"""|[^"]|"(?!""))*)"""/y],
  ["string", /"((?:[^"\\\n\r]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y],
  ["punctuator", /\.\.\.|[!$&()[\]{}:=@|]/y],
];
const ignored = /(?:[\s,\ufeff]|#[^\n\r]*)+/y;

class Tokens {
  #text;
  #at = 0;
  #lineStarts = [0];

  constructor(text) {
    this.#text = text;
    for (const match of text.matchAll(/\r\n|[\n\r]/g)) {
      this.#lineStarts.push(match.index + match[0].length);
    }
    this.advance();
  }

  locate(index) {
    let line = this.#lineStarts.length - 1;
    while (this.#lineStarts[line] > index) line -= 1;
    return { line: line + 1, column: index - this.#lineStarts[line] + 1 };
  }

  // The current token is {type, value, start}.
  advance() {
    ignored.lastIndex = this.#at;
    const skipped = ignored.exec(this.#text);
    if (skipped) this.#at += skipped[0].length;
    const start = this.#at;
    if (start >= this.#text.length) {
      this.now = { type: "end", value: "end of file", start };
      return;
    }
    for (const [type, pattern] of patterns) {
      pattern.lastIndex = start;
      const match = pattern.exec(this.#text);
      if (match) {
        this.#at += match[0].length;
        this.now = this.#make(type, match, start);
        return;
      }
    }
    const location = this.locate(start);
    throw new SyntaxProblem(
      `Unexpected character "${this.#text[start]}" at [${location.line}, ${location.column}]`,
      location,
    );
  }

  #make(type, match, start) {
    if (type === "block") {
      return { type: "string", value: dedent(match[1].replaceAll('\\"""', '"""')), start };
    }
    if (type === "string") {
      const value = match[1].replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escape) =>
        escape[0] === "u" && escape.length === 5
          ? String.fromCharCode(parseInt(escape.slice(1), 16))
          : escapes[escape],
      );
      return { type, value, start };
    }
    return { type, value: match[0], start };
  }
}

export class Parser {
  #tokens;
  #depth = 0;

  constructor(text) {
    this.#tokens = new Tokens(text);
  }

  get now() {
    return this.#tokens.now;
  }

  here() {
    return this.#tokens.locate(this.now.start);
  }

  fail() {
    const location = this.here();
    const { type, value } = this.now;
    const what = type === "end" ? value : `${type.toUpperCase()} ("${value}")`;
    throw new SyntaxProblem(
      `syntax error, unexpected ${what} at [${location.line}, ${location.column}]`,
      location,
    );
  }

  is(value) {
    return this.now.value === value && ["punctuator", "name"].includes(this.now.type);
  }

  accept(value) {
    if (!this.is(value)) return false;
    this.#tokens.advance();
    return true;
  }

  expect(value) {
    if (!this.accept(value)) this.fail();
  }

  name() {
    if (this.now.type !== "name") this.fail();
    const { value } = this.now;
    this.#tokens.advance();
    return value;
  }

  many(open, close, read) {
    this.expect(open);
    const all = [];
    while (!this.is(close)) all.push(read());
    if (all.length === 0) this.fail();
    this.#tokens.advance();
    return all;
  }

  type() {
    let type;
    if (this.accept("[")) {
      type = { kind: "list", of: this.type() };
      this.expect("]");
    } else {
      type = { kind: "named", name: this.name() };
    }
    return this.accept("!") ? { kind: "non_null", of: type } : type;
  }

  value(isConstant = false) {
    const location = this.here();
    const { type, value } = this.now;
    if (["int", "float", "string"].includes(type)) {
      this.#tokens.advance();
      return { kind: type, value: type === "string" ? value : Number(value), location };
    }
    if (type === "name") {
      this.#tokens.advance();
      if (value === "true" || value === "false") {
        return { kind: "boolean", value: value === "true", location };
      }
      return value === "null"
        ? { kind: "null", value: null, location }
        : { kind: "enum", value, location };
    }
    if (!isConstant && this.accept("$")) return { kind: "variable", name: this.name(), location };
    if (this.accept("[")) {
      const values = [];
      while (!this.accept("]")) values.push(this.value(isConstant));
      return { kind: "list", values, location };
    }
    if (this.accept("{")) {
      const fields = [];
      while (!this.accept("}")) {
        const where = this.here();
        const name = this.name();
        this.expect(":");
        fields.push({ name, value: this.value(isConstant), location: where });
      }
      return { kind: "object", fields, location };
    }
    return this.fail();
  }

  arguments() {
    if (!this.is("(")) return [];
    return this.many("(", ")", () => {
      const location = this.here();
      const name = this.name();
      this.expect(":");
      return { name, value: this.value(), location };
    });
  }

  directives() {
    const all = [];
    while (this.is("@")) {
      const location = this.here();
      this.accept("@");
      all.push({ name: this.name(), arguments: this.arguments(), location });
    }
    return all;
  }

  selections() {
    this.#depth += 1;
    if (this.#depth > nestingMax) this.fail();
    const all = this.many("{", "}", () => this.selection());
    this.#depth -= 1;
    return all;
  }

  selection() {
    const location = this.here();
    if (this.accept("...")) {
      if (this.now.type === "name" && this.now.value !== "on") {
        return { kind: "spread", name: this.name(), directives: this.directives(), location };
      }
      const on = this.accept("on") ? this.name() : null;
      const directives = this.directives();
      return { kind: "inline", on, directives, selections: this.selections(), location };
    }
    const first = this.name();
    const name = this.accept(":") ? this.name() : first;
    const args = this.arguments();
    const directives = this.directives();
    const selections = this.is("{") ? this.selections() : null;
    return { kind: "field", key: first, name, arguments: args, directives, selections, location };
  }

  variables() {
    if (!this.is("(")) return [];
    return this.many("(", ")", () => {
      const location = this.here();
      this.expect("$");
      const name = this.name();
      this.expect(":");
      const type = this.type();
      const usual = this.accept("=") ? this.value(true) : undefined;
      return { name, type, usual, location };
    });
  }

  definition() {
    const location = this.here();
    if (this.is("{")) {
      const selections = this.selections();
      return { kind: "query", name: null, variables: [], directives: [], selections, location };
    }
    if (this.accept("fragment")) {
      const name = this.name();
      this.expect("on");
      const on = this.name();
      const directives = this.directives();
      return { kind: "fragment", name, on, directives, selections: this.selections(), location };
    }
    const kind = this.now.value;
    if (!["query", "mutation", "subscription"].includes(kind)) this.fail();
    this.#tokens.advance();
    const name = this.now.type === "name" ? this.name() : null;
    const variables = this.variables();
    const directives = this.directives();
    return { kind, name, variables, directives, selections: this.selections(), location };
  }

  document() {
    const definitions = [];
    while (this.now.type !== "end") definitions.push(this.definition());
    if (definitions.length === 0) this.fail();
    return {
      operations: definitions.filter(({ kind }) => kind !== "fragment"),
      fragments: new Map(
        definitions.filter(({ kind }) => kind === "fragment").map((one) => [one.name, one]),
      ),
    };
  }
}

export const parseDocument = (text) => new Parser(text).document();
