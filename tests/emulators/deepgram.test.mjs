import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { AgentSession } from "./deepgram/agent.mjs";
import { FluxSession } from "./deepgram/flux.mjs";
import { ListenSession } from "./deepgram/listen.mjs";
import { checkQuery, QueryError } from "./deepgram/query.mjs";
import { makeTone } from "./deepgram/sound.mjs";
import { SpeakSession } from "./deepgram/speak.mjs";
import { World } from "./deepgram/world.mjs";

const mulaw = { encoding: "mulaw", sample_rate: 8000 };

// A client's end of a connection, without a network.
class Line {
  isOpen = true;
  number = 1;
  said = [];
  bytes = 0;
  code;
  onEnd = () => {};
  send(text) {
    this.said.push(text);
  }
  sendBinary(bytes) {
    this.bytes += bytes.length;
  }
  close(code, reason) {
    this.said.push(`closed ${code} ${reason}`);
    this.cut();
    this.code = code;
  }
  cut() {
    this.isOpen = false;
    this.onEnd();
  }
  tell(message) {
    this.onText(JSON.stringify(message));
  }
  sound(ms) {
    for (; ms > 0; ms -= 20) this.onBinary(makeTone(mulaw, 20));
  }
  silence(ms) {
    for (; ms > 0; ms -= 20) this.onBinary(Buffer.alloc(160, 0xff));
  }
  async messages(type) {
    await pause(1);
    const all = this.said.filter((text) => text.startsWith('{"')).map((text) => JSON.parse(text));
    return type === undefined ? all : all.filter((message) => message.type === type);
  }
}

let world;
let line;
const open = (Session, query = {}, script = {}) => {
  world = new World();
  world.script({ turns: [{ hears: "How long is it?" }, { hears: "And now?" }], ...script });
  line = new Line();
  new Session(line, { ...mulaw, ...query }, world);
};
afterEach(() => line?.isOpen && line.cut());
const transcript = (results) => results.channel.alternatives[0].transcript;

const url = (path) => new URL(path, "ws://emulator.test");
test("refuses what the published types do not have", () => {
  checkQuery(
    url(
      "/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000&interim_results=true" +
        "&endpointing=300&utterance_end_ms=1000",
    ),
  );
  checkQuery(
    url("/v2/listen?model=flux-general-en&encoding=alaw&sample_rate=8000&eot_threshold=1"),
  );
  checkQuery(url("/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=48000"));
  for (const wrong of [
    "/v1/listen?encoding=mulaw&sample_rate=8000",
    "/v1/listen?model=nova-9",
    "/v1/listen?model=nova-3&encoding=mulaw",
    "/v1/listen?model=nova-3&detect_language=true",
    "/v1/listen?model=nova-3&utterance_end_ms=1000",
    "/v1/listen?model=nova-3&interim_results=yes",
    "/v1/listen?model=nova-3&endpointing=soon",
    "/v2/listen?model=nova-3",
    "/v2/listen?model=flux-general-en&eager_eot_threshold=0.2",
    "/v2/listen?model=flux-general-en&eot_timeout_ms=100",
    "/v2/listen?model=flux-general-en&language_hint=de",
    "/v2/listen?model=flux-general-en&endpointing=300",
    "/v1/speak?encoding=mp3&sample_rate=8000",
    "/v1/speak?encoding=mulaw&sample_rate=24000",
    "/v1/speak?encoding=linear16&sample_rate=44100",
    "/v1/speak?container=none",
    "/v1/agent/converse?model=nova-3",
  ])
    assert.throws(() => checkQuery(url(wrong)), QueryError, wrong);
});

