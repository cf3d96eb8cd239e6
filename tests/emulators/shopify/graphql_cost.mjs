// What a query may cost, known before it runs: nothing for scalars, 1 for an object, 2 and all that
// is asked of each for a connection (or a list) of `first` or `last`, 10 for a mutation.
import { fieldOf, isA, nameOf, rootOf, typeOf } from "./graphql_schema.mjs";
import { connectionCost } from "./graphql_listing.mjs";
import { argumentsOf } from "./graphql_values.mjs";

const mutationCost = 10;

const costOfSelections = (selections, type, run) => {
  let common = 0;
  let dearest = 0;
  for (const selection of selections) {
    if (selection.kind === "field") {
      common += costOfField(selection, type, run);
      continue;
    }
    const { on, selections: inner } =
      selection.kind === "inline" ? selection : run.document.fragments.get(selection.name);
    const cost = costOfSelections(inner, on ? typeOf(on) : type, run);
    if (on === null || type.kind !== "interface" || isA(type, on)) common += cost;
    else dearest = Math.max(dearest, cost);
  }
  return common + dearest;
};

const nodeSelections = (selections, run) =>
  selections.flatMap((selection) => {
    if (selection.kind === "inline") return nodeSelections(selection.selections, run);
    if (selection.kind === "spread") {
      return nodeSelections(run.document.fragments.get(selection.name).selections, run);
    }
    if (selection.name === "nodes") return [selection.selections];
    if (selection.name !== "edges") return [];
    return edgeSelections(selection.selections, run);
  });

const edgeSelections = (selections, run) =>
  selections.flatMap((selection) => {
    if (selection.kind === "inline") return edgeSelections(selection.selections, run);
    if (selection.kind === "spread") {
      return edgeSelections(run.document.fragments.get(selection.name).selections, run);
    }
    return selection.name === "node" ? [selection.selections] : [];
  });

const costOfField = (field, type, run) => {
  if (field.selections === null) return 0;
  const declared = fieldOf(type, field.name, run.version);
  const returned = typeOf(nameOf(declared.type));
  if (returned.connects) {
    const { first, last } = argumentsOf(field, declared, run);
    const node = typeOf(returned.connects);
    const each = nodeSelections(field.selections, run).reduce(
      (sum, selections) => sum + costOfSelections(selections, node, run),
      1,
    );
    return connectionCost + Math.max(first ?? last ?? 0, 0) * each;
  }
  const inner = costOfSelections(field.selections, returned, run);
  if (declared.args.has("first")) {
    const { first } = argumentsOf(field, declared, run);
    if (first) return connectionCost + first * (1 + inner);
  }
  if (field.name === "nodes" && type.name === "QueryRoot") {
    return argumentsOf(field, declared, run).ids.length * (1 + inner);
  }
  return 1 + inner;
};

export const costOf = (run) => {
  const { kind, selections } = run.operation;
  if (kind === "mutation") return mutationCost * selections.length;
  return costOfSelections(selections, rootOf(kind), run);
};
