// What a client may send, as the published types say since the protocol's beta ended.

export class EventError extends Error {
  constructor(code, message, param = null, type = "invalid_request_error") {
    super(message);
    Object.assign(this, { code, param, type });
  }
}

const unknown = (param) =>
  new EventError("unknown_parameter", `Unknown parameter: '${param}'.`, param);
const wrong = (param, message) =>
  new EventError("invalid_value", message ?? `Invalid value: '${param}'.`, param);
const missing = (param) =>
  new EventError("missing_required_parameter", `Missing required parameter: '${param}'.`, param);

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value) => typeof value === "string";
const flag = (value) => typeof value === "boolean";
const number = (min, max) => (value) => typeof value === "number" && value >= min && value <= max;
const whole = (min, max) => (value) => Number.isInteger(value) && value >= min && value <= max;
const oneOf =
  (...words) =>
  (value) =>
    words.includes(value);
const orNull = (check) => (value) => value === null || check(value);

/** Checks an object's members; each rule says whether a value will do, or throws itself. */
const check = (value, path, rules, required = []) => {
  if (!isObject(value)) throw wrong(path);
  for (const [name, member] of Object.entries(value)) {
    const param = path === "" ? name : `${path}.${name}`;
    if (!(name in rules)) throw unknown(param);
    if (rules[name](member, param) === false) throw wrong(param);
  }
  for (const name of required)
    if (!(name in value)) throw missing(path === "" ? name : `${path}.${name}`);
  return true;
};
const object =
  (rules, required = []) =>
  (value, path) =>
    check(value, path, rules, required);
const list = (rule) => (value, path) =>
  Array.isArray(value) && value.every((item, i) => rule(item, `${path}[${i}]`) !== false);

const format = (value, path) => {
  check(
    value,
    path,
    { type: oneOf("audio/pcmu", "audio/pcma", "audio/pcm"), rate: number(1, 1e6) },
    ["type"],
  );
  const isPcm = value.type === "audio/pcm";
  if (isPcm && value.rate !== 24000) throw wrong(`${path}.rate`, "Only 24000 is supported.");
  if (!isPcm && "rate" in value) throw unknown(`${path}.rate`);
};

const turnDetection = (value, path) => {
  if (value === null) return;
  const shared = { create_response: flag, interrupt_response: flag };
  if (value.type === "semantic_vad")
    check(value, path, {
      type: text,
      eagerness: oneOf("low", "medium", "high", "auto"),
      ...shared,
    });
  else
    check(
      value,
      path,
      {
        type: oneOf("server_vad"),
        threshold: number(0, 1),
        prefix_padding_ms: whole(0, 5000),
        silence_duration_ms: whole(0, 60000),
        idle_timeout_ms: orNull(whole(5000, 30000)),
        ...shared,
      },
      ["type"],
    );
};

const voices = [
  "alloy",
  "ash",
  "ballad",
  "coral",
  "echo",
  "sage",
  "shimmer",
  "verse",
  "marin",
  "cedar",
];
const voice = (value) => voices.includes(value) || (isObject(value) && text(value.id));

const tool = (value, path) =>
  check(
    value,
    path,
    {
      type: oneOf("function"),
      name: (name) => /^[\w-]{1,64}$/.test(name),
      description: text,
      parameters: isObject,
    },
    ["type", "name"],
  );

const modalities = (value) =>
  Array.isArray(value) && value.length === 1 && ["audio", "text"].includes(value[0]);

const sessionRules = {
  type: oneOf("realtime"),
  model: text,
  output_modalities: modalities,
  instructions: text,
  prompt: orNull(isObject),
  audio: object({
    input: object({
      format,
      noise_reduction: orNull(object({ type: oneOf("near_field", "far_field") })),
      transcription: orNull(object({ model: text, language: text, prompt: text })),
      turn_detection: turnDetection,
    }),
    output: object({ format, voice, speed: number(0.25, 1.5) }),
  }),
  tools: list(tool),
  tool_choice: (value) => oneOf("auto", "none", "required")(value) || isObject(value),
  max_output_tokens: (value) => value === "inf" || whole(1, 4096)(value),
  tracing: () => true,
  truncation: () => true,
  include: Array.isArray,
};

const content = (types) => (value, path) =>
  check(value, path, { type: oneOf(...types), text, audio: text, transcript: text }, ["type"]);

const item = (value, path) => {
  if (!isObject(value)) throw wrong(path);
  const id = { id: text, object: text, status: text };
  if (value.type === "message") {
    const contents = {
      user: ["input_text", "input_audio"],
      system: ["input_text"],
      assistant: ["output_text"],
    };
    if (!(value.role in contents)) throw wrong(`${path}.role`);
    return check(
      value,
      path,
      { type: text, role: text, content: list(content(contents[value.role])), ...id },
      ["content"],
    );
  }
  if (value.type === "function_call")
    return check(value, path, { type: text, name: text, call_id: text, arguments: text, ...id }, [
      "name",
      "arguments",
    ]);
  if (value.type === "function_call_output")
    return check(value, path, { type: text, call_id: text, output: text, ...id }, [
      "call_id",
      "output",
    ]);
  throw wrong(`${path}.type`);
};

const events = {
  "session.update": [{ session: object(sessionRules, ["type"]) }, ["session"]],
  "input_audio_buffer.append": [{ audio: text }, ["audio"]],
  "input_audio_buffer.commit": [{}, []],
  "input_audio_buffer.clear": [{}, []],
  "conversation.item.create": [{ item, previous_item_id: orNull(text) }, ["item"]],
  "conversation.item.delete": [{ item_id: text }, ["item_id"]],
  "conversation.item.retrieve": [{ item_id: text }, ["item_id"]],
  "conversation.item.truncate": [
    { item_id: text, content_index: oneOf(0), audio_end_ms: whole(0, 1e9) },
    ["item_id", "content_index", "audio_end_ms"],
  ],
  "response.create": [
    {
      response: object({
        instructions: text,
        output_modalities: modalities,
        conversation: oneOf("auto", "none"),
        input: Array.isArray,
        tools: list(tool),
        tool_choice: () => true,
        metadata: orNull(isObject),
        audio: isObject,
        max_output_tokens: () => true,
      }),
    },
    [],
  ],
  "response.cancel": [{ response_id: text }, []],
};

/** Throws an EventError unless it is an event as clients send them. */
export const checkEvent = (event) => {
  if (!isObject(event) || !text(event.type)) throw missing("type");
  if (!(event.type in events)) throw wrong("type", `Invalid value: '${event.type}'.`);
  const [rules, required] = events[event.type];
  check(event, "", { type: text, event_id: text, ...rules }, required);
};
