// Bulk queries: run in the background, a piece at a time, into JSON lines. Each node of a
// connection is a line; one below another names it as __parentId. Lines of a parent follow it
// directly only when grouping was asked for.
import { randomBytes } from "node:crypto";
import { writeLocal } from "./clock.mjs";
import { checkBulkQuery } from "./bulk_rules.mjs";
import { isDenied } from "./graphql_bulk.mjs";
import { executeObject, fieldsOfRoot, selectionsOfNodes } from "./graphql_execute.mjs";
import { parseDocument } from "./graphql_parse.mjs";
import { validate } from "./graphql_validate.mjs";
import { argumentsOf } from "./graphql_values.mjs";
import { gid } from "./shapes.mjs";

const piece = 250;
const resultLife_ms = 7 * 86_400_000;
const manyFrom = "2026-01";
const operationsKept = 200;

const turn = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

export class Bulk {
  operations = [];
  isHeld = false;
  #shop;
  #faults;
  #tell;
  #atOnce;
  #next = 4_012_345_000_000;
  #wakers = [];

  // `tell(topic, makePayload)` sends a webhook; `atOnce` overrides how many may run at once.
  constructor({ shop, faults, tell, atOnce }) {
    this.#shop = shop;
    this.#faults = faults;
    this.#tell = tell;
    this.#atOnce = atOnce;
  }

  // Holds operations before they end, or lets them go on.
  hold(isHeld) {
    this.isHeld = isHeld;
    if (!isHeld) for (const wake of this.#wakers.splice(0)) wake();
  }

  start({ query, groupObjects, run }) {
    const { version } = run;
    const problems = this.#read(query, version);
    if (problems.errors.length > 0) return { operation: null, errors: problems.errors };
    const active = this.operations.filter(({ completedAt }) => completedAt === null);
    const most = this.#atOnce ?? (version === "unstable" || version >= manyFrom ? 5 : 1);
    if (active.length >= most) return { operation: null, errors: [this.#busy(active, most)] };
    this.#next += 33;
    const operation = {
      kind: "BulkOperation",
      id: this.#next,
      type: "QUERY",
      status: "CREATED",
      query,
      createdAt: this.#shop.store.now(),
      completedAt: null,
      errorCode: null,
      objectCount: 0,
      rootObjectCount: 0,
      fileSize: null,
      signature: randomBytes(16).toString("hex"),
      lines: [],
    };
    this.operations.push(operation);
    if (this.operations.length > operationsKept) this.operations.shift();
    const own = {
      ...run,
      document: problems.document,
      operation: problems.document.operations[0],
      variables: {},
      arguments: new Map(),
      collected: new Map(),
      errors: [],
    };
    this.#run(operation, own, groupObjects, this.#faults.take("bulk"));
    return { operation, errors: [] };
  }

  #read(query, version) {
    const invalid = (message) => ({ errors: [{ message: `Invalid bulk query: ${message}` }] });
    let document;
    try {
      document = parseDocument(query);
    } catch (error) {
      return invalid(error.message);
    }
    const [operation] = document.operations;
    if (!operation || document.operations.length > 1) {
      return invalid("the document must contain one operation");
    }
    if (operation.kind === "query") {
      const [first] = validate(document, operation, version);
      if (first) return invalid(first.message);
    }
    return { document, errors: checkBulkQuery(document, operation, version) };
  }

  #busy(active, most) {
    if (most > 1) {
      return {
        field: null,
        message: `Only ${most} bulk query operations may run at a time for this app and shop.`,
        code: "LIMIT_REACHED",
      };
    }
    return {
      field: null,
      message:
        "A bulk query operation for this app and shop is already in progress: " +
        `${gid("BulkOperation", active[0].id)}.`,
      code: "OPERATION_IN_PROGRESS",
    };
  }

  async #run(operation, run, isGrouped, fault) {
    await turn();
    if (operation.status === "CREATED") operation.status = "RUNNING";
    const writer = new Writer(operation, run, isGrouped);
    try {
      const [field] = fieldsOfRoot(run);
      if (field.returned.connects) await this.#runRoot(operation, run, writer, field, fault);
      else writer.writeBelow(field);
      if (this.isHeld) await this.#released();
      if (operation.status === "CANCELING") this.#end(operation, "CANCELED");
      else if (fault?.kind === "bulk_failed") {
        this.#end(operation, "FAILED", fault.error_code ?? "INTERNAL_SERVER_ERROR");
      } else this.#end(operation, "COMPLETED");
    } catch (error) {
      this.#end(operation, "FAILED", isDenied(error) ? "ACCESS_DENIED" : "INTERNAL_SERVER_ERROR");
    }
  }

