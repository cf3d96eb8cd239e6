import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Json } from "./client.ts";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
export const hasChromium = existsSync(program);

const startTimeoutMs = 60_000;
const clicksMax = 10;

// Pages in the background do their work, too.
const usual = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--no-first-run",
  "--remote-debugging-port=0",
];

/** A Chromium without a screen, led by its DevTools protocol. */
export class Browser {
  private readonly child: ChildProcess;
  private readonly folder: string;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<
    number,
    { done: (answer: Json) => void; failed: (e: Error) => void }
  >();
  private readonly listeners = new Map<string, (method: string, params: Json) => void>();
  private count = 0;

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.child = child;
    this.folder = folder;
    this.socket = socket;
    socket.on("message", (text) => this.take(JSON.parse(text.toString())));
    socket.on("close", () => this.giveUp());
  }

  static async start(flags: string[] = []): Promise<Browser> {
    const folder = mkdtempSync(join(tmpdir(), "aiva-chromium-"));
    const all = [...usual, `--user-data-dir=${folder}`, ...flags, "about:blank"];
    const child = spawn(program, all, {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const address = await new Promise<string>((found, failed) => {
      let text = "";
      const timer = setTimeout(() => failed(new Error(`no Chromium: ${text}`)), startTimeoutMs);
      child.stderr!.on("data", (piece: Buffer) => {
        text = (text + piece.toString()).slice(-10_000);
        const line = /DevTools listening on (ws:\S+)/.exec(text);
        if (line === null) return;
        clearTimeout(timer);
        found(line[1]!);
      });
      child.on("exit", (code) => failed(new Error(`Chromium ended with ${code}: ${text}`)));
    });
    const socket = new WebSocket(address, { maxPayload: 64 * 1024 * 1024 });
    await new Promise((done, failed) => {
      socket.once("open", done);
      socket.once("error", failed);
    });
    return new Browser(child, folder, socket);
  }

  private take(message: Json): void {
    if (message.id === undefined) {
      this.listeners.get(message.sessionId)?.(message.method, message.params);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error !== undefined) waiting?.failed(new Error(message.error.message));
    else waiting?.done(message.result);
  }

  private giveUp(): void {
    for (const { failed } of this.waiting.values()) failed(new Error("Chromium is gone"));
    this.waiting.clear();
  }

  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    if (this.socket.readyState !== WebSocket.OPEN)
      return Promise.reject(new Error("Chromium is gone"));
    const id = ++this.count;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  /** Opens a page; `script` runs in it before its own. */
  async open(url: string, script = ""): Promise<Page> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, targetId, sessionId);
    this.listeners.set(sessionId, (method, params) => page.take(method, params));
    await page.begin(url, script);
    return page;
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.child.once("exit", done));
    this.socket.close();
    this.child.kill();
    await ended;
    await this.removeFolder();
  }

  /** Processes of the browser may outlive it for a moment, and write. */
  private async removeFolder(): Promise<void> {
    for (let tries = 0; ; ++tries) {
      try {
        return rmSync(this.folder, { recursive: true, force: true });
      } catch (error) {
        if (tries === 100) throw error;
        await pause(100);
      }
    }
  }
}

/** One page of a browser. */
export class Page {
  readonly complaints: string[] = []; // of scripts and policies
  private readonly browser: Browser;
  private readonly target: string;
  private readonly session: string;

  constructor(browser: Browser, target: string, session: string) {
    this.browser = browser;
    this.target = target;
    this.session = session;
  }

  send(method: string, params: Json = {}): Promise<Json> {
    return this.browser.send(method, params, this.session);
  }

  take(method: string, params: Json): void {
    if (method === "Runtime.exceptionThrown")
      this.complaints.push(params.exceptionDetails.exception?.description ?? "an exception");
    if (method === "Log.entryAdded" && params.entry.level === "error")
      this.complaints.push(`${params.entry.text} ${params.entry.url ?? ""}`);
  }

  async begin(url: string, script: string): Promise<void> {
    for (const domain of ["Page", "Runtime", "Log"]) await this.send(`${domain}.enable`);
    if (script) await this.send("Page.addScriptToEvaluateOnNewDocument", { source: script });
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText) throw new Error(`${url} was not opened: ${errorText}`);
    await this.until("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  async evaluate(expression: string): Promise<Json> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true, or anything but false; answers it. */
  async until(expression: string, timeoutMs = 60_000): Promise<Json> {
    const end = performance.now() + timeoutMs;
    let refusal = "";
    for (;;) {
      // A page that is just being opened cannot be asked.
      const value = await this.evaluate(expression).catch((error: Error) => {
        refusal = `\nThe last time it could not be asked: ${error.message}`;
      });
      if (value) return value;
      if (performance.now() > end)
        throw new Error(
          `After ${timeoutMs} ms not ${expression}:\n${await this.describe()}${refusal}`,
        );
      await pause(20);
    }
  }

  /** What the page shows, for those who look for a fault. */
  async describe(): Promise<string> {
    const seen = await this.evaluate(
      `[
      location.href,
      "data of main: " + JSON.stringify({ ...document.querySelector("main")?.dataset }),
      "visibility: " + document.visibilityState,
      document.body.innerText,
    ].join("\\n")`,
    ).catch((error: Error) => `The page cannot be asked: ${error.message}`);
    return `${seen}\ncomplaints: ${JSON.stringify(this.complaints)}`;
  }

  /** Presses an element with the mouse, as a person does. Pages that are not drawn hear nothing. */
  async click(selector: string): Promise<void> {
    await this.send("Page.bringToFront");
    for (let tries = 0; tries < clicksMax; ++tries) {
      const { x, y } = await this.evaluate(`(() => {
        window.wasClicked = false;
        const note = () => (window.wasClicked = true);
        addEventListener("click", note, { capture: true, once: true });
        const element = document.querySelector(${JSON.stringify(selector)});
        element.scrollIntoView({ block: "nearest", behavior: "instant" });
        const box = element.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      })()`);
      const at = { x, y, button: "left", clickCount: 1 };
      await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
      await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
      // Both were taken or thrown away by now; it may also have led to another page.
      const wasClicked = await this.evaluate("window.wasClicked ?? true").catch(() => true);
      if (wasClicked) return;
      await pause(200);
    }
    throw new Error(`${selector} could not be pressed:\n${await this.describe()}`);
  }

  /** Presses a key of the keyboard that writes one character. */
  async press(key: string): Promise<void> {
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, text: key });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key });
  }

  async close(): Promise<void> {
    await this.browser.send("Target.closeTarget", { targetId: this.target });
  }
}
