// The GraphQL Admin API: one request's way from its text to its answer.
import { costOf } from "./graphql_cost.mjs";
import { ApiError } from "./errors.mjs";
import { execute } from "./graphql_execute.mjs";
import { SyntaxProblem, parseDocument } from "./graphql_parse.mjs";
import { validate } from "./graphql_validate.mjs";
import { Misfit, coerceValue, usualOf } from "./graphql_values.mjs";
import { writeType } from "./graphql_schema.mjs";
import { queryCostMax } from "./limits.mjs";

const limitsPage = "https://shopify.dev/api/usage/rate-limits";

const fails = (...errors) => ({ errors });

const chooseOperation = ({ operations }, name) => {
  if (name) return operations.find((operation) => operation.name === name) ?? null;
  return operations.length === 1 ? operations[0] : null;
};

const readVariables = (operation, given, version) => {
  const variables = {};
  const errors = [];
  for (const declared of operation.variables) {
    const { name, type, location } = declared;
    if (!(name in given) && declared.usual !== undefined) {
      variables[name] = usualOf(declared);
      continue;
    }
    try {
      const value = coerceValue(type, given[name], version);
      if (name in given) variables[name] = value;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const { path, message } = error;
      const value = given[name] ?? null;
      errors.push({
        message: `Variable $${name} of type ${writeType(type)} was provided invalid value`,
        locations: [location],
        extensions: {
          code: "INVALID_VARIABLE",
          value,
          problems: [{ path, explanation: message, ...(error.kind === "id" && { message }) }],
        },
      });
    }
  }
  return { variables, errors };
};

const costExtension = (call, requested, actual) => ({
  requestedQueryCost: requested,
  actualQueryCost: actual,
  throttleStatus: call.limits.throttleStatus(call.token),
});

const throttled = (call, requested) => ({
  errors: [{ message: "Throttled", extensions: { code: "THROTTLED", documentation: limitsPage } }],
  extensions: { cost: costExtension(call, requested, null) },
});

const tooDear = (cost) =>
  fails({
    message:
      `Query cost is ${cost}, which exceeds the single query max cost limit ` +
      `(${queryCostMax}).\n\n` +
      `See ${limitsPage} for more information on how the\ncost of a query is calculated.\n\n` +
      "To query larger amounts of data with fewer limits, " +
      "bulk operations should be used instead.\n" +
      "See https://shopify.dev/api/usage/bulk-operations/queries for usage details.\n",
    extensions: {
      code: "MAX_COST_EXCEEDED",
      cost,
      maxCost: queryCostMax,
      documentation: limitsPage,
    },
  });

const prepare = (call, { query, variables, operationName }) => {
  let document;
  try {
    document = parseDocument(query);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { errors: [{ message: error.message, locations: [error.location] }] };
  }
  const operation = chooseOperation(document, operationName);
  if (!operation) {
    const message = operationName
      ? `No operation named "${operationName}"`
      : "An operation name is required";
    return { errors: [{ message }] };
  }
  if (operation.kind === "subscription") {
    return { errors: [{ message: "Schema is not configured for subscriptions" }] };
  }
  const errors = validate(document, operation, call.version);
  if (errors.length > 0) return { errors };
  const read = readVariables(operation, variables ?? {}, call.version);
  if (read.errors.length > 0) return { errors: read.errors };
  const run = {
    ...call,
    document,
    operation,
    variables: read.variables,
    arguments: new Map(),
    collected: new Map(),
    errors: [],
    searches: [],
    spent: 0,
  };
  return { run };
};

const wrongBody = (name, message) => new ApiError(400, { [name]: message });

const bodyFields = ["query", "variables", "operationName", "extensions"];

// Answers the body of a request; the status is 200 whatever it says.
export const answerQuery = (call, body) => {
  if (typeof body?.query !== "string") {
    throw wrongBody("query", "Required parameter missing or invalid");
  }
  const unknown = Object.keys(body).find((name) => !bodyFields.includes(name));
  if (unknown) throw wrongBody(unknown, "is not part of a GraphQL request");
  if (body.variables !== undefined && typeof body.variables !== "object") {
    throw wrongBody("variables", "is not an object");
  }
  const { run, errors } = prepare(call, body);
  if (errors) return { errors };
  let requested;
  try {
    requested = costOf(run);
  } catch (error) {
    if (error instanceof Misfit) return fails({ message: error.message });
    throw error;
  }
  if (requested > queryCostMax) {
    call.counters.add("graphql", "too_dear");
    return tooDear(requested);
  }
  if (!call.limits.admitQuery(call.token, requested)) {
    call.counters.refuse("graphql");
    return throttled(call, requested);
  }
  const data = execute(run);
  const isMutation = run.operation.kind === "mutation";
  const actual = isMutation ? requested : Math.min(run.spent, requested);
  call.limits.settleQuery(call.token, requested, actual);
  call.counters.add("graphql", "points", actual);
  if (run.searches.length > 0) call.counters.add("graphql", "search_warnings", run.searches.length);
  return {
    ...(run.errors.length > 0 && { errors: run.errors }),
    data,
    extensions: {
      cost: costExtension(call, requested, actual),
      ...(run.searches.length > 0 && { search: run.searches }),
    },
  };
};

export const throttledAnswer = (call) => throttled(call, queryCostMax);

export const internalError = () =>
  fails({
    message: "Internal error. Looks like something went wrong on our end.",
    extensions: { code: "INTERNAL_SERVER_ERROR" },
  });
