import { DeepgramClient } from "@deepgram/sdk";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Json } from "./client.ts";
import { Deepgram, key } from "./deepgram.ts";

// The provider's official client over the emulator that other journeys take for the provider.

let deepgram: Deepgram;
before(async () => {
  deepgram = await Deepgram.start();
});
after(() => deepgram.stop());

const tone = Buffer.alloc(160, Buffer.from([0x10, 0x90]));
const quiet = Buffer.alloc(160, 0xff);
const format = { encoding: "mulaw", sample_rate: "8000" } as const;
const client = () => {
  const ws = deepgram.url.replace("http", "ws");
  return new DeepgramClient({
    apiKey: key,
    environment: { base: deepgram.url, production: ws, agent: ws } as never,
  });
};
const until = async (is: () => boolean) => {
  for (let tries = 0; !is(); ++tries) {
    assert.ok(tries < 500, "it does not come");
    await pause(10);
  }
};

test("v1 writes down", async () => {
  await deepgram.script({ turns: [{ hears: "How long is it?" }] });
  const line = await client().listen.v1.connect({
    model: "nova-3",
    ...format,
    interim_results: "true",
    endpointing: 300,
  } as never);
  const said: string[] = [];
  line.on("message", (message: Json) => {
    if (message.type === "Results" && message.is_final && message.speech_final)
      said.push(message.channel.alternatives[0].transcript);
  });
  line.connect();
  await line.waitForOpen();
  for (let i = 0; i < 20; ++i) line.sendMedia(tone);
  for (let i = 0; i < 30; ++i) line.sendMedia(quiet);
  await until(() => said.length > 0);
  line.sendKeepAlive({ type: "KeepAlive" });
  line.sendFinalize({ type: "Finalize" });
  line.sendCloseStream({ type: "CloseStream" });
  line.close();
  assert.deepEqual(said, ["How long is it?"]);
});

test("Flux tells turns", async () => {
  await deepgram.script({ turns: [{ hears: "How long is it?" }] });
  const line = await client().listen.v2.connect({
    model: "flux-general-en",
    ...format,
    eager_eot_threshold: 0.5,
  } as never);
  const events: string[] = [];
  line.on("message", (message: Json) => {
    if (message.type === "TurnInfo" && message.event !== "Update") events.push(message.event);
  });
  line.connect();
  await line.waitForOpen();
  for (let i = 0; i < 20; ++i) line.sendMedia(tone);
  for (let i = 0; i < 40; ++i) line.sendMedia(quiet);
  await until(() => events.includes("EndOfTurn"));
  line.close();
  assert.deepEqual(events, ["StartOfTurn", "EagerEndOfTurn", "EndOfTurn"]);
});

test("a voice says texts", async () => {
  const line = await client().speak.v1.connect({
    model: "aura-2-thalia-en",
    ...format,
  } as never);
  let bytes = 0;
  const types: string[] = [];
  line.on("message", (message: Json) => {
    if (message instanceof Blob) bytes += message.size;
    else if (message.byteLength !== undefined) bytes += message.byteLength;
    else types.push(message.type);
  });
  line.connect();
  await line.waitForOpen();
  line.sendText({ type: "Speak", text: "Hello there." });
  line.sendFlush({ type: "Flush" });
  await until(() => types.includes("Flushed"));
  line.sendClear({ type: "Clear" });
  await until(() => types.includes("Cleared"));
  line.close();
  assert.ok(bytes > 0);
});

test("the Voice Agent is set up and answers", async () => {
  await deepgram.script({ turns: [{ hears: "How long?", says: "Two years." }] });
  const line = await client().agent.v1.connect({} as never);
  const texts: string[] = [];
  const types: string[] = [];
  line.on("message", (message: Json) => {
    if (typeof message !== "object" || !("type" in message)) return;
    types.push(message.type);
    if (message.type === "ConversationText") texts.push(message.content);
  });
  line.connect();
  await line.waitForOpen();
  await until(() => types.includes("Welcome"));
  const audio = { encoding: "mulaw", sample_rate: 8000 };
  line.sendSettings({
    type: "Settings",
    audio: { input: audio, output: { ...audio, container: "none" } },
    agent: {
      listen: { provider: { type: "deepgram", version: "v1", model: "nova-3" } },
      think: { provider: { type: "open_ai", model: "gpt-4o-mini" }, prompt: "Be kind." },
      speak: { provider: { type: "deepgram", model: "aura-2-thalia-en" } },
    },
  });
  await until(() => types.includes("SettingsApplied"));
  for (let i = 0; i < 20; ++i) line.sendMedia(tone);
  for (let i = 0; i < 40; ++i) line.sendMedia(quiet);
  await until(() => types.includes("AgentAudioDone"));
  line.close();
  assert.deepEqual(texts, ["How long?", "Two years."]);
  assert.ok(!types.includes("Error"));
});
