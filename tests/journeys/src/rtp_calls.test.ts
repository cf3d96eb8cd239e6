import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Asterisk, hasAsterisk } from "./asterisk.ts";
import type { Client, Json } from "./client.ts";
import { askUntilAnswered, assertAsked, type Answered } from "./conversation.ts";
import { speech, type Phone } from "./phone.ts";
import { RtpPhone } from "./rtp_phone.ts";
import { repository, Server } from "./server.ts";

// Whole calls by plain RTP with the packaged voices: a bridge that writes in a real Redis whose
// call comes from which port, ports of announced calls, and a real Asterisk that dials such a port.
const redisPort = 22_000 + Math.floor(Math.random() * 8000);
const firstPort = 30_000 + 2 * Math.floor(Math.random() * 1000);
const question = speech("How long is the warranty of the coffee machine?");
const wanted = { answer: /five years/, heard: /warranty/i };

let folder: string;
let redis: ChildProcess;
let server: Server;
let client: Client;
let agent: string;
let tenant: string;
let bridgePort: number;

/** Sends Redis one command and answers the first piece of its reply. */
function ask(...words: string[]): Promise<string> {
  return new Promise((answered, failed) => {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    const socket = connect(redisPort, "127.0.0.1", () => {
      socket.write(`*${words.length}\r\n${parts.join("")}`);
    });
    socket.once("data", (piece: Buffer) => {
      socket.destroy();
      answered(piece.toString());
    });
    socket.on("error", failed);
  });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-rtp-"));
  const program = join(repository, "build/redis8/redis-server");
  const words = ["--port", `${redisPort}`, "--save", "", "--dir", folder];
  redis = spawn(program, words, { stdio: "ignore" });
  for (let tries = 0; ; ++tries) {
    if (await ask("PING").catch(() => "")) break;
    assert.ok(tries < 200, "Redis did not start");
    await pause(50);
  }
  server = await Server.start({
    environment: {
      AIVA_BILLING_ENFORCED: "true",
      AIVA_RTP_PORTS: `${firstPort}-${firstPort + 19}`,
      AIVA_RTP_BRIDGE_PORT: "0",
      AIVA_RTP_BRIDGE_REDIS: `redis://127.0.0.1:${redisPort}/0`,
    },
  });
  bridgePort = (server.ready as Json).rtp_bridge_port;
  client = await server.admin();
  tenant = (await client.get("/api/auth/me")).body.data.tenant_id;
  assert.equal((await client.post("/api/credits/add", { amount: 5 })).status, 201);
  const base = await client.createKnowledgeBase("Machines");
  const document = await client.upload(
    base,
    "machine.md",
    "# The coffee machine\n\n## Warranty\n\n" +
      "The warranty of the coffee machine lasts five years.\n",
  );
  await client.settled(base, document);
  const made = await client.post("/api/agents", {
    name: "Desk",
    kb_id: base,
    greeting: "Welcome to the machine shop. How can I help you?",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
  await client.post("/api/numbers", { did: "100", agent_id: agent });
});
after(async () => {
  await server?.remove();
  redis.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function finished(session: string): Promise<Json> {
  for (let tries = 0; tries < 400; ++tries) {
    const call = (await client.get(`/api/calls/${session}`)).body.data;
    if (call?.end_time) return call;
    await pause(50);
  }
  throw new Error("the call is still in progress");
}

async function transcript(call: string): Promise<Json[]> {
  return (await client.get(`/api/calls/${call}/transcript`)).body.data.items;
}

const balance = async (): Promise<number> =>
  (await client.get("/api/credits/balance")).body.data.available;

/** Asks the question in the call of that session, or in the newest. */
function askIn(phone: Phone, session?: string): Promise<Answered> {
  const newest = async () => (await client.get("/api/calls?limit=1")).body.data.items[0].id;
  const lines = async () => transcript(session ?? (await newest()));
  return askUntilAnswered(phone, { words: question, ...wanted, lines });
}

function assertAnswered(lines: Json[], asked: Answered): void {
  assertAsked(lines, asked, wanted);
  assert.match(lines[0].original_message, /Welcome to the machine shop/);
}

/** What a counter of the server has counted. */
async function counted(name: string): Promise<number> {
  const { text } = await client.get("/metrics");
  return Number(new RegExp(`^aiva_voice_rtp_${name}_total (\\S+)`, "m").exec(text)?.[1] ?? 0);
}

test("a bridge's call is greeted, answered and ended over a bad network", async () => {
  const before = await balance();
  const socket = await RtpPhone.open();
  const session = "1764482400.77";
  const { port } = socket.address();
  const key = `transcriptionPort:${port}`;
  const call = { sessionId: session, callerId: "+4930654321", callerName: "Ada", agentId: agent };
  const fields = { ...call, tenantId: tenant, customData: '{"order":7}' };
  await ask("HSET", key, ...Object.entries(fields).flat());

  const phone = RtpPhone.on(socket, bridgePort, { loss: 0.03, duplicates: 0.05, jitterMs: 40 });
  await phone.untilSpoken();
  assert.ok(phone.now > 1200, `greeted after ${phone.now} ms`);
  await phone.untilSilent();
  const lostBefore = phone.lost;
  const asked = await askIn(phone, session);
  const lostWithin = phone.lost - lostBefore;
  await ask("HSET", key, "hangup", "1");
  const ended = await finished(session);
  phone.close();

  console.log(`# heard ${Math.round(asked.waitedMs)} ms later, mean opinion score ${ended.mos}`);
  assert.equal(ended.status, "completed");
  assert.equal(ended.end_reason, "caller_hung_up");
  assert.equal(ended.provider, "rtp");
  assert.equal(ended.asterisk_port, port);
  assert.equal(ended.caller_id, "+4930654321");
  assert.equal(ended.caller_name, "Ada");
  assert.deepEqual(ended.metadata, { order: 7 });
  assertAnswered(await transcript(ended.id), asked);
  assert.equal(phone.misnumbered, 0);
  assert.ok(ended.final_cost > 0);
  for (let tries = 0; (await balance()) > before - ended.final_cost + 1e-6; ++tries) {
    assert.ok(tries < 100, "nothing was deducted");
    await pause(50);
  }
  for (let tries = 0; ; ++tries) {
    if ((await ask("HGET", key, "endReason")).includes("caller_hung_up")) break;
    assert.ok(tries < 100, "the end was not told");
    await pause(50);
  }
  // The network did all of it, packets within the question were lost, and none left a hole.
  assert.ok(lostWithin >= 3, `only ${lostWithin} packets of the question were lost`);
  const lost = await counted("lost");
  assert.ok(lost >= phone.lost / 4, `${lost} of ${phone.lost} lost packets were noticed`);
  for (const name of ["duplicate", "reordered"]) assert.ok((await counted(name)) > 0, name);
  const madeUp = await counted("made_up_frames");
  assert.ok(madeUp >= lost / 2, `${madeUp} frames were made up for ${lost} packets`);
});

test("packets of a port of which nobody writes are not answered", async () => {
  const calls = (await client.get("/api/calls")).body.data.total;
  const phone = await RtpPhone.call(bridgePort);
  await phone.say(question);
  phone.close();
  assert.equal(phone.frames, 0);
  assert.equal((await client.get("/api/calls")).body.data.total, calls);
});

test("an announced call has a port of its own and ends when nobody listens there", async () => {
  const announced = { dialled_number: "100", provider: "rtp", caller_id: "+4940123" };
  const reply = await client.post("/api/calls", announced);
  assert.equal(reply.status, 201, reply.text);
  const { session_id, rtp_address, rtp_port } = reply.body.data;
  assert.equal(rtp_address, "127.0.0.1");
  assert.ok(rtp_port >= firstPort && rtp_port < firstPort + 20 && rtp_port % 2 === 0);

  const phone = await RtpPhone.call(rtp_port, { jitterMs: 15 });
  await phone.untilSpoken();
  await phone.untilSilent();
  const asked = await askIn(phone, session_id);
  phone.close();

  const call = await finished(session_id);
  assert.equal(call.end_reason, "caller_hung_up");
  assert.equal(call.provider, "rtp");
  assertAnswered(await transcript(call.id), asked);
});

test("there are no more announced calls than ports", async () => {
  const announced = { dialled_number: "100", provider: "rtp" };
  const statuses: number[] = [];
  for (let i = 0; i < 11; ++i) statuses.push((await client.post("/api/calls", announced)).status);
  assert.equal(statuses[0], 201);
  assert.equal(statuses.at(-1), 503);
});

let asterisk: Asterisk | undefined;
after(() => asterisk?.stop());

// The dialplan of docs/guides/calls.md.
test("a real Asterisk dials the port of a call", { skip: !hasAsterisk }, async () => {
  // The ports of the test before are kept for a minute; this one takes none of them.
  const own = await Server.start({
    folder: server.folder,
    arguments: ["--role", "bridge"],
    environment: { AIVA_RTP_PORTS: `${firstPort + 100}-${firstPort + 119}` },
  });
  after(() => own.stop());
  const key = await client.post("/api/keys", { name: "pbx", scopes: ["chat"] });
  asterisk = await Asterisk.start(`[aiva]
exten => _X.,1,Answer()
 same => n,Set(CURLOPT(httpheader)=X-API-Key: ${key.body.data?.key})
 same => n,Set(CURLOPT(httpheader)=Content-Type: application/json)
 same => n,Set(CALL={"provider":"rtp","dialled_number":"\${EXTEN}","session_id":"\${UNIQUEID}"})
 same => n,Set(ANSWER=\${CURL(${own.ready.url}/api/calls,\${CALL})})
 same => n,Verbose(0,\${ANSWER})
 same => n,Set(PORT=\${JSON_DECODE(ANSWER,data.rtp_port)})
 same => n,Dial(UnicastRTP/127.0.0.1:\${PORT}/c(ulaw))
 same => n,Hangup()
`);
  const phone = await asterisk.dial("100@aiva");
  phone.skipsLateFrames = true; // Asterisk sends them on by RTP
  await phone.untilSpoken();
  await phone.untilSilent();
  const asked = await askIn(phone);
  phone.close();

  const newest = (await client.get("/api/calls?limit=1")).body.data.items[0];
  const call = await finished(newest.id);
  console.log(`# heard ${Math.round(asked.waitedMs)} ms later, mean opinion score ${call.mos}`);
  assert.equal(call.end_reason, "caller_hung_up");
  assertAnswered(await transcript(call.id), asked);
});
