import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { makePdf, makeZip, scanPage } from "./files.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
before(async () => {
  server = await Server.start();
  client = await server.admin();
});
after(() => server.remove());

async function search(base: string, query: string): Promise<any[]> {
  const reply = await client.post("/api/v1/search", { kb_id: base, query, top_k: 5 });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.text_results;
}

test("a PDF of text and scans is found by its text first, then by its print", async () => {
  const base = await client.createKnowledgeBase("Print");
  const pdf = makePdf([
    { lines: ["The lighthouse was built in 1887 by the engineer Johanna Berg."] },
    { image: scanPage(["The keeper of the lighthouse is called", "Marta Lindqvist since 1999."]) },
    { lines: ["The ferry Aurora crosses the bay at seven in the morning."] },
    { image: scanPage(["Twelve barrels of herring were sold", "on the market in Bergen."]) },
  ]);

  const document = await client.upload(base, "chronicle.pdf", pdf);
  const settled = await client.settled(base, document);

  // Print is recognised behind the rest: its pages are counted before they are done.
  assert.equal(settled.status, "completed", settled.error_message);
  assert.equal(settled.processing_stats.total_pages, 4);
  assert.equal(settled.processing_stats.ocr.pages, 2);
  const [ferry] = await search(base, "When does the ferry Aurora cross the bay?");
  assert.match(ferry.content, /seven in the morning/);
  assert.equal(ferry.source.page, 3);

  const status = await recognised(base, document);
  assert.equal(status.processing_stats.ocr.done, 2, JSON.stringify(status.processing_stats));
  const [keeper] = await search(base, "Marta Lindqvist");
  assert.match(keeper.content, /Marta Lindqvist/);
  const session = await client.createSession(base);
  const questions: [string, number, RegExp][] = [
    ["What is the keeper of the lighthouse called?", 2, /Marta/],
    ["What was sold on the market in Bergen?", 4, /herring/],
    ["Who built the lighthouse in 1887?", 1, /Johanna/],
  ];
  for (const [content, page, expected] of questions) {
    const reply = await client.post(`/api/chat/${session}/messages`, { content });
    assert.equal(reply.status, 200, reply.text);
    const source = reply.body.data.sources[0];
    assert.equal(source.page, page, reply.text);
    assert.match(source.quote, expected);
  }
});

async function recognised(base: string, document: string): Promise<any> {
  const until = Date.now() + 180_000;
  for (;;) {
    const status = await client.documentStatus(base, document);
    const { pages, done, error } = status.processing_stats.ocr;
    if (done >= pages || error || Date.now() > until) return status;
    await new Promise((next) => setTimeout(next, 100));
  }
}

test("an archive of many formats becomes documents, and says what it left out", async () => {
  const base = await client.createKnowledgeBase("Archive");
  const zip = makeZip({
    "notes/boats.txt": "The ferry Aurora carries forty cars.",
    "notes/märkt.md": "# Market\n\n| Fish | Coins |\n|---|---|\n| Herring | 4 |\n",
    "web/page.html":
      "<html><body><h1>School</h1><p>The school has ninety pupils.</p></body></html>",
    "report.pdf": makePdf([{ lines: ["The bridge carries ten tons."] }]),
    "broken.pdf": "%PDF-1.7\nno PDF at all",
    "inner.zip": makeZip({ "deep.txt": "An archive within an archive." }),
    "../outside.txt": "This path leads out of the archive.",
  });

  const archive = await client.upload(base, "all.zip", zip);
  const settled = await client.settled(base, archive);

  assert.equal(settled.status, "completed", settled.error_message);
  const listed = await client.get(`/api/knowledge/${base}/documents?limit=100`);
  const outcomes: Record<string, string> = {};
  for (const { id, filename } of listed.body.data.items) {
    outcomes[filename] = (await client.settled(base, id)).status;
  }
  assert.deepEqual(outcomes, {
    "all.zip": "completed",
    "notes/boats.txt": "completed",
    "notes/märkt.md": "completed",
    "web/page.html": "completed",
    "report.pdf": "completed",
    "broken.pdf": "failed",
    "inner.zip/deep.txt": "completed",
    "outside.txt": "completed", // a name only: nothing is unpacked into a folder
  });
  const questions: [string, string, RegExp][] = [
    ["How many cars does the ferry carry?", "notes/boats.txt", /forty/],
    ["How many coins does herring cost?", "notes/märkt.md", /Herring \| 4/],
    ["How many pupils has the school?", "web/page.html", /ninety/],
    ["How many tons does the bridge carry?", "report.pdf", /ten tons/],
  ];
  for (const [question, file, expected] of questions) {
    const [best] = await search(base, question);
    assert.match(best.content, expected);
    assert.equal(best.source.document_name, file);
  }
});
