// Multiplies a tenant: what the program wrote for one, with its users, knowledge, chunks, vectors
// and ledger, is written again for thousands, in the same shape, with ids and names of their own.
import { createHash } from "node:crypto";
import { linkSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

// The first 32 bits of a UUID of version 7 are its time. Those of copies are a while ago, in the
// order of their numbers, as of tenants that came one after the other.
const firstHead = 0x01900000;
const copiesMax = 0x000f0000;

const ids = new Set([
  "id",
  "tenant_id",
  "user_id",
  "kb_id",
  "document_id",
  "chunk_id",
  "parent_id",
  "uploaded_by",
  "created_by",
  "reference",
]);
// What a searcher reads, in the order in which one names another.
const copied = [
  "tenants",
  "users",
  "credit_accounts",
  "credit_transactions",
  "credit_usage",
  "knowledge_bases",
  "documents",
  "document_chunks",
  "chunk_vectors",
  "document_changes",
];
const keyPrefix = "documents/";

export const emailOf = (number) => `owner${number}@tenants.test`;

/** The id of a copy of something whose id in the tenant that is copied is known. */
export function idOf(id, number) {
  if (number === 0) return id;
  return (firstHead + number).toString(16).padStart(8, "0") + id.slice(8);
}

/** Which rows are copied, by what an index leads to. */
const keyMark = "aiva_";
const prefixLength = keyMark.length + 8;

/** The API key of a copy: that of the tenant that is copied, with another number in front. */
export function keyOf(key, number) {
  if (number === 0) return key;
  return keyMark + number.toString(16).padStart(8, "0") + key.slice(prefixLength);
}

const hashOf = (key) => createHash("sha256").update(key).digest("hex");

function ownerClause(table, tenant, numbers) {
  const bases = `r.kb_id IN (SELECT id FROM knowledge_bases WHERE tenant_id = '${tenant}')`;
  if (table === "tenants") return `r.id = '${tenant}'`;
  if (table === "document_changes" || table === "documents") return bases;
  const ours = `r.tenant_id = '${tenant}'`;
  if (table === "document_chunks") return `r.rowid >= ${numbers.first} AND ${ours}`;
  if (table === "chunk_vectors") return `r.chunk_rowid >= ${numbers.first} AND ${ours}`;
  return ours;
}

/** What stands in a column of a copy. */
function valueOf(rows, table, column, numbers) {
  const head = rows.headOf(firstHead);
  const old = `r.\`${column}\``;
  const moved = (id) => rows.join(head, `substr(${id}, 9)`);
  if (column === "rowid" || column === "chunk_rowid") return `${old} - n * ${numbers.count}`;
  if (table === "users" && column === "email") return rows.join("'owner'", "n", "'@tenants.test'");
  if (table === "tenants" && column === "name") return rows.join("'Tenant '", "n");
  if (table === "documents" && column === "object_key") {
    const from = keyPrefix.length + 36 + 1 + 1;
    const file = moved(`substr(${old}, ${from})`);
    return rows.join(`'${keyPrefix}'`, moved("r.tenant_id"), "'/'", file);
  }
  if (!ids.has(column)) return old;
  return `CASE WHEN length(${old}) = 36 THEN ${moved(old)} ELSE ${old} END`;
}

export class TenantCopies {
  /**
   * `rows`: of the installation, on which nothing runs. `tenant`: whose rows are copied. `key`: its
   * API key.
   */
  constructor(rows, tenant, key) {
    this.rows = rows;
    this.tenant = tenant;
    this.key = key;
  }

  async prepare() {
    // The copies' numbers lie below these, where the program takes none. They are too large for
    // a number of JavaScript.
    const [[first, count]] = await this.rows.ask(
      "SELECT MIN(rowid), MAX(rowid) - MIN(rowid) + 1 FROM document_chunks",
    );
    this.numbers = { first, count };
    await this.#prepareKeys();
    this.statements = [];
    for (const table of copied) {
      const all = await this.rows.columns(table);
      const columns = all.filter((column) => column !== "sequence"); // numbered by the database
      const values = columns.map((column) => valueOf(this.rows, table, column, this.numbers));
      const names = columns.map((column) => `\`${column}\``).join(", ");
      this.statements.push(
        (first, last) => `INSERT INTO ${table} (${names})
          WITH RECURSIVE numbers(n) AS
            (SELECT ${first} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${last})
          SELECT ${values.join(", ")} FROM numbers CROSS JOIN ${table} r
          WHERE ${ownerClause(table, this.tenant, this.numbers)}`,
      );
    }
  }

  async #prepareKeys() {
    const sql = `SELECT prefix, key_hash FROM api_keys WHERE tenant_id = '${this.tenant}'`;
    const [[prefix, hash]] = await this.rows.ask(sql);
    if (prefix !== this.key.slice(0, prefixLength) || hash !== hashOf(this.key))
      throw new Error("API keys are kept otherwise than is known here");
    const columns = await this.rows.columns("api_keys");
    const names = columns.map((column) => `\`${column}\``).join(", ");
    this.keyStatement = (number) => {
      const key = keyOf(this.key, number);
      const own = { prefix: key.slice(0, prefixLength), key_hash: hashOf(key) };
      const values = columns.map((column) =>
        own[column] ? `'${own[column]}'` : valueOf(this.rows, "api_keys", column, this.numbers),
      );
      return `INSERT INTO api_keys (${names}) SELECT ${values.join(", ")}
        FROM (SELECT ${number} AS n) numbers CROSS JOIN api_keys r
        WHERE ${ownerClause("api_keys", this.tenant)}`;
    };
  }

  /** Writes copies `first` to `last`, in steps, each a transaction. */
  async write(first, last, { step = 200, told = () => {} } = {}) {
    if (last > copiesMax) throw new Error(`at most ${copiesMax} tenants`);
    for (let from = first; from <= last; from += step) {
      const to = Math.min(last, from + step - 1);
      const numbers = Array.from({ length: to - from + 1 }, (_, at) => from + at);
      await this.rows.write([
        ...this.statements.map((statement) => statement(from, to)),
        ...numbers.map((number) => this.keyStatement(number)),
      ]);
      told(to);
    }
    // What was summed up is copied with the ledger, and is not to be summed up again.
    await this.rows.write([
      `UPDATE credit_usage_progress SET sequence =
         (SELECT MAX(sequence) FROM credit_transactions)`,
    ]);
    await this.rows.finish();
  }

  /** Gives the copies of documents their files: other names of the same ones. */
  async linkFiles(objects, first, last) {
    const keys = await this.rows.ask(
      `SELECT object_key FROM documents WHERE tenant_id = '${this.tenant}'`,
    );
    for (const [key] of keys) {
      const [, tenant, file] = key.split("/");
      for (let number = first; number <= last; ++number) {
        const path = join(objects, keyPrefix, idOf(tenant, number), idOf(file, number));
        mkdirSync(dirname(path), { recursive: true });
        linkSync(join(objects, key), path);
      }
    }
  }

  /** Tables with rows of the tenant that are not copied: what it did, rather than what it has. */
  async leftOut() {
    const found = [];
    for (const table of await this.rows.tables()) {
      if (copied.includes(table) || table === "api_keys") continue;
      if (!(await this.rows.columns(table)).includes("tenant_id")) continue;
      const sql = `SELECT COUNT(*) FROM \`${table}\` WHERE tenant_id = '${this.tenant}'`;
      const [[count]] = await this.rows.ask(sql);
      if (Number(count) > 0) found.push(table);
    }
    return found;
  }

  /** Whether the program has summed up the whole ledger. */
  async isSummedUp() {
    const [[isIt]] = await this.rows.ask(
      `SELECT (SELECT MAX(sequence) FROM credit_usage_progress) >=
         (SELECT MAX(sequence) FROM credit_transactions)`,
    );
    return isIt === "1";
  }

  async counts() {
    const of = async (table) =>
      Number((await this.rows.ask(`SELECT COUNT(*) FROM ${table}`))[0][0]);
    return {
      tenants: await of("tenants"),
      documents: await of("documents"),
      chunks: await of("document_chunks"),
    };
  }
}