test("writes down words as they come and makes them final after a pause", async () => {
  open(ListenSession, {
    interim_results: true,
    endpointing: 300,
    vad_events: true,
    utterance_end_ms: 1000,
  });
  line.sound(400);
  line.silence(1200);
  const results = await line.messages("Results");
  assert.equal(results[0].is_final, false);
  const final = results.find((message) => message.is_final);
  assert.equal(transcript(final), "How long is it?");
  assert.equal(final.speech_final, true);
  assert.equal(final.start + final.duration, 0.7);
  assert.equal(final.channel.alternatives[0].words.length, 4);
  assert.equal((await line.messages("SpeechStarted")).length, 1);
  assert.equal((await line.messages("UtteranceEnd")).length, 1);
  line.sound(100);
  line.tell({ type: "CloseStream" });
  assert.equal(transcript((await line.messages("Results")).at(-1)), "And now?");
  assert.equal((await line.messages("Metadata"))[0].duration, 1.7);
  assert.equal(line.code, 1000);
});

test("makes words final when it is asked to, and hears no more than comes", async () => {
  open(ListenSession, { endpointing: false }, { ms_per_word: 200 });
  line.sound(500);
  line.tell({ type: "Finalize" });
  line.sound(400);
  line.tell({ type: "Finalize" });
  line.tell({ type: "Finalize" });
  const results = await line.messages("Results");
  assert.deepEqual(results.map(transcript), ["How long", "is it?", ""]);
  assert.ok(results.every((message) => message.from_finalize && message.is_final));
});

test("a turn goes on where a connection was cut", async () => {
  open(ListenSession, { endpointing: 300 }, { ms_per_word: 100 });
  world.addFault({ kind: "cut", after_ms: 220 });
  line.sound(400);
  assert.equal(line.isOpen, false);
  const again = new Line();
  new ListenSession(again, { ...mulaw, endpointing: 300 }, world);
  again.sound(400);
  again.silence(400);
  assert.equal(transcript((await again.messages("Results"))[0]), "How long is it?");
  again.cut();
});

test("refuses messages it does not know, and ends streams that hear nothing", async () => {
  open(ListenSession);
  line.tell({ type: "KeepAlive" });
  assert.equal(line.isOpen, true);
  line.tell({ type: "KeepAlive", more: 1 });
  await pause(1);
  assert.equal(line.code, 1008);
  open(ListenSession, {}, { idle_ms: 20 });
  await pause(60);
  assert.equal(line.code, 1011);
  open(FluxSession);
  line.tell({ type: "KeepAlive" });
  const [error] = await line.messages("Error");
  assert.equal(error.code, "UNPARSABLE_CLIENT_MESSAGE");
});

test("Flux says when turns begin, may end, go on, and end", async () => {
  open(FluxSession, { eager_eot_threshold: 0.5 });
  line.sound(300);
  line.silence(260);
  line.sound(100);
  line.silence(600);
  line.sound(100);
  line.silence(600);
  const turns = await line.messages("TurnInfo");
  const events = turns.map(({ event }) => event).filter((event) => event !== "Update");
  assert.deepEqual(events, [
    "StartOfTurn",
    "EagerEndOfTurn",
    "TurnResumed",
    "EagerEndOfTurn",
    "EndOfTurn",
    "StartOfTurn",
    "EagerEndOfTurn",
    "EndOfTurn",
  ]);
  const ends = turns.filter(({ event }) => event === "EndOfTurn");
  assert.deepEqual(
    ends.map(({ transcript: words, turn_index: index, trigger }) => [words, index, trigger]),
    [
      ["How long is it?", 0, "model"],
      ["And now?", 1, "model"],
    ],
  );
  const all = await line.messages();
  assert.deepEqual(
    all.map(({ sequence_id: id }) => id),
    all.map((_, index) => index),
  );
});

test("faults come when they are asked for", async () => {
  open(ListenSession, { endpointing: 100 });
  world.addFault({ kind: "garbage" });
  world.addFault({ kind: "late_finals", delay_ms: 30 });
  world.addFault({ kind: "cut", on: "speak" });
  line.sound(200);
  line.silence(200);
  await pause(1);
  assert.deepEqual(line.said, []);
  await pause(60);
  assert.equal(line.said[0], "{not json");
  assert.equal((await line.messages("Results")).length, 1);
});

