import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startAnthropic } from "./anthropic.mjs";

let server;
let base;
before(async () => {
  server = await startAnthropic({ key: "sk-ant-test" });
  base = `http://127.0.0.1:${server.port}`;
});
after(() => server.close());
afterEach(async () => {
  await fetch(`${base}/_faults`, { method: "DELETE" });
  await fetch(`${base}/_requests`, { method: "DELETE" });
});

const headers = {
  "x-api-key": "sk-ant-test",
  "anthropic-version": "2023-06-01",
  "content-type": "application/json",
};
const post = (path, body, changes = {}) => {
  const sent = { ...headers, ...changes };
  for (const name of Object.keys(sent)) if (sent[name] === null) delete sent[name];
  return fetch(`${base}${path}`, { method: "POST", headers: sent, body: JSON.stringify(body) });
};
const send = (changes = {}, head = {}) =>
  post(
    "/v1/messages",
    {
      model: "claude-haiku-4-5",
      max_tokens: 100,
      messages: [
        {
          role: "user",
          content: "[1] The hall opens at nine.\n[2] Tea is served.\n\nWhen does the hall open?",
        },
      ],
      ...changes,
    },
    head,
  );
const ask = (content, changes = {}) => send({ messages: [{ role: "user", content }], ...changes });
const expectError = async (response, status, type) => {
  const body = await response.json();
  assert.equal(response.status, status, body.error?.message);
  assert.equal(body.type, "error");
  assert.equal(body.error.type, type);
  assert.ok(body.request_id);
};
const readEvents = async (response) =>
  (await response.text())
    .split("\n\n")
    .filter(Boolean)
    .map((event) => {
      const [, type, data] = event.match(/^event: (\S+)\ndata: (.*)$/s);
      assert.equal(JSON.parse(data).type, type);
      return JSON.parse(data);
    });
const weather = {
  name: "weather",
  description: "Tells the weather.",
  input_schema: { type: "object", properties: { city: { type: "string" } } },
};

test("answers with the sentence that fits the question and its marker", async () => {
  const answer = await (await send({ system: "Answer from the passages." })).json();

  assert.equal(answer.type, "message");
  assert.deepEqual(answer.content, [{ type: "text", text: "The hall opens at nine. [1]" }]);
  assert.equal(answer.stop_reason, "end_turn");
  assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
});

test("streams the same answer in the events of the API", async () => {
  const response = await send({ stream: true });
  const events = await readEvents(response);

  assert.match(response.headers.get("content-type"), /^text\/event-stream/);
  assert.equal(events[0].type, "message_start");
  assert.equal(events[0].message.stop_reason, null);
  assert.equal(events.at(-1).type, "message_stop");
  const said = events.map((event) => event.delta?.text ?? "").join("");
  assert.equal(said, "The hall opens at nine. [1]");
  const last = events.find(({ type }) => type === "message_delta");
  assert.equal(last.delta.stop_reason, "end_turn");
  assert.ok(last.usage.output_tokens > 0);
});

test("uses the tools a question names, also in a stream", async () => {
  const text = 'call weather {"city":"Rome"}';
  const whole = await (await ask(text, { tools: [weather] })).json();
  const events = await readEvents(await ask(text, { tools: [weather], stream: true }));

  assert.equal(whole.stop_reason, "tool_use");
  assert.deepEqual(whole.content[0].input, { city: "Rome" });
  const start = events.find(({ type }) => type === "content_block_start");
  assert.equal(start.content_block.name, "weather");
  const pieces = events.map((event) => event.delta?.partial_json).filter(Boolean);
  assert.ok(pieces.length > 1);
  assert.equal(pieces.join(""), '{"city":"Rome"}');
});

