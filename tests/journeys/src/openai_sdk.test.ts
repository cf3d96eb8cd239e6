import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import OpenAI, { APIError } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { Client } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { drawDisc } from "./picture.ts";
import { Server } from "./server.ts";

// The official SDK as people install it, pointed at AIVA and otherwise unchanged.

let emulator: Emulator;
let server: Server;
let client: Client;
let key: string;
let openai: OpenAI;
let attempts = 0; // HTTP requests the SDK made

const counting: typeof fetch = (input, init) => {
  attempts += 1;
  return fetch(input, init);
};

before(async () => {
  emulator = await Emulator.start("openai.mjs");
  server = await Server.start({
    environment: {
      ...emulator.asChatModel,
      AIVA_EMBEDDER_PROVIDER: "openai",
      AIVA_EMBEDDER_BASE_URL: `${emulator.url}/v1`,
      AIVA_EMBEDDER_API_KEY: "sk-test",
    },
  });
  client = await server.admin();
  const base = await client.createKnowledgeBase("Town");
  const text = "The mayor of Harwick is Ada Quill.\n\nThe market opens on Friday.";
  await client.settled(base, await client.upload(base, "town.txt", text));
  const made = await client.post("/api/agents", {
    name: "Town guide",
    slug: "town-guide",
    kb_id: base,
    instructions: "Answer questions about the town.",
    chat_model: "gpt-4o-mini",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  await newAgent("Helper", "helper");
  key = await newKey(["chat", "search"]);
  openai = sdk(key);
});
after(async () => {
  await server.remove();
  emulator.stop();
});

async function newAgent(name: string, slug: string, publish = true): Promise<void> {
  const made = await client.post("/api/agents", {
    name,
    slug,
    chat_model: "gpt-4o-mini",
    search_mode: "never",
    publish,
  });
  assert.equal(made.status, 201, made.text);
}

async function newKey(scopes: string[], limit?: number): Promise<string> {
  const extra = limit === undefined ? {} : { requests_per_minute_max: limit };
  const made = await client.post("/api/keys", { name: "sdk", scopes, ...extra });
  assert.equal(made.status, 201, made.text);
  return made.body.data.key;
}

function sdk(apiKey: string, options: { maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${server.ready.url}/v1`, fetch: counting, ...options });
}

async function withFault<T>(fault: object, act: () => Promise<T>): Promise<T> {
  const set = await fetch(`${emulator.url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ on: "chat", ...fault }),
  });
  assert.ok(set.ok, await set.text());
  try {
    return await act();
  } finally {
    await fetch(`${emulator.url}/_faults`, { method: "DELETE" });
  }
}

/** The error an SDK call raises. */
async function raised(act: () => Promise<unknown>): Promise<APIError> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof APIError, String(error));
    return error;
  }
  throw new Error("nothing was raised");
}

const ask = (content: string, model = "helper") => ({
  model,
  messages: [{ role: "user" as const, content }],
});

const weather = {
  type: "function" as const,
  function: {
    name: "weather",
    description: "Tells the weather of a city.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
  },
};

test("models are the agents and the embedding model", async () => {
  await newAgent("Draft", "draft-only", false);
  const ids: string[] = [];
  for await (const model of openai.models.list()) ids.push(model.id);
  assert.deepEqual(ids.toSorted(), ["helper", "text-embedding-3-small", "town-guide"]);
  assert.equal((await openai.models.retrieve("town-guide")).owned_by, "aiva");
  for (const unknown of ["draft-only", "gpt-4o"]) {
    const error = await raised(() => openai.models.retrieve(unknown));
    assert.ok(error instanceof OpenAI.NotFoundError, String(error));
  }
});

test("a completion is grounded, tells its sources and its usage", async () => {
  const answer = await openai.chat.completions.create(
    ask("Who is the mayor of Harwick?", "town-guide"),
  );
  assert.match(answer.choices[0]!.message.content!, /Ada Quill.*\[1\]/s);
  assert.equal(answer.choices[0]!.finish_reason, "stop");
  assert.ok(answer.usage!.total_tokens > 0);
  const { aiva } = answer as unknown as { aiva: { sources: { quote: string }[]; cost: number } };
  assert.match(aiva.sources[0]!.quote, /Ada Quill/);
});

