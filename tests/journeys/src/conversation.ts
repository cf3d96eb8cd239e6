import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Json } from "./client.ts";
import { speech, type Phone } from "./phone.ts";

// What the recognizer takes for another word in one voice it takes for it every time.
const voices = ["rms", "slt", "awb"];
const timesMax = voices.length;
const lineMs = 10_000; // until what was said is written down

/** What a caller wants to know, and how it is seen that they were answered. */
export interface Question {
  words: string | Int16Array;
  answer: RegExp; // in what the agent says to it
  heard?: RegExp; // in what the agent took it for
  lines: () => Promise<Json[]>; // the call's transcript so far
}

export interface Answered {
  times: number; // it was asked
  waitedMs: number; // for the last answer's first sound
}

/**
 * Has a caller try until they were understood, at most three times, as people do: a recognizer may
 * mishear a sentence once. Says how often they tried.
 */
export async function untilUnderstood(
  attempt: (voice: string) => Promise<boolean>,
  complaint: () => Promise<string>,
): Promise<number> {
  for (let times = 1; times <= timesMax; ++times)
    if (await attempt(voices[times - 1]!)) return times;
  throw new Error(`Not understood ${timesMax} times: ${await complaint()}`);
}

/** Asks until the answer is heard and written down, at most three times. */
export async function askUntilAnswered(phone: Phone, question: Question): Promise<Answered> {
  let waitedMs = 0;
  const times = await untilUnderstood(
    async (voice) => {
      const words = question.words;
      const before = (await question.lines()).length;
      await phone.say(typeof words === "string" ? speech(words, voice) : words);
      try {
        waitedMs = await phone.untilSpoken();
        await phone.untilSilent();
      } catch (error) {
        if (phone.hungUp || phone.closed) throw error;
        return false; // the agent heard nothing at all
      }
      return isAnswered(phone, question, before);
    },
    async () => JSON.stringify((await question.lines()).map(toText)),
  );
  if (times > 1) console.log(`# asked ${times} times`);
  return { times, waitedMs };
}

/** Asserts that a call was a greeting, then the question and its answer, as often as it took. */
export function assertAsked(lines: Json[], asked: Answered, question: Partial<Question>): void {
  assert.equal(lines[0].speaker, "agent");
  assert.equal(lines.at(-1).speaker, "agent");
  if (asked.times === 1)
    assert.deepEqual(
      lines.map((line) => line.speaker),
      ["agent", "customer", "agent"],
    );
  const of = (speaker: string): string =>
    lines.findLast((line) => line.speaker === speaker)!.original_message;
  if (question.heard) assert.match(of("customer"), question.heard);
  if (question.answer) assert.match(of("agent"), question.answer);
}

function toText(line: Json): string {
  return `${line.speaker}: ${line.original_message}`;
}

async function isAnswered(phone: Phone, question: Question, before: number): Promise<boolean> {
  for (const end = phone.now + lineMs; phone.now < end; await pause(50)) {
    const said = (await question.lines()).slice(before);
    const has = (speaker: string, words: RegExp): boolean =>
      said.some((line) => line.speaker === speaker && words.test(line.original_message));
    if (has("agent", question.answer) && has("customer", question.heard ?? /./)) return true;
    if (has("agent", /./) && !phone.isSpeaking(2_000)) return false;
  }
  return false;
}
