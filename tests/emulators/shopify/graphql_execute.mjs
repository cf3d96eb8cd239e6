// Runs a valid operation against the resolvers. Connections come from them as listings (see
// graphql_listing.mjs) and are cut into pages here.
import { FieldError } from "./errors.mjs";
import { fieldOf, isA, nameOf, rootOf, typeOf } from "./graphql_schema.mjs";
import { connectionCost, pageOfListing } from "./graphql_listing.mjs";
import { resolvers } from "./graphql_resolvers.mjs";
import { Misfit, argumentsOf } from "./graphql_values.mjs";

const isWanted = (directives, run) =>
  directives.every(({ name, arguments: [{ value }] }) => {
    const isTrue = value.kind === "variable" ? run.variables[value.name] : value.value;
    return name === "include" ? isTrue : !isTrue;
  });

const collectInto = (fields, selections, type, run) => {
  for (const selection of selections) {
    if (!isWanted(selection.directives, run)) continue;
    if (selection.kind === "field") {
      const known = fields.get(selection.key);
      if (known?.selections) known.sets.push(selection.selections);
      else if (!known) {
        fields.set(selection.key, { ...selection, node: selection, sets: [selection.selections] });
      }
      continue;
    }
    const { on, selections: inner } =
      selection.kind === "inline" ? selection : run.document.fragments.get(selection.name);
    if (on === null || isA(type, on)) collectInto(fields, inner, type, run);
  }
};

// The fields asked of a concrete type, those of the same key as one.
const collect = (sets, type, run) => {
  const key = sets.length === 1 ? sets[0] : null;
  const kept = key && run.collected.get(key)?.get(type.name);
  if (kept) return kept;
  const fields = new Map();
  for (const selections of sets) collectInto(fields, selections, type, run);
  const list = [...fields.values()].map((field) => {
    const declared = fieldOf(type, field.name, run.version);
    const returned = typeOf(nameOf(declared.type));
    return { ...field, declared, returned, resolve: resolvers[type.name]?.[field.name] };
  });
  if (key) {
    if (!run.collected.has(key)) run.collected.set(key, new Map());
    run.collected.get(key).set(type.name, list);
  }
  return list;
};

const note = (error, field, path, run) => {
  // A variable that is null although it need not have been.
  if (error instanceof Misfit) error.extensions = { code: "INVALID_VARIABLE" };
  const isTheirs = error instanceof FieldError || error instanceof Misfit;
  if (error.isNoted || !isTheirs) throw error;
  error.isNoted = true;
  const { location } = field.node;
  const { message, extensions } = error;
  run.errors.push({ message, locations: [location], path: [...path], extensions });
};

const completed = (type, value, field, path, run) => {
  if (type.kind === "non_null") {
    const inner = completed(type.of, value, field, path, run);
    if (inner !== null) return inner;
    throw new FieldError(`Cannot return null for non-nullable field ${field.name}`, {
      code: "INTERNAL_SERVER_ERROR",
    });
  }
  if (value === null || value === undefined) return null;
  if (type.kind === "list") {
    return value.map((one, index) => completed(type.of, one, field, [...path, index], run));
  }
  if (field.returned.kind === "scalar" || field.returned.kind === "enum") return value;
  return executeObject(value, field.returned, field.sets, path, run);
};

const inputsMax = 250;
const checkSizes = (args) => {
  for (const value of Object.values(args)) {
    if (Array.isArray(value) && value.length > inputsMax) {
      throw new FieldError(
        `The input array size of ${value.length} is greater than the maximum allowed of ` +
          `${inputsMax}.`,
        { code: "MAX_INPUT_SIZE_EXCEEDED" },
      );
    }
  }
};

const executeField = (object, field, path, run) => {
  const here = [...path, field.key];
  try {
    const args = argumentsOf(field.node, field.declared, run);
    checkSizes(args);
    let value = field.resolve ? field.resolve(object, args, run, field) : object[field.name];
    if (field.returned.connects && value) {
      if (run.writer) return run.writer.descend(object, field, value, run);
      value = pageOfListing(value, args);
      run.spent += connectionCost + value.nodes.length;
    } else if (field.sets[0] && value && !field.declared.isFree && !Array.isArray(value)) {
      run.spent += 1;
    }
    return completed(field.declared.type, value, field, here, run);
  } catch (error) {
    note(error, field, here, run);
    if (field.declared.type.kind === "non_null") throw error;
    return null;
  }
};
const concrete = (value, type) => (type.kind === "interface" ? typeOf(value.kind) : type);

// One object's answer; throws when a field that cannot be null failed.
export const executeObject = (object, type, sets, path, run) => {
  const actual = concrete(object, type);
  const result = {};
  for (const field of collect(sets, actual, run)) {
    if (field.name === "__typename") result[field.key] = actual.name;
    else {
      const value = executeField(object, field, path, run);
      if (value !== undefined) result[field.key] = value;
    }
  }
  return result;
};

// The data of an operation, or null; errors are in the run.
export const execute = (run) => {
  try {
    return executeObject({}, rootOf(run.operation.kind), [run.operation.selections], [], run);
  } catch (error) {
    if (error.isNoted) return null;
    throw error;
  }
};

export const fieldsOfRoot = (run) =>
  collect([run.operation.selections], rootOf(run.operation.kind), run);
export const selectionsOfNodes = (field, run) => {
  const connection = field.returned;
  const edges = collect(field.sets, connection, run).find(({ name }) => name === "edges");
  const node = collect(edges.sets, edges.returned, run).find(({ name }) => name === "node");
  return { sets: node.sets, type: node.returned };
};
