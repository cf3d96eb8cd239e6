// The SDK (sdk/typescript) in a page of another origin: what browsers do differently is sending
// files, which only XMLHttpRequest tells the progress of, and asking first whether they may.
import assert from "node:assert/strict";
import { createServer, type Server as Site } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import { repository, Server } from "./server.ts";

const waitMs = 60_000; // a program with sanitizers takes its time
const bytesPerSecond = 400_000;
const text = `The mayor of Harwick is Ada Quill. ${"It is a town. ".repeat(20_000)}`;

// What a page answers has the shapes that its script gives it.
type Json = any;

let site: Site;
let stranger: Site; // an origin that is not allowed
let server: Server;
let browser: Browser;
let base: string;

async function servePage(script: string): Promise<Site> {
  const page = `<!doctype html><title>Site</title><input type="file"><script>${script}</script>`;
  const served = createServer((request, response) => {
    if (request.url !== "/") return void response.writeHead(204).end();
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page);
  });
  await new Promise<void>((done) => served.listen(0, "127.0.0.1", done));
  return served;
}

const urlOf = (served: Site) => `http://127.0.0.1:${(served.address() as AddressInfo).port}`;

before(async () => {
  const { outputFiles } = await build({
    entryPoints: [`${repository}/sdk/typescript/src/index.ts`],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "sdk",
    platform: "browser",
    target: "es2022",
  });
  const script = outputFiles[0]!.text.replaceAll("</script", "<\\/script");
  [site, stranger] = await Promise.all([servePage(script), servePage(script)]);
  server = await Server.start({ AIVA_SERVER_CORS_ORIGINS: urlOf(site) });
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  site?.close();
  stranger?.close();
});

/** Opens a page whose `aiva` is a client that is signed in, and whose `base` is empty. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(waitMs);
  await page.goto(urlOf(site));
  base = await page.evaluate(async ({ url, email, password }) => {
    const world = globalThis as Json;
    world.aiva = new world.sdk.Client({ url, credentials: { email, password } });
    return (await world.aiva.post("/api/knowledge", { body: { name: `Town ${Math.random()}` } }))
      .id;
  }, server.ready);
  return page;
}

async function chooseFile(page: Page, name: string, content: string): Promise<void> {
  const buffer = Buffer.from(content);
  await page.setInputFiles("input", { name, mimeType: "text/plain", buffer });
}

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

test("a chosen file is uploaded with progress, and waited for until it is read", async () => {
  const page = await openPage();
  await slowDown(page);
  await chooseFile(page, 'Town "old" Härwick.txt', text);

  const seen: Json = await page.evaluate(async (kbId) => {
    const { aiva } = globalThis as Json;
    const file = document.querySelector("input")!.files![0]!;
    const progress: number[][] = [];
    const states: string[] = [];
    const id = await aiva.documents.upload({
      kbId,
      file,
      metadata: { origin: "page" },
      onProgress: (sent: number, total: number) => progress.push([sent, total]),
    });
    const document_ = await aiva.documents.waitUntilReady(kbId, id, {
      onStatus: ({ status }: Json) => states.push(status),
    });
    return { progress, states, document: document_, size: file.size };
  }, base);

  const sent = seen.progress.map(([part]: number[]) => part);
  const [total] = seen.progress.map(([, whole]: number[]) => whole);
  assert.ok(total > seen.size, "the form is larger than its file");
  assert.ok(sent.filter((part: number) => part < total).length >= 2, `${sent} of ${total}`);
  assert.deepEqual(
    sent,
    [...sent].sort((a: number, b: number) => a - b),
  );
  assert.equal(sent.at(-1), total);
  assert.equal(seen.states.at(-1), "completed");
  assert.equal(seen.document.status, "completed");
  assert.equal(seen.document.filename, 'Town "old" Härwick.txt');
  await page.close();
});

test("a file that cannot be read is refused by name", async () => {
  const page = await openPage();
  await chooseFile(page, "broken.pdf", "%PDF-1.7 nothing");

  const error: Json = await page.evaluate(async (kbId) => {
    const { aiva, sdk } = globalThis as Json;
    const file = document.querySelector("input")!.files![0]!;
    const id = await aiva.documents.upload({ kbId, file, onProgress: () => undefined });
    return aiva.documents.waitUntilReady(kbId, id).catch((caught: Json) => ({
      isOurs: caught instanceof sdk.AivaError,
      code: caught.code,
      message: caught.message,
    }));
  }, base);

  assert.equal(error.isOurs, true);
  assert.equal(error.code, "failed");
  assert.match(error.message, /./);
  await page.close();
});

test("an upload is ended on its way, and leaves nothing", async () => {
  const page = await openPage();
  await slowDown(page);
  await chooseFile(page, "ended.txt", text);

  const seen: Json = await page.evaluate(async (kbId) => {
    const { aiva } = globalThis as Json;
    const file = document.querySelector("input")!.files![0]!;
    const end = new AbortController();
    const wish = {
      kbId,
      file,
      signal: end.signal,
      onProgress: (sent: number, total: number) => sent < total && end.abort(),
    };
    const error = await aiva.documents.upload(wish).catch((caught: Json) => caught.name);
    const path = { kbId };
    const list = await aiva.get("/api/knowledge/{kbId}/documents", { path });
    return { error, list };
  }, base);

  assert.equal(seen.error, "AbortError");
  assert.deepEqual(seen.list.items, []);
  await page.close();
});

test("what the server refuses is said in a page, too, with the ids of the request", async () => {
  const page = await openPage();
  await chooseFile(page, "nowhere.txt", "Nowhere.");

  const error: Json = await page.evaluate(async () => {
    const { aiva } = globalThis as Json;
    const file = document.querySelector("input")!.files![0]!;
    const kbId = "0198c0de-0000-7000-8000-00000000000b";
    const wish = { kbId, file, onProgress: () => undefined };
    return aiva.documents.upload(wish).catch(({ status, code, requestId, traceId }: Json) => ({
      status,
      code,
      requestId,
      traceId,
    }));
  });

  assert.equal(error.status, 404);
  assert.equal(error.code, "not_found");
  assert.match(error.requestId, /./);
  assert.match(error.traceId, /^[0-9a-f]{32}$/);
  await page.close();
});

test("a page of an origin that is not allowed reaches nothing", async () => {
  const page = await browser.newPage();
  await page.goto(urlOf(stranger));

  const error: Json = await page.evaluate(async ({ url, email, password }) => {
    const { sdk } = globalThis as Json;
    const credentials = { email, password };
    const aiva = new sdk.Client({ url, credentials, retry: { tries: 0 } });
    return aiva.get("/api/auth/me").catch(({ status, code }: Json) => ({ status, code }));
  }, server.ready);

  assert.deepEqual(error, { status: 0, code: "network" });
  await page.close();
});
