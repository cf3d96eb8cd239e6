// An installation of many tenants that are alike: made once, kept in a folder (and a database), and
// served from there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../chaos/client.mjs";
import { pause, until } from "../chaos/processes.mjs";
import { KilledServer } from "../crash/killed_server.mjs";
import { makeRandom } from "../crash/sample_documents.mjs";
import { MariaRows, SqliteRows } from "./rows.mjs";
import { emailOf, idOf, keyOf, TenantCopies } from "./tenant_copies.mjs";

const password = "Many-tenants-7";
const passagesPerDocument = 25;
const readTimeoutMs = 600_000;
const summingUpMs = 240_000; // the program does so every minute, a minute behind

const vocabulary = `warranty refund delivery parcel invoice deposit voucher return exchange repair
battery charger cable display keyboard printer scanner router antenna bicycle helmet saddle pedal
kettle blender freezer washer dryer carpet curtain lantern pillow blanket mattress drawer hinge
customer branch counter courier depot season weekday morning evening holiday country island`.split(
  /\s+/,
);

/** A passage of about 400 characters. */
export function passage(random) {
  const sentence = () => {
    const words = Array.from(
      { length: 9 + Math.floor(random() * 6) },
      () => vocabulary[Math.floor(random() * vocabulary.length)],
    );
    return `The ${words.join(" ")}.`;
  };
  return Array.from({ length: 5 }, sentence).join(" ");
}

export function question(random) {
  const words = Array.from(
    { length: 5 },
    () => vocabulary[Math.floor(random() * vocabulary.length)],
  );
  return `Which ${words.join(" ")}?`;
}

export class Installation {
  /** `database`: its URL; without, SQLite in the folder. */
  constructor(name, folder, { program, tenants, chunksEach, database, environment }) {
    this.name = name;
    this.folder = join(folder, name);
    const at = database ? new URL(database) : null; // without its password in what is kept
    this.wanted = { tenants, chunksEach, database: at ? `${at.host}${at.pathname}` : "" };
    this.rows = database ? new MariaRows(database) : new SqliteRows(this.folder);
    this.server = new KilledServer(program, this.folder, {
      environment: {
        AIVA_WORKER_CONCURRENCY: "1",
        AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
        AIVA_LIMITS_LOGIN_PER_MINUTE: "0",
        AIVA_SERVER_ACCESS_LOG: "false",
        AIVA_SEARCH_CACHE_S: "0",
        ...(database ? { AIVA_DATABASE_URL: database } : {}),
        ...environment,
      },
    });
  }

