// A MariaDB primary with replicas on loopback. What the primary acknowledges, a replica has got
// (semi-synchronous, after sync), so that a promoted replica has lost nothing.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, pause, Program, until } from "./processes.mjs";

const run = promisify(execFile);
const replication = { user: "replication", password: "replicate-me" };
export const account = { user: "aiva", password: "chaos-password", database: "aiva" };

class MariaServer extends Program {
  constructor(number, folder, logs) {
    super(`mariadb-${number}`, logs);
    this.number = number;
    this.folder = join(folder, this.name);
    this.socket = join(folder, `m${number}.sock`);
  }

  install() {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    execFileSync(
      "mariadb-install-db",
      [
        "--no-defaults",
        `--datadir=${this.folder}`,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--user=root",
      ],
      { stdio: "ignore" },
    );
  }

  async start() {
    this.port ??= await freePort();
    this.spawn("mariadbd", [
      "--no-defaults",
      "--user=root",
      `--datadir=${this.folder}`,
      `--socket=${this.socket}`,
      `--port=${this.port}`,
      "--bind-address=127.0.0.1",
      `--server-id=${this.number + 1}`,
      "--log-bin=changes",
      "--log-slave-updates=1",
      "--sync-binlog=1",
      "--innodb-flush-log-at-trx-commit=1",
      "--innodb-buffer-pool-size=96M",
      "--performance-schema=0",
      "--relay-log-recovery=1",
      "--skip-slave-start",
      "--rpl-semi-sync-slave-enabled=1",
      "--rpl-semi-sync-master-wait-point=AFTER_SYNC",
      "--rpl-semi-sync-master-timeout=3600000",
      "--slave-net-timeout=4",
      "--max-connections=400",
      "--character-set-server=utf8mb4",
    ]);
    const isUp = await until(
      () =>
        this.ask("SELECT 1").then(
          () => true,
          () => false,
        ),
      60_000,
      200,
    );
    if (!isUp) throw new Error(`${this.name} does not start`);
  }

  /** The rows of an answer, each an array of texts. */
  async ask(sql) {
    const words = ["--no-defaults", `--socket=${this.socket}`, "-uroot", "-N", "-B", "-e", sql];
    const { stdout } = await run("mariadb", words, {
      maxBuffer: 256 * 1024 * 1024,
      timeout: 60_000,
    });
    if (stdout === "") return [];
    const lines = stdout.replace(/\n$/, "").split("\n");
    return lines.map((line) => line.split("\t"));
  }

  async replicaStatus() {
    const words = [
      "--no-defaults",
      `--socket=${this.socket}`,
      "-uroot",
      "-e",
      "SHOW SLAVE STATUS\\G",
    ];
    const { stdout } = await run("mariadb", words, { timeout: 10_000 });
    const fields = [...stdout.matchAll(/^ *(\w+): ?(.*)$/gm)];
    return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
  }

  async follow(port) {
    await this.ask(
      `STOP SLAVE; SET GLOBAL read_only = 1, rpl_semi_sync_master_enabled = 0;
       CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port},
         MASTER_USER = '${replication.user}', MASTER_PASSWORD = '${replication.password}',
         MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1;
       START SLAVE;`,
    );
  }
}

export class MariaGroup {
  /** `replicaCount`: at least two, so that one may fail while the primary goes on. */
  constructor(folder, logs, replicaCount = 2) {
    this.servers = Array.from(
      { length: replicaCount + 1 },
      (_, number) => new MariaServer(number, folder, logs),
    );
    [this.primary] = this.servers;
  }

  get replicas() {
    return this.servers.filter((server) => server !== this.primary);
  }

  async start() {
    for (const server of this.servers) {
      server.install();
      await server.start();
    }
    // Nobody follows yet who could acknowledge what is written here.
    await this.primary.ask(
      `CREATE USER '${replication.user}'@'%' IDENTIFIED BY '${replication.password}';
       GRANT REPLICATION SLAVE ON *.* TO '${replication.user}'@'%';
       CREATE DATABASE ${account.database};
       CREATE USER '${account.user}'@'%' IDENTIFIED BY '${account.password}';
       GRANT ALL ON ${account.database}.* TO '${account.user}'@'%';
       GRANT SLAVE MONITOR, BINLOG MONITOR ON *.* TO '${account.user}'@'%';`,
    );
    for (const replica of this.replicas) await replica.follow(this.primary.port);
    if (!(await this.settle())) throw new Error("the replicas do not follow");
    await this.primary.ask("SET GLOBAL rpl_semi_sync_master_enabled = 1");
  }

  /** Ends the primary and has the replica that knows most take its place. */
  async promote() {
    const old = this.primary;
    await old.kill();
    const standing = this.replicas.filter((replica) => replica.isRunning && !replica.isHeld);
    for (const replica of standing) await replica.ask("STOP SLAVE IO_THREAD");
    let best = null;
    for (const replica of standing) {
      const status = await replica.replicaStatus();
      const sequence = Number((status.Gtid_IO_Pos ?? "").split("-")[2] ?? 0);
      if (best === null || sequence > best.sequence) best = { replica, sequence };
    }
    if (best === null) throw new Error("there is no replica to promote");
    await until(async () => {
      const [[at]] = await best.replica.ask("SELECT @@gtid_slave_pos");
      return Number(at?.split("-")[2] ?? 0) >= best.sequence;
    }, 30_000);
    this.primary = best.replica;
    await best.replica.ask(
      "STOP SLAVE; RESET SLAVE ALL; SET GLOBAL rpl_semi_sync_master_enabled = 1, read_only = 0;",
    );
    for (const replica of standing)
      if (replica !== best.replica) await replica.follow(best.replica.port);
    return old;
  }

  /** Makes a server anew from what the primary has, and has it follow. */
  async rebuild(server) {
    await server.kill();
    server.install();
    await server.start();
    // What the copy itself writes is no change of its own.
    const source = `mariadb-dump --no-defaults --socket=${this.primary.socket} -uroot
      --all-databases
      --single-transaction --master-data=1 --gtid --routines --events --flush-privileges`;
    const sink = `mariadb --no-defaults --socket=${server.socket} -uroot
      --init-command='SET SESSION sql_log_bin = 0'`;
    const pipeline = `${source.replace(/\s+/g, " ")} | ${sink.replace(/\s+/g, " ")}`;
    await run("bash", ["-o", "pipefail", "-c", pipeline], { timeout: 120_000 });
    await server.follow(this.primary.port);
  }

  /** Starts a replica that was killed. */
  async restart(replica) {
    await replica.start();
    await replica.follow(this.primary.port);
  }

  /** Until every replica has what the primary has. */
  async settle(timeoutMs = 60_000) {
    const [[wanted]] = await this.primary.ask("SELECT @@gtid_binlog_pos");
    const target = Number(wanted?.split("-")[2] ?? 0);
    for (const replica of this.replicas) {
      const isThere = await until(async () => {
        const [[at]] = await replica.ask("SELECT @@gtid_slave_pos");
        return Number(at?.split("-")[2] ?? 0) >= target;
      }, timeoutMs);
      if (!isThere) return false;
    }
    return true;
  }

  async stop() {
    for (const server of this.servers) if (server.isHeld) server.go();
    await pause(100);
    await Promise.all(this.servers.map((server) => server.kill()));
  }
}
