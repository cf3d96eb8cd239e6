// What a bulk query may look like; errors are the provider's.
import { fieldOf, nameOf, rootOf, typeOf } from "./graphql_schema.mjs";

const connectionsMax = 5;
const depthMax = 2;

class Analysis {
  errors = [];
  #document;
  #version;
  #connections = 0;
  #deepest = 0;
  #withNodes = [];
  #withoutId = [];
  #isInList = false;

  constructor(document, version) {
    this.#document = document;
    this.#version = version;
  }

  run(operation) {
    const fields = this.#flat(operation.selections);
    if (fields.length > 1) this.#add("Bulk queries cannot contain multiple top level fields.");
    const isNode = fields.some(({ name }) => name === "node" || name === "nodes");
    this.#walk(fields, rootOf("query"), { depth: -1, parent: null, isList: false });
    if (this.#withNodes.length > 0) {
      const names = this.#withNodes.map((name) => `'${name}'`).join(", ");
      this.#add(
        "All connection fields in a bulk query must select their contents using " +
          `'edges' > 'node', e.g: '${this.#withNodes[0]} { edges { node {'. ` +
          `Selecting via 'nodes' is not supported. Invalid connection fields: ${names}.`,
      );
    }
    if (isNode) this.#add("Bulk queries cannot contain a top level `node` field.");
    if (this.#deepest > depthMax) {
      this.#add("Bulk queries cannot contain connections with a nesting depth greater than 2.");
    }
    if (this.#connections > connectionsMax) {
      this.#add("Bulk queries cannot contain more than 5 connections.");
    }
    if (this.#withoutId.length > 0) {
      this.#add(
        "The parent 'node' field for a nested connection must select the 'id' field without an " +
          "alias and must be of 'ID' return type. " +
          `Connection fields without 'id': ${this.#withoutId.join(", ")}.`,
      );
    }
    if (this.#isInList) {
      this.#add(
        "Queries that contain a connection field within a list field are not currently supported.",
      );
    }
    if (this.#connections === 0) this.#add("Bulk queries must contain at least one connection.");
    return this.errors;
  }

  #add(message) {
    this.errors.push({ message });
  }

  // The fields of a selection, those of fragments too.
  #flat(selections) {
    return selections.flatMap((selection) => {
      if (selection.kind === "field") return [selection];
      const inner =
        selection.kind === "inline" ? selection : this.#document.fragments.get(selection.name);
      return this.#flat(inner.selections).map((field) => ({ ...field, on: inner.on ?? field.on }));
    });
  }

  // `parent` is the nearest connection around: {name, hasId}.
  #walk(fields, type, { depth, parent, isList }) {
    for (const field of fields) {
      const owner = field.on ? typeOf(field.on) : type;
      if (!field.selections) continue;
      const declared = fieldOf(owner, field.name, this.#version);
      const returned = typeOf(nameOf(declared.type));
      const inner = this.#flat(field.selections);
      if (!returned.connects) {
        const isMany = /list/.test(JSON.stringify(declared.type.of ?? declared.type));
        this.#walk(inner, returned, { depth, parent, isList: isList || isMany });
        continue;
      }
      this.#connections += 1;
      this.#deepest = Math.max(this.#deepest, depth + 1);
      if (isList) this.#isInList = true;
      if (parent && !parent.hasId && !this.#withoutId.includes(parent.name)) {
        this.#withoutId.push(parent.name);
      }
      if (inner.some(({ name }) => name === "nodes")) this.#withNodes.push(field.name);
      const edges = inner.filter(({ name }) => name === "edges");
      const nodes = edges
        .flatMap((edge) => this.#flat(edge.selections))
        .filter(({ name }) => name === "node")
        .flatMap((node) => this.#flat(node.selections));
      const viaNodes = inner
        .filter(({ name }) => name === "nodes")
        .flatMap((node) => this.#flat(node.selections));
      const all = [...nodes, ...viaNodes];
      const hasId = all.some(({ name, key }) => name === "id" && key === "id");
      this.#walk(all, typeOf(returned.connects), {
        depth: depth + 1,
        parent: { name: field.name, hasId },
        isList: false,
      });
    }
  }
}

export const checkBulkQuery = (document, operation, version) =>
  operation.kind === "query"
    ? new Analysis(document, version).run(operation)
    : [{ message: "Invalid operation type. Only `query` operations are supported." }];
