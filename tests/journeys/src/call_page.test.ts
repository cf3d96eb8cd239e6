import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { at, press } from "./browser_view.ts";
import { Browser, hasChromium, type Page } from "./chromium.ts";
import type { Client, Json } from "./client.ts";
import { assertAsked } from "./conversation.ts";
import { speech } from "./phone.ts";
import { Server } from "./server.ts";

// Calls from the public page with a real browser and the packaged voices: what is spoken comes out
// of flite, into the browser's microphone.

const rate = 8000;
let folder: string;
let server: Server;
let client: Client;
let agent: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-call-page-"));
  server = await Server.start();
  client = await server.admin();
  const base = await client.createKnowledgeBase("Machines");
  const text =
    "# The coffee machine\n\n## Warranty\n\n" +
    "The warranty of the coffee machine lasts five years.\n\n" +
    "## Cleaning\n\nThe water tank is cleaned every Monday with vinegar, rinsed with clear water " +
    "three times, dried with a soft cloth, and filled again up to the upper mark before the shop " +
    "is opened.\n";
  await client.settled(base, await client.upload(base, "machine.md", text));
  const made = await client.post("/api/agents", {
    name: "Desk",
    slug: "call-desk",
    kb_id: base,
    greeting: "Welcome to the machine shop.",
    chat_page_enabled: true,
    widget_config: { allows_calls: true, visitor_calls_at_once: 1, visitor_calls_per_hour: 100 },
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
});
after(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});

/** A file for the browser's microphone: a question, at those seconds, and silence. */
function microphoneFile(at: number[], words: string, seconds: number): string {
  const said = speech(words);
  const samples = new Int16Array(seconds * rate);
  for (const second of at) samples.set(said, second * rate);
  const header = Buffer.alloc(44);
  header.write("RIFF");
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.byteLength, 40);
  const file = join(folder, "microphone.wav");
  writeFileSync(file, Buffer.concat([header, Buffer.from(samples.buffer)]));
  return file;
}

// A microphone that says what a test tells it to.
const toldMicrophone = `
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const microphone = context.createMediaStreamDestination();
    window.sayToMicrophone = async (text) => {
      const bytes = Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
      const samples = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32768);
      const buffer = context.createBuffer(1, samples.length, ${rate});
      buffer.copyToChannel(samples, 0);
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(microphone);
      source.start();
      await new Promise((done) => source.addEventListener("ended", done));
    };
    return microphone.stream;
  };`;

function saying(words: string): string {
  const samples = speech(words);
  const text = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return `sayToMicrophone("${text.toString("base64")}")`;
}

const state = "document.querySelector('main').dataset.state";
const isSpeaking = "document.querySelector('main').dataset.speaking === 'true'";
const status = "document.getElementById('status').textContent";
const lines = (role: string) =>
  `[...document.querySelectorAll(".message.${role} p")].map((p) => p.textContent).join(" / ")`;
const url = (slug = "call-desk") => `${server.ready.url}/aiva/call/${slug}`;

/** The newest call, once it is over. */
async function lastCall(): Promise<Json> {
  let seen = "nothing";
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const reply = await client.get("/api/calls?limit=1");
    const call = reply.body.data?.items[0];
    if (call !== undefined && !["announced", "in_progress"].includes(call.status)) return call;
    seen = reply.text;
    await pause(50);
  }
  throw new Error(`The call is not over: ${seen}\n${server.log.slice(-5_000)}`);
}

/** How the newest call ended, and for a fault what was said in it. */
async function assertEnded(reason: string): Promise<void> {
  const call = await lastCall();
  const seen = { call, transcript: await transcript(call.id) };
  assert.equal(call.end_reason, reason, JSON.stringify(seen, null, 1));
}

async function transcript(call: string): Promise<Json[]> {
  const reply = await client.get(`/api/calls/${call}/transcript`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body.data.items;
}

/** Presses "Call" and waits until the greeting is over. */
async function greeted(page: Page): Promise<void> {
  await page.click("#start");
  await page.until(isSpeaking);
  await page.until(`!(${isSpeaking})`);
}

const fakeDevice = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];

