import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { frameSamples } from "./phone.ts";
import { RtpPhone } from "./rtp_phone.ts";

// The bad network of rtp_calls does the same to a caller's words however busy the machine is.
const network = { loss: 0.03, duplicates: 0.05, jitterMs: 40 };
const words = new Int16Array(60 * frameSamples).fill(1000); // 1.2 s

interface Packet {
  sequence: number;
  timestamp: number;
  isSpeech: boolean;
}

interface Call {
  packets: Packet[]; // as they came
  lost: number;
}

/** A call in which the words are said, by a machine that stalls for so long in the middle. */
async function call(times: number, stallMs: number): Promise<Call> {
  const packets: Packet[] = [];
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  socket.on("message", (packet: Buffer) =>
    packets.push({
      sequence: packet.readUInt16BE(2),
      timestamp: packet.readUInt32BE(4),
      isSpeech: packet[100] !== 0xff, // which is silence
    }),
  );
  const phone = await RtpPhone.call(socket.address().port, network);
  for (let time = 0; time < times; ++time) {
    const saying = phone.say(words);
    await pause(500);
    for (const end = performance.now() + stallMs; performance.now() < end;);
    await saying;
    await pause(300);
  }
  phone.close();
  socket.close();
  return { packets, lost: phone.lost };
}

/** Which packets of the words came, counted from the first, as they came. */
function orderOf({ packets }: Call): number[] {
  const said = packets.filter((packet) => packet.isSpeech);
  const first = Math.min(
    ...said.map((packet) => packet.sequence + 65_536 * +(packet.sequence < 32_768)),
  );
  return said.map((packet) => (packet.sequence - first) & 0xffff);
}

test("the same packets are lost and doubled, also where the machine stalls", async () => {
  const calm = await call(1, 0);
  const busy = await call(1, 400);

  const sorted = (call: Call) => orderOf(call).toSorted((a, b) => a - b);
  assert.deepEqual(sorted(busy), sorted(calm));
  assert.ok(new Set(orderOf(calm)).size < 60, "none was lost");
  assert.ok(orderOf(calm).length > new Set(orderOf(calm)).size, "none came twice");
  assert.notDeepEqual(
    orderOf(calm),
    orderOf(calm).toSorted((a, b) => a - b),
  );
});

test("what could not be sent in time is a pause of the stream, not a burst", async () => {
  const { packets } = await call(1, 400);
  const said = packets.filter((packet) => packet.isSpeech);
  const bySequence = said.toSorted((a, b) => ((a.sequence - b.sequence) << 16) >> 16);
  const steps = bySequence.slice(1).map((packet, at) => {
    const before = bySequence[at]!;
    const frames = ((packet.sequence - before.sequence) & 0xffff) * frameSamples;
    return ((packet.timestamp - before.timestamp) >>> 0) - frames;
  });
  const pauses = steps.filter((step) => step > 0);
  assert.ok(pauses.length >= 1 && Math.max(...pauses) >= 8 * 300, `${pauses}`);
});

test("other packets are lost when the same is said again", async () => {
  const { packets } = await call(2, 0);
  const said = packets.filter((packet) => packet.isSpeech);
  const middle = said.findIndex(
    (packet, at) =>
      at > 0 &&
      ((packet.sequence - said[at - 1]!.sequence) & 0xffff) > 10 &&
      ((packet.sequence - said[at - 1]!.sequence) & 0xffff) < 1000,
  );
  assert.ok(middle > 0, "it was said once");
  const order = (packets: Packet[]) => orderOf({ packets, lost: 0 });
  assert.notDeepEqual(order(said.slice(0, middle)), order(said.slice(middle)));
});
