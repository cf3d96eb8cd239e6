import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { AsteriskAri } from "./asterisk_ari.mjs";

const phone = "0190f3a0-0000-7000-8000-000000000200";

// The far end of the WebSocket that the emulator opens, without a network.
class Client extends EventEmitter {
  static last;
  events = [];
  #replies = new Map();
  #count = 0;
  constructor() {
    super();
    Client.last = this;
    setTimeout(() => this.emit("open"), 0);
  }
  send(text) {
    const message = JSON.parse(text);
    if (message.type !== "RESTResponse") {
      this.events.push(message);
      this.emit(message.type, message);
      return;
    }
    this.#replies.get(message.request_id)(message);
  }
  terminate() {
    this.emit("close");
  }
  ask(method, uri) {
    const id = String(++this.#count);
    const reply = new Promise((answered) => this.#replies.set(id, answered));
    const request = { type: "RESTRequest", transaction_id: id, request_id: id, method, uri };
    this.emit("message", JSON.stringify(request));
    return reply;
  }
  async status(method, uri) {
    return (await this.ask(method, uri)).status_code;
  }
}

let asterisk;
let client;
let phones;
let sockets;
beforeEach(async () => {
  sockets = [];
  phones = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    phones.emit("call", socket);
  });
  await new Promise((done) => phones.listen(0, "127.0.0.1", done));
  asterisk = await AsteriskAri.start({
    phonePort: phones.address().port,
    dialplan: {
      100: [
        ["stasis", "aiva"],
        ["hangup", 16],
      ],
      200: [["phone", phone]],
      201: [["hangup", 17]],
    },
  });
  await asterisk.connectTo("ws://unused", { WebSocket: Client, username: "a", password: "b" });
  client = Client.last;
});
afterEach(() => {
  asterisk.stop();
  for (const socket of sockets) socket.destroy();
  phones.close();
});

const address = () => `127.0.0.1%3A${phones.address().port}`;
const media = (channel) =>
  `channels/externalMedia?channelId=${channel}&app=aiva&external_host=${address()}` +
  `&encapsulation=audiosocket&transport=tcp&format=slin&data=${phone}`;

test("a caller enters the application, is bridged with audio, and hears it", async () => {
  const started = once(client, "StasisStart");
  const id = await asterisk.dial("100");
  const [event] = await started;
  assert.equal(event.channel.id, id);
  assert.deepEqual(event.args, []);
  const caller = sockets[0];

  assert.equal(await client.status("POST", "bridges/b?type=mixing&name=test"), 200);
  const arrived = once(client, "StasisStart");
  assert.equal(await client.status("POST", media("m")), 200);
  await arrived;
  assert.equal(await client.status("POST", `bridges/b/addChannel?channel=${id}%2Cm`), 204);
  const heard = once(caller, "data");
  sockets[1].write(Buffer.concat([Buffer.from([0x10, 0, 2]), Buffer.from([1, 2])]));
  let [bytes] = await heard;
  while (bytes.length < 19 + 5) bytes = Buffer.concat([bytes, (await once(caller, "data"))[0]]);
  assert.deepEqual([...bytes.subarray(-5)], [0x10, 0, 2, 1, 2]);

  const ended = once(client, "ChannelDestroyed");
  caller.destroy();
  assert.equal((await ended)[0].channel.id, id);
  assert.equal(await client.status("DELETE", "channels/m"), 204);
  assert.equal(await client.status("DELETE", "bridges/b"), 204);
  assert.deepEqual([asterisk.channels, asterisk.bridges], [[], []]);
});

