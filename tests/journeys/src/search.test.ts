import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client } from "./client.ts";
import { drawDisc, drawStripes } from "./picture.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
let shop: string;
let camp: string;
before(async () => {
  server = await Server.start();
  client = await server.admin();
  shop = await client.createKnowledgeBase("Shop");
  camp = await client.createKnowledgeBase("Camp");
  const documents = [
    await client.upload(shop, "refunds.txt", "Refunds are paid within fourteen days of a return."),
    await client.upload(shop, "cards.txt", "Gift cards are never refunded in cash."),
  ];
  const tents = await client.upload(camp, "tents.txt", "Tents that leak are refunded at once.");
  for (const document of documents) await client.settled(shop, document);
  await client.settled(camp, tents);
  await client.put(`/api/knowledge/${camp}/documents/${tents}/metadata`, { tags: ["faq"] });
});
after(() => server.remove());

async function search(fields: Record<string, unknown>, status = 200): Promise<any> {
  const reply = await client.post("/api/v1/search", fields);
  assert.equal(reply.status, status, reply.text);
  return status === 200 ? reply.body.data : reply.body;
}

test("several knowledge bases answer as one", async () => {
  const found = await search({ kb_ids: [shop, camp], query: "refunded tents", top_k: 3 });

  assert.equal(found.text_results[0].kb_id, camp);
  assert.deepEqual(new Set(found.text_results.map((hit: any) => hit.kb_id)), new Set([shop, camp]));
  assert.equal(found.chunks_searched, 3);
  const stranger = "0198c0de-0000-7000-8000-00000000000b";
  await search({ kb_ids: [shop, stranger], query: "refunds" }, 404);
  await search({ kb_id: shop, kb_ids: [camp], query: "refunds" }, 422);
});

test("a boost lifts a document and an explanation says so", async () => {
  const query = { kb_ids: [shop, camp], query: "when are refunds paid", top_k: 3, explain: true };
  const plain = await search(query);
  const boosted = await search({ ...query, boosts: { tags: { faq: 10 } } });

  assert.equal(plain.text_results[0].source.document_name, "refunds.txt");
  assert.equal(boosted.text_results[0].source.document_name, "tents.txt");
  assert.equal(boosted.text_results[0].scoring_details.boost, 10);
  const words = plain.text_results[0].scoring_details.keywords;
  assert.ok(words.some((word: any) => word.word === "refunds" && word.contribution > 0));
});

test("a hybrid search finds images beside passages", async () => {
  const red = await client.uploadImage(camp, "fire.png", drawDisc(300, 200, [210, 30, 30]), {
    description: "A camp fire at night",
  });
  const fence = await client.uploadImage(camp, "fence.png", drawStripes(320, 240));
  assert.equal(red.status, 201, red.text);
  assert.equal(fence.status, 201, fence.text);

  const hybrid = await search({ kb_ids: [shop, camp], query: "fire at the camp", top_k: 2 });
  assert.ok(hybrid.text_results.length > 0);
  assert.equal(hybrid.image_results[0].id, red.body.data.id);
  assert.deepEqual(hybrid.product_results, []);
  assert.deepEqual(hybrid.warnings, []);
  assert.ok(hybrid.timings.images_ms > 0);

  const image = Buffer.from(drawStripes(200, 160)).toString("base64");
  const alike = await search({ kb_id: camp, search_type: "image", image, top_k: 1 });
  assert.equal(alike.image_results[0].id, fence.body.data.id);
  assert.deepEqual(alike.text_results, []);

  const text = await search({ kb_id: camp, query: "fire at the camp", search_type: "text" });
  assert.deepEqual(text.image_results, []);
  // A knowledge base without a store has nothing to sell, which is no mistake.
  const products = await search({ kb_id: camp, query: "tents", search_type: "product" });
  assert.equal(products.search_type, "product");
  assert.equal(products.total_found, 0);
  assert.deepEqual(products.product_results, []);
  assert.equal(products.products_searched, 0);
  assert.deepEqual(products.text_results, []);
  assert.deepEqual(products.image_results, []);
  assert.deepEqual(products.warnings, []);
});