describe("the call page in a browser", { skip: !hasChromium }, () => {
  test("greets, hears a question, shows it, and answers", async () => {
    // Who was not understood at once asks again.
    const question = "How long is the warranty of the coffee machine?";
    const file = microphoneFile([6, 36, 66], question, 130);
    const browser = await Browser.start([
      ...fakeDevice,
      `--use-file-for-fake-audio-capture=${file}%noloop`,
    ]);
    try {
      const page = await browser.open(url());
      assert.equal(await page.evaluate(state), "idle");
      await page.evaluate(`setInterval(() => {
        window.peaks ??= { agent: 0, own: 0 };
        const level = (id) => document.getElementById(id).value;
        peaks.agent = Math.max(peaks.agent, level("agent-level"));
        peaks.own = Math.max(peaks.own, level("own-level"));
      }, 10)`);
      await page.click("#start");
      await page.until(`${state} === "talking"`);
      await page.until(isSpeaking);
      await page.until(`${lines("assistant")}.includes("Welcome to the machine shop")`);
      await page.until("peaks.agent > 0.05"); // the greeting is heard

      await page.until(`/warranty/i.test(${lines("user")})`, 110_000);
      await page.until(`${lines("assistant")}.includes("five years")`, 110_000);
      await page.until(isSpeaking);
      assert.ok((await page.evaluate("peaks.own")) > 0.05, "the microphone is silent");
      await page.until(`!(${isSpeaking})`);
      await page.until(`document.getElementById("time").textContent !== "0:00"`);

      await page.click("#end");
      assert.equal(await page.evaluate(state), "ended");
      assert.equal(await page.evaluate(status), "You have hung up.");
      assert.deepEqual(page.complaints, []);

      const call = await lastCall();
      assert.equal(call.provider, "browser");
      assert.equal(call.agent_id, agent);
      assert.equal(call.status, "completed");
      assert.equal(call.end_reason, "caller_hung_up");
      assert.match(call.caller_id, /^web-[0-9a-f]{12}$/);
      const said = await transcript(call.id);
      const times = call.duration_seconds < 36 ? 1 : 2;
      assertAsked(said, { times, waitedMs: 0 }, { heard: /warranty/i, answer: /five years/ });
      assert.ok(times > 1 || call.turns === 1, `${call.turns} turns`);
    } finally {
      await browser.stop();
    }
  });

  test("an agent that is interrupted falls silent, and what it said is marked", async () => {
    const browser = await Browser.start();
    try {
      const page = await browser.open(url(), toldMicrophone);
      await greeted(page);
      await page.evaluate(saying("Tell me how the water tank is cleaned."));
      await page.until(isSpeaking, 60_000);
      const speaking = page.evaluate(saying("No, wait, stop it please, I want something else."));
      await page.until(`!(${isSpeaking})`);
      await page.until(`document.querySelector(".message.assistant.cut") !== null`);
      await speaking;

      await page.click("#mute");
      assert.equal(
        await page.evaluate("document.getElementById('mute').getAttribute('aria-pressed')"),
        "true",
      );
      await page.click("#end");
      const said = await transcript((await lastCall()).id);
      assert.equal(said.filter((line) => line.is_interrupted).length, 1);
      assert.deepEqual(page.complaints, []);
    } finally {
      await browser.stop();
    }
  });

  test("has a keypad, for the mouse and for the keyboard", async () => {
    const made = await client.post("/api/agents", {
      name: "Exchange",
      slug: "keys-desk",
      greeting: "Welcome.",
      chat_page_enabled: true,
      widget_config: { allows_calls: true },
      publish: true,
    });
    assert.equal(made.status, 201, made.text);
    const step = { type: "collect_slot", slot_type: "number" };
    const flow = await client.post(`/api/agents/${made.body.data.id}/flows`, {
      name: "Exchange",
      begins_with: "call",
      steps: [
        { ...step, name: "where", slot: "extension", text: "Which extension?" },
        { ...step, name: "many", slot: "count", text: "How many people?" },
      ],
      completion: { type: "respond", text: "Noted, {count} for {extension}." },
    });
    assert.equal(flow.status, 201, flow.text);
    const browser = await Browser.start();
    try {
      const page = await browser.open(url("keys-desk"), toldMicrophone);
      const toggle = "document.getElementById('keypad-toggle')";
      assert.equal(await page.evaluate(`${toggle}.hidden`), true);
      await page.click("#start");
      await page.until(`${lines("assistant")}.includes("Which extension")`);
      assert.equal(await page.evaluate(`${toggle}.getAttribute("aria-expanded")`), "false");
      await page.click("#keypad-toggle");
      assert.equal(await page.evaluate(`${toggle}.getAttribute("aria-expanded")`), "true");
      const names = await page.evaluate(
        `[...document.querySelectorAll("#keypad button")].map((b) => b.ariaLabel ?? b.textContent)`,
      );
      assert.deepEqual(names, [..."123456789", "Star", "0", "Hash"]);

      for (const key of "42#") await page.click(`[data-key="${key}"]`);
      assert.equal(await page.evaluate("document.getElementById('keys').value"), "42#");
      await page.until(`${lines("assistant")}.includes("How many people")`);
      for (const key of "7#") await page.press(key);
      await page.until(`${lines("assistant")}.includes("Noted, 7 for 42")`);
      assert.deepEqual((await page.evaluate(lines("user"))).split(" / "), ["42", "7"]);

      await page.click("#end");
      assert.equal(await page.evaluate("document.getElementById('keypad').hidden"), true);
      const said = await transcript((await lastCall()).id);
      assert.deepEqual(
        said.filter((line) => line.speaker === "customer").map((line) => line.original_message),
        ["42", "7"],
      );
      assert.deepEqual(page.complaints, []);
    } finally {
      await browser.stop();
    }
  });

  test("says why it cannot call", async () => {
    const browser = await Browser.start();
    try {
      for (const [name, reason] of [
        ["NotFoundError", /No microphone was found/],
        ["NotAllowedError", /microphone was refused/],
        ["NotReadableError", /another program/],
      ] as const) {
        const page = await browser.open(
          url(),
          `navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException("refused", "${name}");
          };`,
        );
        await page.click("#start");
        await page.until(`${state} === "failed"`);
        assert.match(await page.evaluate(status), reason, await page.describe());
        await page.close();
      }

      // Both are open before: who does not speak is asked twice, then the call ends.
      const second = await browser.open(url(), toldMicrophone);
      const first = await browser.open(url(), toldMicrophone);
      await first.click("#start");
      await first.until(`${state} === "talking"`);
      await second.click("#start");
      await second.until(`["failed", "talking"].includes(${state})`);
      const seen = `${await second.describe()}\nThe first:\n${await first.describe()}`;
      assert.match(await second.evaluate(status), /in a call already/, seen);
      assert.equal(await first.evaluate(state), "talking", seen);
      await first.close(); // the call ends with its page
      await assertEnded("caller_hung_up");
    } finally {
      await browser.stop();
    }
  });

  test("is opened by the chat page and by the widget on another site", async () => {
    const browser = await Browser.start();
    let code = "";
    const site = createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><title>Shop</title><body>${code}</body>`);
    });
    await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
    const shopUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const made = await client.post("/api/agents", {
      name: "Shop",
      slug: "shop-desk",
      chat_page_enabled: true,
      widget_config: { allows_calls: true, allowed_origins: [shopUrl] },
      publish: true,
    });
    assert.equal(made.status, 201, made.text);
    const embed = await client.get(`/api/agents/${made.body.data.id}/embed-code`);
    code = embed.body.data.script;
    try {
      const chat = await browser.open(url().replace("/call/", "/chat/"));
      assert.equal(await chat.evaluate("document.getElementById('call').href"), url());

      const shop = await browser.open(`${shopUrl}/`);
      await press(shop, "aiva-widget >>> .launcher");
      await press(shop, "aiva-widget >>> [aria-label='Call']");
      const frame = at("aiva-widget >>> iframe");
      await shop.until(`${frame}.src.startsWith("${url("shop-desk")}?")`);
      assert.match(await shop.evaluate(`${frame}.allow`), /microphone/);
    } finally {
      site.close();
      await browser.stop();
    }
  });
});

test("a stranger gets keys only for agents that want calls, from pages that may", async () => {
  const visitor = server.anonymous;
  const headers = { origin: server.ready.url };
  const quiet = await client.post("/api/agents", {
    name: "Quiet",
    slug: "quiet-desk",
    chat_page_enabled: true,
    publish: true,
  });
  assert.equal(quiet.status, 201, quiet.text);
  assert.equal((await visitor.get("/aiva/call/quiet-desk")).status, 404);
  assert.equal((await visitor.post("/aiva/call/quiet-desk/keys", {}, headers)).status, 404);
  const path = "/aiva/call/call-desk/keys";
  assert.equal((await visitor.post(path, {}, { origin: "https://evil.example" })).status, 403);

  const made = await visitor.post(path, {}, headers);
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.data.path, "/realtime/call-desk");
  const busy = await visitor.post(path, {}, headers);
  assert.equal(busy.status, 429, busy.text);
  const asKey = server.anonymous;
  asKey.token = made.body.data.key;
  assert.equal((await asKey.get("/api/agents")).status, 401);
});