for (const [format, type, bytes] of [
  ["ulaw", 0, 160],
  ["alaw", 8, 160],
  ["slin", 10, 320],
  ["slin16", 118, 640],
])
  test(`a caller is bridged with audio by RTP, as ${format}`, async () => {
    const far = createSocket("udp4");
    await new Promise((done) => far.bind(0, "127.0.0.1", done));
    try {
      const started = once(client, "StasisStart");
      const id = await asterisk.dial("100");
      await started;
      await client.ask("POST", "bridges/b?type=mixing&name=test");
      const arrived = once(client, "StasisStart");
      const uri =
        `channels/externalMedia?channelId=m&app=aiva&external_host=127.0.0.1%3A` +
        `${far.address().port}&encapsulation=rtp&transport=udp&connection_type=client` +
        `&format=${format}&direction=both`;
      assert.equal(await client.status("POST", uri), 200);
      assert.equal(await client.status("POST", uri), 409);
      await arrived;
      const told = async (name) => {
        const reply = await client.ask("GET", `channels/m/variable?variable=${name}`);
        return JSON.parse(reply.message_body).value;
      };
      assert.equal(await told("UNICASTRTP_LOCAL_ADDRESS"), "127.0.0.1");
      const port = Number(await told("UNICASTRTP_LOCAL_PORT"));
      assert.equal(await client.status("POST", `bridges/b/addChannel?channel=${id}%2Cm`), 204);

      const packets = [];
      far.on("message", (packet, { port: from }) => packets.push({ packet, from }));
      const samples = Buffer.alloc(320);
      for (let at = 0; at < 160; ++at)
        samples.writeInt16LE(Math.round(8000 * Math.sin(at / 8)), 2 * at);
      const frame = Buffer.concat([Buffer.from([0x10, 1, 64]), samples]);
      sockets[0].write(Buffer.concat([frame, frame]));
      while (packets.length < 2) await once(far, "message");
      const [first, second] = packets.map(({ packet }) => packet);
      assert.equal(packets[0].from, port);
      assert.equal(first[1], type);
      assert.equal(first.length, 12 + bytes);
      assert.equal((second.readUInt16BE(2) - first.readUInt16BE(2)) & 0xffff, 1);
      const step = (second.readUInt32BE(4) - first.readUInt32BE(4)) >>> 0;
      assert.equal(step, format === "slin16" ? 320 : 160);

      // What comes back is what was sent, as far as the coding lets it be.
      far.send(first, port, "127.0.0.1");
      let heard = (await once(sockets[0], "data"))[0];
      while (heard.length < 19 + 323 && heard.length !== 323)
        heard = Buffer.concat([heard, (await once(sockets[0], "data"))[0]]);
      const back = heard.subarray(-320);
      for (let at = 0; at < 320; at += 2)
        assert.ok(Math.abs(back.readInt16LE(at) - samples.readInt16LE(at)) < 300, `${at}`);
    } finally {
      far.close();
    }
  });

test("what does not exist or makes no sense is refused as Asterisk does", async () => {
  const started = once(client, "StasisStart");
  const id = await asterisk.dial("100");
  await started;
  for (const [status, method, uri] of [
    [404, "GET", "nonsense"],
    [404, "DELETE", "channels/nobody?reason_code=16"],
    [404, "POST", "bridges/none/addChannel?channel=a"],
    [400, "POST", `channels/${id}/dtmf`],
    [400, "POST", `channels/${id}/answer?loudly=yes`],
    [500, "POST", "channels/d?endpoint=PJSIP%2F1%40trunk&app=aiva"],
    [400, "POST", "channels/d?app=aiva"],
  ])
    assert.equal(await client.status(method, uri), status, uri);
  await client.ask("POST", "bridges/b?type=mixing&name=test");
  assert.equal(await client.status("POST", "bridges/b?type=mixing&name=test"), 409);
  assert.equal(await client.status("POST", "bridges/b/addChannel?channel=nobody"), 400);
  assert.equal(await client.status("POST", `bridges/b/removeChannel?channel=${id}`), 422);
});

test("calls that go out end with their cause, or in the application", async () => {
  const busy = once(client, "ChannelDestroyed");
  await client.ask("POST", "channels/d1?endpoint=Local%2F201%40aiva%2Fn&app=aiva&timeout=5");
  assert.equal((await busy)[0].cause, 17);
  const started = once(client, "StasisStart");
  await client.ask(
    "POST",
    "channels/d2?endpoint=Local%2F200%40aiva%2Fn&app=aiva&appArgs=dialled&timeout=5",
  );
  const [event] = await started;
  assert.equal(event.channel.id, "d2");
  assert.deepEqual(event.args, ["dialled"]);
});

test("a fault comes as often as it was asked for", async () => {
  asterisk.fault({ on: "GET channels", status: 503, count: 2 });
  assert.equal(await client.status("GET", "channels"), 503);
  assert.equal(await client.status("GET", "channels"), 503);
  assert.equal(await client.status("GET", "channels"), 200);
});