  get #note() {
    return join(this.folder, "many_tenants.json");
  }

  /** What was made before, when it is what is wanted now. */
  #known() {
    if (!existsSync(this.#note)) return null;
    const made = JSON.parse(readFileSync(this.#note, "utf8"));
    const isSame = Object.entries(this.wanted).every(([name, value]) => made[name] === value);
    return isSame ? made : null;
  }

  async make(say) {
    this.made = this.#known();
    if (this.made) return say(`${this.name}: ${this.made.counts.tenants} tenants are there`);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    if (this.wanted.database) {
      await this.rows.create();
      if ((await this.rows.tables()).length > 0)
        throw new Error(`the database of ${this.name} is not empty, nor what is wanted`);
    }
    const began = performance.now();
    const first = await this.#makeTenant();
    const copies = new TenantCopies(this.rows, first.tenant, first.key);
    await copies.prepare();
    const last = this.wanted.tenants - 1;
    const told = (to) => say(`${this.name}: ${to + 1} of ${this.wanted.tenants} tenants`);
    await copies.write(1, last, { told });
    await copies.linkFiles(join(this.folder, "files", "objects"), 1, last);
    const seconds = Math.round((performance.now() - began) / 1000);
    const counts = await copies.counts();
    const leftOut = await copies.leftOut();
    this.made = { ...this.wanted, ...first, counts, left_out: leftOut, made_in_s: seconds };
    writeFileSync(this.#note, JSON.stringify(this.made, null, 2));
  }

  /** The tenant that is copied, through the program: with documents until its chunks suffice. */
  async #makeTenant() {
    const random = makeRandom(17);
    await this.start();
    const root = this.server;
    const expect = async (status, ...call) => {
      const reply = await root.call(...call);
      if (reply?.status !== status)
        throw new Error(`${call[1]}: ${reply?.status} ${JSON.stringify(reply?.body)}`);
      return reply.body.data;
    };
    const { id: tenant } = await expect(201, "POST", "/api/tenants", { name: "Tenant 0" });
    const user = { email: emailOf(0), password, name: "Owner", role: "admin", tenant_id: tenant };
    await expect(201, "POST", "/api/users", user);
    const credits = { tenant_id: tenant, amount: 5, note: "To begin with" };
    await expect(201, "POST", "/api/credits/add", credits);
    const owner = new Client([root.url]);
    await owner.logIn(user.email, password);
    const scopes = ["knowledge.read", "knowledge.write", "search"];
    const { key } = await owner.expect(201, "POST", "/api/keys", { name: "Program", scopes });
    const base = (await owner.expect(201, "POST", "/api/knowledge", { name: "Handbook" })).id;
    for (let number = 0, chunks = 0; chunks < this.wanted.chunksEach; ++number) {
      const wanted = Math.min(passagesPerDocument, this.wanted.chunksEach - chunks);
      const text = Array.from({ length: wanted }, () => passage(random)).join("\n\n");
      await upload(owner, base, `chapter-${number}.txt`, text);
      await untilRead(owner, base);
      ({ chunk_count: chunks } = await owner.expect(200, "GET", `/api/knowledge/${base}`));
    }
    const copies = new TenantCopies(this.rows, tenant);
    if (!(await until(() => copies.isSummedUp(), summingUpMs, 500)))
      throw new Error("the ledger is never summed up");
    await this.stop();
    return { tenant, base, key, admin: root.firstAdmin };
  }

  /** Starts it and says how long it took until it was ready, in milliseconds. */
  async start() {
    const began = performance.now();
    if (!(await this.server.start()))
      throw new Error(`${this.name} does not start:\n${this.server.log}`);
    const isReady = await until(
      async () => {
        const reply = await this.server.call("GET", "/readyz");
        return reply?.status === 200;
      },
      60_000,
      5,
    );
    if (!isReady) throw new Error(`${this.name} is not ready:\n${this.server.log}`);
    return performance.now() - began;
  }

  async stop() {
    if (this.server.child?.exitCode !== null) return;
    const { code } = await this.server.stop();
    if (code !== 0) throw new Error(`${this.name} ended with ${code}:\n${this.server.log}`);
  }

  /** A start with nothing of its files in the machine's memory, as after a start of the machine. */
  async startCold() {
    const files = ["aiva.db", "aiva.db-wal"].map((name) => join(this.folder, name));
    for (const file of files.filter((path) => existsSync(path)))
      spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]);
    return this.start();
  }

  /** Of a tenant: a program with its API key. */
  clientOf(number) {
    const client = new Client([this.server.url]);
    client.token = keyOf(this.made.key, number);
    return client;
  }

  async rootClient() {
    const client = new Client([this.server.url]);
    await client.logIn(this.made.admin.email, this.made.admin.password);
    return client;
  }

  baseOf(number) {
    return idOf(this.made.base, number);
  }

  /** Of the process, in MB. */
  memory() {
    const text = readFileSync(`/proc/${this.server.child.pid}/status`, "utf8");
    const of = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)[1]) / 1024);
    return { resident_mb: of("VmRSS"), most_resident_mb: of("VmHWM") };
  }
}

export async function upload(client, base, name, text) {
  const form = new FormData();
  form.append("file", new Blob([text]), name);
  return client.call("POST", `/api/knowledge/${base}/documents`, form);
}

/** Waits until every document is read; fails when one cannot be. */
export async function untilRead(client, base) {
  for (const end = performance.now() + readTimeoutMs; ; await pause(50)) {
    const documents = await client.list(`/api/knowledge/${base}/documents`);
    const failed = documents.find(({ status }) => status === "failed");
    if (failed) throw new Error(`a document failed: ${JSON.stringify(failed)}`);
    if (documents.every(({ status }) => status === "completed")) return documents;
    if (performance.now() > end) throw new Error("the documents are never read");
  }
}
