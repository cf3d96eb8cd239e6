#!/usr/bin/env node
// Replaces every process of an installation by the next version while it is used: requests go
// through a balancer that looks after /readyz, answers come in streams, a call goes on. Not one
// request may fail, no stream break off, no call end before its caller hangs up; and all that was
// acknowledged is there exactly once.
//
//   node tests/chaos/rolling_upgrade.mjs [--old PROGRAM] [--new PROGRAM] [--api 2] [--workers 1]
//        [--bridges 1] [--rounds 1] [--steady-s 5] [--call-s 10] [--drain-delay-s 2]
//        [--database URL] [--redis URL] [--folder F] [--keep]
//
// Without --old the program is AIVA_BIN, or the release build; without --new it is AIVA_BIN_NEXT,
// or the old one again. The processes share a data folder, with SQLite, or the rows of --database
// mysql://USER:PASSWORD@HOST:PORT/NAME, which must be empty. With more --rounds each process is
// replaced as often; from the second on by the new version itself.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeRandom } from "../crash/sample_documents.mjs";
import { Balancer } from "./balancer.mjs";
import { Caller } from "./caller.mjs";
import { check } from "./check.mjs";
import { Client } from "./client.mjs";
import { Node } from "./fleet.mjs";
import { Load } from "./load.mjs";
import { freePort, pause, until } from "./processes.mjs";
import { Streams } from "./streams.mjs";

