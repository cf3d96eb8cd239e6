import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { repository, Server } from "./server.ts";

// From the package debian-reference-en.
const manual = "/usr/share/debian-reference/debian-reference.en.pdf";

let server: Server;
let client: Client;
let base: string;
before(async () => {
  server = await Server.start();
  client = await server.admin();
  base = await client.createKnowledgeBase("Documents");
});
after(() => server.remove());

test("each format becomes searchable text", async () => {
  const files: [string, string][] = [
    ["a.txt", "The lighthouse keeper is called Marta."],
    ["b.md", "# Boats\n\nThe ferry *Aurora* leaves at **seven**.\n"],
    [
      "c.html",
      "<html><title>T</title><body><h1>Fish</h1><p>Herring costs four coins.</p>" +
        "<script>nothing()</script></body></html>",
    ],
  ];
  const questions: [string, RegExp][] = [
    ["Who keeps the lighthouse?", /Marta/],
    ["When does the ferry leave?", /seven/],
    ["What does herring cost?", /four coins/],
  ];
  for (const [name, text] of files) {
    const settled = await client.settled(base, await client.upload(base, name, text));
    assert.equal(settled.status, "completed", settled.error_message);
    assert.equal(settled.progress, 100);
  }
  for (const [question, expected] of questions) {
    const reply = await client.post("/api/v1/search", { kb_id: base, query: question, top_k: 1 });
    assert.match(reply.body.data.text_results[0].content, expected);
    assert.doesNotMatch(reply.text, /nothing\(\)/);
  }
});

test("an old Word document becomes searchable text with a converter", async () => {
  const letter = readFileSync(
    `${repository}/src/adapters/docworker/testdata/lighthouse.doc`,
  );
  const document = await client.upload(base, "lighthouse", letter);
  const settled = await client.settled(base, document);

  assert.equal(settled.status, "completed", settled.error_message);
  assert.equal(settled.file_type, "doc");
  const query = "How many steps lead to the lamp?";
  const reply = await client.post("/api/v1/search", { kb_id: base, query, top_k: 1 });
  assert.match(reply.body.data.text_results[0].content, /214 steps/);
});

test("progress is told as events until the end", async () => {
  const text = Array.from(
    { length: 400 },
    (_, i) => `Paragraph ${i} speaks of topic ${i % 17} at length.\n\n`,
  ).join("");
  const document = await client.upload(base, "long.txt", text);

  const events = await client.events(
    "GET",
    `/api/knowledge/${base}/documents/${document}/events`,
    undefined,
    (event) => ["completed", "failed"].includes(event.data.status),
  );

  const progress = events.map((event) => event.data.progress as number);
  assert.deepEqual(
    progress,
    [...progress].sort((a, b) => a - b),
    "progress never goes back",
  );
  assert.equal(events.at(-1)!.data.status, "completed");
});

test("a damaged or unknown file fails with a reason and can be retried and deleted", async () => {
  const document = await client.upload(base, "broken.pdf", "%PDF-1.7\nthis is no PDF");
  const settled = await client.settled(base, document);
  assert.equal(settled.status, "failed");
  assert.ok(settled.error_message.length > 10, settled.error_message);

  const retried = await client.post(`/api/knowledge/${base}/documents/${document}/retry`);
  assert.ok([200, 202].includes(retried.status), retried.text);
  assert.equal((await client.settled(base, document)).status, "failed");

  assert.ok(
    [200, 204].includes(
      (await client.delete(`/api/knowledge/${base}/documents/${document}`)).status,
    ),
  );
  assert.equal((await client.get(`/api/knowledge/${base}/documents/${document}`)).status, 404);
});

test("a deleted document is no longer found", async () => {
  const document = await client.upload(base, "gone.txt", "The xylophone stands in the attic.");
  await client.settled(base, document);
  const find = async (): Promise<boolean> =>
    (await client.post("/api/v1/search", { kb_id: base, query: "xylophone attic" })).text.includes(
      "xylophone stands",
    );
  assert.equal(await find(), true);

  await client.delete(`/api/knowledge/${base}/documents/${document}`);

  assert.equal(await find(), false);
});

test("an upload can be cancelled while it is worked on", async () => {
  const text = Array.from(
    { length: 20000 },
    (_, i) => `Sentence ${i} about subject ${(i * 7919) % 1013}.\n\n`,
  ).join("");
  const document = await client.upload(base, "huge.txt", text);

  const cancelled = await client.post(`/api/knowledge/${base}/documents/${document}/cancel`);

  assert.ok([200, 202].includes(cancelled.status), cancelled.text);
  assert.equal((await client.settled(base, document)).status, "cancelled");
});

test("uploads beyond the limits are refused precisely", async () => {
  const form = new FormData();
  form.append("other", "x");
  const url = `/api/knowledge/${client.user.tenant_id}/knowledge-bases/${base}/documents/upload`;
  assert.equal((await client.post(url, form)).status, 422);
  assert.equal((await client.post(url, { file: "x" })).status, 415);
  const missing = await client.uploadReply("00000000-0000-4000-8000-000000000000", "a.txt", "x");
  assert.equal(missing.status, 404);
});

test(
  "a real manual of over 100 pages is answered from, with the exact page",
  { skip: existsSync(manual) ? false : "debian-reference-en is not installed" },
  async () => {
    const manualBase = await client.createKnowledgeBase("Debian");
    const began = performance.now();
    const document = await client.upload(manualBase, "debian-reference.pdf", readFileSync(manual));
    const settled = await client.settled(manualBase, document);
    assert.equal(settled.status, "completed", settled.error_message);
    assert.ok(settled.processing_stats.total_pages > 100, JSON.stringify(settled.processing_stats));
    const milliseconds = performance.now() - began;
    console.log(`${settled.processing_stats.total_pages} pages in ${Math.round(milliseconds)} ms`);

    const session = await client.createSession(manualBase);
    const reply = await client.post(`/api/chat/${session}/messages`, {
      content: "What does the sticky bit on a directory prevent?",
    });
    assert.equal(reply.status, 200, reply.text);
    const source = reply.body.data.sources[0];
    const page = execFileSync("pdftotext", [
      "-f",
      String(source.page),
      "-l",
      String(source.page),
      manual,
      "-",
    ]).toString();
    const words = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, "").toLowerCase();
    assert.ok(
      words(page).includes(words(source.quote).slice(0, 60)),
      `page ${source.page} has: ${source.quote}`,
    );
    assert.match(reply.body.data.response.text, /sticky/i);
  },
);