test("says a text, and is silent once it is cleared", async () => {
  open(SpeakSession, { model: "aura-2-thalia-en" });
  line.tell({ type: "Speak", text: "Hello there." });
  line.tell({ type: "Flush" });
  await pause(20);
  assert.equal(line.bytes, 12 * 10 * 8);
  world.paceMs = 5;
  line.tell({ type: "Speak", text: "x".repeat(1000) });
  line.tell({ type: "Flush" });
  await pause(20);
  line.tell({ type: "Clear" });
  await pause(20);
  const { bytes } = line;
  assert.ok(bytes < 1000 * 80);
  await pause(20);
  assert.equal(line.bytes, bytes);
  const types = (await line.messages()).map(({ type, sequence_id: id }) => [type, id]);
  assert.deepEqual(types, [
    ["Metadata", undefined],
    ["Flushed", 0],
    ["Cleared", 1],
  ]);
  for (let i = 0; i < 20; ++i) line.tell({ type: "Flush" });
  assert.equal((await line.messages("Warning"))[0].code, "EXCESSIVE_FLUSH");
  line.tell({ type: "Speak", words: "?" });
  await pause(1);
  assert.equal(line.code, 1008);
});

const settings = {
  type: "Settings",
  audio: { input: mulaw, output: { ...mulaw, container: "none" } },
  agent: {
    listen: { provider: { type: "deepgram", version: "v1", model: "nova-3" } },
    think: { provider: { type: "open_ai", model: "gpt-4o-mini" }, prompt: "Be kind." },
    speak: { provider: { type: "deepgram", model: "aura-2-thalia-en" } },
  },
};

test("the agent hears, asks for a function, and speaks until it is interrupted", async () => {
  const turns = [
    { hears: "Where?", says: "There it is.", calls: [{ name: "find" }] },
    { hears: "No" },
  ];
  open(AgentSession, {}, { turns, pace_ms: 5, ms_per_character: 100 });
  line.tell(settings);
  line.sound(200);
  line.silence(600);
  const [{ functions }] = await line.messages("FunctionCallRequest");
  assert.equal(functions[0].client_side, true);
  line.tell({ type: "FunctionCallResponse", id: functions[0].id, name: "find", content: "{}" });
  await pause(20);
  assert.ok(line.bytes > 0);
  line.sound(100);
  const { bytes } = line;
  await pause(20);
  assert.equal(line.bytes, bytes);
  const types = (await line.messages()).map(({ type }) => type);
  assert.deepEqual(types, [
    "Welcome",
    "SettingsApplied",
    "UserStartedSpeaking",
    "ConversationText",
    "AgentThinking",
    "FunctionCallRequest",
    "ConversationText",
    "AgentStartedSpeaking",
    "UserStartedSpeaking",
  ]);
});

test("the agent refuses what is not published", async () => {
  const errorOf = async (...messages) => {
    open(AgentSession);
    for (const message of messages) line.tell(message);
    return (await line.messages("Error"))[0]?.code;
  };
  const changed = (change) => {
    const copy = structuredClone(settings);
    change(copy);
    return copy;
  };
  assert.equal(await errorOf(settings), undefined);
  assert.equal(await errorOf({ type: "KeepAlive" }), "UNPARSABLE_CLIENT_MESSAGE");
  const wrong = [
    changed((copy) => (copy.agent.think.functions = [{ name: "x", parameters: "y" }])),
    changed((copy) => (copy.agent.think.provider.type = "openai")),
    changed((copy) => (copy.agent.prompt = "x")),
    changed((copy) => (copy.audio.input.encoding = "pcmu")),
    changed((copy) => delete copy.audio),
    changed((copy) => (copy.agent.listen.provider.version = "v2")),
  ];
  for (const message of wrong) assert.equal(await errorOf(message), "INVALID_SETTINGS");
  assert.equal(
    await errorOf(settings, { type: "FunctionCallResponse", id: "x", name: "y", content: "z" }),
    "INVALID_FUNCTION_CALL_RESPONSE",
  );
  assert.equal(
    await errorOf(settings, { type: "InjectAgentMessage", message: "x", behavior: "loud" }),
    "UNPARSABLE_CLIENT_MESSAGE",
  );
});
