import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const repository = resolve(process.cwd(), ".."); // ./run starts us in console
const startTimeoutMs = 90_000;

/** What the program prints once it answers. */
export interface Ready {
  url: string;
  email: string;
  password: string;
}

/** One AIVA with a data folder of its own. */
export class Server {
  readonly ready: Ready;
  private readonly child: ChildProcess;
  private readonly folder: string;

  private constructor(ready: Ready, child: ChildProcess, folder: string) {
    this.ready = ready;
    this.child = child;
    this.folder = folder;
  }

  static async start(environment: Record<string, string> = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "aiva-console-"));
    const words = ["serve", "--json", "--port", "0", "--data", folder];
    const child = spawn(
      process.env["AIVA_BIN"] ?? "",
      [...words, "--sample", `${repository}/samples`],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "100000",
          AIVA_LIMITS_LOGIN_PER_MINUTE: "100000",
          ...environment,
        },
      },
    );
    let log = "";
    child.stderr!.on("data", (piece: Buffer) => {
      log = (log + piece.toString()).slice(-20_000);
    });
    const ready = await new Promise<Ready>((found, failed) => {
      let text = "";
      const timer = setTimeout(() => failed(new Error(`no start:\n${log}`)), startTimeoutMs);
      child.stdout!.on("data", (piece: Buffer) => {
        text += piece.toString();
        const line = text.split("\n").find((candidate) => candidate.includes('"url"'));
        if (line === undefined || !text.includes("\n")) return;
        clearTimeout(timer);
        found(JSON.parse(line) as Ready);
      });
      child.on("exit", (code) => failed(new Error(`AIVA ended with ${code}:\n${log}`)));
      child.on("error", failed);
    });
    return new Server(ready, child, folder);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
