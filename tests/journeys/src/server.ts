import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "./client.ts";

export const repository = resolve(process.cwd(), "../.."); // ./run starts us in tests/journeys
export const program = process.env["AIVA_BIN"] ?? "";

const startTimeoutMs = 60_000;

/** What the server prints when it is ready. */
export interface Ready {
  url: string;
  email?: string;
  password?: string;
}

export interface ServerOptions {
  folder?: string; // data folder; a temporary one by default
  sample?: boolean; // load the sample knowledge base
  environment?: Record<string, string>;
  arguments?: string[];
}

/** One running AIVA process. */
export class Server {
  readonly folder: string;
  readonly ready: Ready;
  readonly startMs: number;
  private readonly child: ChildProcess;
  private readonly ownsFolder: boolean;
  log = "";

  private constructor(
    folder: string,
    owns: boolean,
    child: ChildProcess,
    ready: Ready,
    startMs: number,
  ) {
    this.folder = folder;
    this.ownsFolder = owns;
    this.child = child;
    this.ready = ready;
    this.startMs = startMs;
  }

  /** Starts the program and waits until it answers. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), "aiva-journey-"));
    const words = ["serve", "--json", "--port", "0", "--data", folder];
    if (options.sample) words.push("--sample", join(repository, "samples"));
    const began = performance.now();
    const child = spawn(program, [...words, ...(options.arguments ?? [])], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "100000",
        AIVA_LIMITS_LOGIN_PER_MINUTE: "100000",
        AIVA_LOG_FORMAT: "json",
        ...options.environment,
      },
    });
    let log = "";
    child.stderr!.on("data", (piece: Buffer) => {
      log += piece.toString();
      if (server) server.log = log;
    });
    let server: Server | undefined;
    const ready = await new Promise<Ready>((found, failed) => {
      let text = "";
      const timer = setTimeout(
        () => failed(new Error("AIVA did not start:\n" + text + log)),
        startTimeoutMs,
      );
      child.stdout!.on("data", (piece: Buffer) => {
        text += piece.toString();
        const line = text.split("\n").find((candidate) => candidate.includes('"url"'));
        if (line === undefined || !text.includes("\n")) return;
        clearTimeout(timer);
        found(JSON.parse(line) as Ready);
      });
      child.on("exit", (code) => failed(new Error(`AIVA ended with ${code}:\n${text}${log}`)));
    });
    server = new Server(
      folder,
      options.folder === undefined,
      child,
      ready,
      performance.now() - began,
    );
    server.log = log;
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The lines of its log that tell of something wrong inside. */
  get errors(): string[] {
    return this.log.split("\n").filter((line) => /"level": ?"(error|critical)"/.test(line));
  }

  /** A client without credentials. */
  get anonymous(): Client {
    return new Client(this.ready.url);
  }

  /** A client signed in as the first admin, whose password only a first start prints. */
  async admin(password = this.ready.password): Promise<Client> {
    const client = this.anonymous;
    await client.login(this.ready.email!, password!);
    return client;
  }

  /** Ends the process with a signal and waits for its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = new Promise<number | null>((done) =>
      this.child.once("exit", (code) => done(code)),
    );
    this.child.kill(signal);
    return ended;
  }

  /** Stops the process and removes its temporary data folder. */
  async remove(): Promise<void> {
    await this.stop();
    if (this.ownsFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs one aiva command to its end. */
export function run(
  words: string[],
  input = "",
  environment: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(program, words, { stdio: "pipe", env: { ...process.env, ...environment } });
    let out = "";
    let err = "";
    child.stdout.on("data", (piece: Buffer) => {
      out += piece.toString();
    });
    child.stderr.on("data", (piece: Buffer) => {
      err += piece.toString();
    });
    child.on("exit", (code) => done({ code, out, err }));
    child.stdin.end(input);
  });
}
