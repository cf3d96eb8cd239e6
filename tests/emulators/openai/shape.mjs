// Strict checks of request bodies: every field known, every value of the right type and range.
import { invalid } from "./errors.mjs";

const kind = (value) => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal";
  return `a ${typeof value}`;
};

const wrongType = (path, wanted, value) =>
  invalid(
    path,
    `Invalid type for '${path}': expected ${wanted}, but got ${kind(value)} instead.`,
    "invalid_type",
  );

const outOfRange = (path, value, min, max) =>
  invalid(
    path,
    `Invalid '${path}': ${value} is not between ${min} and ${max}.`,
    value < min ? "integer_below_min_value" : "integer_above_max_value",
  );

export const text =
  ({ max = Infinity, empty = true } = {}) =>
  (value, path) => {
    if (typeof value !== "string") throw wrongType(path, "a string", value);
    if (!empty && value === "") throw invalid(path, `Invalid '${path}': empty string.`);
    if (value.length > max) {
      throw invalid(path, `Invalid '${path}': string too long.`, "string_above_max_length");
    }
  };

export const flag = (value, path) => {
  if (typeof value !== "boolean") throw wrongType(path, "a boolean", value);
};

export const number = (min, max) => (value, path) => {
  if (typeof value !== "number") throw wrongType(path, "a decimal", value);
  if (value < min || value > max) throw outOfRange(path, value, min, max);
};

export const integer = (min, max) => (value, path) => {
  if (!Number.isInteger(value)) throw wrongType(path, "an integer", value);
  if (value < min || value > max) throw outOfRange(path, value, min, max);
};

export const oneOf =
  (...allowed) =>
  (value, path) => {
    if (allowed.includes(value)) return;
    const list = allowed.map((item) => `'${item}'`).join(", ");
    throw invalid(
      path,
      `Invalid value: '${value}'. Supported values are: ${list}.`,
      "invalid_value",
    );
  };

export const list =
  (item, { min = 0, max = Infinity } = {}) =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrongType(path, "an array", value);
    if (value.length < min) throw invalid(path, `Invalid '${path}': empty array.`, "empty_array");
    if (value.length > max) {
      throw invalid(path, `Invalid '${path}': array too long.`, "array_above_max_length");
    }
    value.forEach((entry, index) => item(entry, `${path}[${index}]`));
  };

export const either =
  (...checks) =>
  (value, path) => {
    let first;
    for (const check of checks) {
      try {
        check(value, path);
        return;
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  };

export const nullable = (check) => (value, path) => {
  if (value !== null) check(value, path);
};

// Only that it is an object; what is inside is not looked at.
export const anyObject = (value, path) => {
  if (kind(value) !== "an object") throw wrongType(path, "an object", value);
};

// `fields`: name → check; names in `required` must be there; any other name is refused.
export const object =
  (fields, required = []) =>
  (value, path) => {
    anyObject(value, path || "body");
    const at = (name) => (path ? `${path}.${name}` : name);
    for (const name of required) {
      if (value[name] === undefined) {
        throw invalid(
          at(name),
          `Missing required parameter: '${at(name)}'.`,
          "missing_required_parameter",
        );
      }
    }
    for (const [name, entry] of Object.entries(value)) {
      if (!Object.hasOwn(fields, name)) {
        throw invalid(at(name), `Unknown parameter: '${at(name)}'.`, "unknown_parameter");
      }
      fields[name](entry, at(name));
    }
  };
