import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "./client.ts";
import { drawDisc, drawPng, drawStripes } from "./picture.ts";
import { repository, Server } from "./server.ts";

const handbook = join(repository, "samples/lumen-outdoor-handbook.pdf");

let server: Server;
let client: Client;
let base: string;
let disc: any;
let fence: any;
before(async () => {
  server = await Server.start();
  client = await server.admin();
  base = await client.createKnowledgeBase("Pictures");
});
let killed: Server | undefined;
after(async () => {
  await server.remove();
  await killed?.remove();
});

async function search(fields: Record<string, unknown>): Promise<any> {
  const reply = await client.post(`/api/knowledge/${base}/images/search`, fields);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data;
}

test("an upload answers with the finished image", async () => {
  const first = await client.uploadImage(base, "stop.png", drawDisc(300, 200, [210, 30, 30]), {
    description: "A red disc for the door",
    metadata: '{"room":7}',
  });
  const second = await client.uploadImage(base, "fence.png", drawStripes(320, 240), {
    description: "The garden fence",
  });

  assert.equal(first.status, 201, first.text);
  assert.equal(second.status, 201, second.text);
  disc = first.body.data;
  fence = second.body.data;
  assert.equal(disc.width, 300);
  assert.equal(disc.height, 200);
  assert.equal(disc.type, "image/png");
  assert.equal(disc.embedding_model, "mobilenet-v2-coco");
  assert.deepEqual(disc.metadata, { room: 7 });
  assert.equal(disc.duplicate, false);
  assert.equal(disc.duplicate_of, null);
  assert.ok(disc.processing_time_ms > 0);
});

test("the same file is stored once, a smaller copy is told", async () => {
  const again = await client.uploadImage(base, "again.png", drawDisc(300, 200, [210, 30, 30]));
  const smaller = await client.uploadImage(base, "small.png", drawDisc(150, 100, [210, 30, 30]));

  assert.equal(again.status, 200, again.text);
  assert.equal(again.body.data.id, disc.id);
  assert.equal(smaller.status, 201, smaller.text);
  assert.equal(smaller.body.data.duplicate_of, disc.id);
  assert.equal((await client.delete(`/api/v1/images/${smaller.body.data.id}`)).status, 200);
});

test("pictures are found by pictures", async () => {
  const picture = Buffer.from(drawDisc(200, 150, [190, 40, 40])).toString("base64");

  const byBase64 = await search({ image: picture, top_k: 2, min_score: -1 });
  const byId = await search({ image_id: fence.id, top_k: 1 });
  const form = new FormData();
  form.append("kb_id", base);
  form.append("image", new Blob([drawStripes(200, 160) as BlobPart]), "q.png");
  const byForm = await client.post("/api/v1/images/search", form);

  assert.equal(byBase64.image_results[0].id, disc.id);
  assert.ok(byBase64.image_results[0].score > byBase64.image_results[1].score);
  assert.equal(byBase64.image_model, "mobilenet-v2-coco");
  assert.equal(byBase64.text_model, null);
  assert.equal(byId.image_results[0].id, fence.id);
  assert.ok(byId.image_results[0].score > 0.99);
  assert.equal(byForm.status, 200, byForm.text);
  assert.equal(byForm.body.data.image_results[0].id, fence.id);
});

