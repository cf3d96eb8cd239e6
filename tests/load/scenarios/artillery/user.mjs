// What a virtual user of Artillery does between its requests. Set AIVA_URL, AIVA_KEY, AIVA_KB,
// AIVA_AGENT, AIVA_SCENARIO (the name of the file of phases), and AIVA_PROFILE unless `mixed` will
// do.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { learn, requestOf } from "../requests.mjs";
import { pick, rankAt, scenarioNamed, usersAt } from "../table.mjs";

const tables = JSON.parse(readFileSync(new URL("../tables.json", import.meta.url), "utf8"));
const profile = process.env.AIVA_PROFILE ?? "mixed";
const began = performance.now();
const scenario = () => scenarioNamed(tables, process.env.AIVA_SCENARIO ?? "normal");
const gone = () => (performance.now() - began) / 1000;

export async function arrive(context) {
  context.vars.rank = rankAt(scenario(), gone(), Math.random());
  context.vars.user = { base: process.env.AIVA_KB, agent: process.env.AIVA_AGENT };
}

export function stays(context, next) {
  const users = usersAt(scenario(), gone());
  return next(users > 0 && context.vars.rank <= users);
}

export async function choose(context) {
  const operation = pick(tables, profile, Math.random());
  const request = requestOf(operation, context.vars.user);
  Object.assign(context.vars, {
    request,
    path: request.path,
    isGet: request.method === "GET",
    isPost: request.method === "POST",
  });
}

export async function prepare(parameters, context) {
  const { body, type } = context.vars.request;
  parameters.headers = {
    ...parameters.headers,
    authorization: `Bearer ${process.env.AIVA_KEY}`,
    ...(type ? { "content-type": type } : {}),
  };
  if (body) parameters.body = body;
}

export async function learnFrom(parameters, response, context, events) {
  const { operation } = context.vars.request;
  const isRight = learn(context.vars.user, operation, response.statusCode, response.body ?? "");
  events.emit("counter", `aiva.${operation}.${isRight ? "right" : "wrong"}`, 1);
}

export async function think() {
  await pause(2000 + 4000 * Math.random());
}
