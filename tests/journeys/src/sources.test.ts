import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer, type Server as Site } from "node:http";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { program, Server } from "./server.ts";

let server: Server;
let client: Client;
let site: Site;
let siteUrl: string;
let priceText = "A lamp costs 40 dollars.";
const asked: string[] = [];

function pageOf(title: string, text: string, links: string[] = []): string {
  const list = links.map((link) => `<a href="${link}">${link}</a>`).join(" ");
  const head = `<head><title>${title}</title></head>`;
  const main = `<main><h1>${title}</h1><p>${text}</p></main>`;
  return `<html>${head}<body><nav>${list}</nav>${main}</body></html>`;
}

/** A small web site, as its owner would run it. */
function startSite(): Promise<void> {
  site = createServer((request, response) => {
    const path = request.url ?? "/";
    asked.push(path);
    const html = (text: string): void => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(text);
    };
    const plain = (text: string): void => {
      response.writeHead(200, { "content-type": "text/plain" }).end(text);
    };
    if (path === "/robots.txt")
      return plain(`User-agent: *\nDisallow: /private\n\nSitemap: ${siteUrl}/sitemap.xml.gz\n`);
    if (path === "/sitemap.xml.gz") {
      response.writeHead(200, { "content-type": "application/gzip" });
      response.end(gzipSync(`<urlset><url><loc>${siteUrl}/hidden.txt</loc></url></urlset>`));
      return;
    }
    if (path === "/")
      return html(pageOf("Shop", "Welcome to the lamp shop.", ["/prices", "old", "/private/x"]));
    if (path === "/prices") return html(pageOf("Prices", priceText, ["/far#top", "mailto:a@b.c"]));
    if (path === "/far") return html(pageOf("Far", "We deliver by albatross to the islands."));
    if (path === "/hidden.txt") return plain("The warehouse lies in Oslo.");
    if (path === "/old") {
      response.writeHead(301, { location: "/prices" }).end();
      return;
    }
    response.writeHead(404).end("none");
  });
  return new Promise((ready) => {
    site.listen(0, "127.0.0.1", () => {
      siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
      ready();
    });
  });
}