test("pictures are found by what is said of them and printed on them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aiva-picture-"));
  try {
    execFileSync("pdftoppm", [
      "-r",
      "60",
      "-f",
      "1",
      "-l",
      "1",
      "-singlefile",
      "-jpeg",
      handbook,
      join(folder, "page"),
    ]);
    const page = await client.uploadImage(base, "page.jpg", readFileSync(join(folder, "page.jpg")));
    assert.equal(page.status, 201, page.text);
    assert.equal(page.body.data.type, "image/jpeg");
    assert.match(page.body.data.ocr_text, /Lumen/i);

    assert.equal((await search({ query: "fence around a garden" })).image_results[0].id, fence.id);
    const printed = await search({ query: "Lumen Outdoor handbook" });
    assert.equal(printed.image_results[0].id, page.body.data.id);
    assert.ok(printed.text_model);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("answers in chats bring the images that fit the question", async () => {
  const session = await client.createSession(base);
  const path = `/api/chat/${session}/messages`;
  const fitting = await client.post(path, { content: "Where is the fence of the garden?" });
  const events = await client.events("POST", path, { content: "The garden fence?", stream: true });
  const other = `/api/chat/${await client.createSession(base)}/messages`;
  const strange = await client.post(other, { content: "When are refunds paid?" });
  const bare = await client.createSession(await client.createKnowledgeBase("No pictures"));
  const without = await client.post(`/api/chat/${bare}/messages`, { content: "The garden fence?" });

  assert.equal(fitting.status, 200, fitting.text);
  const [image] = fitting.body.data.images;
  assert.equal(image.id, fence.id);
  assert.equal(image.description, "The garden fence");
  assert.equal((await client.get(image.url)).headers.get("content-type"), "image/png");
  assert.deepEqual(fitting.body.data.products, []);
  assert.equal(events.at(-1)!.event, "done");
  assert.equal(events.at(-1)!.data.images[0].id, fence.id);
  assert.deepEqual(strange.body.data.images, []);
  const operations = fitting.body.data.cost_breakdown.operations;
  assert.deepEqual(
    operations.map((part: any) => part.operation),
    ["search"],
  );
  const history = (await client.get(path)).body.data.items;
  assert.equal(history[1].images[0].id, fence.id);
  assert.deepEqual(without.body.data.images, []);
  const compared = await client.post(path, {
    content: "What is that?",
    image: `data:image/png;base64,${Buffer.from(drawStripes(320, 240)).toString("base64")}`,
  });
  assert.equal(compared.status, 200, compared.text);
  assert.equal(compared.body.data.images[0].id, fence.id);
  const picture = compared.body.data.cost_breakdown.operations.at(-1);
  assert.deepEqual(picture, { operation: "image_search", base_cost: 0.002 });
});

test("files are served to their tenant only, as images and nothing else", async () => {
  const original = await client.get(disc.url);
  const thumbnail = await client.get(disc.thumbnail_url);

  assert.equal(original.status, 200);
  assert.equal(original.headers.get("content-type"), "image/png");
  assert.equal(original.headers.get("x-content-type-options"), "nosniff");
  assert.match(original.headers.get("cache-control")!, /private/);
  assert.equal(thumbnail.headers.get("content-type"), "image/jpeg");
  assert.equal((await server.anonymous.get(disc.url)).status, 401);
  assert.equal((await client.get(disc.url.replace(".png", ".gif"))).status, 404);
});

test("photographs of telephones are kept as they are and shown as JPEG", async () => {
  const file = readFileSync(join(repository, "src/documents/pictures/testdata/turned.heic"));
  const photo = await client.uploadImage(base, "photo.heic", file);

  assert.equal(photo.status, 201, photo.text);
  assert.equal(photo.body.data.type, "image/heic");
  assert.equal(photo.body.data.width, 64);
  assert.equal(photo.body.data.height, 128);
  const original = await client.get(photo.body.data.url);
  assert.match(photo.body.data.url, /\.heic$/);
  assert.equal(original.headers.get("content-type"), "image/heic");
  const thumbnail = await client.get(photo.body.data.thumbnail_url);
  assert.equal(thumbnail.headers.get("content-type"), "image/jpeg");
  assert.equal((await client.delete(`/api/v1/images/${photo.body.data.id}`)).status, 200);
});

test("what is no image is refused with a reason", async () => {
  const text = await client.uploadImage(base, "a.png", Buffer.from("Just a text."));
  const heic = Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from("ftypheic"),
    Buffer.alloc(40),
  ]);
  const empty = await client.uploadImage(base, "a.heic", heic);
  const bomb = Buffer.from(drawPng(4, 4, () => [0, 0, 0]));
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  const large = await client.uploadImage(base, "bomb.png", bomb);
  const heavy = await client.uploadImage(base, "heavy.png", Buffer.alloc(10 * 1024 * 1024 + 1));
  const nothing = await client.post(`/api/knowledge/${base}/images/search`, {});

  assert.equal(text.status, 400, text.text);
  assert.equal(empty.status, 400, empty.text);
  assert.match(empty.text, /damaged/);
  assert.equal(large.status, 413, large.text);
  assert.equal(heavy.status, 413, heavy.text);
  assert.equal(nothing.status, 422);
});

test("figures of a document are found with their page", async () => {
  const document = await client.upload(base, "disc.png", drawDisc(500, 400, [20, 40, 210]));
  await client.settled(base, document);
  let figures: any[] = [];
  for (let tries = 0; tries < 300 && figures.length === 0; ++tries) {
    await pause(100);
    const reply = await client.get(`/api/knowledge/${base}/images?document_id=${document}`);
    figures = reply.body.data.items;
  }
  assert.equal(figures.length, 1);
  assert.equal(figures[0].document_id, document);
  assert.equal(figures[0].page_number, 1);
  const removed = await client.delete(`/api/knowledge/${base}/documents/${document}`);
  assert.equal(removed.status, 200, removed.text);
  assert.equal((await client.get(`/api/v1/images/${figures[0].id}`)).status, 404);
});

test("images survive kill -9 and go with their knowledge base", async () => {
  killed = server;
  await killed.stop("SIGKILL");
  server = await Server.start({ folder: killed.folder });
  const token = client.token;
  client = server.anonymous;
  client.token = token;
  const byId = await search({ image_id: fence.id, top_k: 1 });
  assert.equal(byId.image_results[0].id, fence.id);
  assert.equal((await client.get(fence.url)).status, 200);

  const stats = await client.get(`/api/v1/images/stats?kb_id=${base}`);
  assert.equal(stats.body.data.total_images, 3);
  assert.equal((await client.delete(`/api/knowledge/${base}`)).status, 200);
  assert.equal((await client.get(fence.url)).status, 404);
  assert.equal((await client.get(`/api/v1/images/${disc.id}`)).status, 404);
});
