import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Client, Json } from "./client.ts";
import { membersOf, operationsOf, resolve, type Operation } from "./contract.ts";
import { Emulator } from "./emulator.ts";
import { fillPath, furnish, type Tenant } from "./furnished.ts";
import { Judge } from "./judge.ts";
import { spoilText, ValueMaker } from "./made_values.ts";
import { drawDisc } from "./picture.ts";
import { Random } from "./random.ts";
import { Server } from "./server.ts";

// Asks every operation of the contract for what it allows and for what no client would send.
// Nothing may fail inside, hang, or be taken that the contract forbids; and every answer, of
// whatever status, must be one that the contract describes.

const rounds = Number(process.env["AIVA_FUZZ_ROUNDS"] ?? 8);
const seed = Number(process.env["AIVA_FUZZ_SEED"] ?? 20_261_201);
const streamMs = 1_000; // so long a stream may talk
const answerMs = 20_000; // so long any other answer may take, on the busiest machine
const faultsMax = 60; // so many are told

interface Request {
  method: string;
  path: string;
  body: Json; // undefined, an object to be sent as JSON, text, bytes or a form
  headers: Record<string, string>;
  isForbidden: string; // by what the contract refuses it; empty where it allows it
}

interface Answer {
  status: number;
  type: string;
  text: string;
  isWhole: boolean; // a stream was not cut
  ms: number;
}

interface Fault {
  kind: string; // "inside", "taken", "answer 404", …
  why: string;
}

const random = new Random(seed);
let model: Emulator;
let server: Server;
let visitor: string; // the token of one who came to the agent's page
let root: Client;
let contract: Json;
let operations: Operation[];
let judge: Judge;
let maker: ValueMaker;
let tenant: Tenant;
const faults = new Map<string, string>(); // by operation and kind: the first of each

before(async () => {
  model = await Emulator.start("openai.mjs");
  server = await Server.start({ environment: model.asChatModel });
  root = await server.admin();
  contract = (await root.get("/openapi.json")).body;
  operations = operationsOf(contract).filter((each) => !/logout/.test(each.path));
  judge = new Judge(contract);
  maker = new ValueMaker(contract, random, idFor);
  tenant = await furnishOwn(0);
});
after(async () => {
  await server.remove();
  model.stop();
});

/** The tenant, with a colleague to be changed in its admin's place. */
async function furnishOwn(count: number): Promise<Tenant> {
  const made = await furnish(server, root, `own${count}`, `magpie${count}`);
  const colleague = {
    email: `colleague@own${count}.test`,
    password: "Passw0rd-of-own",
    name: "colleague",
    role: "client",
  };
  const reply = await made.client.post("/api/users", colleague);
  assert.equal(reply.status, 201, reply.text);
  made.ids.set("userId", reply.body.data.id);
  const agent = made.ids.get("agentId")!;
  const visible = { chat_page_enabled: true, widget_config: { allows_calls: true } };
  const shown = await made.client.put(`/api/agents/${agent}`, visible);
  assert.equal(shown.status, 200, shown.text);
  made.ids.set("slugOrId", agent);
  const origin = { origin: server.ready.url };
  const entered = await server.anonymous.post(`/aiva/chat/${agent}/sessions`, {}, origin);
  assert.equal(entered.status, 201, entered.text);
  visitor = entered.body.data.token;
  return made;
}

/** An id of ours for a member or parameter of this name. */
function idFor(name: string): string | undefined {
  const bare = name.replace(/s$/, "").replace(/^like_/, "");
  const other: Record<string, string> = { knowledge_base_id: "kbId", api_key_id: "keyId" };
  if (bare === "caller_id" || bare === "id") return undefined;
  const parameter = other[bare] ?? bare.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return tenant.ids.get(parameter) ?? (bare.endsWith("_id") ? random.uuid() : undefined);
}

function described(operation: Operation): Json {
  return contract.paths[operation.path][operation.method.toLowerCase()];
}

/** Text as an address can have it. */
const inUtf8 = (text: string) =>
  new TextDecoder().decode(new TextEncoder().encode(text.slice(0, 3_000)));

/** What is destroyed is never ours, so that the rest has something to ask for. */
function pathFor(operation: Operation): string {
  const isGone = operation.method === "DELETE";
  const path = fillPath(operation, (name) => {
    if (random.isLikely(0.1)) return inUtf8(maker.nastyText()) || "-";
    return (isGone && random.isLikely(0.97) ? undefined : tenant.ids.get(name)) ?? random.uuid();
  });
  return path!;
}