async function crawl(base: string, url: string): Promise<any> {
  const started = await client.post(`/api/knowledge/${base}/scrape-url`, { url });
  assert.equal(started.status, 202, started.text);
  const path = `/api/knowledge/${base}/crawls/${started.body.data.id}`;
  for (let i = 0; i < 600; ++i) {
    const state = (await client.get(path)).body.data;
    if (!["queued", "running"].includes(state.state)) return state;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the crawl does not end");
}

async function settleAll(base: string): Promise<any[]> {
  const listed = await client.get(`/api/knowledge/${base}/documents?limit=100`);
  const documents: any[] = [];
  for (const item of listed.body.data.items) documents.push(await client.settled(base, item.id));
  return documents;
}

async function search(base: string, query: string, filters?: object): Promise<any[]> {
  const reply = await client.post("/api/v1/search", { kb_id: base, query, top_k: 10, filters });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.text_results;
}

before(async () => {
  await startSite();
  server = await Server.start({
    environment: { AIVA_CRAWL_ALLOW_PRIVATE_HOSTS: "true", AIVA_CRAWL_DELAY_MS: "0" },
  });
  client = await server.admin();
});
after(async () => {
  await server.remove();
  site.close();
});

test("a web site is read along its links and sitemaps, as its robots.txt allows", async () => {
  const base = await client.createKnowledgeBase("Site");

  const done = await crawl(base, `${siteUrl}/`);
  const documents = await settleAll(base);

  assert.equal(done.state, "completed", done.error_message);
  assert.equal(done.pages_fetched, 4);
  const urls = documents.map((document) => document.metadata.source_url.slice(siteUrl.length));
  assert.deepEqual(urls.toSorted(), ["/", "/far", "/hidden.txt", "/prices"]);
  assert.ok(documents.every((document) => document.status === "completed"));
  assert.ok(!asked.includes("/private/x"));
  const [best] = await search(base, "Who delivers to the islands?");
  assert.match(best.content, /albatross/);
  assert.equal(best.source.metadata.source_url, `${siteUrl}/far`);

  // Read again, a changed page is the next version of its document.
  priceText = "A lamp costs 55 dollars.";
  const again = await crawl(base, `${siteUrl}/`);
  const later = await settleAll(base);
  assert.equal(again.pages_fetched, 4);
  assert.equal(later.length, 4);
  const prices = later.find((document) => document.metadata.source_url.endsWith("/prices"));
  assert.equal(prices.version, 2);
  const found = await search(base, "What does a lamp cost?");
  assert.ok(found.some((hit) => hit.content.includes("55 dollars")));
  assert.ok(!found.some((hit) => hit.content.includes("40 dollars")));
});

test("an address is tested before it is read", async () => {
  const open = await client.post("/api/knowledge/test-url", { url: `${siteUrl}/old` });
  assert.equal(open.status, 200, open.text);
  assert.equal(open.body.data.reachable, true);
  assert.equal(open.body.data.final_url, `${siteUrl}/prices`);
  assert.equal(open.body.data.title, "Prices");
  const closed = await client.post("/api/v1/documents/test-url", { url: `${siteUrl}/private/x` });
  assert.equal(closed.body.data.allowed_by_robots, false);
});

test("a server that may not reads no address of its own network", async () => {
  const strict = await Server.start();
  try {
    const stranger = await strict.admin();
    const before = asked.length;
    for (const url of [
      `${siteUrl}/`,
      "http://localhost:1/",
      "http://[::1]/",
      "http://169.254.169.254/",
    ]) {
      const report = await stranger.post("/api/knowledge/test-url", { url });
      assert.equal(report.status, 200, report.text);
      assert.equal(report.body.data.reachable, false, url);
      assert.ok(report.body.data.error.length > 0);
    }
    assert.equal(asked.length, before);
  } finally {
    await strict.remove();
  }
});

test("the same file is taken once and other bytes are its next version", async () => {
  const base = await client.createKnowledgeBase("Versions");
  const first = await client.uploadReply(base, "fruit.txt", "The secret fruit is the mango.");
  const id = first.body.data.document_id;
  await client.settled(base, id);

  const same = await client.uploadReply(base, "fruit.txt", "The secret fruit is the mango.");
  const next = await client.uploadReply(base, "fruit.txt", "The secret fruit is the papaya.");
  assert.equal(same.status, 200);
  assert.equal(same.body.data.duplicate, true);
  assert.equal(next.status, 201);
  assert.equal(next.body.data.document_id, id);
  for (let settled = false; !settled;) {
    const hits = await search(base, "secret fruit");
    assert.equal(hits.length, 1); // never neither, never both
    settled = hits[0].content.includes("papaya");
  }
  assert.equal((await client.settled(base, id)).version, 2);
});

test("searches keep to documents whose metadata fit", async () => {
  const base = await client.createKnowledgeBase("Metadata");
  for (const year of [2023, 2024]) {
    const id = await client.upload(base, `report ${year}.txt`, `The turnover of ${year} grew.`);
    await client.settled(base, id);
    const path = `/api/v1/documents/${id}/metadata`;
    assert.equal((await client.put(path, { year, kind: "report" })).status, 200);
  }

  const hits = await search(base, "turnover", { metadata: { year: 2023, kind: "report" } });

  assert.equal(hits.length, 1);
  assert.match(hits[0].content, /2023/);
});

test("a folder is ingested, and again only what changed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aiva-folder-"));
  const data = join(folder, "data");
  try {
    mkdirSync(join(folder, "docs/deep"), { recursive: true });
    writeFileSync(join(folder, "docs/a.txt"), "Alpha text.");
    writeFileSync(join(folder, "docs/deep/b.md"), "# Beta\n\nBeta text.");
    writeFileSync(join(folder, "docs/skip.log"), "Not this.");
    const ingest = (): any => {
      const words = [
        "ingest",
        join(folder, "docs"),
        "--exclude",
        "*.log",
        "--json",
        "--data",
        data,
      ];
      const ran = spawnSync(program, words, { encoding: "utf8" });
      assert.equal(ran.status, 0, ran.stderr);
      return JSON.parse(ran.stdout);
    };

    const first = ingest();
    writeFileSync(join(folder, "docs/a.txt"), "Alpha text, changed.");
    const second = ingest();

    assert.equal(first.added, 2);
    assert.deepEqual(
      first.documents.map((document: any) => document.filename),
      ["a.txt", "deep/b.md"],
    );
    assert.equal(second.updated, 1);
    assert.equal(second.unchanged, 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
