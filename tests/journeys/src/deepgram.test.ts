import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";
import { askUntilAnswered, assertAsked } from "./conversation.ts";
import { Deepgram, key } from "./deepgram.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";

// Calls over AudioSocket that Deepgram hears and says by streams, and one that its Voice Agent
// leads, over its emulator.

let deepgram: Deepgram;
before(async () => {
  deepgram = await Deepgram.start();
});
after(() => deepgram.stop());

function ok(reply: { status: number; text: string; body: Json }, status = 200): Json {
  assert.equal(reply.status, status, reply.text);
  return reply.body.data;
}

/** A server whose calls are heard and said by Deepgram, in one of its ways. */
class Desk {
  client!: Client;
  agent!: string;
  private server!: Server;
  private port!: number;

  static async open(mode: string): Promise<Desk> {
    const desk = new Desk();
    desk.server = await Server.start({
      environment: {
        AIVA_AUDIOSOCKET_PORT: "0",
        AIVA_VOICE_RECOGNIZER: "deepgram",
        AIVA_VOICE_SYNTHESIZER: "deepgram",
        AIVA_VOICE_DEEPGRAM_MODE: mode,
        AIVA_VOICE_DEEPGRAM_KEY: key,
        AIVA_VOICE_DEEPGRAM_URL: deepgram.url,
        AIVA_VOICE_DEEPGRAM_AGENT_URL: deepgram.url,
      },
    });
    desk.port = (desk.server.ready as Json).audiosocket_port;
    desk.client = await desk.server.admin();
    const base = await desk.client.createKnowledgeBase("Machines");
    const text =
      "# The coffee machine\n\n## Warranty\n\n" +
      "The warranty of the coffee machine lasts five years.\n\n" +
      "## Cleaning\n\nThe water tank is cleaned every Monday with vinegar.\n";
    await desk.client.settled(base, await desk.client.upload(base, "machine.md", text));
    const made = ok(
      await desk.client.post("/api/agents", {
        name: "Desk",
        kb_id: base,
        greeting: "Welcome to the machine shop.",
        voice_provider: "deepgram",
        publish: true,
      }),
      201,
    );
    desk.agent = made.id;
    return desk;
  }

  /** A call whose greeting is over. */
  async dial(): Promise<Phone> {
    const call = ok(await this.client.post("/api/calls", { agent_id: this.agent }), 201);
    const phone = await Phone.dial(this.port, call.session_id);
    await phone.untilSpoken();
    await phone.untilSilent();
    return phone;
  }
  /** What was said so far in the newest call. */
  async newestLines(): Promise<Json[]> {
    const call = ok(await this.client.get("/api/calls?limit=1")).items[0];
    return ok(await this.client.get(`/api/calls/${call.id}/transcript`)).items;
  }
  /** The newest call, once it is over, with what was said. */
  async lastCall(): Promise<Json> {
    for (let tries = 0; tries < 400; ++tries) {
      const call = ok(await this.client.get("/api/calls?limit=1")).items[0];
      if (call !== undefined && call.status !== "in_progress") {
        const lines = ok(await this.client.get(`/api/calls/${call.id}/transcript`)).items;
        return { ...call, lines };
      }
      await pause(50);
    }
    throw new Error("the call is still in progress");
  }
  /** What speech cost before the margin so far, by model. */
  async costs(): Promise<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const entry of ok(await this.client.get("/api/credits/history?limit=100")).items)
      if (entry.operation_type === "speech")
        sums[entry.model] = (sums[entry.model] ?? 0) + Number(entry.base);
    return sums;
  }
  close(): Promise<void> {
    return this.server.remove();
  }
}

const question = "How long is the warranty of the coffee machine?";
const isListen = (event: Json) => event.path.endsWith("/listen");
const wordsOf = (text: string) => text.split(" ").length;

/** How long a sound is loud as the emulator takes it. */
function loudMs(samples: Int16Array): number {
  let ms = 0;
  for (let at = 0; at + 160 <= samples.length; at += 160) {
    const sum = samples.subarray(at, at + 160).reduce((all, one) => all + Math.abs(one), 0);
    if (sum / 160 > 500) ms += 20;
  }
  return ms;
}

