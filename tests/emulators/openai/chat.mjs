// POST /v1/chat/completions: quotes the sentence of the given passages that fits the question best.
import { invalid, unknownModel } from "./errors.mjs";
import {
  checkTools,
  chooseCalls,
  responseFormat,
  sample,
  toolCalls,
  toolChoice,
  toolList,
} from "./tools.mjs";
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

const reasoningModels = ["o4-mini", "gpt-5-mini"];
export const chatModels = ["gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "gpt-4.1", ...reasoningModels];

const contextTokensMax = 128000;
const outputTokensMax = 16384;
const cacheTokensMin = 1024;
const tokensPerImage = 85;
const callPieceLength = 7;

const part = object({ type: oneOf("text"), text: text() }, ["type", "text"]);
const content = either(text(), list(part, { min: 1 }));

const imagePattern =
  /^(https:\/\/\S+|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2})$/;
const imageUrl = (value, path) => {
  text({ empty: false })(value, path);
  if (!imagePattern.test(value)) {
    throw invalid(path, `Invalid image URL: '${path}'. Expected a valid URL.`, "invalid_value");
  }
};
const imagePart = object(
  {
    type: oneOf("image_url"),
    image_url: object({ url: imageUrl, detail: oneOf("auto", "low", "high") }, ["url"]),
  },
  ["type", "image_url"],
);
const userPart = (value, path) => {
  anyObject(value, path);
  oneOf("text", "image_url")(value.type, `${path}.type`);
  (value.type === "text" ? part : imagePart)(value, path);
};
const userContent = (value, path) => {
  if (Array.isArray(value)) list(userPart, { min: 1 })(value, path);
  else text()(value, path);
};
const checkMessage = {
  system: object({ role: text(), content, name: text() }, ["role", "content"]),
  developer: object({ role: text(), content, name: text() }, ["role", "content"]),
  user: object({ role: text(), content: userContent, name: text() }, ["role", "content"]),
  assistant: object(
    {
      role: text(),
      content: nullable(content),
      name: text(),
      refusal: nullable(text()),
      tool_calls: toolCalls,
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
  const isEmpty = value.content === null || value.content === undefined;
  if (value.role === "assistant" && isEmpty && !value.tool_calls && !value.refusal) {
    throw invalid(
      `${path}.content`,
      `Invalid value for '${path}.content': expected a string, got null.`,
    );
  }
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
    response_format: responseFormat,
    tools: toolList,
    tool_choice: toolChoice,
    parallel_tool_calls: flag,
    store: nullable(flag),
  },
  ["model", "messages"],
);

const plain = (value) => {
  if (typeof value === "string") return value;
  return (value ?? []).flatMap((entry) => entry.text ?? []).join("\n");
};

const imagesOf = (message) =>
  Array.isArray(message?.content)
    ? message.content.filter(({ type }) => type === "image_url").map((entry) => entry.image_url.url)
    : [];

// Models that reason refuse what others take.
const checkReasoning = (body) => {
  if (!reasoningModels.includes(body.model)) return;
  if (body.max_tokens !== undefined) {
    throw invalid(
      "max_tokens",
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use " +
        "'max_completion_tokens' instead.",
      "unsupported_parameter",
    );
  }
  for (const field of ["temperature", "top_p"]) {
    if (body[field] !== undefined && body[field] !== null && body[field] !== 1) {
      throw invalid(
        field,
        `Unsupported value: '${field}' does not support ${body[field]} with this model.`,
        "unsupported_value",
      );
    }
  }
  if (body.stop) {
    throw invalid("stop", "Unsupported parameter: 'stop'.", "unsupported_parameter");
  }
};

// The passages of a prompt in the two usual forms: <passage number="1" …>…</passage>, or lines that
// begin with [1], [2], … up to the next one or an empty line.
const findPassages = (messages) =>
  messages
    .filter(({ role }) => role !== "assistant")
    .flatMap(({ content: value }) => {
      const whole = plain(value);
      const tagged = [
        ...whole.matchAll(/<passage number="(\d{1,3})"[^\n]*>\n([\s\S]*?)\n<\/passage>/g),
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

// What is said when no function is called: of results, of pictures, in a form, or of passages.
const say = (messages, format) => {
  const last = messages.at(-1);
  const question = findQuestion(messages);
  if (format?.type === "json_schema") {
    return JSON.stringify(sample(format.json_schema.schema, question));
  }
  const images = imagesOf(last).length;
  let answer = composeAnswer(messages);
  if (last.role === "tool") answer = `The function says: ${plain(last.content)}`;
  else if (images > 0) answer = `I see ${images} image(s).`;
  return format?.type === "json_object" ? JSON.stringify({ answer }) : answer;
};

// Where a stop word stands the answer ends.
const stopAt = (answer, stop) => {
  const ends = [stop ?? []]
    .flat()
    .map((word) => answer.indexOf(word))
    .filter((at) => at >= 0);
  return answer.slice(0, Math.min(...ends, answer.length));
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
  checkReasoning(body);
  checkTools(body, body.messages.map((entry) => plain(entry.content)).join(" "));
  const prompt = body.messages.flatMap((entry) => tokenize(plain(entry.content)));
  const images = body.messages.flatMap(imagesOf).length;
  if (prompt.length > contextTokensMax) {
    throw invalid(
      "messages",
      `This model's maximum context length is ${contextTokensMax} tokens.`,
      "context_length_exceeded",
    );
  }
  const tokensMax = body.max_tokens ?? body.max_completion_tokens ?? outputTokensMax;
  const isAnswered = body.messages.at(-1).role === "tool";
  const calls = isAnswered ? [] : chooseCalls(body, findQuestion(body.messages));
  const isSaid = calls.length === 0;
  const answer = isSaid ? stopAt(say(body.messages, body.response_format), body.stop) : "";
  const { pieces, tokens: said, finish } = cutTo(answer, tokensMax);
  completions += 1;
  const tokens =
    said + calls.reduce((sum, call) => sum + tokenize(call.name + call.arguments).length, 0);
  const promptTokens = prompt.length + images * tokensPerImage;
  return {
    head: {
      id: `chatcmpl-emulated${completions}`,
      created: Math.floor(Date.now() / 1000),
      model: `${body.model}-2024-07-18`,
      service_tier: "default",
      system_fingerprint: "fp_emulated",
    },
    pieces,
    calls: calls.map((call, index) => ({ id: `call_emulated${completions}_${index}`, ...call })),
    finish: calls.length > 0 ? "tool_calls" : finish,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: tokens,
      total_tokens: promptTokens + tokens,
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

const wholeCall = ({ id, name, arguments: given }) => ({
  id,
  type: "function",
  function: { name, arguments: given },
});

export const wholeAnswer = ({ head, pieces, calls, finish, usage }) => ({
  ...head,
  object: "chat.completion",
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: calls.length > 0 ? null : pieces.join(""),
        ...(calls.length > 0 ? { tool_calls: calls.map(wholeCall) } : {}),
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      finish_reason: finish,
    },
  ],
  usage,
});

// A call as a stream tells it: its name first, then its arguments cut anywhere.
const callDeltas = ({ id, name, arguments: given }, index) => [
  { index, id, type: "function", function: { name, arguments: "" } },
  ...(given.match(new RegExp(`.{1,${callPieceLength}}`, "gs")) ?? []).map((piece) => ({
    index,
    function: { arguments: piece },
  })),
];

// The events of a streamed answer, without [DONE].
export const chunksOf = ({ head, pieces, calls, finish, usage }, includeUsage) => {
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
    ...calls
      .flatMap(callDeltas)
      .map((delta) => chunk(choice({ tool_calls: [delta] }, null), null)),
    chunk(choice({}, finish), null),
    ...(includeUsage ? [chunk([], usage)] : []),
  ];
};
