// What the rows and files of a data folder say, read with the sqlite3 program while nothing runs.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

export class StoredRows {
  constructor(folder) {
    this.folder = folder;
    this.database = join(folder, "aiva.db");
  }

  query(sql) {
    const text = execFileSync("sqlite3", ["-json", this.database, sql], {
      maxBuffer: 256 * 1024 * 1024,
    }).toString();
    return text.trim() === "" ? [] : JSON.parse(text);
  }

  number(sql) {
    return Object.values(this.query(sql)[0])[0];
  }

  documents() {
    return this.query(
      "SELECT id, kb_id, parent_id, filename, source, status, progress, error_message, " +
        "total_chunks, object_key, next_object_key FROM documents",
    );
  }

  crawls() {
    return this.query("SELECT id, kb_id, url, state, error_message FROM crawls");
  }

  /** Files that no document names, also those that wait to be stored. */
  orphanedFiles() {
    const named = new Set(this.documents().flatMap((row) => [row.object_key, row.next_object_key]));
    const objects = join(this.folder, "files", "objects");
    return [
      ...filesBelow(objects).filter((path) => !named.has(relative(objects, path))),
      ...filesBelow(join(this.folder, "files", "staging")),
    ];
  }

  /** Adds a sentence to `faults` where the statement counts something. */
  #counterOf(faults) {
    return (what, sql) => {
      const count = this.number(sql);
      if (count !== 0) faults.push(`${count} × ${what}`);
    };
  }

  /** What is wrong with conversations that have ended and with the ledger. */
  findChatFaults() {
    const faults = [];
    const expectNone = this.#counterOf(faults);
    expectNone("turn that still runs", "SELECT COUNT(*) FROM chat_turns WHERE state = 'running'");
    expectNone(
      "session held by a turn",
      "SELECT COUNT(*) FROM chat_sessions WHERE turn_id IS NOT NULL",
    );
    expectNone("open hold", "SELECT COUNT(*) FROM credit_holds WHERE state = 'open'");
    expectNone("credits held", "SELECT COUNT(*) FROM credit_accounts WHERE held <> 0");
    expectNone(
      "answer that was not charged as it says",
      `SELECT COUNT(*) FROM chat_messages m WHERE role = 'assistant' AND final_cost <>
         (SELECT COALESCE(SUM(amount), 0) FROM credit_transactions t
          WHERE t.tenant_id = m.tenant_id AND t.operation IN ('chat', 'search') AND
            t.reference = m.id AND t.type = 'deduct')`,
    );
    expectNone(
      "charge of a turn without an answer, or of no search",
      `SELECT COUNT(*) FROM credit_transactions WHERE operation IN ('chat', 'search')
         AND type = 'deduct' AND reference NOT IN
           (SELECT id FROM chat_messages UNION SELECT id FROM knowledge_searches)`,
    );
    expectNone(
      "message number that is missing or there twice",
      `SELECT COUNT(*) FROM (SELECT session_id, COUNT(*) n, COUNT(DISTINCT sequence_number) m,
         MAX(sequence_number) high FROM chat_messages GROUP BY session_id)
         WHERE n <> m OR n <> high`,
    );
    expectNone(
      "account whose balance is not the sum of its entries",
      `SELECT COUNT(*) FROM credit_accounts a WHERE balance <>
         (SELECT COALESCE(SUM(CASE type WHEN 'deduct' THEN -amount ELSE amount END), 0)
          FROM credit_transactions t WHERE t.tenant_id = a.tenant_id)`,
    );
    return faults;
  }

  /** Everything that is wrong with documents, as sentences; empty when all is well. */
  findFaults() {
    const faults = [];
    const expectNone = this.#counterOf(faults);
    expectNone(
      "completed document whose chunks are not as many as it says",
      `SELECT COUNT(*) FROM documents d WHERE status = 'completed' AND total_chunks <>
         (SELECT COUNT(*) FROM document_chunks WHERE document_id = d.id)`,
    );
    expectNone(
      "completed document whose chunks are not numbered 0 to n-1",
      `SELECT COUNT(*) FROM (SELECT document_id, COUNT(*) n, COUNT(DISTINCT chunk_index) m,
         MIN(chunk_index) low, MAX(chunk_index) high FROM document_chunks GROUP BY document_id)
         WHERE low <> 0 OR high <> n - 1 OR m <> n`,
    );
    expectNone(
      "chunk stored twice",
      `SELECT COUNT(*) FROM (SELECT 1 FROM document_chunks GROUP BY document_id, chunk_index
         HAVING COUNT(*) > 1)`,
    );
    expectNone(
      "chunk of a document that is not served",
      `SELECT COUNT(*) FROM document_chunks c LEFT JOIN documents d ON d.id = c.document_id
         WHERE d.is_served IS NULL OR d.is_served = 0`,
    );
    expectNone(
      "document that is completed and not served, or waits for a version that has ended",
      `SELECT COUNT(*) FROM documents WHERE status = 'completed' AND
         (is_served = 0 OR next_version > 0)`,
    );
    expectNone(
      "document stored twice",
      "SELECT COUNT(*) FROM (SELECT 1 FROM documents GROUP BY kb_id, source HAVING COUNT(*) > 1)",
    );
    expectNone(
      "page that was fetched and is no document",
      `SELECT COUNT(*) FROM crawl_pages WHERE state = 'fetched' AND is_sitemap = 0 AND
         NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = crawl_pages.document_id)`,
    );
    expectNone(
      "chunk without exactly its vector",
      `SELECT (SELECT COUNT(*) FROM document_chunks c LEFT JOIN chunk_vectors v
         ON v.chunk_rowid = c.rowid AND v.chunk_id = c.id WHERE v.chunk_id IS NULL) +
         ABS((SELECT COUNT(*) FROM chunk_vectors) - (SELECT COUNT(*) FROM document_chunks))`,
    );
    expectNone(
      "knowledge base whose counts are wrong",
      `SELECT COUNT(*) FROM knowledge_bases b WHERE
         document_count <> (SELECT COUNT(*) FROM documents WHERE kb_id = b.id) OR
         chunk_count <> (SELECT COUNT(*) FROM document_chunks WHERE kb_id = b.id)`,
    );
    expectNone(
      "completed document not charged exactly once",
      `SELECT COUNT(*) FROM documents d WHERE status = 'completed' AND 1 <>
         (SELECT COUNT(*) FROM credit_transactions WHERE operation = 'document' AND
           reference = d.id || CASE WHEN d.version > 1 THEN ':v' || d.version ELSE '' END)`,
    );
    expectNone(
      "job without an end",
      "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')",
    );
    for (const { integrity_check: finding } of this.query("PRAGMA integrity_check")) {
      if (finding !== "ok") faults.push(`integrity_check: ${finding}`);
    }
    faults.push(...this.query("PRAGMA foreign_key_check").map((row) => JSON.stringify(row)));
    expectNone(
      "document whose passages an index would not learn of",
      `SELECT COUNT(*) FROM document_chunks c JOIN knowledge_bases b ON b.id = c.kb_id
         LEFT JOIN document_changes h ON h.kb_id = c.kb_id AND h.document_id = c.document_id
         WHERE h.version IS NULL OR h.version > b.version`,
    );
    for (const document of this.documents()) {
      if (!existsSync(join(this.folder, "files", "objects", document.object_key))) {
        faults.push(`the file of ${document.filename} is gone`);
      }
    }
    return faults;
  }
}