const { values: options } = parseArgs({
  options: {
    old: { type: "string" },
    new: { type: "string" },
    api: { type: "string", default: "2" },
    workers: { type: "string", default: "1" },
    bridges: { type: "string", default: "1" },
    rounds: { type: "string", default: "1" },
    "steady-s": { type: "string", default: "5" },
    "call-s": { type: "string", default: "10" },
    "drain-delay-s": { type: "string", default: "2" },
    database: { type: "string" },
    redis: { type: "string" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const number = (name) => Number(options[name]);
const here = dirname(fileURLToPath(import.meta.url));
const oldProgram =
  options.old ?? process.env.AIVA_BIN ?? join(here, "../../build/release/bin/aiva");
const newProgram = options.new ?? process.env.AIVA_BIN_NEXT ?? oldProgram;
const folder = options.folder ?? mkdtempSync(join(tmpdir(), "aiva-rolling-"));
const logs = join(folder, "logs");
mkdirSync(logs, { recursive: true });
const random = makeRandom(11);
const readyMs = 60_000;
const wordMs = 60; // between two words of the model, so that streams are under way when nodes go
const framesPerSecond = 50;
const heardMin = 0.9; // of the frames of a call; a busy machine may hold up the caller itself
const faults = [];
const figures = { replaced: [], calls: 0 };
const say = (line) => console.error(`${new Date().toISOString().slice(11, 23)} ${line}`);

async function startModel() {
  const file = join(here, "../emulators/openai.mjs");
  const child = spawn("node", [file, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((found) => child.stdout.once("data", found));
  const url = `http://127.0.0.1:${JSON.parse(line.toString()).port}`;
  await fetch(`${url}/_faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "slow", on: "chat", share: 1, delay_ms: wordMs }),
  });
  return { child, url: `${url}/v1` };
}

function makeNode(role, at, program, environment, version = 0) {
  const name = `${role}-${at}${version > 0 ? `-${version}` : ""}`;
  const node = new Node(name, role, { program, folder, logs, environment });
  node.folder = join(folder, "data");
  return Object.assign(node, { at, version });
}

async function startNode(node) {
  const extra = {};
  if (node.role === "bridge") {
    node.calls = await freePort();
    extra.AIVA_AUDIOSOCKET_PORT = `${node.calls}`;
  }
  await node.start(extra);
  if (!(await node.untilReady(readyMs))) throw new Error(`${node.name} is not ready`);
  return node;
}

async function endNode(node) {
  const began = performance.now();
  const { code, signal } = await node.stop(number("call-s") * 1000 + 60_000);
  if (code !== 0) faults.push(`${node.name} ended with ${code ?? signal}`);
  return Math.round(performance.now() - began);
}

/** One that is ended and takes its successor's place at the same port. */
async function replace(node, program, balancer) {
  const next = makeNode(node.role, node.at, program, node.environment, node.version + 1);
  next.port = node.port;
  const drained = await endNode(node);
  const began = performance.now();
  await startNode(next);
  const ready = Math.round(performance.now() - began);
  figures.replaced.push({ name: node.name, drained_ms: drained, ready_ms: ready });
  if (node.role === "api") {
    balancer.nodes.splice(balancer.nodes.indexOf(node), 1, next);
    balancer.ready.delete(node);
    if (!(await until(() => balancer.ready.has(next), readyMs)))
      throw new Error(`${next.name} is not taken in`);
  }
  say(`${node.name} is replaced: ended after ${drained} ms, the next ready after ${ready} ms`);
  return next;
}

async function beginCall(bridge, client, agent) {
  const { session_id: session, id } = await client.expect(
    201,
    "POST",
    "/api/calls",
    { agent_id: agent },
    { url: bridge.url },
  );
  const caller = await Caller.dial(bridge.calls, session);
  if (!(await until(() => caller.heard > 0 || caller.isDropped, 15_000)))
    faults.push(`the call at ${bridge.name} hears nothing`);
  figures.calls += 1;
  return { caller, id, bridge };
}

/** Hangs up, and reads in the rows that the caller ended the call. */
async function endCall({ caller, id, bridge }, client) {
  if (caller.isDropped) faults.push(`the call at ${bridge.name} was dropped`);
  await caller.hangUp();
  let call;
  const isOver = await until(async () => {
    const reply = await client.call("GET", `/api/calls/${id}`);
    call = reply.body?.data;
    return call?.status === "completed" || call?.status === "failed";
  }, 15_000);
  if (!isOver || call.status !== "completed")
    faults.push(`the call at ${bridge.name} is kept as ${JSON.stringify(call)}`);
}

/** The next bridge takes new calls before the old one is ended, whose call goes on to its end. */
async function replaceBridge(bridge, program, client, agent) {
  const call = await beginCall(bridge, client, agent);
  const next = makeNode("bridge", bridge.at, program, bridge.environment, bridge.version + 1);
  await startNode(next);
  const ending = endNode(bridge);
  const newer = await beginCall(next, client, agent);
  const heard = call.caller.heard;
  await pause(number("call-s") * 1000);
  const share = (call.caller.heard - heard) / (number("call-s") * framesPerSecond);
  if (share < heardMin)
    faults.push(`${share} of the call's sound came while ${bridge.name} drained`);
  await endCall(call, client);
  const drained = await ending;
  await endCall(newer, client);
  figures.replaced.push({ name: bridge.name, drained_ms: drained, sound_heard: share });
  say(`${bridge.name} is replaced: its call went on, it ended after ${drained} ms`);
  return next;
}

async function makeKnowledge(client, isRead) {
  const base = (await client.expect(201, "POST", "/api/knowledge", { name: "Shop" })).id;
  const form = new FormData();
  form.append("file", new Blob(["Refunds are paid within 14 days of a return.\n"]), "refunds.txt");
  const document = await client.expect(201, "POST", `/api/knowledge/${base}/documents`, form);
  const id = document.document_id ?? document.id;
  const isDone = async () => {
    const reply = await client.call("GET", `/api/knowledge/${base}/documents/${id}`);
    return reply.body?.data?.status === "completed";
  };
  if (isRead && !(await until(isDone, readyMs))) throw new Error("the first document is not read");
  return base;
}

/** Requests that failed alike, as a sentence each. */
function summary(refusals) {
  const alike = new Map();
  for (const { what, status, text, at } of refusals) {
    const sentence = `${what} got ${status} ${text.replace(/"request_id":"[^"]*"/, "")}`;
    const known = alike.get(sentence) ?? { count: 0, at };
    alike.set(sentence, { ...known, count: known.count + 1 });
  }
  return [...alike].map(([sentence, { count, at }]) => `${count} × ${sentence}, first at ${at}`);
}

const nodes = [];
const idle = []; // that are no part of the fleet any more
let balancer;
let model;
let code = 1;
try {
  model = await startModel();
  const environment = {
    AIVA_LOG_FORMAT: "json",
    AIVA_LIMITS_LOGIN_PER_MINUTE: "100000",
    AIVA_LIMITS_ANONYMOUS_PER_15_MINUTES: "0",
    AIVA_WORKER_LEASE_S: "5",
    AIVA_SERVER_DRAIN_DELAY_S: options["drain-delay-s"],
    AIVA_SERVER_DRAIN_TIMEOUT_S: `${number("call-s") + 30}`,
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: model.url,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
    ...(options.database ? { AIVA_DATABASE_URL: options.database } : {}),
    ...(options.redis ? { AIVA_CACHE_PROVIDER: "redis", AIVA_CACHE_URL: options.redis } : {}),
  };
  const sizes = { api: number("api"), worker: number("workers"), bridge: number("bridges") };
  for (const [role, count] of Object.entries(sizes))
    for (let at = 0; at < count; ++at) nodes.push(makeNode(role, at, oldProgram, environment));
  for (const node of nodes) await startNode(node);
  balancer = await new Balancer(nodes.filter(({ role }) => role === "api")).open();
  await until(() => balancer.ready.size === sizes.api, readyMs);
  const client = new Client([balancer.url], random);
  const first = nodes.find((node) => node.first)?.first;
  if (!first) throw new Error("nobody printed the first administrator");
  await client.logIn(first.email, first.password);
  const base = await makeKnowledge(client, sizes.worker > 0);
  const agent = await client.expect(201, "POST", "/api/agents", {
    name: "Desk",
    greeting: "Good day. How may I help you today?",
    publish: true,
  });
  const load = new Load(client, base, random);
  const streams = new Streams(client, base);
  load.start({ uploaders: sizes.worker > 0 ? 1 : 0, talkers: 2, payers: 2, searchers: 3 });
  streams.start(3);
  for (let round = 0; round < number("rounds"); ++round) {
    for (let at = 0; at < nodes.length; ++at) {
      await pause(number("steady-s") * 1000);
      const node = nodes[at];
      idle.push(node);
      nodes[at] =
        node.role === "bridge"
          ? await replaceBridge(node, newProgram, client, agent.id)
          : await replace(node, newProgram, balancer);
    }
  }
  await pause(number("steady-s") * 1000);
  await Promise.all([load.stop(), streams.stop()]);
  faults.push(...summary(load.refusals), ...new Set([...load.faults, ...streams.faults]));
  say("everything is replaced; what was acknowledged is looked for");
  faults.push(...(await check(client, [...load.ledger, ...streams.ledger])));
  const { retries, ...counts } = load.counts;
  Object.assign(figures, counts, streams.counts, {
    failed_requests: retries + counts.failedSearches,
    balancer: balancer.counts,
  });
  await balancer.close();
  for (const node of nodes) await endNode(node);
  console.log(JSON.stringify({ ...figures, faults: faults.slice(0, 50) }, null, 2));
  code = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
} finally {
  for (const node of [...nodes, ...idle]) await node.kill();
  model?.child.kill();
  if (options.keep || code !== 0) console.error(folder);
  else rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