test("a stream joins to the same answer and ends with its usage", async () => {
  const stream = await openai.chat.completions.create({
    ...ask("When does the market open?", "town-guide"),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.match(text, /Friday/);
  assert.ok(usage!.completion_tokens > 0);
  const built = openai.chat.completions.stream(ask("When does the market open?", "town-guide"));
  assert.match((await built.finalContent())!, /Friday/);
});

test("the caller's own tools are called and their results read", async () => {
  const called: unknown[] = [];
  const runner = openai.chat.completions.runTools({
    ...ask('call weather {"city": "Oslo"}'),
    tools: [
      {
        type: "function",
        function: {
          ...weather.function,
          parse: JSON.parse,
          function: (input: { city: string }) => {
            called.push(input);
            return "It rains in Oslo.";
          },
        },
      },
    ],
  });
  assert.match((await runner.finalContent())!, /It rains in Oslo/);
  assert.deepEqual(called, [{ city: "Oslo" }]);
});

test("tools are called in streams, too", async () => {
  const stream = openai.chat.completions.stream({
    ...ask('call weather {"city": "Oslo"}'),
    tools: [weather],
  });
  const answer = await stream.finalChatCompletion();
  assert.equal(answer.choices[0]!.finish_reason, "tool_calls");
  const call = answer.choices[0]!.message.tool_calls![0]!;
  assert.ok(call.type === "function");
  assert.deepEqual(JSON.parse(call.function.arguments), { city: "Oslo" });
});

test("structured output is parsed", async () => {
  const shape = z.object({ title: z.string(), count: z.number() });
  const answer = await openai.chat.completions.parse({
    ...ask("Make one."),
    response_format: zodResponseFormat(shape, "thing"),
  });
  assert.equal(typeof answer.choices[0]!.message.parsed!.title, "string");
  const response = await openai.responses.parse({
    model: "helper",
    input: "Make one.",
    text: { format: zodTextFormat(shape, "thing") },
  });
  assert.equal(typeof response.output_parsed!.count, "number");
});

test("pictures are seen", async () => {
  const picture = Buffer.from(drawDisc(60, 60, [200, 30, 30])).toString("base64");
  const answer = await openai.chat.completions.create({
    model: "helper",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } },
        ],
      },
    ],
  });
  assert.match(answer.choices[0]!.message.content!, /1 image/);
});

test("responses answer, stream and call tools", async () => {
  const question = "Who is the mayor of Harwick?";
  const response = await openai.responses.create({ model: "town-guide", input: question });
  assert.match(response.output_text, /Ada Quill/);
  const message = response.output[0]!;
  assert.ok(message.type === "message");
  const part = message.content[0]!;
  assert.ok(part.type === "output_text");
  assert.equal(part.annotations[0]!.type, "file_citation");

  const stream = openai.responses.stream({ model: "town-guide", input: question });
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  assert.equal(types[0], "response.created");
  assert.equal(types.at(-1), "response.completed");
  assert.match((await stream.finalResponse()).output_text, /Ada Quill/);

  const call = await openai.responses.create({
    model: "helper",
    input: 'call weather {"city": "Oslo"}',
    tools: [{ type: "function", ...weather.function, strict: false }],
  });
  const asked = call.output.find((item) => item.type === "function_call")!;
  const end = await openai.responses.create({
    model: "helper",
    input: [
      { role: "user", content: 'call weather {"city": "Oslo"}' },
      asked,
      { type: "function_call_output", call_id: asked.call_id, output: "It rains." },
    ],
    tools: [{ type: "function", ...weather.function, strict: false }],
  });
  assert.match(end.output_text, /It rains/);
});

test("embeddings come as numbers either way", async () => {
  const model = "text-embedding-3-small";
  const packed = await openai.embeddings.create({ model, input: ["one", "two"] });
  const plain = await openai.embeddings.create({
    model,
    input: ["one", "two"],
    encoding_format: "float",
  });
  assert.equal(packed.data.length, 2);
  assert.ok(packed.usage.total_tokens >= 2);
  packed.data[1]!.embedding.forEach((value, i) =>
    assert.ok(Math.abs(value - plain.data[1]!.embedding[i]!) < 1e-6),
  );
  const short = await openai.embeddings.create({ model, input: "one", dimensions: 8 });
  assert.equal(short.data[0]!.embedding.length, 8);
});

