// What the Voice Agent's Settings may be, as the published types say.

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value) => typeof value === "string";
const flag = (value) => typeof value === "boolean";
const whole = (value) => Number.isInteger(value) && value > 0;
const oneOf =
  (...values) =>
  (value) =>
    values.includes(value);
const texts = (value) => Array.isArray(value) && value.every(text);

// Each rule says whether a value will do, or what is wrong deeper down.
const object =
  (rules, required = []) =>
  (value) => {
    if (!isObject(value)) return false;
    for (const [name, member] of Object.entries(value)) {
      if (!(name in rules)) return `${name} is unknown`;
      const verdict = rules[name](member);
      if (verdict === false) return `${name} is invalid`;
      if (typeof verdict === "string") return `${name}: ${verdict}`;
    }
    const missing = required.find((name) => !(name in value));
    return missing === undefined ? true : `${missing} is missing`;
  };
const list = (rule) => (value) => {
  if (!Array.isArray(value)) return false;
  return value.map(rule).find((verdict) => verdict !== true) ?? true;
};
const oneOrMany = (rule) => (value) => (Array.isArray(value) ? list(rule)(value) : rule(value));

const inputs = ["linear16", "linear32", "flac", "alaw", "mulaw", "amr-nb", "amr-wb", "opus"];
const outputs = ["linear16", "mulaw", "alaw", "mp3", "opus", "flac", "aac"];
const number = (min, max) => (value) => typeof value === "number" && value >= min && value <= max;

const listenV1 = object(
  {
    type: oneOf("deepgram"),
    version: oneOf("v1"),
    model: text,
    language: text,
    keyterms: texts,
    smart_format: flag,
  },
  ["type", "version"],
);
const listenV2 = object(
  {
    type: oneOf("deepgram"),
    version: oneOf("v2"),
    model: (value) => text(value) && value.startsWith("flux-"),
    language_hints: texts,
    eot_threshold: number(0.5, 1),
    eager_eot_threshold: number(0.3, 0.9),
    eot_timeout_ms: number(500, 60_000),
    keyterms: texts,
  },
  ["type", "version", "model"],
);
const listen = object({
  provider: (value) => (value?.version === "v2" ? listenV2(value) : listenV1(value)),
});

const endpoint = object({ url: text, headers: isObject, method: text });
const think = object(
  {
    provider: object(
      {
        type: oneOf("open_ai", "anthropic", "google", "groq", "aws_bedrock"),
        model: text,
        temperature: number(0, 2),
        version: text,
      },
      ["type", "model"],
    ),
    endpoint,
    functions: list(
      object({
        name: text,
        description: text,
        parameters: isObject,
        defer_until_eot: flag,
        endpoint,
      }),
    ),
    prompt: text,
    context_length: (value) => value === "max" || whole(value),
  },
  ["provider"],
);
const speak = object(
  {
    provider: object(
      {
        type: oneOf("deepgram"),
        version: text,
        model: (value) => /^aura(-2)?-[a-z]+-[a-z]{2}$/.test(value),
        speed: number(0.7, 1.5),
      },
      ["type", "model"],
    ),
    endpoint,
  },
  ["provider"],
);

const settings = object(
  {
    type: oneOf("Settings"),
    tags: texts,
    experimental: flag,
    flags: object({ history: flag }),
    mip_opt_out: flag,
    audio: object({
      input: object({ encoding: oneOf(...inputs), sample_rate: whole }, [
        "encoding",
        "sample_rate",
      ]),
      output: object({
        encoding: oneOf(...outputs),
        sample_rate: whole,
        bitrate: whole,
        container: oneOf("none", "wav", "ogg"),
      }),
    }),
    agent: object({
      language: text,
      context: isObject,
      listen,
      think: oneOrMany(think),
      speak: oneOrMany(speak),
      greeting: text,
    }),
  },
  ["type", "audio", "agent"],
);

/** What is wrong with them; nothing if they will do. */
export const checkSettings = (message) => {
  const verdict = settings(message);
  if (verdict === true) return undefined;
  return verdict === false ? "They are not an object." : verdict;
};
