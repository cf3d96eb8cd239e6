import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startOpenai } from "./openai.mjs";

let server;
let base;
before(async () => {
  server = await startOpenai({ key: "sk-test" });
  base = `http://127.0.0.1:${server.port}`;
});
after(() => server.close());
afterEach(async () => {
  await fetch(`${base}/_faults`, { method: "DELETE" });
  await fetch(`${base}/_limits`, { method: "DELETE" });
  await fetch(`${base}/_requests`, { method: "DELETE" });
});

const headers = { authorization: "Bearer sk-test", "content-type": "application/json" };
const post = (path, body, changes = {}) =>
  fetch(`${base}${path}`, {
    method: "POST",
    headers: { ...headers, ...changes },
    body: JSON.stringify(body),
  });
const fault = (body) => post("/_faults", body);
const chat = (changes = {}) =>
  post("/v1/chat/completions", {
    model: "gpt-4o-mini",
    messages: [
      { role: "system", content: "Answer from the passages." },
      {
        role: "user",
        content:
          "<passages>\n" +
          '<passage number="1" document="guide.pdf" page="3">\nShipping is free in Europe.\n' +
          '</passage>\n<passage number="2" document="guide.pdf" page="7" ' +
          'section="Goods > Returns">\nGoods are fine. ' +
          "You may return goods within thirty days.\n</passage>\n</passages>\n\n" +
          "Question: How long may I return goods?",
      },
    ],
    ...changes,
  });
const embed = (changes = {}) =>
  post("/v1/embeddings", {
    model: "text-embedding-3-small",
    input: "text",
    ...changes,
  });
const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const readEvents = async (response) => (await response.text()).split("\n\n").filter(Boolean);
const expectError = async (response, status, changes) => {
  const { error } = await response.json();
  assert.equal(response.status, status, error?.message);
  assert.deepEqual(Object.keys(error), ["message", "type", "param", "code"]);
  assert.ok(error.message.length > 0);
  for (const [name, value] of Object.entries(changes)) assert.equal(error[name], value);
};

test("answers with the sentence that fits the question and its marker", async () => {
  const answer = await (await chat()).json();

  assert.equal(answer.object, "chat.completion");
  assert.equal(answer.choices[0].message.content, "You may return goods within thirty days. [2]");
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.equal(
    answer.usage.total_tokens,
    answer.usage.prompt_tokens + answer.usage.completion_tokens,
  );
});

test("reads passages marked at the start of lines too", async () => {
  const messages = [
    {
      role: "user",
      content:
        "[1] The hall opens at nine o'clock.\n[2] Tea is served.\n\nWhen does the hall open?",
    },
  ];

  const answer = await (await chat({ messages })).json();

  assert.equal(answer.choices[0].message.content, "The hall opens at nine o'clock. [1]");
});

test("says that it has no source without passages", async () => {
  const answer = await (await chat({ messages: [{ role: "user", content: "Hello" }] })).json();

  assert.match(answer.choices[0].message.content, /no source/);
});

test("streams the same answer with usage and an end mark", async () => {
  const response = await chat({ stream: true, stream_options: { include_usage: true } });
  const events = await readEvents(response);

  assert.match(response.headers.get("content-type"), /^text\/event-stream/);
  assert.equal(events.at(-1), "data: [DONE]");
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice("data: ".length)));
  const said = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  assert.equal(said, "You may return goods within thirty days. [2]");
  assert.equal(chunks.at(-2).choices[0].finish_reason, "stop");
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.ok(chunks.at(-1).usage.completion_tokens > 0);
  assert.equal(chunks[0].usage, null);
});

test("stops at max_tokens with the reason length", async () => {
  const answer = await (await chat({ max_tokens: 3 })).json();

  assert.equal(answer.choices[0].finish_reason, "length");
  assert.equal(answer.usage.completion_tokens, 3);
});

test("counts a repeated long prompt as cached", async () => {
  const messages = [{ role: "user", content: "word ".repeat(1100) }];

  const first = await (await chat({ messages })).json();
  const second = await (await chat({ messages })).json();

  assert.equal(first.usage.prompt_tokens_details.cached_tokens, 0);
  assert.equal(second.usage.prompt_tokens_details.cached_tokens, 1024);
});

