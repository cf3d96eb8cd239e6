import type { paths } from "./contract.mts";

// What the contract says of a call, as types: its parameters, its body, and the data of its answer.

export type Method = "get" | "post" | "put" | "patch" | "delete";

type Of<Path extends keyof paths, Verb extends Method> = Exclude<paths[Path][Verb], undefined>;

/** The paths that have a method. */
export type PathWith<Verb extends Method> = {
  [Path in keyof paths]: [Of<Path, Verb>] extends [never] ? never : Path;
}[keyof paths];

type Parameters<Operation, Place extends "path" | "query"> = Operation extends {
  parameters: { [Key in Place]?: infer Values };
}
  ? Exclude<Values, undefined>
  : never;

type JsonBody<Operation> = Operation extends { requestBody?: { content: infer Content } }
  ? Content extends { "application/json": infer Body }
    ? Body
    : never
  : never;

type Content<Answer> = Answer extends { content: { "application/json": infer Json } }
  ? Json
  : undefined;

type Good<Operation> = Operation extends { responses: infer Answers }
  ? {
      [Status in keyof Answers]: Status extends 200 | 201 | 202 | 204
        ? Content<Answers[Status]>
        : never;
    }[keyof Answers]
  : never;

/** The `data` of an answer; the whole of one that has none. */
type DataOf<Json> = Json extends { data: infer Data } ? Data : Json;

export type Data<Path extends keyof paths, Verb extends Method> = DataOf<Good<Of<Path, Verb>>>;

// A field that must be there where the contract wants it, and may be left out elsewhere.
type Field<Name extends string, Value> = [Value] extends [never]
  ? { [Key in Name]?: undefined }
  : Partial<Value> extends Value
    ? { [Key in Name]?: Value }
    : { [Key in Name]: Value };

export interface CallOptions {
  signal?: AbortSignal;
  /** Beside those the client sets. */
  headers?: Record<string, string>;
  /** Names a write, so that it is done once however often it is sent; made up where none is. */
  idempotencyKey?: string;
}

export type Call<Path extends keyof paths, Verb extends Method> = CallOptions &
  Field<"path", Parameters<Of<Path, Verb>, "path">> &
  Field<"query", Parameters<Of<Path, Verb>, "query">> &
  Field<"body", JsonBody<Of<Path, Verb>>>;

/** A call whose options may be left out where nothing in them is wanted. */
export type CallArguments<Path extends keyof paths, Verb extends Method> =
  Record<never, never> extends Call<Path, Verb>
    ? [call?: Call<Path, Verb>]
    : [call: Call<Path, Verb>];

/** The paths that answer lists. */
export type ListPath = {
  [Path in PathWith<"get">]: Data<Path, "get"> extends { items: unknown[] } ? Path : never;
}[PathWith<"get">];

export type Item<Path extends ListPath> =
  Data<Path, "get"> extends { items: (infer Entry)[] } ? Entry : never;

/** A path with its values, and its query. */
export function fillPath(
  template: string,
  path: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name];
    if (value === undefined || value === "") throw new TypeError(`${template} wants ${name}`);
    return encodeURIComponent(String(value));
  });
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) words.append(name, String(each));
  }
  const text = words.toString();
  return text ? `${filled}?${text}` : filled;
}
