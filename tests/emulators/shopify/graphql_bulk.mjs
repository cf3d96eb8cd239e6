// Bulk operations in GraphQL; bulk.mjs runs them.
import { FieldError } from "./errors.mjs";
import { byId, commonSorts, idOf, listing, numberOf, time } from "./graphql_fields.mjs";
import { bulkSearch } from "./search.mjs";

const endings = { COMPLETED: "completed", FAILED: "failed", CANCELED: "canceled" };

const operationOf = (id, { bulk }) => {
  const number = numberOf(id, "BulkOperation");
  return bulk.operations.find((operation) => operation.id === number) ?? null;
};

export const bulkQueries = {
  currentBulkOperation: (_, { type }, { bulk }) =>
    (type === "QUERY" ? bulk.operations.at(-1) : null) ?? null,
  bulkOperation: (_, { id }, run) => operationOf(id, run),
  bulkOperations: (_, args, run, field) => {
    // Unlike everything else operations change without the store.
    run.store.revision += 1;
    const sorts = { ID: byId, CREATED_AT: commonSorts.CREATED_AT };
    const items = () => run.bulk.operations;
    const options = { name: "bulk", args, items, search: bulkSearch, sorts };
    const { items: sorted, keyOf } = listing(run, field, options);
    // The newest come first.
    const backwards = (operation) => keyOf(operation).map((value) => -value);
    return { items: [...sorted].reverse(), keyOf: backwards };
  },
};

export const bulkMutations = {
  bulkOperationRunQuery: (_, { query, groupObjects }, run) => {
    const { operation, errors } = run.bulk.start({ query, groupObjects, run });
    const userErrors = errors.map(({ field = ["query"], message, code = "INVALID" }) => ({
      field,
      message,
      code,
    }));
    return { bulkOperation: operation, userErrors };
  },
  bulkOperationCancel: (_, { id }, run) => {
    const operation = operationOf(id, run);
    if (!operation) {
      const missing = { field: ["id"], message: "Bulk operation does not exist" };
      return { bulkOperation: null, userErrors: [missing] };
    }
    if (endings[operation.status]) {
      const message = `A bulk operation cannot be canceled when it is ${endings[operation.status]}`;
      return { bulkOperation: operation, userErrors: [{ field: null, message }] };
    }
    run.bulk.cancel(operation);
    return { bulkOperation: operation, userErrors: [] };
  },
};

export const bulkResolvers = {
  BulkOperation: {
    id: idOf("BulkOperation"),
    createdAt: time("createdAt"),
    completedAt: time("completedAt"),
    objectCount: ({ objectCount }) => String(objectCount),
    rootObjectCount: ({ rootObjectCount }) => String(rootObjectCount),
    fileSize: ({ fileSize }) => (fileSize === null ? null : String(fileSize)),
    status: (operation, args, { bulk }) => bulk.statusOf(operation),
    url: (operation, args, { bulk }) => bulk.urlOf(operation, "COMPLETED"),
    partialDataUrl: (operation, args, { bulk }) => bulk.urlOf(operation, "FAILED"),
  },
};

export const isDenied = (error) =>
  error instanceof FieldError && error.extensions?.code === "ACCESS_DENIED";