for (const mode of ["v1", "flux"])
  describe(`a call over ${mode}`, () => {
    let desk: Desk;
    before(async () => {
      await deepgram.forget();
      desk = await Desk.open(mode);
    });
    after(() => desk.close());

    test("is heard while it is said, answered, and paid by the second", async () => {
      await deepgram.forget();
      await deepgram.script({
        turns: [{ hears: question }],
        ms_per_word: 0,
        ms_per_character: 60,
        pace_ms: 0,
      });
      const phone = await desk.dial();
      await phone.say(speech(question));
      await phone.untilSpoken();
      await phone.untilSilent();
      phone.close();
      const call = await desk.lastCall();
      const said: string[] = call.lines.map((line: Json) => line.original_message);
      assert.equal(said[1], question);
      assert.match(said[2]!, /five years/);
      console.log(`# ${mode}:`, JSON.stringify(call.lines[2].latency));

      const connections = await deepgram.events("connected");
      const listens = connections.filter(isListen);
      assert.equal(listens.length, 1);
      assert.equal(listens[0]!.query.encoding, "linear16");
      assert.equal(connections.filter((event) => event.path === "/v1/speak").length, 1);
      const seconds = (await deepgram.heardBy(listens[0]!.connection)) / 16_000;
      const texts = (await deepgram.events("Speak")).map((event) => event.text).join("");
      const [model, perMinute] =
        mode === "flux" ? ["deepgram/flux-general-en", 0.0065] : ["deepgram/nova-3", 0.0059];
      const costs = await desk.costs();
      console.log(`# ${mode}: ${seconds.toFixed(2)} s heard`, JSON.stringify(costs));
      assert.ok(seconds > 3);
      assert.ok(Math.abs(costs[model]! - (seconds / 60) * perMinute) < 0.0001);
      assert.ok(Math.abs(costs["deepgram"]! - texts.length * 0.000015) < 0.00001);
    });

    test("an interruption clears the voice", async () => {
      await deepgram.forget();
      const stop = "No, wait, I want something else.";
      await deepgram.script({
        turns: [{ hears: "Tell me how the water tank is cleaned." }, { hears: stop }],
        ms_per_word: 0,
        ms_per_character: 100,
        pace_ms: 60, // for 100 ms of audio
      });
      const phone = await desk.dial();
      await phone.say(speech("Tell me how the water tank is cleaned."));
      await phone.untilSpoken();
      await pause(2000); // until words of it were heard: else nothing of it is written down
      const began = phone.now;
      await phone.say(speech(stop));
      const silentAfter = phone.lastLoud() - began;
      await pause(2500);
      phone.close();
      const call = await desk.lastCall();
      console.log(
        `# ${mode}: the last loud frame came ${Math.round(silentAfter)} ms after the caller began`,
      );
      assert.ok(silentAfter < 1500, `${silentAfter} ms`);
      assert.ok(call.lines.some((line: Json) => line.is_interrupted));
      assert.ok(call.lines.some((line: Json) => line.original_message === stop));
      assert.equal((await deepgram.events("Clear")).length >= 1, true);
    });

    test("a stream that is cut within a sentence loses no words", async () => {
      await deepgram.forget();
      const sound = speech(question);
      const perWord = Math.floor((loudMs(sound) * 0.9) / wordsOf(question));
      await deepgram.script({
        turns: [{ hears: question }],
        ms_per_word: perWord,
        ms_per_character: 60,
        pace_ms: 0,
      });
      const phone = await desk.dial();
      const [listen] = (await deepgram.events("connected")).filter(isListen);
      const heardMs = (await deepgram.heardBy(listen!.connection)) / 16;
      await deepgram.fault({ kind: "cut", on: "listen", after_ms: heardMs + 1200 });
      await phone.say(sound);
      await phone.untilSpoken();
      await phone.untilSilent();
      phone.close();
      const call = await desk.lastCall();
      assert.equal(call.lines[1].original_message, question);
      const listens = (await deepgram.events("connected")).filter(isListen);
      assert.equal(listens.length, 2);
    });

    test("a provider that refuses everything costs nobody the call", async () => {
      await deepgram.forget();
      await deepgram.fault({ kind: "refuse", status: 402, count: 1000 });
      const phone = await desk.dial();
      const wanted = { heard: /warranty/i, answer: /five years/ };
      const lines = () => desk.newestLines();
      const asked = await askUntilAnswered(phone, { words: question, ...wanted, lines });
      phone.close();
      assertAsked((await desk.lastCall()).lines, asked, wanted);
      await deepgram.forget();
    });
  });

describe("a call with the Voice Agent", () => {
  let desk: Desk;
  before(async () => {
    await deepgram.forget();
    desk = await Desk.open("agent");
  });
  after(() => desk.close());

  test("is led by it, searches the knowledge and is paid by the minute", async () => {
    await deepgram.script({
      turns: [
        {
          hears: question,
          says: "Five years.",
          calls: [{ name: "search_knowledge", arguments: { query: question } }],
        },
      ],
      ms_per_word: 0,
      ms_per_character: 60,
      pace_ms: 20,
    });
    const phone = await desk.dial();
    await phone.say(speech(question));
    await phone.untilSpoken();
    await phone.untilSilent();
    phone.close();
    const call = await desk.lastCall();
    assert.deepEqual(
      call.lines.map((line: Json) => line.original_message),
      ["Welcome to the machine shop.", question, "Five years."],
    );
    const [result] = await deepgram.events("FunctionCallResponse");
    assert.match(result!.content, /five years/);
    const [settings] = await deepgram.events("Settings");
    assert.deepEqual(settings!.audio.input, { encoding: "mulaw", sample_rate: 8000 });
    const [greeting] = await deepgram.events("InjectAgentMessage");
    assert.equal(greeting!.message, "Welcome to the machine shop.");
    const costs = await desk.costs();
    const minutes = call.duration_seconds / 60;
    assert.ok(costs["deepgram/gpt-4o-mini"]! > 0.08 * minutes * 0.5, JSON.stringify(costs));
  });
});
