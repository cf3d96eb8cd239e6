import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Client, Json } from "./client.ts";
import { ValueMaker } from "./made_values.ts";
import { Random } from "./random.ts";
import { Server } from "./server.ts";

// Writes to every port what no client of its protocol would: HTTP that is none, WebSocket frames
// that may not be, events with one thing wrong, sound that is no sound. Whoever does so is told or
// hung up on, in time; the server and the calls of others go on.

const rounds = Number(process.env["AIVA_FUZZ_ROUNDS"] ?? 8);
const seed = Number(process.env["AIVA_FUZZ_SEED"] ?? 20_261_201);
const endMs = 20_000; // so soon a connection ends whose other side has, on the busiest machine

const random = new Random(seed);
const maker = new ValueMaker({}, random, () => undefined);
let server: Server;
let client: Client;
let agent: string;
let audioPort: number;

before(async () => {
  server = await Server.start({ environment: { AIVA_AUDIOSOCKET_PORT: "0" } });
  audioPort = (server.ready as Json).audiosocket_port;
  client = await server.admin();
  const base = await client.createKnowledgeBase("Machines");
  const made = await client.post("/api/agents", {
    name: "Desk",
    slug: "wire-desk",
    kb_id: base,
    publish: true,
  });
  assert.equal(made.status, 201, made.text);
  agent = made.body.data.id;
});
after(() => server.remove());

const randomBytes = (count: number) =>
  Buffer.from(Array.from({ length: count }, () => random.below(256)));

/** The bytes with some of them changed, left out, or said twice. */
function spoil(bytes: Buffer): Buffer {
  let spoilt = Buffer.from(bytes);
  for (let i = 1 + random.below(3); i > 0 && spoilt.length > 0; --i) {
    const at = random.below(spoilt.length);
    const end = at + random.below(Math.min(40, spoilt.length - at) + 1);
    const parts = [spoilt.subarray(0, at), spoilt.subarray(at, end), spoilt.subarray(end)];
    const [before, piece, rest] = parts as [Buffer, Buffer, Buffer];
    spoilt = random.oneOf([
      () => Buffer.concat([before, randomBytes(piece.length), rest]),
      () => Buffer.concat([before, rest]),
      () => Buffer.concat([before, piece, piece, rest]),
      () => Buffer.concat([before, randomBytes(1 + random.below(8)), piece, rest]),
    ])();
  }
  return spoilt;
}

/** Writes in pieces, ends, and answers all that came back; fails when it is not ended in time. */
async function exchange(port: number, bytes: Buffer, isCut = false): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  let text = "";
  let isReset = false;
  socket.on("data", (piece: Buffer) => (text += piece.toString("latin1")));
  socket.on("error", () => (isReset = true));
  const closed = new Promise<boolean>((done) => socket.once("close", () => done(true)));
  await new Promise<void>((done) => socket.once("connect", () => done()));
  for (let at = 0; at < bytes.length && !isReset && !socket.destroyed;) {
    const end = random.isLikely(0.7) ? bytes.length : at + 1 + random.below(bytes.length - at);
    socket.write(bytes.subarray(at, end));
    at = end;
    if (at < bytes.length) await pause(random.below(5));
  }
  if (isCut) socket.destroy();
  else socket.end();
  const timer = new AbortController();
  const isEnded = await Promise.race([
    closed,
    pause(endMs, false, { signal: timer.signal }).catch(() => false),
  ]);
  timer.abort();
  socket.destroy();
  assert.ok(isEnded, `still open after ${JSON.stringify(bytes.toString("latin1").slice(0, 300))}`);
  return text;
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
const many = (text: string, count: number) => text.repeat(count);

// Each is refused with a 4xx or 5xx, or without a word.
const noHttp: string[] = [
  "\r\n\r\n\r\n\r\n",
  "\0\0\0\0\0\0\0\0\r\n\r\n",
  "GET\r\n\r\n",
  "GET /\r\n\r\n",
  "GET / HTTP/9.9\r\n\r\n",
  "GET / HTTP/1.1 HTTP/1.1\r\n\r\n",
  "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
  "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET no/slash HTTP/1.1\r\nHost: a\r\n\r\n",
  "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
  "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // the beginning of TLS
  `GET /${many("a", 70_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: a\r\nX: ${many("a", 200_000)}\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: a\r\n${many("X: 1\r\n", 20_000)}\r\n`,
  "GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nSpace : 1\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\nX: 1\n\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\nabcde",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\n" +
    "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "ffffffffffffffffff\r\n{}",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}",
  "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
    `2;${many("e", 70_000)}`,
  "GET /v1/realtime HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  "GET /v1/realtime HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  "GET /v1/realtime HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
];