test("errors have the SDK's classes", async () => {
  const wrongKey = await raised(() => sdk("wrong").chat.completions.create(ask("x")));
  assert.ok(wrongKey instanceof OpenAI.AuthenticationError);
  assert.equal(wrongKey.code, "invalid_api_key");

  const weak = sdk(await newKey(["search"]));
  const denied = await raised(() => weak.chat.completions.create(ask("x")));
  assert.ok(denied instanceof OpenAI.PermissionDeniedError);

  const bad = await raised(() => openai.chat.completions.create({ ...ask("x"), n: 3 }));
  assert.ok(bad instanceof OpenAI.BadRequestError);
  assert.equal(bad.param, "n");

  const noModel = await raised(() => openai.chat.completions.create(ask("x", "nobody")));
  assert.ok(noModel instanceof OpenAI.NotFoundError);
  assert.equal(noModel.code, "model_not_found");
  const noEmbedder = await raised(() => openai.embeddings.create({ model: "x", input: "x" }));
  assert.ok(noEmbedder instanceof OpenAI.NotFoundError);

  const stored = await raised(() =>
    openai.responses.create({ model: "helper", input: "x", previous_response_id: "resp_1" }),
  );
  assert.ok(stored instanceof OpenAI.BadRequestError);

  const slow = sdk(await newKey(["chat"], 1), { maxRetries: 0 });
  await slow.chat.completions.create(ask("x"));
  const limited = await raised(() => slow.chat.completions.create(ask("x")));
  assert.ok(limited instanceof OpenAI.RateLimitError);
  assert.ok(Number(limited.headers!.get("retry-after")) > 0);
  assert.ok(limited.requestID);
});

test("the SDK asks again where that may help, and not where it cannot", async () => {
  await withFault({ kind: "server_error", count: 1000 }, async () => {
    attempts = 0;
    const error = await raised(() => openai.chat.completions.create(ask("x")));
    assert.ok(error instanceof OpenAI.InternalServerError, String(error));
    assert.equal(attempts, 3);
  });
  attempts = 0;
  await raised(() => openai.chat.completions.create(ask("x", "nobody")));
  assert.equal(attempts, 1);
});

test("a stream that breaks raises an error", async () => {
  await withFault({ kind: "cut_stream", count: 1000, after_chunks: 2 }, async () => {
    const stream = await openai.chat.completions.create({
      ...ask("Say something long, please, with many words."),
      stream: true,
    });
    const error = await raised(async () => {
      for await (const chunk of stream) assert.ok(chunk.id);
    });
    assert.equal(error.type, "server_error");
  });
});

test("a stream that is given up is charged as far as it came", async () => {
  const spent = async () =>
    (await client.get("/api/credits/history?limit=200")).body.data.items.filter(
      (entry: { operation_type: string }) => entry.operation_type === "chat",
    ).length;
  const before = await spent();
  await withFault({ kind: "slow", delay_ms: 300, count: 1 }, async () => {
    const stream = await openai.chat.completions.create({
      ...ask("When does the market open?", "town-guide"),
      stream: true,
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    for (let i = 0; i < 100 && (await spent()) === before; ++i) await pause(100);
    assert.equal(await spent(), before + 1);
  });
});

test("without credits an answer is refused once and precisely", async () => {
  const poor = await Server.start({ environment: { AIVA_BILLING_ENFORCED: "true" } });
  try {
    const owner = await poor.admin();
    const made = await owner.post("/api/keys", { name: "sdk", scopes: ["search"] });
    const models = new OpenAI({
      apiKey: made.body.data.key,
      baseURL: `${poor.ready.url}/v1`,
      fetch: counting,
    });
    const named = await raised(() => models.embeddings.create({ model: "?", input: "x" }));
    const model = /"(.+)"/.exec(named.message)![1]!;
    attempts = 0;
    const error = await raised(() => models.embeddings.create({ model, input: "x" }));
    assert.equal(error.status, 402);
    assert.equal(error.code, "insufficient_quota");
    assert.equal(attempts, 1);
  } finally {
    await poor.remove();
  }
});
