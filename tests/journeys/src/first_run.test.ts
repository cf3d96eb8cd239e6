import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { run, Server } from "./server.ts";

const question = "Within how many days are refunds paid?";

let server: Server;
before(async () => {
  server = await Server.start({ sample: true });
});
after(() => server.remove());

async function sampleBase(): Promise<{
  client: Awaited<ReturnType<Server["admin"]>>;
  base: string;
}> {
  const client = await server.admin();
  const list = await client.get("/api/knowledge");
  assert.equal(list.status, 200, list.text);
  const base = list.body.data.items[0].id as string;
  const documents = await client.get(`/api/knowledge/${base}/documents`);
  for (const document of documents.body.data.items) {
    const settled = await client.settled(base, document.id);
    assert.equal(settled.status, "completed", settled.error_message);
  }
  return { client, base };
}

test("a first start prints an admin and a password that logs in", async () => {
  assert.match(server.ready.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(server.ready.password && server.ready.password.length >= 16);

  const client = await server.admin();

  assert.equal(client.user.role, "super_admin");
  assert.ok(!server.log.includes(server.ready.password), "the password is not logged");
});

test("the sample knowledge base answers with a page-exact citation", async () => {
  const { client, base } = await sampleBase();
  const session = await client.createSession(base);

  const reply = await client.post(`/api/chat/${session}/messages`, {
    content: question,
    role: "user",
  });

  assert.equal(reply.status, 200, reply.text);
  const answer = reply.body.data;
  assert.match(answer.response.text, /14 days/);
  assert.match(answer.response.text, /\[1\]/);
  const source = answer.sources[0];
  assert.match(source.document_name, /\.pdf$/);
  assert.equal(source.page, 3);
  assert.match(source.quote, /14 days/);
  assert.equal(answer.agent_metadata.provider, "extractive");
});

test("curl gets the same answer as any client", async () => {
  const { client, base } = await sampleBase();
  const session = await client.createSession(base);

  const text = execFileSync("curl", [
    "-sS",
    "-X",
    "POST",
    "-H",
    `Authorization: Bearer ${client.token}`,
    "-H",
    "Content-Type: application/json",
    "-d",
    JSON.stringify({ content: question }),
    `${server.ready.url}/api/chat/${session}/messages`,
  ]).toString();

  const answer = JSON.parse(text).data;
  assert.match(answer.response.text, /14 days/);
  assert.equal(answer.sources[0].page, 3);
});

test("an answer streams its sources, its text and its end in this order", async () => {
  const { client, base } = await sampleBase();
  const session = await client.createSession(base);

  const events = await client.events("POST", `/api/chat/${session}/messages`, {
    content: question,
  });

  const names = events.map((event) => event.event);
  assert.equal(names[0], "sources");
  assert.equal(names.at(-1), "done");
  assert.ok(names.includes("delta"));
  const text = events
    .filter((event) => event.event === "delta")
    .map((event) => event.data.text)
    .join("");
  assert.equal(text, events.at(-1)!.data.response.text);
});

test("aiva ask answers from the same data folder while the server runs", async () => {
  await sampleBase();

  const asked = await run(["ask", question, "--json", "--data", server.folder]);

  assert.equal(asked.code, 0, asked.err);
  const answer = JSON.parse(asked.out);
  assert.match(answer.answer, /14 days/);
  assert.equal(answer.sources[0].page, 3);
});

test("search finds the passage and explains its score", async () => {
  const { client, base } = await sampleBase();

  const reply = await client.post("/api/v1/search", {
    kb_id: base,
    query: question,
    top_k: 3,
    search_type: "hybrid",
  });

  assert.equal(reply.status, 200, reply.text);
  const found = reply.body.data;
  assert.ok(found.text_results.length >= 1 && found.text_results.length <= 3);
  assert.equal(found.returned, found.text_results.length + found.image_results.length);
  assert.match(found.text_results[0].content, /14 days/);
  assert.equal(found.text_results[0].source.document_name.endsWith(".pdf"), true);
  assert.equal(typeof found.text_results[0].scoring_details.cosine_similarity, "number");
});

test("a second start keeps everything and prints no password", async () => {
  const { client, base } = await sampleBase();
  const password = server.ready.password!;
  assert.equal(await server.stop(), 0);

  const again = await Server.start({ folder: server.folder, sample: true });
  try {
    console.log(`second start ready in ${Math.round(again.startMs)} ms`);
    assert.equal(again.ready.password, undefined);
    const admin = again.anonymous;
    await admin.login(client.user.email, password);
    const documents = await admin.get(`/api/knowledge/${base}/documents`);
    assert.equal(documents.status, 200, documents.text);
    assert.ok(documents.body.data.items.every((document: any) => document.status === "completed"));
  } finally {
    await again.stop();
  }
});
