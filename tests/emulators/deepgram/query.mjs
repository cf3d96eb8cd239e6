// What the URLs of the WebSockets may say, as the published types have it.

export class QueryError extends Error {}

const whole = (min, max) => (text, name) => {
  if (!/^\d+$/.test(text) || Number(text) < min || Number(text) > max)
    throw new QueryError(`Invalid value for ${name}: expected an integer of ${min} to ${max}.`);
  return Number(text);
};
const number = (min, max) => (text, name) => {
  const value = Number(text);
  if (text === "" || Number.isNaN(value) || value < min || value > max)
    throw new QueryError(`Invalid value for ${name}: expected a number of ${min} to ${max}.`);
  return value;
};
const oneOf =
  (...values) =>
  (text, name) => {
    if (!values.includes(text)) throw new QueryError(`Invalid value for ${name}: ${text}.`);
    return text;
  };
const flag = (text, name) => oneOf("true", "false")(text, name) === "true";
const text = (value, name) => {
  if (value === "") throw new QueryError(`${name} is empty.`);
  return value;
};
const like = (pattern) => (value, name) => {
  if (!pattern.test(value)) throw new QueryError(`Invalid value for ${name}: ${value}.`);
  return value;
};
const endpointing = (value, name) => (value === "false" ? false : whole(0, 10_000)(value, name));

const callback = { callback: text, callback_method: oneOf("POST", "GET", "PUT", "DELETE") };
const kinds = {
  "nova-3": ["general", "medical"],
  "nova-2": [
    ...["general", "meeting", "finance", "conversationalai", "voicemail", "video", "medical"],
    ...["drivethru", "automotive"],
  ],
  nova: ["general", "phonecall", "medical"],
  enhanced: ["general", "meeting", "phonecall", "finance"],
};
const others = ["base", "meeting", "phonecall", "finance", "conversationalai", "voicemail"];
const novas = new Set([...others, "video", "custom"]);
for (const [model, of] of Object.entries(kinds))
  for (const name of [model, ...of.map((kind) => `${model}-${kind}`)]) novas.add(name);
const encodings = ["linear16", "linear32", "mulaw", "alaw", "opus", "ogg-opus"];
const rate = whole(8000, 48_000);

const rules = {
  "/v1/listen": {
    ...callback,
    channels: whole(1, 8),
    detect_entities: flag,
    diarize: flag,
    diarize_model: text,
    dictation: flag,
    encoding: oneOf(...encodings, "flac", "amr-nb", "amr-wb", "speex", "g729"),
    endpointing,
    extra: text,
    interim_results: flag,
    keyterm: text,
    keywords: text,
    language: like(/^([a-z]{2,3}(-[A-Za-z0-9]{2,4})?|multi)$/),
    mip_opt_out: flag,
    model: oneOf(...novas),
    multichannel: flag,
    numerals: flag,
    profanity_filter: flag,
    punctuate: flag,
    redact: text,
    replace: text,
    sample_rate: rate,
    search: text,
    smart_format: flag,
    tag: text,
    utterance_end_ms: whole(1000, 5000),
    vad_events: flag,
    version: text,
  },
  "/v2/listen": {
    model: oneOf("flux-general-en", "flux-general-multi"),
    encoding: oneOf(...encodings),
    sample_rate: rate,
    eager_eot_threshold: number(0.3, 0.9),
    eot_threshold: number(0.5, 1),
    eot_timeout_ms: whole(500, 60_000),
    keyterm: text,
    language_hint: text,
    profanity_filter: flag,
    numerals: flag,
    redact: text,
    mip_opt_out: flag,
    tag: text,
  },
  "/v1/speak": {
    encoding: oneOf("linear16", "mulaw", "alaw"),
    mip_opt_out: flag,
    model: like(/^aura(-2)?-[a-z]+-[a-z]{2}$/),
    sample_rate: (value, name) =>
      Number(oneOf("8000", "16000", "24000", "32000", "48000")(value, name)),
    speed: number(0.7, 1.5),
  },
  "/v1/agent/converse": {},
};

/** The values by name; throws a QueryError for what the provider refuses. */
export const checkQuery = (url) => {
  const known = rules[url.pathname];
  const query = {};
  for (const [name, value] of url.searchParams) {
    if (!(name in known)) throw new QueryError(`Unknown query parameter: ${name}.`);
    query[name] = known[name](value, name);
  }
  if (url.pathname === "/v1/agent/converse") return query;
  if (query.model === undefined && url.pathname !== "/v1/speak")
    throw new QueryError("model is missing.");
  if ((query.encoding === undefined) !== (query.sample_rate === undefined))
    throw new QueryError("encoding and sample_rate are given together.");
  const isG711 = query.encoding === "mulaw" || query.encoding === "alaw";
  if (isG711 && query.sample_rate !== 8000 && query.sample_rate !== 16_000)
    throw new QueryError(`${query.encoding} has a sample rate of 8000 or 16000.`);
  if (query.utterance_end_ms !== undefined && !query.interim_results)
    throw new QueryError("utterance_end_ms needs interim_results.");
  if (query.language_hint !== undefined && query.model !== "flux-general-multi")
    throw new QueryError("language_hint needs flux-general-multi.");
  if (query.eager_eot_threshold > (query.eot_threshold ?? 0.7))
    throw new QueryError("eager_eot_threshold is above eot_threshold.");
  return query;
};
