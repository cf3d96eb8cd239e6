// Functions and forms of answers: what a request may say of them, and what the model makes of them.
import { invalid } from "./errors.mjs";
import { anyObject, either, flag, list, nullable, object, oneOf, text } from "./shape.mjs";

const namePattern = /^[a-zA-Z0-9_-]{1,64}$/;
const schemaDepthMax = 10;

const name = (value, path) => {
  text({ empty: false })(value, path);
  if (!namePattern.test(value)) {
    throw invalid(
      path,
      `Invalid '${path}': string does not match pattern. Expected a string that matches the ` +
        "pattern '^[a-zA-Z0-9_-]+$'.",
      "invalid_value",
    );
  }
};

const schema = (value, path) => {
  anyObject(value, path);
  if (value.type !== undefined && value.type !== "object") {
    throw invalid(path, `Invalid schema for '${path}': schema must be of type "object".`, null);
  }
};

const functionTool = object(
  {
    type: oneOf("function"),
    function: object(
      { name, description: text(), parameters: schema, strict: nullable(flag) },
      ["name"],
    ),
  },
  ["type", "function"],
);

export const toolList = list(functionTool, { min: 1, max: 128 });

export const toolChoice = either(
  oneOf("none", "auto", "required"),
  object({ type: oneOf("function"), function: object({ name }, ["name"]) }, ["type", "function"]),
);

export const toolCalls = list(
  object(
    {
      id: text({ empty: false }),
      type: oneOf("function"),
      function: object({ name, arguments: text() }, ["name", "arguments"]),
    },
    ["id", "type", "function"],
  ),
  { min: 1 },
);

export const responseFormat = (value, path) => {
  anyObject(value, path);
  oneOf("text", "json_object", "json_schema")(value.type, `${path}.type`);
  const fields = { type: text() };
  if (value.type === "json_schema") {
    fields.json_schema = object(
      { name, description: text(), schema, strict: nullable(flag) },
      ["name", "schema"],
    );
  }
  object(fields, Object.keys(fields))(value, path);
};

// Strict schemas must name every property as required and allow no other.
const checkStrict = (part, path) => {
  if (part === null || typeof part !== "object") return;
  if (part.type === "object") {
    const names = Object.keys(part.properties ?? {});
    const isWhole = names.every((entry) => (part.required ?? []).includes(entry));
    if (part.additionalProperties !== false || !isWhole) {
      throw invalid(
        path,
        `Invalid schema for '${path}': 'additionalProperties' is required to be supplied and to ` +
          "be false, and 'required' to include every key in properties.",
        "invalid_json_schema",
      );
    }
  }
  Object.values(part.properties ?? {}).forEach((entry) => checkStrict(entry, path));
  checkStrict(part.items, path);
};

// Calls and their answers must stand in order, each answered once before anything else is said.
const checkOrder = (messages) => {
  let open = new Set();
  messages.forEach((message, index) => {
    const path = `messages.[${index}].role`;
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id)) {
        throw invalid(
          path,
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding " +
            "message with 'tool_calls'.",
        );
      }
      return;
    }
    if (open.size > 0) {
      throw invalid(
        path,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to " +
          `each 'tool_call_id'. The following did not have response messages: ${[...open]}`,
      );
    }
    open = new Set((message.tool_calls ?? []).map(({ id }) => id));
  });
  if (open.size > 0) {
    throw invalid(
      "messages",
      `An assistant message with 'tool_calls' must be followed by tool messages: ${[...open]}`,
    );
  }
};

// What the fields of a request must have to do with one another.
export const checkTools = (body, whole) => {
  checkOrder(body.messages);
  if (body.tools === undefined) {
    for (const field of ["tool_choice", "parallel_tool_calls"]) {
      if (body[field] !== undefined && body[field] !== null) {
        throw invalid(field, `'${field}' is only allowed when 'tools' are specified.`);
      }
    }
  }
  const named = body.tool_choice?.function?.name;
  if (named && !body.tools.some((tool) => tool.function.name === named)) {
    throw invalid("tool_choice", `Tool choice '${named}' not found in 'tools' parameter.`);
  }
  (body.tools ?? []).forEach((tool, index) => {
    if (tool.function.strict) checkStrict(tool.function.parameters, `tools[${index}].function`);
  });
  const format = body.response_format;
  if (format?.type === "json_object" && !/json/i.test(whole)) {
    throw invalid(
      "messages",
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type " +
        "'json_object'.",
    );
  }
  if (format?.json_schema?.strict) checkStrict(format.json_schema.schema, "response_format");
};

// A value that follows a schema, made of the words of a question.
export const sample = (part, question, depth = 0) => {
  if (part === null || typeof part !== "object" || depth > schemaDepthMax) return null;
  if (part.enum) return part.enum[0];
  if (part.const !== undefined) return part.const;
  const type = Array.isArray(part.type) ? part.type[0] : part.type;
  switch (type) {
    case "string":
      return question.trim();
    case "integer":
    case "number":
      return Number(question.match(/\d+/)?.[0] ?? part.minimum ?? 0);
    case "boolean":
      return true;
    case "array":
      return [sample(part.items ?? { type: "string" }, question, depth + 1)];
    case "null":
      return null;
    default:
      return Object.fromEntries(
        Object.entries(part.properties ?? {}).map(([key, inner]) => [
          key,
          sample(inner, question, depth + 1),
        ]),
      );
  }
};

// The calls a model makes: those the question asks for in the words `call NAME {"arguments":…}`,
// or the first (or named) function where one is required.
export const chooseCalls = (body, question) => {
  const tools = body.tools ?? [];
  if (tools.length === 0 || body.tool_choice === "none") return [];
  const offered = new Map(tools.map((tool) => [tool.function.name, tool.function]));
  const wanted = [...question.matchAll(/\bcall ([a-zA-Z0-9_-]+)[ \t]*(\{[^\n]*?\})?(?=[ \t]|$)/gm)]
    .filter(([, called]) => offered.has(called))
    .map(([, called, given]) => ({ called, given }));
  const named = body.tool_choice?.function?.name;
  if (named) {
    const given = wanted.find(({ called }) => called === named);
    return [makeCall(offered.get(named), given, question)];
  }
  if (wanted.length > 0) {
    const some = body.parallel_tool_calls === false ? wanted.slice(0, 1) : wanted;
    return some.map((want) => makeCall(offered.get(want.called), want, question));
  }
  return body.tool_choice === "required" ? [makeCall(tools[0].function, null, question)] : [];
};

const makeCall = (tool, wanted, question) => ({
  name: tool.name,
  arguments: wanted?.given ?? JSON.stringify(sample(tool.parameters ?? {}, question) ?? {}),
});
