import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { Server } from "./server.ts";

// From the package debian-reference-en.
const manual = "/usr/share/debian-reference/debian-reference.en.pdf";

let server: Server;
let client: Client;
let base: string;
let path: string;
before(async () => {
  server = await Server.start();
  client = await server.admin();
  base = await client.createKnowledgeBase("Previews");
  path = `/api/knowledge/${base}/chunk-preview`;
});
after(() => server.remove());

const languages: [string, string, string][] = [
  ["English", "Returns", "Refunds are paid within 14 days. Ask Dr. Weber for details."],
  ["German", "Rückgabe", "Der Kaufpreis wird binnen 14 Tagen erstattet. Fragen Sie Dr. Weber."],
  ["Japanese", "返品", "返金は14日以内に行われます。詳しくはお問い合わせください。"],
  ["Arabic", "الإرجاع", "يُرد المبلغ خلال 14 يومًا. اسأل الدكتور فيبر عن التفاصيل."],
];

test("a text in any language shows its chunks, exact to the character", async () => {
  for (const [language, heading, text] of languages) {
    const reply = await client.post(path, { text: `# ${heading}\n\n${text}\n`, filename: "a.md" });

    assert.equal(reply.status, 200, reply.text);
    const preview = reply.body.data;
    assert.equal(preview.total, 1, language);
    const [chunk] = preview.items;
    assert.equal(chunk.heading_path, heading);
    const [span] = chunk.spans;
    assert.equal([...chunk.text].slice(span.begin, span.end).join(""), text);
    assert.equal(preview.total_tokens, chunk.token_count);
    assert.ok(chunk.token_count > 5);
  }
});

test("an upload gets the chunks its preview showed, and a preview stores nothing", async () => {
  const text = Array.from(
    { length: 60 },
    (_, i) => `## Part ${i}\n\nPart ${i} is about topic ${i % 7}. It is short. It ends here.\n\n`,
  ).join("");
  const form = new FormData();
  form.append("file", new Blob([text]), "parts.md");
  form.append("limit", "3");

  const tenant = `/api/knowledge/${client.user.tenant_id}/knowledge-bases/${base}`;
  const preview = await client.post(`${tenant}/chunk-preview`, form);

  assert.equal(preview.status, 200, preview.text);
  assert.equal(preview.body.data.items.length, 3);
  assert.equal((await client.get(`${tenant}/stats`)).body.data.total_documents, 0);
  const document = await client.upload(base, "parts.md", text);
  const settled = await client.settled(base, document);
  assert.equal(settled.processing_stats.total_chunks, preview.body.data.total);
  assert.equal(settled.processing_stats.total_tokens, preview.body.data.total_tokens);
  const again = await client.post(path, { document_id: document, limit: 3 });
  assert.deepEqual(again.body.data.items, preview.body.data.items);
  const smaller = await client.post(path, { document_id: document, chunk_size: 100 });
  assert.ok(smaller.body.data.items.every((chunk: any) => [...chunk.text].length <= 100));
});

test("a PDF shows where its chunks stand on the page", async (t) => {
  if (!existsSync(manual)) return t.skip(`${manual} is not installed`);
  const form = new FormData();
  form.append("file", new Blob([readFileSync(manual)]), "manual.pdf");
  form.append("page", "10");

  const begun = Date.now();
  const reply = await client.post(path, form);

  assert.equal(reply.status, 200, reply.text);
  const { items, total, total_pages, pages_read } = reply.body.data;
  t.diagnostic(`${pages_read} pages, ${total} chunks previewed in ${Date.now() - begun} ms`);
  assert.equal(pages_read, total_pages);
  assert.ok(total > 500);
  for (const chunk of items)
    for (const span of chunk.spans) {
      assert.ok(span.page >= chunk.page_first && span.page <= chunk.page_last);
      assert.ok(span.box.right >= span.box.left && span.box.bottom >= span.box.top);
      assert.ok(span.end <= [...chunk.text].length);
    }
});

test("what is no document is told", async () => {
  assert.equal((await client.post(path, {})).status, 422);
  assert.equal((await client.post(path, { text: "a", chunk_size: 50 })).status, 422);
  const broken = new FormData();
  broken.append("file", new Blob(["%PDF-1.7\nthis is no PDF"]), "broken.pdf");
  assert.equal((await client.post(path, broken)).status, 422);
  const large = new FormData();
  large.append("file", new Blob([new Uint8Array(20_000_001)]), "large.txt");
  assert.equal((await client.post(path, large)).status, 413);
  const unknown = "/api/knowledge/01890000-0000-7000-8000-000000000000/chunk-preview";
  assert.equal((await client.post(unknown, { text: "a" })).status, 404);
});
