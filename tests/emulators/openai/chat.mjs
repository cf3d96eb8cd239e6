// POST /v1/chat/completions: quotes the sentence of the given passages that fits the question best.
import { invalid, unknownModel } from "./errors.mjs";
import {
  anyObject,
  either,
  flag,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  text,
} from "./shape.mjs";
import { hash, tokenize, words } from "./words.mjs";

export const chatModels = ["gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "gpt-4.1"];

const contextTokensMax = 128000;
const outputTokensMax = 16384;
const cacheTokensMin = 1024;

const part = object({ type: oneOf("text"), text: text() }, ["type", "text"]);
const content = either(text(), list(part, { min: 1 }));
const checkMessage = {
  system: object({ role: text(), content, name: text() }, ["role", "content"]),
  developer: object({ role: text(), content, name: text() }, ["role", "content"]),
  user: object({ role: text(), content, name: text() }, ["role", "content"]),
  assistant: object(
    {
      role: text(),
      content: nullable(content),
      name: text(),
      refusal: nullable(text()),
      tool_calls: list(anyObject, { min: 1 }),
    },
    ["role"],
  ),
  tool: object({ role: text(), content, tool_call_id: text() }, [
    "role",
    "content",
    "tool_call_id",
  ]),
};

const message = (value, path) => {
  anyObject(value, path);
  oneOf(...Object.keys(checkMessage))(value.role, `${path}.role`);
  checkMessage[value.role](value, path);
};

const checkBody = object(
  {
    model: text({ empty: false }),
    messages: list(message, { min: 1, max: 2048 }),
    stream: nullable(flag),
    stream_options: nullable(object({ include_usage: flag, include_obfuscation: flag })),
    temperature: nullable(number(0, 2)),
    top_p: nullable(number(0, 1)),
    n: nullable(integer(1, 1)),
    max_tokens: nullable(integer(1, outputTokensMax)),
    max_completion_tokens: nullable(integer(1, outputTokensMax)),
    stop: nullable(either(text(), list(text(), { max: 4 }))),
    presence_penalty: nullable(number(-2, 2)),
    frequency_penalty: nullable(number(-2, 2)),
    seed: nullable(integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
    user: text(),
    metadata: nullable(anyObject),
    response_format: anyObject,
    store: nullable(flag),
  },
  ["model", "messages"],
);

const plain = (value) => {
  if (typeof value === "string") return value;
  return (value ?? []).map((entry) => entry.text).join("\n");
};

// The passages of a prompt in the two usual forms: <passage number="1" …>…</passage>, or lines that
// begin with [1], [2], … up to the next one or an empty line.
const findPassages = (messages) =>
  messages
    .filter(({ role }) => role !== "assistant")
    .flatMap(({ content: value }) => {
      const whole = plain(value);
      const tagged = [
        ...whole.matchAll(/<passage number="(\d{1,3})"[^>]*>\n([\s\S]*?)\n<\/passage>/g),
      ];
      if (tagged.length > 0) return tagged.map(([, marker, body]) => ({ marker, body }));
      const parts = whole.split(/^[ \t]*\[(\d{1,3})\][ \t]*/m);
      const passages = [];
      for (let index = 1; index < parts.length; index += 2) {
        passages.push({ marker: parts[index], body: parts[index + 1].split("\n\n")[0] });
      }
      return passages;
    });

const splitSentences = (body) =>
  body
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => words(sentence).length > 2);

// What the last user message asks: all after its last "Question:", else its last paragraph.
const findQuestion = (messages) => {
  const last = plain(messages.findLast(({ role }) => role === "user")?.content);
  return last
    .split(/^Question:/m)
    .at(-1)
    .split("\n\n")
    .at(-1);
};

// The same prompt always gets the same answer; equal fits are won by the earlier sentence.
export const composeAnswer = (messages) => {
  const wanted = new Set(words(findQuestion(messages)));
  let best = null;
  for (const { marker, body } of findPassages(messages)) {
    for (const sentence of splitSentences(body)) {
      const score = new Set(words(sentence).filter((word) => wanted.has(word))).size;
      if (best === null || score > best.score) best = { score, text: `${sentence} [${marker}]` };
    }
  }
  return best?.text ?? "I have no source that answers this question.";
};

const seenPrefixes = new Set();

// The provider bills repeated beginnings of long prompts as cached, in steps of 128 tokens.
const countCached = (tokens) => {
  if (tokens.length < cacheTokensMin) return 0;
  const prefix = hash(tokens.slice(0, cacheTokensMin).join(" "));
  const cached = seenPrefixes.has(prefix) ? cacheTokensMin : 0;
  seenPrefixes.add(prefix);
  return cached;
};

const cutTo = (answer, tokensMax) => {
  const pieces = answer.match(/\s*\S+/g) ?? [];
  const kept = [];
  let tokens = 0;
  for (const piece of pieces) {
    const size = tokenize(piece).length;
    if (tokens + size > tokensMax) return { pieces: kept, tokens, finish: "length" };
    kept.push(piece);
    tokens += size;
  }
  return { pieces: kept, tokens, finish: "stop" };
};

let completions = 0;

// What is to be said to a request: {head, pieces, finish, usage}. Throws an ApiError.
export const prepareChat = (body) => {
  checkBody(body, "");
  if (!chatModels.includes(body.model)) throw unknownModel(body.model);
  if (body.stream_options && !body.stream) {
    throw invalid(
      "stream_options",
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    );
  }
  if (body.max_tokens && body.max_completion_tokens) {
    throw invalid("max_tokens", "Only one of max_tokens and max_completion_tokens may be set.");
  }
  const prompt = body.messages.flatMap((entry) => tokenize(plain(entry.content)));
  if (prompt.length > contextTokensMax) {
    throw invalid(
      "messages",
      `This model's maximum context length is ${contextTokensMax} tokens.`,
      "context_length_exceeded",
    );
  }
  const tokensMax = body.max_tokens ?? body.max_completion_tokens ?? outputTokensMax;
  const { pieces, tokens, finish } = cutTo(composeAnswer(body.messages), tokensMax);
  completions += 1;
  return {
    head: {
      id: `chatcmpl-emulated${completions}`,
      created: Math.floor(Date.now() / 1000),
      model: `${body.model}-2024-07-18`,
      service_tier: "default",
      system_fingerprint: "fp_emulated",
    },
    pieces,
    finish,
    usage: {
      prompt_tokens: prompt.length,
      completion_tokens: tokens,
      total_tokens: prompt.length + tokens,
      prompt_tokens_details: { cached_tokens: countCached(prompt), audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
  };
};

export const wholeAnswer = ({ head, pieces, finish, usage }) => ({
  ...head,
  object: "chat.completion",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: pieces.join(""), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: finish,
    },
  ],
  usage,
});

// The events of a streamed answer, without [DONE].
export const chunksOf = ({ head, pieces, finish, usage }, includeUsage) => {
  const chunk = (choices, used) => ({
    ...head,
    object: "chat.completion.chunk",
    choices,
    ...(includeUsage ? { usage: used } : {}),
  });
  const choice = (delta, reason) => [{ index: 0, delta, logprobs: null, finish_reason: reason }];
  return [
    chunk(choice({ role: "assistant", content: "", refusal: null }, null), null),
    ...pieces.map((piece) => chunk(choice({ content: piece }, null), null)),
    chunk(choice({}, finish), null),
    ...(includeUsage ? [chunk([], usage)] : []),
  ];
};