test("embeds texts that share words near each other, at unit length", async () => {
  const input = ["return goods within thirty days", "how to return goods", "blue whales swim"];
  const { data, usage } = await (await embed({ input })).json();

  assert.deepEqual(
    data.map(({ index }) => index),
    [0, 1, 2],
  );
  assert.equal(data[0].embedding.length, 1536);
  assert.ok(Math.abs(dot(data[0].embedding, data[0].embedding) - 1) < 1e-5);
  assert.ok(
    dot(data[0].embedding, data[1].embedding) > dot(data[0].embedding, data[2].embedding) + 0.2,
  );
  assert.equal(usage.prompt_tokens, 12);
});

test("gives the same vector in base64", async () => {
  const plain = await (await embed({ dimensions: 64 })).json();
  const packed = await (await embed({ dimensions: 64, encoding_format: "base64" })).json();

  const bytes = Buffer.from(packed.data[0].embedding, "base64");
  assert.equal(bytes.length, 64 * 4);
  plain.data[0].embedding.forEach((value, index) => {
    assert.equal(bytes.readFloatLE(index * 4), value);
  });
});

test("lists its models", async () => {
  const { data } = await (await fetch(`${base}/v1/models`, { headers })).json();
  const one = await (await fetch(`${base}/v1/models/gpt-4o`, { headers })).json();

  assert.ok(data.some(({ id }) => id === "text-embedding-3-small"));
  assert.equal(one.object, "model");
  await expectError(await fetch(`${base}/v1/models/none`, { headers }), 404, {
    code: "model_not_found",
  });
});

test("refuses calls without the right key", async () => {
  await expectError(await post("/v1/embeddings", {}, { authorization: "" }), 401, {});
  await expectError(await post("/v1/embeddings", {}, { authorization: "Bearer sk-other" }), 401, {
    code: "invalid_api_key",
  });
});

test("refuses what is not JSON", async () => {
  await expectError(await post("/v1/embeddings", {}, { "content-type": "text/plain" }), 415, {});
  await expectError(
    await fetch(`${base}/v1/embeddings`, { method: "POST", headers, body: '{"model":' }),
    400,
    {},
  );
});

const user = { role: "user", content: "Hi" };
for (const [what, body, param, code] of [
  ["an unknown field", { temprature: 1 }, "temprature", "unknown_parameter"],
  ["a temperature beyond two", { temperature: 2.5 }, "temperature", "integer_above_max_value"],
  ["a temperature in text", { temperature: "1" }, "temperature", "invalid_type"],
  ["no messages", { messages: [] }, "messages", "empty_array"],
  [
    "an unknown role",
    { messages: [{ role: "bot", content: "" }] },
    "messages[0].role",
    "invalid_value",
  ],
  [
    "a message without content",
    { messages: [user, { role: "user" }] },
    "messages[1].content",
    "missing_required_parameter",
  ],
  [
    "content that is a number",
    { messages: [{ role: "user", content: 5 }] },
    "messages[0].content",
    "invalid_type",
  ],
  [
    "an unknown field of a message",
    { messages: [{ ...user, id: "x" }] },
    "messages[0].id",
    "unknown_parameter",
  ],
  ["no tokens at all", { max_tokens: 0 }, "max_tokens", "integer_below_min_value"],
  [
    "stream options without a stream",
    { stream_options: { include_usage: true } },
    "stream_options",
    null,
  ],
  [
    "a prompt beyond the context",
    { messages: [{ ...user, content: "a ".repeat(130000) }] },
    "messages",
    "context_length_exceeded",
  ],
]) {
  test(`refuses a chat with ${what}`, async () => {
    await expectError(await chat(body), 400, { param, code, type: "invalid_request_error" });
  });
}

for (const [what, body, param] of [
  ["an empty text", { input: "" }, "input"],
  ["an empty text in a list", { input: ["a", ""] }, "input[1]"],
  ["an empty list", { input: [] }, "input"],
  ["more than 2048 texts", { input: Array(2049).fill("a") }, "input"],
  ["a text of more than 8192 tokens", { input: "a ".repeat(8193) }, "input"],
  ["more dimensions than the model has", { dimensions: 1537 }, "dimensions"],
  [
    "dimensions for a model of fixed size",
    { model: "text-embedding-ada-002", dimensions: 8 },
    "dimensions",
  ],
  ["an unknown encoding", { encoding_format: "hex" }, "encoding_format"],
]) {
  test(`refuses to embed ${what}`, async () => {
    const response = await embed(body);
    const { error } = await response.json();

    assert.equal(response.status, 400);
    assert.equal(error.type, "invalid_request_error");
    assert.ok(error.param.startsWith(param.split("[")[0]), error.param);
  });
}

