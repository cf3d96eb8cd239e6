// POST /v1/embeddings: vectors from hashed words, so that texts which share words are near.
import { ApiError, invalid, unknownModel } from "./errors.mjs";
import { either, integer, list, object, oneOf, text } from "./shape.mjs";
import { hash, tokenize, words } from "./words.mjs";

export const embeddingModels = {
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
  "text-embedding-ada-002": 1536,
};

const inputsMax = 2048;
const inputTokensMax = 8192;
const requestTokensMax = 300000;

const checkBody = object(
  {
    model: text({ empty: false }),
    input: either(
      text({ empty: false }),
      list(text({ empty: false }), { min: 1, max: inputsMax }),
      list(integer(0, 200000), { min: 1, max: inputsMax }),
      list(list(integer(0, 200000), { min: 1 }), { min: 1, max: inputsMax }),
    ),
    encoding_format: oneOf("float", "base64"),
    dimensions: integer(1, 3072),
    user: text(),
  },
  ["model", "input"],
);

const splitInputs = (input) => {
  if (typeof input === "string") return [words(input)];
  if (typeof input[0] === "number") return [input.map(String)];
  return input.map((entry) => (typeof entry === "string" ? words(entry) : entry.map(String)));
};

const countTokens = (input) => {
  if (typeof input === "string") return [tokenize(input).length];
  if (typeof input[0] === "number") return [input.length];
  return input.map((entry) => (typeof entry === "string" ? tokenize(entry) : entry).length);
};

// Every word adds to three places, so that two words rarely share all of theirs.
const embed = (entries, dimension) => {
  const vector = new Float32Array(dimension);
  for (const entry of entries) {
    for (let place = 0; place < 3; place += 1) {
      const state = hash(`${place}:${entry}`);
      vector[state % dimension] += state & 0x80000000 ? 1 : -1;
    }
  }
  let length = Math.hypot(...vector);
  if (length === 0) length = vector[0] = 1;
  return vector.map((value) => value / length);
};

const encode = (vector, format) =>
  format === "base64" ? Buffer.from(vector.buffer).toString("base64") : Array.from(vector);

export const answerEmbeddings = (body) => {
  checkBody(body, "");
  const native = embeddingModels[body.model];
  if (!native) throw unknownModel(body.model);
  const dimension = body.dimensions ?? native;
  if (body.dimensions !== undefined && body.model === "text-embedding-ada-002") {
    throw invalid("dimensions", "This model does not support specifying dimensions.");
  }
  if (dimension > native) {
    throw invalid(
      "dimensions",
      `Invalid value for 'dimensions' = ${dimension}. Must be less than ` +
        `or equal to ${native}.`,
    );
  }
  const counts = countTokens(body.input);
  const tokens = counts.reduce((sum, count) => sum + count, 0);
  if (counts.some((count) => count > inputTokensMax)) {
    throw invalid("input", `This model's maximum context length is ${inputTokensMax} tokens.`);
  }
  if (tokens > requestTokensMax) {
    throw new ApiError(
      400,
      `Requested ${tokens} tokens, max ${requestTokensMax} tokens per request`,
      { type: "max_tokens_per_request", code: "max_tokens_per_request" },
    );
  }
  return {
    object: "list",
    data: splitInputs(body.input).map((entries, index) => ({
      object: "embedding",
      index,
      embedding: encode(embed(entries, dimension), body.encoding_format ?? "float"),
    })),
    model: body.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
};
