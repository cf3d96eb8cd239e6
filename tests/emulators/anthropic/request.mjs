// What a request of the Messages API may be.
import { invalid } from "./errors.mjs";
import {
  anyObject,
  fail,
  flag,
  integer,
  list,
  number,
  object,
  pattern,
  tagged,
  text,
} from "./shape.mjs";

const outputTokensMax = 64000;
const literal = () => {};
const cacheControl = object({ type: pattern(/^ephemeral$/), ttl: pattern(/^(5m|1h)$/) }, ["type"]);
const callId = pattern(/^[a-zA-Z0-9_-]+$/);

const textBlock = object(
  { type: literal, text: text({ empty: false, blank: false }), cache_control: cacheControl },
  ["type", "text"],
);

const base64 = pattern(/^[A-Za-z0-9+/]+={0,2}$/);
const imageBlock = object(
  {
    type: literal,
    source: tagged({
      base64: object(
        {
          type: literal,
          media_type: pattern(/^image\/(jpeg|png|gif|webp)$/),
          data: base64,
        },
        ["type", "media_type", "data"],
      ),
      url: object({ type: literal, url: pattern(/^https:\/\/\S+$/) }, ["type", "url"]),
    }),
    cache_control: cacheControl,
  },
  ["type", "source"],
);

const useBlock = object(
  {
    type: literal,
    id: callId,
    name: pattern(/^[a-zA-Z0-9_-]{1,128}$/),
    input: anyObject,
    cache_control: cacheControl,
  },
  ["type", "id", "name", "input"],
);

const resultBlock = object(
  {
    type: literal,
    tool_use_id: callId,
    content: (value, path) => {
      if (typeof value === "string") return;
      list(tagged({ text: textBlock, image: imageBlock }))(value, path);
    },
    is_error: flag,
    cache_control: cacheControl,
  },
  ["type", "tool_use_id"],
);

const contentOf = (shapes) => (value, path) => {
  if (typeof value === "string") {
    if (value.trim() === "") {
      throw invalid(`${path}: text content blocks must contain non-whitespace text`);
    }
    return;
  }
  list(tagged(shapes), { min: 1 })(value, path);
};

const userContent = contentOf({ text: textBlock, image: imageBlock, tool_result: resultBlock });
const assistantContent = contentOf({ text: textBlock, tool_use: useBlock });

const message = (value, path) => {
  anyObject(value, path);
  if (value.role !== "user" && value.role !== "assistant") {
    throw invalid(
      `messages: Unexpected role "${value.role}". The Messages API accepts a top-level ` +
        '`system` parameter, not "system" as an input message role.',
    );
  }
  const content = value.role === "user" ? userContent : assistantContent;
  object({ role: text(), content }, ["role", "content"])(value, path);
};

const tool = object(
  {
    name: pattern(/^[a-zA-Z0-9_-]{1,128}$/),
    description: text(),
    input_schema: (value, path) => {
      anyObject(value, path);
      if (value.type !== "object") throw fail(`${path}.type`, "Input should be 'object'");
    },
    cache_control: cacheControl,
  },
  ["name", "input_schema"],
);

const toolChoice = tagged({
  auto: object({ type: literal, disable_parallel_tool_use: flag }),
  any: object({ type: literal, disable_parallel_tool_use: flag }),
  none: object({ type: literal }),
  tool: object({ type: literal, name: text(), disable_parallel_tool_use: flag }, ["name"]),
});

const checkBody = object(
  {
    model: text({ empty: false }),
    max_tokens: integer(1, outputTokensMax),
    messages: list(message, { min: 1 }),
    system: (value, path) => {
      if (typeof value !== "string") list(textBlock)(value, path);
    },
    stream: flag,
    temperature: number(0, 1),
    top_p: number(0, 1),
    top_k: integer(0, 500),
    stop_sequences: list(text({ empty: false, blank: false }), { max: 8191 }),
    tools: list(tool, { max: 128 }),
    tool_choice: toolChoice,
    metadata: object({ user_id: text({ max: 256 }) }),
  },
  ["model", "max_tokens", "messages"],
);

const blocksOf = ({ content }) =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;
const idsOf = (entry, type, field) =>
  entry === undefined
    ? []
    : blocksOf(entry)
        .filter((block) => block.type === type)
        .map((block) => block[field]);

// Turns alternate and begin with the user; each call is answered at the beginning of the next turn.
const checkTurns = (messages) => {
  if (messages[0].role !== "user") {
    throw invalid("messages: first message must use the \"user\" role");
  }
  messages.forEach((entry, index) => {
    const before = messages[index - 1];
    if (before?.role === entry.role) {
      throw invalid(
        `messages: roles must alternate between "user" and "assistant", but found multiple ` +
          `"${entry.role}" roles in a row`,
      );
    }
    const results = idsOf(entry, "tool_result", "tool_use_id");
    const calls = idsOf(before, "tool_use", "id");
    const stray = results.filter((id) => !calls.includes(id));
    if (stray.length > 0) {
      throw invalid(
        `messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` ` +
          `blocks: ${stray}. Each \`tool_result\` block must have a corresponding \`tool_use\` ` +
          "block in the previous message.",
      );
    }
    const missing = calls.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      throw invalid(
        `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks ` +
          `immediately after: ${missing}.`,
      );
    }
    const blocks = blocksOf(entry);
    const firstOther = blocks.findIndex((block) => block.type !== "tool_result");
    const lastResult = blocks.findLastIndex((block) => block.type === "tool_result");
    if (firstOther >= 0 && firstOther < lastResult) {
      throw invalid(`messages.${index}: \`tool_result\` blocks must come first`);
    }
  });
  const last = messages.at(-1);
  if (idsOf(last, "tool_use", "id").length > 0) {
    throw invalid(
      `messages.${messages.length - 1}: \`tool_use\` ids were found without \`tool_result\` blocks`,
    );
  }
  const end = blocksOf(last).at(-1);
  if (last.role === "assistant" && end.type === "text" && end.text !== end.text.trimEnd()) {
    throw invalid("messages: final assistant content cannot end with trailing whitespace");
  }
};

// Throws what the provider answers to a request it does not take.
export const checkRequest = (body) => {
  checkBody(body, "");
  checkTurns(body.messages);
  if (body.temperature !== undefined && body.top_p !== undefined) {
    throw invalid("`temperature` and `top_p` cannot both be specified for this model.");
  }
  if (body.tool_choice && !(body.tools?.length > 0)) {
    throw invalid("tool_choice: may only be specified while providing tools");
  }
  const usesTools = body.messages.some(
    (entry) =>
      idsOf(entry, "tool_use", "id").length + idsOf(entry, "tool_result", "tool_use_id").length > 0,
  );
  if (usesTools && !(body.tools?.length > 0)) {
    throw invalid(
      "Requests which include `tool_use` or `tool_result` blocks must define tools",
    );
  }
  const named = body.tool_choice?.name;
  if (named && !body.tools.some((entry) => entry.name === named)) {
    throw invalid(`Tool '${named}' not found in provided tools`);
  }
};

export { blocksOf };