test("what is no HTTP is refused or hung up on", async () => {
  const port = Number(new URL(server.ready.url).port);
  for (const text of noHttp) {
    const answer = await exchange(port, Buffer.from(text, "latin1"));
    const status = statusOf(answer);
    const shown = JSON.stringify(text.slice(0, 120));
    assert.ok(answer === "" || (status >= 400 && status !== 500), `${shown}: ${answer}`);
    const answers = answer.match(/^HTTP\/1\.[01] /gm)?.length ?? 0;
    assert.ok(answers <= 1, `${shown} is taken for ${answers} requests: ${answer}`);
  }
  const login = JSON.stringify({ email: "a@b.test", password: "x" });
  const right = [
    "GET /api/health HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    `POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${login.length}\r\n\r\n${login}`,
    `POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `${login.length.toString(16)}\r\n${login}\r\n0\r\n\r\n`,
    "POST /api/knowledge/x/documents HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n" +
      "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 60\r\n\r\n--b\r\n",
  ];
  for (let i = 0; i < rounds * 40; ++i) {
    const bytes = spoil(Buffer.from(random.oneOf(right)));
    const answer = await exchange(port, bytes, random.isLikely(0.2));
    const status = statusOf(answer);
    assert.ok(answer === "" || (status >= 100 && status !== 500), answer);
  }
});

const audio = Buffer.alloc(320).toString("base64");
const realtimeEvents: Json[] = [
  { type: "session.update", session: { type: "realtime", instructions: "Be kind." } },
  {
    type: "session.update",
    session: {
      type: "realtime",
      audio: {
        input: { format: { type: "audio/pcmu" }, turn_detection: { type: "server_vad" } },
        output: { format: { type: "audio/pcm", rate: 24000 }, voice: "alloy", speed: 1 },
      },
      tools: [{ type: "function", name: "look", parameters: { type: "object" } }],
      tool_choice: "auto",
    },
  },
  { type: "input_audio_buffer.append", audio },
  { type: "input_audio_buffer.append", event_id: "e1", audio },
  { type: "input_audio_buffer.commit" },
  { type: "input_audio_buffer.clear" },
  { type: "output_audio_buffer.clear" },
  {
    type: "conversation.item.create",
    previous_item_id: "root",
    item: {
      id: "item1",
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "What is the word?" }],
    },
  },
  { type: "conversation.item.retrieve", item_id: "item1" },
  { type: "conversation.item.truncate", item_id: "item1", content_index: 0, audio_end_ms: 10 },
  { type: "conversation.item.delete", item_id: "item1" },
  { type: "response.create", response: { instructions: "Hello", metadata: { a: "b" } } },
  { type: "response.cancel", response_id: "r1" },
];
const start = {
  streamSid: "MZ1",
  callSid: "CA1",
  tracks: ["inbound"],
  mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
  customParameters: { from: "+4930123456" },
};
const twilioEvents: Json[] = [
  { event: "connected", protocol: "Call", version: "1.0.0" },
  { event: "start", sequenceNumber: "1", streamSid: "MZ1", start },
  {
    event: "media",
    sequenceNumber: "2",
    streamSid: "MZ1",
    media: { track: "inbound", payload: audio },
  },
  { event: "dtmf", streamSid: "MZ1", dtmf: { track: "inbound_track", digit: "5" } },
  { event: "mark", streamSid: "MZ1", mark: { name: "m" } },
  { event: "stop", streamSid: "MZ1", stop: { callSid: "CA1" } },
];
const mediaEvents: Json[] = [
  {
    event: "MEDIA_START",
    connection_id: "c1",
    channel: "WebSocket/c1",
    channel_id: "1.1",
    format: "ulaw",
    optimal_frame_size: 160,
    ptime: 20,
  },
  { event: "MEDIA_XOFF", channel_id: "1.1" },
  { event: "MEDIA_XON", channel_id: "1.1" },
  { event: "DTMF_END", channel_id: "1.1", digit: "5", duration_ms: 100 },
  { event: "STATUS", channel_id: "1.1", queue_length: 5 },
  { event: "QUEUE_DRAINED", channel_id: "1.1" },
];

interface Way {
  path: string;
  protocols: string[];
  events: Json[];
}

const ways = (): Way[] => [
  { path: "/v1/realtime?model=wire-desk", protocols: [], events: realtimeEvents },
  { path: `/realtime/${agent}`, protocols: ["realtime"], events: realtimeEvents },
  { path: `/realtime/${agent}`, protocols: ["media"], events: mediaEvents },
  { path: `/realtime/twilio/${agent}`, protocols: [], events: twilioEvents },
];

// Frames as no client may send them: after each the server hangs up.
const noFrames: Buffer[] = [
  Buffer.from([0x83, 0x80, 0, 0, 0, 0]), // an opcode that is none
  Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), // reserved bits
  Buffer.from([0x81, 0x02, 0x7b, 0x7d]), // not masked
  Buffer.from([0x80, 0x80, 0, 0, 0, 0]), // goes on with what has not begun
  Buffer.from([0x09, 0x80, 0, 0, 0, 0]), // a ping in pieces
  Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]), // a ping of 256 bytes
  Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]), // text that is no UTF-8
  Buffer.from([0x88, 0x81, 0, 0, 0, 0, 0x03]), // half a code
  Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01]), // a code that is none
];

interface Line {
  socket: WebSocket;
  closed: Promise<number>;
  texts: string[];
}

async function open(way: Way): Promise<Line> {
  const url = server.ready.url.replace("http", "ws") + way.path;
  const headers = { authorization: `Bearer ${client.token}` };
  const socket = new WebSocket(url, way.protocols, { headers });
  const texts: string[] = [];
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) texts.push(data.toString());
  });
  const closed = new Promise<number>((done) => socket.on("close", done));
  await new Promise<void>((done, failed) => {
    socket.on("open", () => done());
    socket.on("error", failed);
  });
  return { socket, closed, texts };
}

async function ended(line: Line, what: string): Promise<void> {
  const timer = new AbortController();
  const late = pause(endMs, -1, { signal: timer.signal }).catch(() => -1);
  const code = await Promise.race([line.closed, late]);
  timer.abort();
  assert.notEqual(code, -1, `still open after ${what}`);
}

test("frames that may not be end the connection", async () => {
  for (const way of ways())
    for (const frame of noFrames) {
      const line = await open(way);
      (line.socket as Json)._socket.write(frame);
      await ended(line, `${way.path} ${frame.toString("hex")}`);
    }
});

/** One message of the protocol, as a rule with something wrong. */
function sendOne(socket: WebSocket, events: Json[]): void {
  const event = random.oneOf(events);
  const choice = random.next();
  if (choice < 0.15) socket.send(randomBytes(random.below(700)));
  else if (choice < 0.35) socket.send(JSON.stringify(event));
  else if (choice < 0.45) socket.send(spoil(Buffer.from(JSON.stringify(event))).toString("latin1"));
  else if (choice < 0.5) socket.send(JSON.stringify(maker.nasty()));
  else if (choice < 0.53) socket.ping(randomBytes(random.below(126)));
  else socket.send(JSON.stringify(maker.spoil(event)));
}

test("events with something wrong are answered by errors", async () => {
  let refused = 0;
  for (let round = 0; round < rounds; ++round)
    for (const way of ways()) {
      const line = await open(way);
      line.socket.on("error", () => {}); // tells itself by the close
      for (let i = 0; i < 40 && line.socket.readyState === WebSocket.OPEN; ++i) {
        sendOne(line.socket, way.events);
        if (i % 8 === 0) await pause(10);
      }
      await pause(50);
      if (random.isLikely(0.5)) line.socket.terminate();
      else line.socket.close();
      await ended(line, way.path);
      for (const text of line.texts) {
        if (way.events === mediaEvents) continue; // may be the protocol's plain words
        const event = JSON.parse(text);
        const type = event.type ?? event.event;
        assert.equal(typeof type, "string", text);
        if (type === "error") ++refused;
        assert.notEqual(event.error?.type, "server_error", text);
      }
    }
  assert.ok(refused > rounds, `only ${refused} errors`);
});

test("sound that is no sound ends its call alone", async () => {
  const frame = (kind: number, body: Buffer) =>
    Buffer.concat([Buffer.from([kind, body.length >> 8, body.length & 255]), body]);
  for (let i = 0; i < rounds * 10; ++i) {
    const reply = await client.post("/api/calls", { agent_id: agent });
    assert.equal(reply.status, 201, reply.text);
    const id = Buffer.from(reply.body.data.session_id.replaceAll("-", ""), "hex");
    const whole = Buffer.concat([
      frame(0x01, random.isLikely(0.8) ? id : randomBytes(16)),
      frame(0x10, Buffer.alloc(320)),
      frame(0x03, Buffer.from("5")),
      frame(
        random.oneOf([0x10, 0x11, 0x12, 0x16, 0xff, 0x02, 0x7f]),
        randomBytes(random.below(900)),
      ),
      frame(0x10, Buffer.alloc(320)),
      frame(0x00, Buffer.alloc(0)),
    ]);
    const bytes = random.isLikely(0.7) ? spoil(whole) : randomBytes(1 + random.below(400));
    await exchange(audioPort, bytes, random.isLikely(0.3));
  }
});

test("all calls are over, and the server is well", async () => {
  for (let tries = 0; ; ++tries) {
    const going = await client.get("/api/calls?status=in_progress&limit=1");
    assert.equal(going.status, 200, going.text);
    if (going.body.data.total === 0) break;
    assert.ok(tries < 60, `${going.body.data.total} calls still go on`);
    await pause(500);
  }
  assert.equal((await client.get("/readyz")).status, 200);
  assert.deepEqual(server.errors.slice(0, 10), []);
});
