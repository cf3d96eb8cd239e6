// Values of arguments and variables: what fits a type, and what it then is.
import { inputFieldOf, typeOf, writeType } from "./graphql_schema.mjs";

const idPattern = /^gid:\/\/shopify\/[A-Za-z]+\/[^\s/]+$/;

// Why a value does not fit: {message, path} for the client.
export class Misfit extends Error {
  constructor(message, path = [], kind = "type") {
    super(message);
    this.path = path;
    this.kind = kind;
  }
}

const misfit = (message, path, kind) => {
  throw new Misfit(message, path, kind);
};

const isInt = (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31;

const readScalar = (name, value, path) => {
  const wrong = () => misfit(`Could not coerce value ${JSON.stringify(value)} to ${name}`, path);
  switch (name) {
    case "Int":
      return isInt(value) ? value : wrong();
    case "Float":
      return typeof value === "number" ? value : wrong();
    case "Boolean":
      return typeof value === "boolean" ? value : wrong();
    case "ID":
      if (typeof value !== "string" && !isInt(value)) return wrong();
      return idPattern.test(value) ? value : misfit(`Invalid global id '${value}'`, path, "id");
    default:
      return typeof value === "string" ? value : wrong();
  }
};

const readInput = (type, given, path, version, readOne) => {
  const read = {};
  for (const name of Object.keys(given)) {
    if (!inputFieldOf(type, name, version)) {
      misfit(`Field is not defined on ${type.name}`, [...path, name], "unknown");
    }
  }
  for (const [name, field] of type.fields) {
    if (name in given) read[name] = readOne(field.type, given[name], [...path, name]);
    else if (field.usual !== undefined) read[name] = readLiteral(field.usual);
    else if (field.type.kind === "non_null") {
      misfit("Expected value to not be null", [...path, name]);
    }
  }
  return read;
};

const readLiteral = (node) => {
  if (node.kind === "list") return node.values.map(readLiteral);
  return node.value;
};

export const usualOf = (declared) =>
  declared.usual === undefined ? undefined : readLiteral(declared.usual);

// A JSON value as that type; throws Misfit.
export const coerceValue = (type, value, version, path = []) => {
  if (type.kind === "non_null") {
    if (value === null || value === undefined) misfit("Expected value to not be null", path);
    return coerceValue(type.of, value, version, path);
  }
  if (value === null || value === undefined) return null;
  if (type.kind === "list") {
    const all = Array.isArray(value) ? value : [value];
    return all.map((one, index) => coerceValue(type.of, one, version, [...path, index]));
  }
  const named = typeOf(type.name);
  if (!named || !["scalar", "enum", "input"].includes(named.kind)) {
    return misfit(`${type.name} isn't a valid input type`, path);
  }
  if (named.kind === "scalar") return readScalar(named.name, value, path);
  if (named.kind === "enum") {
    if (typeof value === "string" && named.values.has(value)) return value;
    return misfit(
      `Expected ${JSON.stringify(value)} to be one of: ${[...named.values].join(", ")}`,
      path,
    );
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    return misfit(`Could not coerce value ${JSON.stringify(value)} to ${named.name}`, path);
  }
  return readInput(named, value, path, version, (of, one, where) =>
    coerceValue(of, one, version, where),
  );
};

// A value written in the document; `variables` are coerced already. Undefined for a variable that
// was not given.
export const coerceLiteral = (type, node, variables, version, path = []) => {
  if (node.kind === "variable") {
    const value = variables[node.name];
    if (type.kind === "non_null" && (value === null || value === undefined)) {
      return misfit("Expected value to not be null", path);
    }
    return value;
  }
  if (type.kind === "non_null") {
    if (node.kind === "null") misfit(`Expected type '${writeType(type)}'`, path);
    return coerceLiteral(type.of, node, variables, version, path);
  }
  if (node.kind === "null") return null;
  if (type.kind === "list") {
    const all = node.kind === "list" ? node.values : [node];
    return all.map((one) => coerceLiteral(type.of, one, variables, version, path));
  }
  const named = typeOf(type.name);
  if (named.kind === "input") {
    if (node.kind !== "object") misfit(`Expected type '${named.name}'`, path);
    const given = Object.fromEntries(node.fields.map((field) => [field.name, field.value]));
    return readInput(named, given, path, version, (of, one, where) =>
      coerceLiteral(of, one, variables, version, where),
    );
  }
  if (named.kind === "enum") {
    if (node.kind === "enum" && named.values.has(node.value)) return node.value;
    return misfit(`Expected type '${named.name}'`, path);
  }
  if (["enum", "object", "list"].includes(node.kind)) misfit(`Expected type '${named.name}'`, path);
  return readScalar(named.name, node.value, path);
};

export const writeLiteral = (node) => {
  if (node.kind === "variable") return `$${node.name}`;
  if (node.kind === "list") return `[${node.values.map(writeLiteral).join(", ")}]`;
  if (node.kind === "object") {
    const fields = node.fields.map(({ name, value }) => `${name}: ${writeLiteral(value)}`);
    return `{${fields.join(", ")}}`;
  }
  return node.kind === "string" ? JSON.stringify(node.value) : String(node.value);
};

// What a field is given, with what is usual; the same for every object, so it is kept.
export const argumentsOf = (field, declared, run) => {
  const known = run.arguments.get(field);
  if (known) return known;
  const args = {};
  for (const [name, argument] of declared.args) {
    const given = field.arguments.find((one) => one.name === name);
    const value = given && coerceLiteral(argument.type, given.value, run.variables, run.version);
    args[name] = value === undefined ? usualOf(argument) : value;
  }
  run.arguments.set(field, args);
  return args;
};