  async #runRoot(operation, run, writer, field, fault) {
    const args = argumentsOf(field.node, field.declared, run);
    const { items } = field.resolve({}, args, run, field);
    const all = args.reverse ? [...items].reverse() : items;
    const most =
      fault?.kind === "bulk_failed" ? Math.floor(all.length * fault.share_kept) : all.length;
    for (let start = 0; start < most; start += piece) {
      if (operation.status === "CANCELING") return;
      writer.writeRoots(field, all.slice(start, Math.min(start + piece, most)));
      await turn();
    }
  }

  #released() {
    return new Promise((resolve) => {
      this.#wakers.push(resolve);
    });
  }

  cancel(operation) {
    operation.status = "CANCELING";
    for (const wake of this.#wakers.splice(0)) wake();
  }

  #end(operation, status, errorCode = null) {
    operation.status = status;
    operation.errorCode = errorCode;
    operation.completedAt = this.#shop.store.now();
    operation.fileSize = operation.lines.reduce((sum, lines) => sum + lines.length, 0);
    this.#tell("bulk_operations/finish", () => ({
      admin_graphql_api_id: gid("BulkOperation", operation.id),
      completed_at: writeLocal(operation.completedAt, 0).replace("+00:00", "Z"),
      created_at: writeLocal(operation.createdAt, 0).replace("+00:00", "Z"),
      error_code: errorCode?.toLowerCase() ?? null,
      status: status.toLowerCase(),
      type: "query",
    }));
  }

  #isExpired({ completedAt }) {
    return completedAt !== null && this.#shop.clock.now() > completedAt + resultLife_ms;
  }

  statusOf(operation) {
    return this.#isExpired(operation) ? "EXPIRED" : operation.status;
  }

  urlOf(operation, status) {
    if (operation.status !== status || operation.objectCount === 0) return null;
    if (this.#isExpired(operation)) return null;
    const { id, signature } = operation;
    return `${this.#shop.origin}/bulk/${id}.jsonl?signature=${signature}`;
  }

  // The pieces of a result, or null where there is none at that address.
  resultAt(id, signature) {
    const operation = this.operations.find((one) => one.id === id && one.signature === signature);
    return operation && !this.#isExpired(operation) ? operation.lines : null;
  }
}

// Writes nodes and what is below them.
class Writer {
  #operation;
  #run;
  #isGrouped;
  #lines = [];
  #below = [];
  #parents = [];

  constructor(operation, run, isGrouped) {
    this.#operation = operation;
    this.#run = { ...run, writer: this };
    this.#isGrouped = isGrouped;
  }

  writeRoots(field, items) {
    const nodes = selectionsOfNodes(field, this.#run);
    for (const item of items) this.#write(item, nodes, null);
    this.#operation.rootObjectCount += items.length;
    this.#flush();
  }

  // The connections below a field that is none.
  writeBelow(field) {
    const value = field.resolve(
      {},
      argumentsOf(field.node, field.declared, this.#run),
      this.#run,
      field,
    );
    if (value) executeObject(value, field.returned, field.sets, [], this.#run);
    this.#operation.rootObjectCount = this.#operation.objectCount;
    this.#flush();
  }

  #flush() {
    const lines = [...this.#lines, ...this.#below];
    if (lines.length > 0) this.#operation.lines.push(Buffer.from(`${lines.join("\n")}\n`));
    this.#lines = [];
    this.#below = [];
  }

  #write(item, { sets, type }, parent) {
    // Reserves the place before what is below it.
    const lines = parent === null || this.#isGrouped ? this.#lines : this.#below;
    const place = lines.push("") - 1;
    const id = gid(item.kind, item.id);
    this.#parents.push(id);
    const value = executeObject(item, type, sets, [], this.#run);
    this.#parents.pop();
    const whole = parent === null ? value : { ...value, __parentId: parent };
    lines[place] = JSON.stringify(whole);
    this.#operation.objectCount += 1;
  }

  // Called for each connection below a node.
  descend(object, field, { items }, run) {
    const nodes = selectionsOfNodes(field, run);
    for (const item of items) this.#write(item, nodes, this.#parents.at(-1) ?? null);
  }
}