function queryFor(operation: Operation): { text: string; isForbidden: string } {
  const parts: string[] = [];
  let isForbidden = "";
  for (const [index, given] of (described(operation).parameters ?? []).entries()) {
    const parameter = resolve(contract, given);
    if (parameter.in !== "query") continue;
    const isWanted = parameter.required === true || random.isLikely(0.4);
    if (!isWanted) continue;
    const isSpoilt = random.isLikely(0.3);
    if (parameter.name === "cursor" && !isSpoilt) continue; // only a list makes one
    const made = isSpoilt ? maker.nastyText() : maker.make(parameter.schema, parameter.name);
    const text = inUtf8([made].flat().join(","));
    const verdict = judge.parameter(operation.method, operation.path, index, text);
    // An empty value is as good as none.
    if (!verdict.isRight && text !== "") isForbidden ||= `${parameter.name}: ${verdict.why}`;
    parts.push(`${parameter.name}=${encodeURIComponent(text)}`);
  }
  return { text: parts.length > 0 ? `?${parts.join("&")}` : "", isForbidden };
}

function formFor(operation: Operation, isSpoilt: boolean): FormData {
  const form = new FormData();
  const picture =
    isSpoilt && random.isLikely(0.5) ? maker.nastyText() : drawDisc(30, 20, [1, 2, 3]);
  const name = isSpoilt ? maker.nastyText().slice(0, 3_000) : "x.png";
  form.append("file", new Blob([picture as BlobPart]), name);
  const made = maker.make(operation.body);
  for (const [field, value] of Object.entries<Json>(isSpoilt ? maker.spoil(made) : made))
    if (field !== "file" && field !== "image")
      form.append(field, typeof value === "string" ? value : JSON.stringify(value));
  return form;
}

/** The contract's example with our ids, or what its schema allows. */
function bodyFor(operation: Operation): Json {
  const example = described(operation).requestBody?.content["application/json"]?.example;
  if (example !== undefined && random.isLikely(0.6)) return maker.own(example);
  return maker.make(operation.body);
}

/** A feed is stored as it comes; the job that reads it says what is wrong. */
const isKept = (operation: Operation) =>
  described(operation).requestBody?.content["text/csv"] !== undefined;

function requestFor(operation: Operation): Request {
  const query = queryFor(operation);
  const request: Request = {
    method: operation.method,
    path: pathFor(operation) + query.text,
    body: undefined,
    headers: {},
    isForbidden: query.isForbidden,
  };
  if (operation.path.startsWith("/aiva/"))
    request.headers = { origin: server.ready.url, "x-chat-token": visitor };
  if (operation.isStream && random.isLikely(0.5)) request.headers["accept"] = "text/event-stream";
  if (operation.method === "GET" || operation.body === undefined) return request;
  const isSpoilt = random.isLikely(0.6);
  if (operation.isForm) {
    request.body = formFor(operation, isSpoilt);
    return request;
  }
  let body = bodyFor(operation);
  request.headers["content-type"] = "application/json";
  if (isSpoilt && random.isLikely(0.25)) {
    request.body = spoilText(JSON.stringify(body), random);
    if (!isKept(operation) && !isJson(request.body)) request.isForbidden ||= "the body is no JSON";
    return request;
  }
  if (isSpoilt) body = random.isLikely(0.1) ? maker.nasty() : maker.spoil(body);
  const verdict = judge.body(operation.method, operation.path, body);
  if (!verdict.isRight && !isKept(operation)) request.isForbidden ||= verdict.why;
  request.body = JSON.stringify(body);
  return request;
}

function isJson(body: string | Uint8Array): boolean {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    JSON.parse(typeof body === "string" ? body : decoder.decode(body));
    return true;
  } catch {
    return false;
  }
}

