// The schema: read from its definitions, asked by everything else.
import { Parser } from "./graphql_parse.mjs";
import { definitions } from "./graphql_types.mjs";

class SchemaParser extends Parser {
  #versions() {
    const versions = {};
    for (const { name, arguments: args } of this.directives()) versions[name] = args[0].value.value;
    return versions;
  }

  #argument() {
    const name = this.name();
    this.expect(":");
    const type = this.type();
    const usual = this.accept("=") ? this.value(true) : undefined;
    return { name, type, usual, ...this.#versions() };
  }

  #field() {
    const name = this.name();
    const args = this.is("(") ? this.many("(", ")", () => this.#argument()) : [];
    this.expect(":");
    const type = this.type();
    return { name, args: new Map(args.map((one) => [one.name, one])), type, ...this.#versions() };
  }

  #fields(read) {
    return new Map(this.many("{", "}", read).map((one) => [one.name, one]));
  }

  type_definition() {
    const kind = this.name();
    const name = this.name();
    const type = { kind, name };
    if (kind === "enum") {
      type.values = new Set(this.many("{", "}", () => this.name()));
    } else if (kind === "input") {
      type.fields = this.#fields(() => this.#argument());
    } else if (kind !== "scalar") {
      type.interfaces = [];
      if (this.accept("implements")) {
        do type.interfaces.push(this.name());
        while (this.accept("&"));
      }
      type.fields = this.#fields(() => this.#field());
    }
    return type;
  }

  all() {
    const types = new Map();
    while (this.now.type !== "end") {
      const type = this.type_definition();
      types.set(type.name, type);
    }
    return types;
  }
}

export const nameOf = (type) => (type.kind === "named" ? type.name : nameOf(type.of));
export const writeType = (type) => {
  if (type.kind === "non_null") return `${writeType(type.of)}!`;
  return type.kind === "list" ? `[${writeType(type.of)}]` : type.name;
};

const named = (name) => ({ kind: "named", name });
const must = (of) => ({ kind: "non_null", of });
const list = (of) => ({ kind: "list", of });
const free = (name, type) => [name, { name, args: new Map(), type, isFree: true }];

const addConnections = (types) => {
  const wanted = new Set();
  for (const { fields } of types.values()) {
    for (const { type } of fields?.values() ?? []) wanted.add(nameOf(type));
  }
  for (const name of wanted) {
    if (types.has(name)) continue;
    if (!name.endsWith("Connection")) throw new Error(`the schema lacks ${name}`);
    const node = name.slice(0, -"Connection".length);
    if (!types.has(node)) throw new Error(`the schema lacks ${node}`);
    types.set(name, {
      kind: "type",
      name,
      interfaces: [],
      connects: node,
      fields: new Map([
        free("edges", must(list(must(named(`${node}Edge`))))),
        free("nodes", must(list(must(named(node))))),
        free("pageInfo", must(named("PageInfo"))),
      ]),
    });
    types.set(`${node}Edge`, {
      kind: "type",
      name: `${node}Edge`,
      interfaces: [],
      fields: new Map([free("cursor", must(named("String"))), free("node", must(named(node)))]),
    });
  }
  return types;
};

const types = addConnections(new SchemaParser(definitions).all());
const typename = { name: "__typename", args: new Map(), type: must(named("String")) };

export const typeOf = (name) => types.get(name);
export const rootOf = (kind) => types.get(kind === "mutation" ? "Mutation" : "QueryRoot");

const isIn = ({ from, until }, version) =>
  version === "unstable" || ((!from || version >= from) && (!until || version < until));

// Null for a field the type has not, or not in that version.
export const fieldOf = (type, name, version) => {
  if (name === "__typename") return typename;
  const field = type.fields?.get(name);
  return field && isIn(field, version) ? field : null;
};
export const inputFieldOf = fieldOf;

// Whether something of that concrete type can be seen as the other.
export const isA = (concrete, name) =>
  concrete.name === name || (concrete.interfaces ?? []).includes(name);

export const mayOverlap = (a, b) => {
  const concrete = (type) =>
    type.kind === "interface" ? [...types.values()].filter((one) => isA(one, type.name)) : [type];
  return concrete(a).some((one) => concrete(b).includes(one));
};
export const isComposite = (type) => type.kind === "type" || type.kind === "interface";
