import { spawn, type ChildProcess } from "node:child_process";
import { repository } from "./server.ts";

/** One of tests/emulators, as a process of its own. */
export class Emulator {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.child = child;
  }

  static async start(name: string, words: string[] = []): Promise<Emulator> {
    const program = `${repository}/tests/emulators/${name}.mjs`;
    const child = spawn("node", [program, "--port", "0", ...words], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<number>((found, failed) => {
      child.stdout!.once("data", (piece: Buffer) => found(JSON.parse(piece.toString()).port));
      child.once("exit", (code) => failed(new Error(`${name} ended with ${code}`)));
    });
    return new Emulator(`http://127.0.0.1:${port}`, child);
  }

  stop(): void {
    this.child.kill();
  }
}