test("refuses unknown models and paths", async () => {
  await expectError(await chat({ model: "gpt-none" }), 404, { code: "model_not_found" });
  await expectError(await embed({ model: "gpt-4o" }), 404, { code: "model_not_found" });
  await expectError(await post("/v1/completions", {}), 404, {});
});

test("limits the rate as often as asked, then works", async () => {
  await fault({ kind: "rate_limit", count: 2, retry_after_s: 7 });

  const limited = await embed();
  assert.equal(limited.headers.get("retry-after"), "7");
  await expectError(limited, 429, { code: "rate_limit_exceeded" });
  assert.equal((await embed()).status, 429);
  assert.equal((await embed()).status, 200);
});

test("tells its limits and refuses what is beyond them", async () => {
  await post("/_limits", { requests_per_minute: 120, tokens_per_minute: 60 });

  const first = await embed({ input: "one two three" });
  const second = await embed({ input: "a ".repeat(59) });
  const third = await embed();

  assert.equal(first.status, 200);
  assert.equal(first.headers.get("x-ratelimit-limit-requests"), "120");
  assert.equal(first.headers.get("x-ratelimit-remaining-requests"), "1");
  assert.equal(first.headers.get("x-ratelimit-remaining-tokens"), "57");
  assert.match(first.headers.get("x-ratelimit-reset-requests"), /^(\d+ms|1s)$/);
  assert.match(first.headers.get("x-ratelimit-reset-tokens"), /^[23](\.\d+)?s$/);
  assert.match((await second.json()).error.message, /tokens per min \(TPM\): Limit 60/);
  assert.equal(second.status, 429);
  await expectError(third, 429, { type: "requests", code: "rate_limit_exceeded" });
  assert.ok(Number(third.headers.get("retry-after-ms")) <= 500);
  assert.equal(third.headers.get("retry-after"), "1");
});

test("refuses more tokens than one request may have", async () => {
  const response = await embed({ input: Array(40).fill("a ".repeat(8000)) });

  await expectError(response, 400, { code: "max_tokens_per_request" });
});

test("keeps faults for the calls they are meant for", async () => {
  await fault({ kind: "server_error", on: "chat" });

  assert.equal((await embed()).status, 200);
  assert.equal((await chat()).status, 500);
  assert.equal((await chat()).status, 200);
});

test("cuts a stream after what it has said", async () => {
  await fault({ kind: "cut_stream", after_chunks: 2 });

  const response = await chat({ stream: true });

  await assert.rejects(response.text());
});

test("cuts an answer with embeddings in the middle", async () => {
  await fault({ kind: "cut_body" });

  const response = await embed();

  assert.equal(response.status, 200);
  await assert.rejects(response.json());
});

