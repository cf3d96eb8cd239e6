import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Json } from "./client.ts";

/** What a body or a query is by the contract. */
export interface Verdict {
  isRight: boolean;
  why: string; // "/data/items/0/id must be string"; empty where it is right
}

const right: Verdict = { isRight: true, why: "" };

/** Says of requests and answers whether they are as the contract describes them. */
export class Judge {
  private readonly contract: Json;
  private readonly ajv: Ajv2020;
  private readonly known = new Map<string, ValidateFunction>();

  constructor(contract: Json) {
    this.contract = contract;
    this.ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addFormat("binary", true);
    this.ajv.addSchema(contract, "contract");
  }

  /** Follows `$ref` from a place in the contract; the place that it leads to. */
  private placeOf(steps: string[]): string[] {
    let place: string[] = [];
    for (const step of steps) {
      place = [...place, step];
      for (let i = 0, at = this.at(place); i < 10 && at?.$ref !== undefined; ++i) {
        place = at.$ref.slice(2).split("/").map(decodeStep);
        at = this.at(place);
      }
    }
    return place;
  }

  private at(place: string[]): Json {
    return place.reduce((node: Json, step: string) => node?.[step], this.contract);
  }

  private validator(steps: string[]): ValidateFunction {
    const pointer = this.placeOf(steps.slice(0, -1)).concat(steps.slice(-1)).map(encodeStep);
    const ref = `contract#/${pointer.join("/")}`;
    let known = this.known.get(ref);
    if (known === undefined) this.known.set(ref, (known = this.ajv.compile({ $ref: ref })));
    return known;
  }

  private judge(steps: string[], value: Json): Verdict {
    const validate = this.validator(steps);
    if (validate(value)) return right;
    const error = validate.errors?.at(-1);
    return { isRight: false, why: `${error?.instancePath} ${error?.message}` };
  }

  private operation(method: string, path: string): string[] {
    return ["paths", path, method.toLowerCase()];
  }

  /** A JSON body of a request. */
  body(method: string, path: string, value: Json): Verdict {
    const steps = [...this.operation(method, path), "requestBody", "content", "application/json"];
    const verdict = this.judge([...steps, "schema"], value);
    // A member that is null is as absent.
    return verdict.isRight ? verdict : this.judge([...steps, "schema"], withoutNulls(value));
  }

  /** One parameter, by its place in the operation's list; text is read as the schema's type. */
  parameter(method: string, path: string, index: number, text: string): Verdict {
    const steps = [...this.operation(method, path), "parameters", String(index), "schema"];
    return this.judge(steps, fromText(this.at(this.placeOf(steps)), text));
  }

  /** An answer: its status, kind and body. */
  answer(method: string, path: string, status: number, type: string, body: Json): Verdict {
    const operation = this.operation(method, path);
    const all = this.at(this.placeOf([...operation, "responses"]));
    const name = all[String(status)] !== undefined ? String(status) : "default";
    if (name === "default" && (status < 400 || all.default === undefined))
      return { isRight: false, why: `the contract has no ${status}` };
    const described = this.at(this.placeOf([...operation, "responses", name]));
    const kind = type.split(";")[0]!.trim();
    if (described.content === undefined) return right;
    const kinds = Object.keys(described.content);
    const isKnown = kinds.some((each) => each === kind || each === "*/*" || isAnyOf(each, kind));
    if (!isKnown && status === 304) return right;
    if (!isKnown) return { isRight: false, why: `${kind} is none of ${kinds.join(", ")}` };
    if (kind !== "application/json" || described.content[kind]?.schema === undefined) return right;
    return this.judge(
      [...operation, "responses", name, "content", "application/json", "schema"],
      body,
    );
  }
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member)]));
}

const isAnyOf = (wanted: string, kind: string) =>
  wanted.endsWith("/*") && kind.startsWith(wanted.slice(0, -1));
const encodeStep = (step: string) =>
  encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
const decodeStep = (step: string) =>
  decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");

const flags: Record<string, boolean> = { true: true, 1: true, false: false, 0: false };

/** What a parameter's text stands for; itself where it is no value of the schema's type. */
function fromText(schema: Json, text: string): Json {
  const types = [schema?.type].flat();
  if (types.includes("integer") || types.includes("number"))
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (types.includes("boolean")) return flags[text] ?? text;
  if (types.includes("array")) return text.split(",");
  return text;
}
