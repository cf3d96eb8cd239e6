import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { startFront } from "./front.ts";
import { Server } from "./server.ts";

const waitMs = 30_000; // a program with sanitizers takes its time
const pictures = resolve(process.cwd(), "tests/pictures");

// Figures of HTTP answers come from the network, and their meaning from the page.
type Json = any;

export interface VisitOptions {
  as?: { email: string; password: string } | null; // null: signed out; the first admin by default
  theme?: "light" | "dark";
  language?: "en" | "ar";
  width?: number;
  height?: number;
  allowed?: RegExp[]; // complaints of the browser that belong to the journey
  prepare?: (page: Page) => Promise<void>; // before anything is loaded
}

interface Visit {
  complaints: string[];
  allowed: RegExp[];
}

/** A running AIVA with its samples, and a Chromium before its console. */
export class House {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  private readonly server: Server;
  private readonly browser: Browser;
  private readonly closeFront: () => void;
  private readonly visits = new Map<Page, Visit>();
  private readonly sessions = new Map<string, Json>();

  private constructor(url: string, server: Server, browser: Browser, closeFront: () => void) {
    this.url = url;
    this.server = server;
    this.browser = browser;
    this.closeFront = closeFront;
    this.email = server.ready.email;
    this.password = server.ready.password;
  }

  static async open(environment: Record<string, string> = {}): Promise<House> {
    const server = await Server.start(environment);
    try {
      const browser = await chromium.launch({
        executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--use-fake-device-for-media-stream",
          "--use-fake-ui-for-media-stream",
        ],
      });
      if (process.env["AIVA_CONSOLE_DEV"] === undefined)
        return new House(server.ready.url, server, browser, () => undefined);
      const front = await startFront(server.ready.url);
      return new House(front.url, server, browser, () => {
        front.server.close();
        front.server.closeAllConnections();
      });
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.closeFront();
    await this.server.stop();
  }

  private async sessionOf(who: { email: string; password: string }): Promise<Json> {
    const known = this.sessions.get(who.email);
    if (known !== undefined) return known;
    const signed = await this.call("POST", "/api/auth/login", who, null);
    this.sessions.set(who.email, signed);
    return signed;
  }

  /** Calls the API as the first admin, or with `token`; answers `data`. */
  async call(method: string, path: string, body?: Json, token?: string | null): Promise<Json> {
    const headers: Record<string, string> = {};
    const bearer = token === undefined ? (await this.sessionOf(this)).token : token;
    if (bearer !== null) headers["Authorization"] = `Bearer ${bearer}`;
    const isForm = body instanceof FormData;
    if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.url + path, {
      method,
      headers,
      body: body === undefined || isForm ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as Json).data;
  }

  /** Opens a page below /console. */
  async visit(path: string, options: VisitOptions = {}): Promise<Page> {
    const { as = this, theme = "light", language = "en", width = 1280, height = 860 } = options;
    const page = await this.browser.newPage({
      baseURL: this.url,
      viewport: { width, height },
      locale: language === "ar" ? "ar-EG" : "en-GB",
      colorScheme: theme,
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write", "microphone"],
    });
    page.setDefaultTimeout(waitMs);
    const visit: Visit = { complaints: [], allowed: options.allowed ?? [] };
    this.visits.set(page, visit);
    page.on("console", (line) => {
      if (line.type() === "error" || line.type() === "warning") visit.complaints.push(line.text());
    });
    page.on("pageerror", (error) => visit.complaints.push(String(error.stack ?? error)));
    if (as !== null) await this.bringSession(page, await this.sessionOf(as));
    await options.prepare?.(page);
    await page.goto(`/console${path}`);
    return page;
  }

  private async bringSession(page: Page, signed: Json): Promise<void> {
    const session = {
      token: signed.token,
      refreshToken: signed.refresh_token,
      expiresAt: Date.parse(signed.expires_at),
      user: signed.user,
    };
    // Once a page: what the console makes of it later stands.
    await page.addInitScript((text: string) => {
      if (sessionStorage.getItem("journey") !== null) return;
      sessionStorage.setItem("journey", "1");
      sessionStorage.setItem("aiva.session", text);
    }, JSON.stringify(session));
  }

  /** Leaves a page, which must have had nothing to complain of. */
  async leave(page: Page): Promise<void> {
    const visit = this.visits.get(page)!;
    this.visits.delete(page);
    await page.context().close();
    const left = visit.complaints.filter((text) => !visit.allowed.some((rule) => rule.test(text)));
    assert.deepEqual(left, [], "the browser complained");
  }
}

/** Asserts that axe finds nothing wrong with the page as it is now. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const tool = (globalThis as Json).axe;
    const result = await tool.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return result.violations.map((violation: Json) => ({
      rule: violation.id,
      help: violation.help,
      nodes: violation.nodes
        .slice(0, 5)
        .map((node: Json) => [node.html.slice(0, 300), node.failureSummary]),
    }));
  });
  assert.deepEqual(found, [], "axe found violations");
}

/** Keeps a picture of the page for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  // What is fixed to the window stands where it belongs only in a page that is not scrolled.
  await page.evaluate(() => window.scrollTo(0, 0));
  const hasDialog = (await page.getByRole("dialog").count()) > 0;
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: !hasDialog });
}
