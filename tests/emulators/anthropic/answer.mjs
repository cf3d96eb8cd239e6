// The answer to a message, whole and as the events of a stream.
import { composeAnswer } from "../openai/chat.mjs";
import { chooseCalls } from "../openai/tools.mjs";
import { hash, tokenize } from "../openai/words.mjs";
import { ApiError, invalid } from "./errors.mjs";
import { blocksOf, checkRequest } from "./request.mjs";

export const models = ["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-5"];

const contextTokensMax = 200000;
const tokensPerImage = 1500;
const cacheTokensMin = 1024;
const callPieceLength = 9;

const seenPrefixes = new Set();
let answers = 0;

const textOf = (entry) =>
  blocksOf(entry)
    .flatMap((block) => {
      if (block.type === "text") return block.text;
      if (block.type !== "tool_result") return [];
      return typeof block.content === "string" ? block.content : [];
    })
    .join("\n");

const say = (body) => {
  const last = blocksOf(body.messages.at(-1));
  const results = last.filter((block) => block.type === "tool_result");
  if (results.length > 0) return `The function says: ${results.at(-1).content ?? ""}`;
  const images = last.filter((block) => block.type === "image").length;
  if (images > 0) return `I see ${images} image(s).`;
  return composeAnswer(
    body.messages.map((entry) => ({ role: entry.role, content: textOf(entry) })),
  );
};

const cutTo = (answer, tokensMax) => {
  const kept = [];
  let tokens = 0;
  for (const piece of answer.match(/\s*\S+/g) ?? []) {
    tokens += tokenize(piece).length;
    if (tokens > tokensMax) return { pieces: kept, stop: "max_tokens" };
    kept.push(piece);
  }
  return { pieces: kept, stop: "end_turn" };
};

const stopAt = (answer, words) => {
  const found = (words ?? []).filter((word) => answer.includes(word));
  if (found.length === 0) return { answer, word: null };
  found.sort((a, b) => answer.indexOf(a) - answer.indexOf(b));
  return { answer: answer.slice(0, answer.indexOf(found[0])), word: found[0] };
};

const choiceOf = ({ tool_choice: choice }) => {
  if (choice?.type === "any") return "required";
  if (choice?.type === "tool") return { function: { name: choice.name } };
  return choice?.type ?? "auto";
};

const callsOf = (body) => {
  const last = body.messages.at(-1);
  const isAnswered = blocksOf(last).some((block) => block.type === "tool_result");
  if (isAnswered) return [];
  const tools = (body.tools ?? []).map((tool) => ({
    function: { name: tool.name, parameters: tool.input_schema },
  }));
  return chooseCalls(
    {
      tools,
      tool_choice: choiceOf(body),
      parallel_tool_calls: !body.tool_choice?.disable_parallel_tool_use,
    },
    textOf(last),
  );
};

const countInput = (body) => {
  const system = typeof body.system === "string" ? body.system : JSON.stringify(body.system ?? "");
  const tokens = tokenize(`${system} ${body.messages.map(textOf).join(" ")}`);
  const images = body.messages.flatMap(blocksOf).filter((block) => block.type === "image").length;
  return { tokens, count: tokens.length + images * tokensPerImage };
};

// What was marked for the cache is written at first and read later.
const countCached = (body, tokens) => {
  const isMarked = JSON.stringify([body.system, body.messages, body.tools]).includes(
    '"cache_control"',
  );
  if (!isMarked || tokens.length < cacheTokensMin) return { written: 0, read: 0 };
  const prefix = hash(tokens.slice(0, cacheTokensMin).join(" "));
  if (seenPrefixes.has(prefix)) return { written: 0, read: cacheTokensMin };
  seenPrefixes.add(prefix);
  return { written: cacheTokensMin, read: 0 };
};

// What is to be said to a request: {head, blocks, stop, usage}. Throws an ApiError.
export const prepareAnswer = (body) => {
  checkRequest(body);
  if (!models.includes(body.model)) throw new ApiError(404, `model: ${body.model}`);
  const { tokens, count } = countInput(body);
  if (count > contextTokensMax) {
    throw invalid(`prompt is too long: ${count} tokens > ${contextTokensMax} maximum`);
  }
  const calls = callsOf(body);
  const said = stopAt(calls.length > 0 ? "" : say(body), body.stop_sequences);
  const { pieces, stop } = cutTo(said.answer, body.max_tokens);
  answers += 1;
  const blocks = [
    ...(pieces.length > 0 ? [{ type: "text", pieces }] : []),
    ...calls.map((call, index) => ({
      type: "tool_use",
      id: `toolu_emulated${answers}_${index}`,
      name: call.name,
      json: call.arguments,
    })),
  ];
  const output = tokenize(pieces.join("") + calls.map((call) => call.arguments).join(""));
  const { written, read } = countCached(body, tokens);
  let reason = stop;
  if (said.word !== null && stop === "end_turn") reason = "stop_sequence";
  if (calls.length > 0) reason = "tool_use";
  return {
    head: { id: `msg_emulated${answers}`, type: "message", role: "assistant", model: body.model },
    blocks,
    stop: { stop_reason: reason, stop_sequence: reason === "stop_sequence" ? said.word : null },
    usage: {
      input_tokens: count - written - read,
      cache_creation_input_tokens: written,
      cache_read_input_tokens: read,
      output_tokens: output.length,
    },
  };
};

export const wholeAnswer = ({ head, blocks, stop, usage }) => ({
  ...head,
  content: blocks.map((block) =>
    block.type === "text"
      ? { type: "text", text: block.pieces.join("") }
      : { type: "tool_use", id: block.id, name: block.name, input: JSON.parse(block.json) },
  ),
  ...stop,
  usage,
});

const deltasOf = (block) => {
  if (block.type === "text") {
    return block.pieces.map((text) => ({ type: "text_delta", text }));
  }
  const pieces = block.json.match(new RegExp(`.{1,${callPieceLength}}`, "gs")) ?? [];
  return ["", ...pieces].map((piece) => ({ type: "input_json_delta", partial_json: piece }));
};

const emptyBlock = (block) =>
  block.type === "text"
    ? { type: "text", text: "" }
    : { type: "tool_use", id: block.id, name: block.name, input: {} };

// The events of a streamed answer.
export const eventsOf = ({ head, blocks, stop, usage }) => [
  {
    type: "message_start",
    message: {
      ...head,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  },
  { type: "ping" },
  ...blocks.flatMap((block, index) => [
    { type: "content_block_start", index, content_block: emptyBlock(block) },
    ...deltasOf(block).map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ]),
  { type: "message_delta", delta: stop, usage: { output_tokens: usage.output_tokens } },
  { type: "message_stop" },
];
