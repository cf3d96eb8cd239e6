import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { AsteriskChannel } from "./asterisk_websocket.mjs";

// The far end of the channel, without a network.
class FakeSocket extends EventTarget {
  static last;
  texts = [];
  frames = 0;
  constructor(url, protocols) {
    super();
    assert.deepEqual(protocols, ["media"]);
    FakeSocket.last = this;
    setTimeout(() => this.dispatchEvent(new Event("open")), 0);
  }
  send(message) {
    if (typeof message === "string") this.texts.push(message);
    else this.frames += 1;
  }
  say(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  close(code = 1005) {
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "" }));
  }
}

let channel;
const open = async (options = {}) => {
  channel = new AsteriskChannel({ url: "ws://nowhere", WebSocket: FakeSocket, ...options });
  await channel.answered;
  return FakeSocket.last;
};
const frames = (count, rest = 0) => Buffer.alloc(160 * count + rest, 1);
afterEach(() => channel.hangUp());

test("throws away what is no whole frame", async () => {
  const far = await open();
  far.say(frames(2, 40));
  assert.equal(channel.queueLength, 2);
  assert.equal(channel.lostBytes, 40);
});

test("holds 1000 frames, and says when it is nearly full", async () => {
  const far = await open();
  far.say(frames(1010));
  assert.equal(channel.queueLength, 1000);
  assert.equal(channel.lostFrames, 10);
  assert.ok(far.texts.some((text) => JSON.parse(text).event === "MEDIA_XOFF"));
  far.say('{"command":"FLUSH_MEDIA"}');
  await pause(60);
  assert.ok(far.texts.some((text) => JSON.parse(text).event === "MEDIA_XON"));
});

test("cuts what is buffered, and says when it was played", async () => {
  const far = await open();
  far.say('{"command":"START_MEDIA_BUFFERING"}');
  far.say(frames(0, 100));
  far.say(frames(0, 100));
  far.say('{"command":"STOP_MEDIA_BUFFERING","correlation_id":"x"}');
  await pause(150);
  assert.equal(channel.played.length, 2);
  assert.equal(channel.lostBytes, 0);
  const done = far.texts.map((text) => JSON.parse(text)).at(-1);
  assert.equal(done.event, "MEDIA_BUFFERING_COMPLETED");
  assert.equal(done.correlation_id, "x");
});

test("passes over long commands and those of the other way of writing", async () => {
  const far = await open({ control: "plain-text" });
  far.say('{"command":"GET_STATUS"}');
  far.say(`MARK_MEDIA ${"x".repeat(128)}`);
  far.say("GET_STATUS");
  assert.equal(channel.ignored.length, 2);
  assert.match(far.texts.at(-1), /^STATUS queue_length:0 /);
});

test("plays a frame every 20 ms, and tells once when nothing is left", async () => {
  const far = await open();
  far.say(frames(3));
  far.say('{"command":"REPORT_QUEUE_DRAINED"}');
  await pause(200);
  assert.equal(channel.played.length, 3);
  const drained = far.texts.filter((text) => text.includes("QUEUE_DRAINED"));
  assert.equal(drained.length, 1);
  assert.ok(far.frames >= 5);
});

test("hangs up at once, whatever is queued", async () => {
  const far = await open();
  far.say(frames(50));
  far.say('{"command":"HANGUP"}');
  assert.equal((await channel.closed).code, 1000);
  assert.ok(channel.lostFrames >= 48);
});