test("spoils answers as asked", async () => {
  await fault({ kind: "wrong_json" });
  await assert.rejects((await embed()).json());
  await fault({ kind: "wrong_shape" });
  assert.equal(typeof (await (await embed()).json()).data, "string");
  await fault({ kind: "malformed_sse", after_chunks: 1 });
  assert.match(await (await chat({ stream: true })).text(), /data: \{"choices":\[\{"delta"\n/);
  await fault({ kind: "stream_error", after_chunks: 1 });
  const events = await readEvents(await chat({ stream: true }));
  assert.match(events.at(-1), /^data: \{"error"/);
  await fault({ kind: "drop" });
  await assert.rejects(embed());
});

test("waits before the first token as long as asked", async () => {
  await fault({ kind: "slow_first_token", delay_ms: 80 });
  const begin = performance.now();

  await (await chat({ stream: true })).text();

  assert.ok(performance.now() - begin >= 79);
});

test("refuses faults it does not know", async () => {
  await expectError(await fault({ kind: "earthquake" }), 400, { param: "kind" });
});

test("remembers what it was asked", async () => {
  await embed({ input: "remember me" });

  const [seen] = await (await fetch(`${base}/_requests`)).json();

  assert.equal(seen.path, "/v1/embeddings");
  assert.equal(seen.body.input, "remember me");
  assert.equal(seen.is_aborted, false);
});

test("notices a client that hangs up", async () => {
  await fault({ kind: "hang" });
  const socket = connect(server.port, "127.0.0.1");
  const body = JSON.stringify({ model: "text-embedding-3-small", input: "a" });
  socket.write(
    "POST /v1/embeddings HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk-test\r\n" +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const seen = async () => (await (await fetch(`${base}/_requests`)).json())[0];
  while (typeof (await seen())?.body !== "object" || (await seen()).body === null);

  socket.destroy();
  while (!(await seen()).is_aborted);

  assert.equal((await seen()).is_aborted, true);
});

test("prints its port when started from the command line", async () => {
  const program = fileURLToPath(new URL("openai.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, "--port", "0", "--key", "sk-cli"]);
  const [line] = await once(child.stdout, "data");
  const { port } = JSON.parse(line);

  const response = await fetch(`http://127.0.0.1:${port}/v1/models`, {
    headers: { authorization: "Bearer sk-cli" },
  });
  await response.arrayBuffer();
  child.kill();
  await once(child, "exit");

  assert.equal(response.status, 200);
});

const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "Tells the weather.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer" } },
      required: ["city", "days"],
      additionalProperties: false,
    },
    strict: true,
  },
};
const ask = (content, changes = {}) => chat({ messages: [{ role: "user", content }], ...changes });
const firstChoice = async (response) => (await response.json()).choices[0];

test("calls the functions a question names, and the required one", async () => {
  const both = await firstChoice(
    await ask('call weather {"city":"Rome"} call weather', { tools: [weather] }),
  );
  const none = await firstChoice(await ask("Good morning", { tools: [weather] }));
  const forced = await firstChoice(
    await ask("In 3 days?", { tools: [weather], tool_choice: "required" }),
  );

  assert.equal(both.finish_reason, "tool_calls");
  assert.equal(both.message.content, null);
  assert.equal(both.message.tool_calls.length, 2);
  assert.equal(both.message.tool_calls[0].function.arguments, '{"city":"Rome"}');
  assert.equal(none.finish_reason, "stop");
  assert.deepEqual(JSON.parse(forced.message.tool_calls[0].function.arguments), {
    city: "In 3 days?",
    days: 3,
  });
});

test("streams calls in pieces that join to the whole", async () => {
  const response = await ask('call weather {"city":"Rome"}', { tools: [weather], stream: true });
  const events = (await readEvents(response)).slice(0, -1);
  const deltas = events
    .map((event) => JSON.parse(event.slice("data: ".length)).choices[0].delta.tool_calls?.[0])
    .filter(Boolean);

  assert.equal(deltas[0].function.name, "weather");
  assert.ok(deltas.length > 2);
  assert.equal(deltas.map((delta) => delta.function.arguments).join(""), '{"city":"Rome"}');
});

test("says what a function answered", async () => {
  const call = { id: "c1", type: "function", function: { name: "weather", arguments: "{}" } };
  const messages = [
    { role: "user", content: "call weather" },
    { role: "assistant", content: null, tool_calls: [call] },
    { role: "tool", tool_call_id: "c1", content: "Sun" },
  ];

  const { message } = await firstChoice(await chat({ messages, tools: [weather] }));

  assert.equal(message.content, "The function says: Sun");
  await expectError(await chat({ messages: messages.slice(0, 2) }), 400, { param: "messages" });
  await expectError(await chat({ messages: messages.slice(2) }), 400, {
    param: "messages.[0].role",
  });
  await expectError(
    await chat({ messages: [...messages.slice(0, 2), { role: "user", content: "Well?" }] }),
    400,
    { param: "messages.[2].role" },
  );
});

test("answers in the form asked for", async () => {
  const json_schema = {
    name: "form",
    schema: {
      type: "object",
      properties: { n: { type: "integer" }, tags: { type: "array", items: { type: "string" } } },
    },
  };
  const formed = await firstChoice(
    await ask("Say 7", { response_format: { type: "json_schema", json_schema } }),
  );
  const free = await firstChoice(
    await ask("Hello as JSON", { response_format: { type: "json_object" } }),
  );

  assert.deepEqual(JSON.parse(formed.message.content), { n: 7, tags: ["Say 7"] });
  assert.match(JSON.parse(free.message.content).answer, /no source/);
  await expectError(await ask("Hello", { response_format: { type: "json_object" } }), 400, {
    param: "messages",
  });
  await expectError(
    await ask("x", {
      response_format: { type: "json_schema", json_schema: { ...json_schema, strict: true } },
    }),
    400,
    { code: "invalid_json_schema" },
  );
});

test("looks at pictures by data and by address", async () => {
  const picture = (url) => ({ type: "image_url", image_url: { url, detail: "low" } });
  const words = { type: "text", text: "What is it?" };
  const good = [words, picture("data:image/png;base64,YWJj"), picture("https://a.example/b.png")];

  const seen = await (await ask(good)).json();

  assert.equal(seen.choices[0].message.content, "I see 2 image(s).");
  assert.ok(seen.usage.prompt_tokens >= 170);
  for (const url of ["http://a.example/b.png", "data:image/tiff;base64,YWJj", "file:///etc"]) {
    await expectError(await ask([words, picture(url)]), 400, { code: "invalid_value" });
  }
  await expectError(await chat({ messages: [{ role: "system", content: good }] }), 400, {
    code: "invalid_type",
  });
});

test("ends at a stop word", async () => {
  const { message } = await firstChoice(await ask("Hello", { stop: ["source"] }));

  assert.equal(message.content, "I have no");
});

for (const [what, body, param] of [
  ["a function without a name", { tools: [{ type: "function", function: {} }] }, "tools[0]"],
  [
    "a name with a blank",
    { tools: [{ type: "function", function: { name: "two words" } }] },
    "tools[0].function.name",
  ],
  ["a choice without functions", { tool_choice: "auto" }, "tool_choice"],
  [
    "a choice of a function that is not there",
    { tools: [weather], tool_choice: { type: "function", function: { name: "time" } } },
    "tool_choice",
  ],
  ["an unknown form", { response_format: { type: "xml" } }, "response_format.type"],
  ["max_tokens for a model that reasons", { model: "o4-mini", max_tokens: 5 }, "max_tokens"],
  ["a temperature for one", { model: "o4-mini", temperature: 0.2 }, "temperature"],
  ["an answer that says nothing", { messages: [{ role: "assistant" }] }, "messages[0].content"],
]) {
  test(`refuses a chat with ${what}`, async () => {
    const response = await chat(body);
    const { error } = await response.json();

    assert.equal(response.status, 400);
    assert.ok(error.param.startsWith(param), error.param);
  });
}

test("writes a malformed call on demand", async () => {
  await fault({ kind: "malformed_tool_call" });

  const { message } = await firstChoice(await ask("call weather {}", { tools: [weather] }));

  assert.throws(() => JSON.parse(message.tool_calls[0].function.arguments));
});

test("serves deployments as Azure does", async () => {
  const body = { messages: [{ role: "user", content: "Hello" }] };
  const path = "/openai/deployments/gpt-4o/chat/completions";
  const key = { authorization: "", "api-key": "sk-test" };

  const good = await post(`${path}?api-version=2024-10-21`, body, key);

  assert.equal(good.status, 200);
  assert.match((await good.json()).model, /^gpt-4o/);
  assert.equal((await post(path, body, key)).status, 404);
  assert.equal((await post(`${path}?api-version=2024-10-21`, body)).status, 401);
});

test("spoils a share of the calls, and of those with calls alone", async () => {
  await fault({ kind: "server_error", on: "chat", share: 0.25 });
  await fault({ kind: "malformed_tool_call", on: "tool_call", share: 1 });

  const statuses = [];
  for (let i = 0; i < 80; i += 1) statuses.push((await chat()).status);

  const failed = statuses.filter((status) => status === 500).length;
  assert.ok(failed > 8 && failed < 32, `${failed} of 80 failed`);
  const [errors, calls] = await (await fetch(`${base}/_faults`)).json();
  assert.equal(errors.taken, failed);
  assert.equal(calls.taken, 0);
});

test("moderation tells categories and scores, and refuses what it does not know", async () => {
  const answer = await post("/v1/moderations", {
    model: "omni-moderation-latest",
    input: ["I will kill you", "You idiot", "Good morning"],
  });
  const { results } = await answer.json();
  assert.deepEqual(
    results.map(({ flagged }) => flagged),
    [true, false, false],
  );
  assert.equal(results[0].categories.violence, true);
  assert.equal(results[1].category_scores.harassment, 0.44);

  await expectError(await post("/v1/moderations", { input: "x", level: 1 }), 400, {
    code: "unknown_parameter",
  });
  await expectError(await post("/v1/moderations", { input: "x", model: "gpt-4o" }), 404, {});
  await fault({ kind: "server_error", on: "moderations" });
  await expectError(await post("/v1/moderations", { input: "x" }), 500, {});
});
