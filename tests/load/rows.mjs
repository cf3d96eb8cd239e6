// The rows of an installation, read and written in bulk with the programs of its database while no
// AIVA runs on them: sqlite3 for the file of a data folder, mariadb for a server.
import { spawn } from "node:child_process";
import { join } from "node:path";

/** Runs a program over a script and answers its output; fails with what it says. */
function feed(program, words, script, environment = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, words, { env: { ...process.env, ...environment } });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (text) => (said[name] += text));
    child.once("error", failed);
    child.once("close", (code) => {
      if (code === 0) done(said.stdout);
      else failed(new Error(`${program}: ${said.stderr.slice(0, 2000)}`));
    });
    child.stdin.on("error", () => {}); // it ended early, and says why
    child.stdin.end(script);
  });
}

const rowsOf = (text) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));

export class SqliteRows {
  /** What is set before each script: nothing of it stays. */
  #settings = `PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;
    PRAGMA temp_store = MEMORY;\n`;

  constructor(folder) {
    this.file = join(folder, "aiva.db");
  }

  /** Rows, each an array of texts. */
  async ask(sql) {
    return rowsOf(await feed("sqlite3", ["-batch", "-bail", "-tabs", this.file], sql));
  }

  /** Everything in one transaction. */
  async write(statements) {
    const script = `BEGIN;\n${statements.join(";\n")};\nCOMMIT;\n`;
    await feed("sqlite3", ["-batch", "-bail", this.file], this.#settings + script);
  }

  async tables() {
    const rows = await this.ask("SELECT name FROM sqlite_master WHERE type = 'table'");
    return rows.map(([name]) => name).filter((name) => !name.startsWith("sqlite_"));
  }

  async columns(table) {
    const rows = await this.ask(`SELECT name FROM pragma_table_info('${table}')`);
    return rows.map(([name]) => name);
  }

  /** The first eight characters of the ids of a copy, of its number `n`. */
  headOf(base) {
    return `printf('%08x', ${base} + n)`;
  }

  join(...parts) {
    return parts.join(" || ");
  }

  async finish() {
    await this.ask("PRAGMA wal_checkpoint(TRUNCATE);");
  }
}

export class MariaRows {
  #settings = "SET SESSION foreign_key_checks = 0, unique_checks = 0;\n";

  /** `url`: mysql://USER:PASSWORD@HOST:PORT/NAME. */
  constructor(url) {
    const parts = new URL(url);
    this.name = parts.pathname.slice(1);
    this.words = [
      "--no-defaults",
      `--host=${parts.hostname}`,
      `--port=${parts.port || 3306}`,
      `--user=${decodeURIComponent(parts.username)}`,
      "--batch",
      "--skip-column-names",
    ];
    this.environment = { MYSQL_PWD: decodeURIComponent(parts.password) };
  }

  /** Makes the database when it is not there. */
  async create() {
    const sql = `CREATE DATABASE IF NOT EXISTS \`${this.name}\` CHARACTER SET utf8mb4;`;
    await feed("mariadb", this.words, sql, this.environment);
  }

  async ask(sql) {
    return rowsOf(await feed("mariadb", [...this.words, this.name], sql, this.environment));
  }

  async write(statements) {
    const script = `START TRANSACTION;\n${statements.join(";\n")};\nCOMMIT;\n`;
    const words = [...this.words, this.name];
    await feed("mariadb", words, this.#settings + script, this.environment);
  }

  async tables() {
    const rows = await this.ask(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
    );
    return rows.map(([name]) => name);
  }

  /** Without those the server computes. */
  async columns(table) {
    const rows = await this.ask(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE()
       AND table_name = '${table}' AND extra NOT LIKE '%GENERATED%' ORDER BY ordinal_position`,
    );
    return rows.map(([name]) => name);
  }

  headOf(base) {
    return `LOWER(LPAD(HEX(${base} + n), 8, '0'))`;
  }

  join(...parts) {
    return `CONCAT(${parts.join(", ")})`;
  }

  async finish() {}
}
