import type { Json } from "./client.ts";

/** One operation of the contract, as much of it as a fuzzer needs. */
export interface Operation {
  method: string;
  path: string; // "/api/agents/{agentId}"
  pathNames: string[];
  queryNames: string[];
  body: Json | undefined; // the resolved schema of a JSON or form body
  isForm: boolean;
  isStream: boolean; // may answer with server-sent events
  isOpen: boolean; // needs no credentials
}

const methods = ["get", "post", "put", "patch", "delete"];

/** Follows `$ref` within the contract. */
export function resolve(contract: Json, value: Json): Json {
  let at = value;
  for (let i = 0; i < 10 && at?.$ref !== undefined; ++i)
    at = at.$ref
      .slice(2)
      .split("/")
      .reduce((node: Json, name: string) => node[name], contract);
  return at;
}

function operation(contract: Json, method: string, path: string, described: Json): Operation {
  const parameters = (described.parameters ?? []).map((each: Json) => resolve(contract, each));
  const names = (place: string) =>
    parameters.filter((each: Json) => each.in === place).map((each: Json) => each.name as string);
  const content = resolve(contract, described.requestBody)?.content ?? {};
  const kind = Object.keys(content).find((type) => /json|multipart/.test(type));
  const answers = resolve(contract, described.responses?.["200"])?.content ?? {};
  return {
    method: method.toUpperCase(),
    path,
    pathNames: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!),
    queryNames: names("query"),
    body: kind === undefined ? undefined : resolve(contract, content[kind].schema),
    isForm: kind?.startsWith("multipart") ?? false,
    isStream: answers["text/event-stream"] !== undefined,
    isOpen: Array.isArray(described.security) && described.security.length === 0,
  };
}

/** Every operation of the contract a server publishes. */
export function operationsOf(contract: Json): Operation[] {
  return Object.entries<Json>(contract.paths).flatMap(([path, item]) =>
    methods
      .filter((method) => item[method] !== undefined)
      .map((method) => operation(contract, method, path, item[method])),
  );
}

/** The members of an object's schema, those it is composed of included. */
export function membersOf(contract: Json, schema: Json): [string, Json][] {
  const whole = resolve(contract, schema) ?? {};
  const parts = [...(whole.allOf ?? []), ...(whole.oneOf ?? []), ...(whole.anyOf ?? [])];
  const own = Object.entries<Json>(whole.properties ?? {}).map(([name, member]): [string, Json] => [
    name,
    resolve(contract, member),
  ]);
  return [...own, ...parts.flatMap((part: Json) => membersOf(contract, part))];
}
