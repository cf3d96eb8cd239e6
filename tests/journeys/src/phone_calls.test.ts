import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Asterisk, hasAsterisk, sipModules, websocketModules } from "./asterisk.ts";
import type { Client, Json } from "./client.ts";
import { askUntilAnswered, assertAsked } from "./conversation.ts";
import { EmulatedChannelLine } from "./emulated_channel.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";
import { hasSipp, SipLine } from "./sip_phone.ts";
import { freeUdpPort } from "./ports.ts";

// Whole calls over AudioSocket with the packaged voices: nothing but this program and flite, which
// speaks for the caller. The same cases run over a phone that speaks the protocol itself, over the
// emulated channel and, where tests/components/asterisk has put one, over a real Asterisk, by
// AudioSocket and by chan_websocket, also from telephones that speak SIP.
let server: Server;
let client: Client;
let agent: string;
let port: number;

before(async () => {
  server = await Server.start({ environment: { AIVA_AUDIOSOCKET_PORT: "0" } });
  port = (server.ready as Json).audiosocket_port;
  client = await server.admin();
  const base = await client.createKnowledgeBase("Machines");
  const document = await client.upload(
    base,
    "machine.md",
    "# The coffee machine\n\n## Warranty\n\n" +
      "The warranty of the coffee machine lasts five years.\n\n" +
      "## Cleaning\n\nThe water tank is cleaned every Monday with vinegar.\n",
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
  await makeLedAgent();
});
after(() => server.remove());

// Asks for a key and hands the call over to an extension of that name.
async function makeLedAgent(): Promise<void> {
  const made = await client.post("/api/agents", {
    name: "Exchange",
    greeting: "Welcome.",
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  const flow = await client.post(`/api/agents/${made.body.data.id}/flows`, {
    name: "Exchange",
    begins_with: "call",
    steps: [
      {
        name: "where",
        type: "collect_slot",
        slot: "extension",
        slot_type: "number",
        text: "Which extension?",
      },
      { name: "go", type: "transfer", text: "I connect you.", target: "{extension}" },
    ],
  });
  assert.equal(flow.status, 201, flow.text);
  await client.post("/api/numbers", { did: "200", agent_id: made.body.data.id });
}

async function transcript(call: string): Promise<Json[]> {
  const reply = await client.get(`/api/calls/${call}/transcript`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.items ?? reply.body.data;
}

const warranty = {
  words: "How long is the warranty of the coffee machine?",
  heard: /warranty/i,
  answer: /five years/,
};

/** What was said so far in the newest call. */
async function newestLines(): Promise<Json[]> {
  return transcript((await client.get("/api/calls?limit=1")).body.data.items[0].id);
}

/** The newest call, once it is over. */
async function lastCall(): Promise<Json> {
  for (let tries = 0; tries < 200; ++tries) {
    const call = (await client.get("/api/calls?limit=1")).body.data.items[0];
    if (call !== undefined && call.status !== "in_progress") return call;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the call is still in progress");
}

function callsOver(name: string, skip: boolean, line: { dial: () => Promise<Phone> }): void {
  describe(name, { skip }, () => {
    test("a caller is greeted, asks, and hears the answer out of a document", async () => {
      const phone = await line.dial();
      await phone.untilSpoken();
      await phone.untilSilent();
      const asked = await askUntilAnswered(phone, { ...warranty, lines: newestLines });
      phone.close();

      const call = await lastCall();
      assert.equal(call.status, "completed");
      assert.equal(call.end_reason, "caller_hung_up");
      assert.ok(asked.times > 1 || call.turns === 1, `${call.turns} turns`);
      assert.equal(call.dialled_number, "100");
      const lines = await transcript(call.id);
      const { latency } = lines.at(-1);
      console.log(`# heard ${Math.round(asked.waitedMs)} ms later;`, JSON.stringify(latency));
      assertAsked(lines, asked, warranty);
      assert.match(lines[0].original_message, /Welcome to the machine shop/);
      const found = await client.get("/api/calls?q=five%20yea&status=completed");
      assert.equal(found.body.data.items[0].id, call.id, found.text);
      assert.equal(found.body.data.items[0].match.field, "message");
    });

    test("an agent that is interrupted falls silent at once", async () => {
      const phone = await line.dial();
      await phone.untilSpoken();
      await phone.untilSilent();
      await phone.say(speech("Tell me how the water tank is cleaned."));
      await phone.untilSpoken();
      const words = speech("No, wait, stop it please, I want something else.");
      const began = phone.now + words.findIndex((sample) => Math.abs(sample) > 400) / 8;
      await phone.say(words);
      const silentAfter = phone.lastLoud() - began;
      console.log(
        `# the last loud frame came ${Math.round(silentAfter)} ms after the caller's first sound`,
      );
      phone.close();
      const lines = await transcript((await lastCall()).id);
      assert.ok(silentAfter < 1000, `${silentAfter} ms`);
      assert.equal(lines.filter((spoken) => spoken.is_interrupted).length, 1);
    });

    // It takes most of a minute, and unit tests know it, too.
    const isShort = name !== "AudioSocket of a real Asterisk";
    test("a call into which nobody speaks is ended", { skip: isShort }, async () => {
      const phone = await line.dial();
      await phone.untilHungUp(60_000);
      const call = await lastCall();
      assert.equal(call.end_reason, "idle");
      const lines = await transcript(call.id);
      assert.match(lines.at(-1).original_message, /Goodbye/);
    });
  });
}

callsOver("AudioSocket", false, {
  dial: async () => {
    const reply = await client.post("/api/calls", { dialled_number: "100" });
    assert.equal(reply.status, 201, reply.text);
    return Phone.dial(port, reply.body.data.session_id);
  },
});

callsOver("chan_websocket of the emulator", false, {
  dial: async () => {
    const made = await client.post("/api/keys", { name: "pbx", scopes: ["chat"] });
    const url = `${client.url.replace("http", "ws")}/realtime/${agent}?caller=4711&did=100`;
    return EmulatedChannelLine.dial(url, made.body.data.key);
  },
});

let started: Promise<Asterisk> | undefined;
let sip = 0; // the port of it
const asterisk = (): Promise<Asterisk> => (started ??= startAsterisk());
callsOver("AudioSocket of a real Asterisk", !hasAsterisk, {
  dial: async () => (await asterisk()).dial("100@aiva"),
});
for (const [name, digit] of [
  ["AudioSocket", "1"],
  ["chan_websocket", "2"],
] as const) {
  callsOver(`SIP and ${name} of a real Asterisk`, !hasAsterisk || !hasSipp, {
    dial: async () => {
      await asterisk();
      return SipLine.dial(sip, `${digit}100`);
    },
  });
}
after(async () => (await started)?.stop());

// The dialplan of docs/guides/calls.md. Telephones dial 1 or 2 before the number, for the way.
async function startAsterisk(): Promise<Asterisk> {
  const made = await client.post("/api/keys", { name: "pbx", scopes: ["chat", "agents.read"] });
  assert.equal(made.status, 201, made.text);
  const key = made.body.data.key;
  sip = await freeUdpPort();
  const dialplan = `[aiva]
exten => _X.,1,Answer()
 same => n,Set(ID=\${UUID()})
 same => n,Set(CURLOPT(httpheader)=X-API-Key: ${key})
 same => n,Set(CURLOPT(httpheader)=Content-Type: application/json)
 same => n,Set(CALL={"session_id":"\${ID}","dialled_number":"\${EXTEN}"})
 same => n,Set(ANSWER=\${CURL(${client.url}/api/calls,\${CALL})})
 same => n,Verbose(0,\${ANSWER})
 same => n,AudioSocket(\${ID},127.0.0.1:${port})
 same => n,Set(CALL=\${CURL(${client.url}/api/calls/\${ID})})
 same => n,Set(TARGET=\${FILTER(0-9,\${JSON_DECODE(CALL,data.transfer_target)})})
 same => n,GotoIf($["\${TARGET}" != ""]?people,\${TARGET},1)
 same => n,Hangup()

[telephones]
exten => _1X.,1,Goto(aiva,\${EXTEN:1},1)
exten => _2X.,1,Dial(WebSocket/aiva/c(ulaw)f(json)v(caller=\${CALLERID(num)},did=\${EXTEN:1}))

[people]
exten => 42,1,Verbose(0,a person takes \${ID})
 same => n,Wait(1)
 same => n,Hangup()

[callers]
exten => patient,1,Answer()
 same => n,WaitForNoise(60)
 same => n,WaitForSilence(1500)
 same => n,SendDTMF(42#)
 same => n,Wait(30)
`;
  const files = {
    "pjsip.conf": `[udp]
type=transport
protocol=udp
bind=127.0.0.1:${sip}
[anonymous]
type=endpoint
context=telephones
disallow=all
allow=ulaw
media_address=127.0.0.1
direct_media=no
`,
    "websocket_client.conf": `[aiva]
type=websocket_client
uri=${client.url.replace("http", "ws")}/realtime/${agent}
protocols=media
username=asterisk
password=${key}
`,
  };
  return Asterisk.start(dialplan, { modules: [...sipModules, ...websocketModules], files });
}

test(
  "keys of a caller of Asterisk lead to a transfer, which its dialplan takes on",
  {
    skip: !hasAsterisk,
  },
  async () => {
    const exchange = await asterisk();
    exchange.play("patient", "200@aiva");
    await exchange.untilSaid("a person takes");
    const call = await lastCall();
    assert.equal(call.dialled_number, "200");
    assert.equal(call.end_reason, "transferred");
    assert.equal(call.transfer_target, "42");
    assert.ok(exchange.log.includes(`a person takes ${call.session_id}`));
    const lines = await transcript(call.id);
    assert.deepEqual(
      lines.map((spoken) => `${spoken.speaker}: ${spoken.original_message}`),
      ["agent: Welcome.", "agent: Which extension?", "customer: 42", "agent: I connect you."],
    );
    const state = await client.get(`/api/internal/flow-sessions/${call.session_id}`);
    assert.equal(state.body.data.status, "transferred");
  },
);

test("a call that nobody announced is refused", async () => {
  const phone = await Phone.dial(port, "0190f3a0-0000-7000-8000-000000000000");
  await phone.untilHungUp(5_000);
  assert.equal(phone.frames, 0);
});
