import createClient from "openapi-fetch";
import { freshToken, nextToken } from "../session/tokens";
import { ApiProblem, problemOf } from "./problem";
import type { components, paths } from "./schema";

export { ApiProblem } from "./problem";
export type Schemas = components["schemas"];

const withoutToken = new Set(["/api/auth/login", "/api/auth/refresh", "/api/auth/register"]);

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiProblem(0, { code: "unavailable", message: "The server does not answer." });
  }
}

/** fetch() in the user's name; a token that ran out is exchanged, and the call sent once more. */
export async function authorised(input: Request | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  if (withoutToken.has(new URL(request.url).pathname)) return send(request);
  const token = await freshToken();
  if (token === null) return send(request);
  const again = request.clone();
  request.headers.set("Authorization", `Bearer ${token}`);
  const answer = await send(request);
  if (answer.status !== 401) return answer;
  const next = await nextToken(token);
  if (next === null) return answer;
  again.headers.set("Authorization", `Bearer ${next}`);
  return send(again);
}

/** Every operation of the contract, with its types. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => authorised(request),
});

interface Told<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The whole body of an answer; throws an ApiProblem. */
export async function bodyOf<Body>(call: Promise<Told<Body>>): Promise<Body> {
  const { data, error, response } = await call;
  if (!response.ok || error !== undefined) throw await problemOf(response, error);
  return data as Body;
}

// An operation that answers other than JSON, too (CSV), is asked for its JSON here.
type DataOf<Body> = Body extends string ? never : Body extends { data: infer Data } ? Data : never;

/** The `data` of an answer; throws an ApiProblem. */
export async function ask<Body>(call: Promise<Told<Body>>): Promise<DataOf<Body>> {
  return ((await bodyOf(call)) as { data: DataOf<Body> }).data;
}

/** An answer that is no JSON (a file, a text, a stream); throws an ApiProblem. */
export async function fetchRaw(path: string, init?: RequestInit): Promise<Response> {
  const answer = await authorised(new URL(path, window.location.origin).href, init);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}