test("uses the tool that is forced", async () => {
  const choice = { type: "tool", name: "weather" };
  const named = await (await ask("Rome?", { tools: [weather], tool_choice: choice })).json();
  const any = await (
    await ask("Rome?", { tools: [weather], tool_choice: { type: "any" } })
  ).json();
  const none = await (
    await ask("call weather {}", { tools: [weather], tool_choice: { type: "none" } })
  ).json();

  assert.deepEqual(named.content[0].input, { city: "Rome?" });
  assert.equal(any.stop_reason, "tool_use");
  assert.equal(none.stop_reason, "end_turn");
});

const use = { type: "tool_use", id: "t1", name: "weather", input: {} };
const result = { type: "tool_result", tool_use_id: "t1", content: "Sun" };
const conversation = (content) => [
  { role: "user", content: "call weather {}" },
  { role: "assistant", content: [use] },
  { role: "user", content },
];

test("says what a tool answered", async () => {
  const answer = await (await send({ messages: conversation([result]), tools: [weather] })).json();

  assert.equal(answer.content[0].text, "The function says: Sun");
});

test("looks at pictures", async () => {
  const data = { type: "base64", media_type: "image/png", data: "YWJj" };
  const url = { type: "url", url: "https://pictures.example/a.png" };
  const blocks = [data, url].map((source) => ({ type: "image", source }));

  const answer = await (await ask([...blocks, { type: "text", text: "What is it?" }])).json();

  assert.equal(answer.content[0].text, "I see 2 image(s).");
  assert.ok(answer.usage.input_tokens > 3000);
});

test("ends at its limit and at stop words", async () => {
  const short = await (await send({ max_tokens: 2 })).json();
  const stopped = await (await send({ stop_sequences: ["opens"] })).json();

  assert.equal(short.stop_reason, "max_tokens");
  assert.equal(stopped.stop_reason, "stop_sequence");
  assert.equal(stopped.stop_sequence, "opens");
  assert.equal(stopped.content[0].text, "The hall");
});

test("counts what is written to the cache and read from it", async () => {
  const text = "word ".repeat(1100);
  const system = [{ type: "text", text, cache_control: { type: "ephemeral" } }];

  const first = await (await ask("Hello", { system })).json();
  const second = await (await ask("Hello", { system })).json();

  assert.equal(first.usage.cache_creation_input_tokens, 1024);
  assert.equal(second.usage.cache_read_input_tokens, 1024);
});

test("wants its headers", async () => {
  await expectError(await send({}, { "x-api-key": null }), 401, "authentication_error");
  await expectError(await send({}, { "x-api-key": "other" }), 401, "authentication_error");
  await expectError(await send({}, { "anthropic-version": null }), 400, "invalid_request_error");
  await expectError(
    await send({}, { "anthropic-version": "2020-01-01" }),
    400,
    "invalid_request_error",
  );
  await expectError(
    await send({}, { "content-type": "text/plain" }),
    400,
    "invalid_request_error",
  );
  await expectError(await post("/v1/complete", {}), 404, "not_found_error");
  await expectError(await send({ model: "claude-none" }), 404, "not_found_error");
});

