// What the JSON mapping of OTLP allows in a request with traces, after
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and opentelemetry-proto 1.x:
// keys in lowerCamelCase, ids in hexadecimal, 64-bit numbers as decimal strings, enumerations as
// numbers. Stricter than collectors have to be: what no message has is refused, and so are spans
// that make no sense.

export class Mistake extends Error {}

const dayNs = 24n * 3600n * 1_000_000_000n;
const fixed64 = /^(0|[1-9][0-9]{0,19})$/;
const int64 = /^(0|-?[1-9][0-9]{0,18})$/;

const refuse = (path, what) => {
  throw new Mistake(`${path} ${what}`);
};

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Checks the fields of a message: each by its own rule, others are refused. */
const message = (value, path, rules) => {
  if (!isObject(value)) refuse(path, "must be an object");
  for (const [name, content] of Object.entries(value)) {
    if (!Object.hasOwn(rules, name)) refuse(`${path}.${name}`, "is no field");
    rules[name](content, `${path}.${name}`);
  }
  return value;
};

const list = (rule) => (value, path) => {
  if (!Array.isArray(value)) refuse(path, "must be an array");
  value.forEach((item, index) => rule(item, `${path}[${index}]`));
};

const text = (value, path) => {
  if (typeof value !== "string") refuse(path, "must be a string");
};

const natural32 = (value, path) => {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    refuse(path, "must be a 32-bit number");
};

const nanoseconds = (value, path) => {
  if (typeof value !== "string" || !fixed64.test(value) || BigInt(value) >= 1n << 64n)
    refuse(path, "must be a 64-bit number as a decimal string");
};

const choice = (max) => (value, path) => {
  if (!Number.isInteger(value) || value < 0 || value > max)
    refuse(path, `must be the number of its enumeration, 0 to ${max}`);
};

const id = (bytes) => (value, path) => {
  if (typeof value !== "string" || !new RegExp(`^[0-9a-f]{${2 * bytes}}$`).test(value))
    refuse(path, `must be ${2 * bytes} hexadecimal digits`);
  if (/^0+$/.test(value)) refuse(path, "must not be all zeros");
};

const anyValueRules = {
  stringValue: text,
  boolValue: (value, path) => {
    if (typeof value !== "boolean") refuse(path, "must be true or false");
  },
  intValue: (value, path) => {
    if (typeof value !== "string" || !int64.test(value))
      refuse(path, "must be a 64-bit number as a decimal string");
  },
  doubleValue: (value, path) => {
    if (typeof value !== "number" && !["NaN", "Infinity", "-Infinity"].includes(value))
      refuse(path, "must be a number");
  },
  bytesValue: text,
  arrayValue: (value, path) => message(value, path, { values: list(anyValue) }),
  kvlistValue: (value, path) => message(value, path, { values: attributes }),
};

const anyValue = (value, path) => {
  message(value, path, anyValueRules);
  if (Object.keys(value).length > 1) refuse(path, "must have one value");
};

const attributes = (value, path) => {
  list((item, at) => {
    message(item, at, { key: text, value: anyValue });
    if (!item.key) refuse(`${at}.key`, "must not be empty");
  })(value, path);
  const keys = value.map((item) => item.key);
  if (new Set(keys).size !== keys.length) refuse(path, "must name each key once");
};

const common = { attributes, droppedAttributesCount: natural32 };

const spanRules = {
  ...common,
  traceId: id(16),
  spanId: id(8),
  parentSpanId: id(8),
  traceState: text,
  flags: natural32,
  name: text,
  kind: choice(5),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  events: list((item, path) =>
    message(item, path, { ...common, timeUnixNano: nanoseconds, name: text }),
  ),
  droppedEventsCount: natural32,
  links: list((item, path) =>
    message(item, path, {
      ...common,
      traceId: id(16),
      spanId: id(8),
      traceState: text,
      flags: natural32,
    }),
  ),
  droppedLinksCount: natural32,
  status: (value, path) => message(value, path, { message: text, code: choice(2) }),
};

const checkSpan = (value, path) => {
  message(value, path, spanRules);
  for (const name of ["traceId", "spanId", "name", "startTimeUnixNano", "endTimeUnixNano"])
    if (!value[name]) refuse(`${path}.${name}`, "is missing");
  if (value.parentSpanId === value.spanId) refuse(path, "is its own parent");
  const begin = BigInt(value.startTimeUnixNano);
  const now = BigInt(Date.now()) * 1_000_000n;
  if (BigInt(value.endTimeUnixNano) < begin) refuse(path, "ends before it begins");
  if (begin < now - dayNs || begin > now + dayNs) refuse(path, "does not begin today");
};

/** Throws a Mistake that names the first wrong field; else returns spans with their resource. */
export const readTraces = (body) => {
  message(body, "request", {
    resourceSpans: list((resourceSpans, path) =>
      message(resourceSpans, path, {
        schemaUrl: text,
        resource: (value, at) => message(value, at, common),
        scopeSpans: list((scopeSpans, at) =>
          message(scopeSpans, at, {
            schemaUrl: text,
            scope: (value, place) =>
              message(value, place, { ...common, name: text, version: text }),
            spans: list(checkSpan),
          }),
        ),
      }),
    ),
  });
  const spans = [];
  for (const resourceSpans of body.resourceSpans ?? []) {
    const resource = readAttributes(resourceSpans.resource?.attributes);
    if (!resource["service.name"]) refuse("resource", "has no service.name");
    for (const scopeSpans of resourceSpans.scopeSpans ?? [])
      for (const span of scopeSpans.spans ?? []) spans.push({ ...span, resource });
  }
  const ids = spans.map((span) => `${span.traceId}/${span.spanId}`);
  if (new Set(ids).size !== ids.length) refuse("request", "has a span twice");
  return spans;
};

/** Attributes as a plain object: numbers of 64 bits stay strings. */
export const readAttributes = (pairs = []) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
