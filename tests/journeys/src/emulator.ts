import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { repository } from "./server.ts";

/** A provider of `tests/emulators`, on a port of its own. */
export class Emulator {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(file: string, ...words: string[]): Promise<Emulator> {
    const script = join(repository, "tests/emulators", file);
    const child = spawn("node", [script, "--port", "0", ...words], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<number>((found) =>
      child.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port)),
    );
    return new Emulator(`http://127.0.0.1:${port}`, child);
  }

  /** What a server needs to answer with this model. */
  get asChatModel(): Record<string, string> {
    return {
      AIVA_CHAT_MODEL_PROVIDER: "openai",
      AIVA_CHAT_MODEL_BASE_URL: `${this.url}/v1`,
      AIVA_CHAT_MODEL_API_KEY: "sk-test",
    };
  }

  stop(): void {
    this.child.kill();
  }
}