const user = { role: "user", content: "Hi" };
const text = (value) => ({ type: "text", text: value });
for (const [what, body] of [
  ["no max_tokens", { max_tokens: undefined }],
  ["no tokens at all", { max_tokens: 0 }],
  ["no messages", { messages: [] }],
  ["an unknown field", { response_format: {} }],
  ["a system message", { messages: [{ role: "system", content: "Be kind." }, user] }],
  ["two turns of a user in a row", { messages: [user, user] }],
  ["an answer first", { messages: [{ role: "assistant", content: "Hi" }, user] }],
  ["an empty text", { messages: [{ role: "user", content: " " }] }],
  ["an empty text block", { messages: [{ role: "user", content: [text("")] }] }],
  ["white space at the end", { messages: [user, { role: "assistant", content: "So " }] }],
  ["a temperature above one", { temperature: 1.2 }],
  ["temperature and top_p", { temperature: 0.5, top_p: 0.5 }],
  ["a blank stop word", { stop_sequences: [" "] }],
  ["a schema of no object", { tools: [{ name: "x", input_schema: { type: "string" } }] }],
  ["a choice without tools", { tool_choice: { type: "auto" } }],
  [
    "a choice of an unknown tool",
    { tools: [weather], tool_choice: { type: "tool", name: "time" } },
  ],
  ["tool blocks without tools", { messages: conversation([result]) }],
  ["a call without result", { messages: conversation("Well?"), tools: [weather] }],
  [
    "a result nobody asked for",
    { messages: [{ role: "user", content: [result] }], tools: [weather] },
  ],
  [
    "a text before a result",
    { messages: conversation([text("Well"), result]), tools: [weather] },
  ],
  [
    "an id with a dot",
    {
      messages: [user, { role: "assistant", content: [{ ...use, id: "a.b" }] }, user],
      tools: [weather],
    },
  ],
  [
    "a picture of an unknown type",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/tiff", data: "YQ==" } },
          ],
        },
      ],
    },
  ],
  ["a prompt beyond the context", { messages: [{ ...user, content: "a ".repeat(200001) }] }],
]) {
  test(`refuses ${what}`, async () => {
    await expectError(await send(body), 400, "invalid_request_error");
  });
}

test("fails as often as asked, then works", async () => {
  await post("/_faults", { kind: "rate_limit", retry_after_s: 7 });
  await post("/_faults", { kind: "overloaded" });
  await post("/_faults", { kind: "server_error" });

  const limited = await send();
  assert.equal(limited.headers.get("retry-after"), "7");
  await expectError(limited, 429, "rate_limit_error");
  await expectError(await send(), 529, "overloaded_error");
  await expectError(await send(), 500, "api_error");
  assert.equal((await send()).status, 200);
});

test("spoils streams as asked", async () => {
  await post("/_faults", { kind: "stream_error", after_events: 3 });
  const events = await readEvents(await send({ stream: true }));
  assert.equal(events.at(-1).error.type, "overloaded_error");

  await post("/_faults", { kind: "cut_stream", after_events: 3 });
  await assert.rejects((await send({ stream: true })).text());
  await post("/_faults", { kind: "malformed_sse", after_events: 1 });
  assert.match(await (await send({ stream: true })).text(), /data: \{"type":"content_\n/);
  await post("/_faults", { kind: "drop" });
  await assert.rejects(send());
  await post("/_faults", { kind: "slow_first_token", delay_ms: 80 });
  const begin = performance.now();
  await (await send({ stream: true })).text();
  assert.ok(performance.now() - begin >= 79);
});

test("writes a malformed call on demand", async () => {
  await post("/_faults", { kind: "malformed_tool_call" });
  const events = await readEvents(
    await ask("call weather {}", { tools: [weather], stream: true }),
  );

  const pieces = events.map((event) => event.delta?.partial_json ?? "").join("");
  assert.throws(() => JSON.parse(pieces));
});

test("refuses faults it does not know", async () => {
  await expectError(await post("/_faults", { kind: "earthquake" }), 400, "invalid_request_error");
});

test("remembers what it was asked", async () => {
  await send({ max_tokens: 77 });

  const [seen] = await (await fetch(`${base}/_requests`)).json();

  assert.equal(seen.path, "/v1/messages");
  assert.equal(seen.body.max_tokens, 77);
});

test("lists its models", async () => {
  const { data } = await (await fetch(`${base}/v1/models`, { headers })).json();

  assert.ok(data.some(({ id }) => id === "claude-haiku-4-5"));
});

test("prints its port when started from the command line", async () => {
  const program = fileURLToPath(new URL("anthropic.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, "--port", "0", "--key", "sk-cli"]);
  const [line] = await once(child.stdout, "data");
  const { port } = JSON.parse(line);

  const response = await fetch(`http://127.0.0.1:${port}/v1/models`, {
    headers: { ...headers, "x-api-key": "sk-cli" },
  });
  await response.arrayBuffer();
  child.kill();
  await once(child, "exit");

  assert.equal(response.status, 200);
});
