// Strict checks of request bodies: every field known, every value of the right type and range.
import { invalid } from "./errors.mjs";

export const fail = (path, message) => invalid(`${path}: ${message}`);

export const text =
  ({ empty = true, blank = true, max = Infinity } = {}) =>
  (value, path) => {
    if (typeof value !== "string") throw fail(path, "Input should be a valid string");
    if (!empty && value === "") throw fail(path, "String should have at least 1 character");
    if (!blank && value.trim() === "") {
      throw invalid(`${path}: text content blocks must contain non-whitespace text`);
    }
    if (value.length > max) throw fail(path, `String should have at most ${max} characters`);
  };

export const pattern = (form) => (value, path) => {
  text()(value, path);
  if (!form.test(value)) throw fail(path, `String should match pattern '${form.source}'`);
};

export const flag = (value, path) => {
  if (typeof value !== "boolean") throw fail(path, "Input should be a valid boolean");
};

export const number = (min, max) => (value, path) => {
  if (typeof value !== "number") throw fail(path, "Input should be a valid number");
  if (value < min) throw fail(path, `Input should be greater than or equal to ${min}`);
  if (value > max) throw fail(path, `Input should be less than or equal to ${max}`);
};

export const integer = (min, max) => (value, path) => {
  if (!Number.isInteger(value)) throw fail(path, "Input should be a valid integer");
  number(min, max)(value, path);
};

export const list =
  (item, { min = 0, max = Infinity } = {}) =>
  (value, path) => {
    if (!Array.isArray(value)) throw fail(path, "Input should be a valid list");
    if (value.length < min) throw fail(path, `List should have at least ${min} item`);
    if (value.length > max) throw fail(path, `List should have at most ${max} items`);
    value.forEach((entry, index) => item(entry, `${path}.${index}`));
  };

export const anyObject = (value, path) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw fail(path, "Input should be a valid dictionary");
  }
};

// `fields`: name → check; names in `required` must be there; any other name is refused.
export const object =
  (fields, required = []) =>
  (value, path) => {
    anyObject(value, path || "body");
    const at = (name) => (path ? `${path}.${name}` : name);
    for (const name of required) {
      if (value[name] === undefined) throw fail(at(name), "Field required");
    }
    for (const [name, entry] of Object.entries(value)) {
      if (!Object.hasOwn(fields, name)) {
        throw fail(at(name), "Extra inputs are not permitted");
      }
      fields[name](entry, at(name));
    }
  };

// One of several shapes, told apart by their field `type`.
export const tagged = (shapes) => (value, path) => {
  anyObject(value, path);
  if (!Object.hasOwn(shapes, value.type)) {
    const known = Object.keys(shapes)
      .map((name) => `'${name}'`)
      .join(", ");
    throw fail(
      path,
      `Input tag '${value.type}' found using 'type' does not match any of the expected tags: ` +
        known,
    );
  }
  shapes[value.type](value, path);
};