async function ask(client: Client, request: Request, limitMs: number): Promise<Answer> {
  const began = performance.now();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  let text = "";
  let isWhole = true;
  const response = await fetch(client.url + request.path, {
    method: request.method,
    redirect: "manual",
    signal: stop.signal,
    headers: { authorization: `Bearer ${client.token}`, ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  try {
    const decoder = new TextDecoder();
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>)
      text += decoder.decode(piece, { stream: true });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    isWhole = false;
  }
  clearTimeout(timer);
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text, isWhole, ms: performance.now() - began };
}

/** JSON-RPC refuses with 200. */
const isRpcError = (operation: Operation, answer: Answer) =>
  operation.path === "/mcp" && answer.text.includes('"error":{"code":');

/** What is wrong with the answer, if anything is. */
function findFault(operation: Operation, request: Request, answer: Answer): Fault | undefined {
  const { status, text } = answer;
  const inside = status >= 500 && ![502, 503, 504].includes(status);
  if (inside) return { kind: "inside", why: text };
  if (request.isForbidden !== "" && status < 400 && !isRpcError(operation, answer))
    return { kind: "taken", why: request.isForbidden };
  const isEventStream = answer.type.startsWith("text/event-stream");
  if (!answer.isWhole) return isEventStream ? undefined : { kind: "endless", why: answer.type };
  if (answer.ms > answerMs) return { kind: "slow", why: `${answer.ms} ms` };
  let body: Json = undefined;
  if (answer.type.startsWith("application/json"))
    try {
      body = JSON.parse(text);
    } catch (error) {
      return { kind: "no JSON", why: String(error) };
    }
  const verdict = judge.answer(operation.method, operation.path, status, answer.type, body);
  return verdict.isRight ? undefined : { kind: `answer ${status}`, why: verdict.why };
}

function tell(operation: Operation, request: Request, answer: Answer, fault: Fault) {
  const { kind, why } = fault;
  const key = `${operation.method} ${operation.path} ${kind} ${why.replace(/\d+/g, "0")}`;
  if (faults.has(key)) return;
  const sent = typeof request.body === "string" ? request.body.slice(0, 500) : typeof request.body;
  faults.set(
    key,
    `${operation.method} ${operation.path}: ${kind}: ${why}\n` +
      `  asked ${request.path.slice(0, 300)} ` +
      `${sent}\n  answered ${answer.status} ${answer.text.slice(0, 300)}`,
  );
}

/** Asks as who may ask that, and keeps what is wrong with the answer. */
async function askAndJudge(operation: Operation, request: Request): Promise<Answer | undefined> {
  const permission = described(operation)["x-permission"] ?? "";
  const client = /^(tenants\.manage|system\.)/.test(permission) ? root : tenant.client;
  const limit = request.headers["accept"] !== undefined ? streamMs : answerMs * 2;
  try {
    const answer = await ask(client, request, limit);
    const fault = findFault(operation, request, answer);
    if (fault !== undefined) tell(operation, request, answer, fault);
    return answer;
  } catch (error) {
    const why = String((error as Error).cause ?? error);
    const nothing = { status: 0, type: "", text: "", isWhole: false, ms: 0 };
    tell(operation, request, nothing, { kind: "unanswered", why });
    return undefined;
  }
}

function assertNoFaults(): void {
  const told = [...faults.values()].slice(0, faultsMax).join("\n");
  assert.equal(faults.size, 0, `${faults.size} faults, AIVA_FUZZ_SEED=${seed}:\n${told}`);
}

test("whatever is asked, the answer is one of the contract's", async () => {
  const statuses = new Map<number, number>();
  const allowed = new Set<Operation>();
  const refusals = new Map<Operation, string>(); // the last of each
  for (let round = 0; round < rounds; ++round) {
    // What was changed and destroyed is put up again.
    if (round > 0 && round % 2 === 0) tenant = await furnishOwn(round);
    for (const operation of random.shuffled(operations)) {
      const answer = await askAndJudge(operation, requestFor(operation));
      if (answer === undefined) continue;
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status < 400) allowed.add(operation);
      else refusals.set(operation, `${answer.status} ${answer.text.slice(0, 200)}`);
    }
  }
  const counts = [...statuses].sort(([one], [other]) => one - other);
  console.log(counts.map(([code, count]) => `${code}: ${count}`).join(", "));
  for (const [operation, why] of refusals)
    if (!allowed.has(operation) && operation.method !== "DELETE")
      console.log(`never allowed: ${operation.method} ${operation.path}: ${why}`);
  assertNoFaults();
  assert.ok((statuses.get(200) ?? 0) > (rounds * operations.length) / 5, "hardly any was allowed");
});

const long = "é".repeat(40_000);
const wrongValues: Json[] = [true, -1.5, 1e15, "no-such", long, {}, [], [{}], [true]];

/** The operation asked properly but for one parameter or one member. */
function* oneWrongIn(operation: Operation): Generator<Request> {
  const path = fillPath(operation, (name) => tenant.ids.get(name) ?? random.uuid())!;
  for (const [index, given] of (described(operation).parameters ?? []).entries()) {
    const parameter = resolve(contract, given);
    if (parameter.in !== "query") continue;
    for (const text of ["no-such", "-1", "0", "99999999999", "1.5", "é".repeat(1_500)]) {
      const verdict = judge.parameter(operation.method, operation.path, index, text);
      if (verdict.isRight) continue;
      const target = `${path}?${parameter.name}=${encodeURIComponent(text)}`;
      const isForbidden = `${parameter.name} ${verdict.why}`;
      yield { method: operation.method, path: target, body: undefined, headers: {}, isForbidden };
    }
  }
  if (operation.body === undefined || operation.isForm || isKept(operation)) return;
  for (const [name] of membersOf(contract, operation.body))
    for (const wrong of wrongValues) {
      const body = { ...bodyFor(operation), [name]: wrong };
      const verdict = judge.body(operation.method, operation.path, body);
      if (verdict.isRight) continue;
      yield {
        method: operation.method,
        path,
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
        isForbidden: `${name} ${verdict.why}`,
      };
    }
}

test("no parameter and no member takes what the contract forbids", async () => {
  let asked = 0;
  for (const operation of operations.filter((each) => each.method !== "DELETE"))
    for (const request of oneWrongIn(operation)) {
      await askAndJudge(operation, request);
      ++asked;
    }
  console.log(`${asked} requests`);
  assert.ok(asked > operations.length, `only ${asked} requests`);
  assertNoFaults();
});

test("the server is well after it", async () => {
  assert.equal((await root.get("/readyz")).status, 200);
  assert.deepEqual(server.errors.slice(0, 10), []);
});
