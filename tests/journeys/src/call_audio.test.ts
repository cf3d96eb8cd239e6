import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import type { Json } from "./client.ts";
import { repository } from "./server.ts";

// The call page's worklets, sample by sample, in an audio thread whose time the test steers.

const callRate = 24_000;
const quantum = 128;
const source = readFileSync(join(repository, "src/faces/realtime/call_page/audio.js"), "utf8");

/** A worklet, what it has posted, and the time it sees. */
function make(name: string, sampleRate: number): { node: Json; posted: Json[]; thread: Json } {
  const posted: Json[] = [];
  const made = new Map<string, new () => Json>();
  const thread = {
    sampleRate,
    currentTime: 0,
    AudioWorkletProcessor: class {
      port = { postMessage: (message: Json) => posted.push(message) };
    },
    registerProcessor: (known: string, type: new () => Json) => made.set(known, type),
  };
  runInNewContext(source, thread);
  return { node: new (made.get(name)!)(), posted, thread };
}

const tone = (rate: number, count: number, from = 0) =>
  Float32Array.from(
    { length: count },
    (_, at) => 0.5 * Math.sin((880 * Math.PI * (at + from)) / rate),
  );

const toPcm = (samples: Float32Array) =>
  Int16Array.from(samples, (value) => Math.round(value * 32767)).buffer;

/** How loud a tone of 440 Hz is in samples, and how much louder than all else, in dB. */
function measure(samples: number[], rate: number): { level: number; ratio: number } {
  let [sine, cosine] = [0, 0];
  samples.forEach((value, at) => {
    sine += (2 * value * Math.sin((880 * Math.PI * at) / rate)) / samples.length;
    cosine += (2 * value * Math.cos((880 * Math.PI * at) / rate)) / samples.length;
  });
  const level = Math.hypot(sine, cosine);
  const phase = Math.atan2(cosine, sine);
  const rest = samples.reduce(
    (sum, value, at) => sum + (value - level * Math.sin((880 * Math.PI * at) / rate + phase)) ** 2,
    0,
  );
  return { level, ratio: 10 * Math.log10((level * level) / 2 / (rest / samples.length)) };
}

/** Has a loudspeaker play for so long. */
function play(speaker: { node: Json; thread: Json }, seconds: number): number[] {
  const out: number[] = [];
  for (let left = seconds * speaker.thread.sampleRate; left > 0; left -= quantum) {
    const channels = [new Float32Array(quantum), new Float32Array(quantum)];
    speaker.node.process([], [channels]);
    assert.deepEqual(channels[0], channels[1]);
    speaker.thread.currentTime += quantum / speaker.thread.sampleRate;
    out.push(...channels[0]!);
  }
  return out;
}

test("the microphone gives 24 kHz of whatever rate, and silence when it is muted", () => {
  for (const rate of [16_000, 44_100, 48_000, 96_000]) {
    const { node, posted } = make("aiva-microphone", rate);
    const sound = tone(rate, rate);
    for (let at = 0; at < rate; at += quantum) node.process([[sound.subarray(at, at + quantum)]]);
    const samples = posted.flatMap((piece) => [...new Int16Array(piece.samples)]);
    assert.ok(samples.length > callRate * 0.95 && samples.length <= callRate, `${samples.length}`);
    const { level, ratio } = measure(
      samples.slice(callRate / 10, callRate / 10 + 12_000),
      callRate,
    );
    assert.ok(Math.abs(level / 32767 - 0.5) < 0.005, `${rate}: ${level}`);
    assert.ok(ratio > 55, `${rate}: ${ratio} dB`);

    node.port.onmessage({ data: { muted: true } });
    for (let at = 0; at < rate / 2; at += quantum)
      node.process([[sound.subarray(at, at + quantum)]]);
    assert.deepEqual(new Set(new Int16Array(posted.at(-1).samples)), new Set([0]));
    assert.equal(posted.at(-1).level, 0);
  }
});

test("the loudspeaker waits a moment, plays all of an answer, and rests", () => {
  for (const rate of [44_100, 48_000]) {
    const speaker = make("aiva-loudspeaker", rate);
    const give = (from: number) =>
      speaker.node.take({ samples: toPcm(tone(callRate, callRate / 10, from)) });
    give(0);
    assert.ok(play(speaker, 0.2).every((value) => value === 0)); // more may follow at once
    for (let piece = 1; piece < 10; ++piece) give((piece * callRate) / 10);
    speaker.node.take({ end: true });
    const out = play(speaker, 1.2);

    const first = out.findIndex((value) => value !== 0);
    const last = out.findLastIndex((value) => value !== 0);
    assert.ok(first < quantum, `${first}`);
    assert.ok(Math.abs((last - first) / rate - 1) < 0.005, `${(last - first) / rate} s`);
    const { level, ratio } = measure(out.slice(rate / 10, rate / 10 + rate / 2), rate);
    assert.ok(Math.abs(level - 0.5) < 0.005, `${rate}: ${level}`);
    assert.ok(ratio > 50, `${rate}: ${ratio} dB`);
    assert.equal(speaker.posted.at(-1).isPlaying, false);
    assert.equal(speaker.posted.at(-1).underruns, 0);
  }
});

test("the loudspeaker says a short answer as soon as it is whole", () => {
  const speaker = make("aiva-loudspeaker", 48_000);
  speaker.node.take({ samples: toPcm(tone(callRate, callRate / 20)) });
  assert.ok(play(speaker, 0.1).every((value) => value === 0));
  speaker.node.take({ end: true });
  assert.ok(play(speaker, 0.1).some((value) => value > 0.4));
});

test("the loudspeaker that ran dry waits for longer the next time", () => {
  const speaker = make("aiva-loudspeaker", 48_000);
  const give = () => speaker.node.take({ samples: toPcm(tone(callRate, callRate * 0.2)) });
  give();
  play(speaker, 0.5);
  assert.equal(speaker.posted.at(-1).underruns, 1);
  give();
  assert.ok(play(speaker, 0.1).every((value) => value === 0));
  give();
  assert.ok(play(speaker, 0.1).some((value) => value !== 0));
});

test("the loudspeaker forgets all but a few milliseconds when it is flushed", () => {
  const speaker = make("aiva-loudspeaker", 48_000);
  speaker.node.take({ samples: toPcm(tone(callRate, callRate)) });
  play(speaker, 0.3);
  speaker.node.take({ flush: true });
  const rest = play(speaker, 1);
  assert.ok(rest.findLastIndex((value) => value !== 0) < 480); // 10 ms
  assert.equal(speaker.posted.at(-1).underruns, 0);
});

test("the loudspeaker keeps no more than a quarter of a minute", () => {
  const speaker = make("aiva-loudspeaker", 48_000);
  for (let second = 0; second < 40; ++second)
    speaker.node.take({ samples: toPcm(tone(callRate, callRate)) });
  speaker.node.take({ end: true });
  const out = play(speaker, 20);
  assert.ok(out.findLastIndex((value) => value !== 0) <= 15 * 48_000);
});
