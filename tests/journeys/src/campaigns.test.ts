import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";
import { Phone, speech } from "./phone.ts";
import { repository, Server } from "./server.ts";
import { TelephoneSystem, type Order } from "./telephone_system.ts";

// Campaigns over a telephone system that takes orders over HTTP and connects calls by AudioSocket.
const secret = "between us";
const csv = { "content-type": "text/csv" };
let telephones: TelephoneSystem;
let emulator: ChildProcess;
let modelAddress: string;
let environment: Record<string, string>;
let server: Server;
let client: Client;
let port: number;
let agent: string;

function ok(reply: { status: number; text: string; body: Json }, status = 200): Json {
  assert.equal(reply.status, status, reply.text);
  return reply.body.data;
}

before(async () => {
  telephones = await TelephoneSystem.start(secret);
  const file = join(repository, "tests/emulators/openai_realtime.mjs");
  emulator = spawn("node", [file, "--port", "0", "--key", "sk-test"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const found = await new Promise<number>((told) =>
    emulator.stdout!.once("data", (piece: Buffer) => told(JSON.parse(piece.toString()).port)),
  );
  modelAddress = `127.0.0.1:${found}`;
  environment = {
    AIVA_VOICE_REALTIME_URL: `http://${modelAddress}/v1`,
    AIVA_VOICE_REALTIME_KEY: "sk-test",
    AIVA_AUDIOSOCKET_PORT: "0",
    AIVA_CAMPAIGNS_DIALLER_URL: telephones.url,
    AIVA_CAMPAIGNS_DIALLER_SECRET: secret,
    AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true",
  };
  server = await Server.start({ environment });
  port = (server.ready as Json).audiosocket_port;
  client = await server.admin();
  telephones.client = client;
  const made = await client.post("/api/agents", {
    name: "Reminder",
    greeting: "Good day {name}, this is the surgery. You have an appointment in {city}.",
    publish: true,
  });
  agent = ok(made, 201).id;
});
after(async () => {
  await server.remove();
  rmSync(server.folder, { recursive: true, force: true });
  telephones.stop();
  emulator.kill();
});

async function campaign(fields: Json, contacts: Json): Promise<string> {
  const id = ok(
    await client.post("/api/campaigns", {
      name: "Reminders",
      agent_id: agent,
      calls_per_minute: 6000,
      ...fields,
    }),
    201,
  ).id;
  ok(await client.post(`/api/campaigns/${id}/contacts`, { contacts }), 201);
  return id;
}

async function until<T>(what: string, look: () => Promise<T | false>, seconds = 90): Promise<T> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const found = await look();
    if (found !== false) return found;
    await pause(100);
  }
  throw new Error(`Within ${seconds} s: ${what}\n${server.log.slice(-3000)}`);
}

async function standing(id: string): Promise<Record<string, string>> {
  const page = ok(await client.get(`/api/campaigns/${id}/contacts?limit=200`));
  return Object.fromEntries(page.items.map((one: Json) => [one.number, one.status]));
}

async function finished(id: string): Promise<Json> {
  return until("the campaign is not finished", async () => {
    const found = ok(await client.get(`/api/campaigns/${id}`));
    return found.status === "finished" ? found : false;
  });
}

function beep(hertz: number, ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, at) =>
    Math.round(9000 * Math.sin((2 * Math.PI * hertz * at) / 8000)),
  );
}

test("a list is called: a person is greeted by name, a machine gets its message", async () => {
  const ada = "+4930000001";
  const bob = "+4930000002";
  const eve = "+4930000003";
  const kim = "+4930000004";
  const heard = { greeted: false, message: false };
  telephones.behaviours.set(ada, [
    async (order: Order) => {
      const phone = await Phone.dial(port, order.session_id);
      await pause(300);
      await phone.say(speech("Hello?"));
      await phone.untilSpoken(30_000);
      heard.greeted = true;
      await phone.untilSilent();
      phone.close();
    },
  ]);
  telephones.behaviours.set(bob, ["busy", "rejected"]);
  telephones.behaviours.set(eve, [
    async (order: Order) => {
      const phone = await Phone.dial(port, order.session_id);
      await phone.say(
        speech(
          "Hello, you have reached Eve. I am sorry that I can not come to the phone right now. " +
            "Please leave a message after the tone.",
        ),
      );
      assert.ok(!phone.isSpeaking(5000), "it spoke before the beep");
      await pause(500);
      await phone.say(beep(1000, 400));
      await phone.untilSpoken(10_000);
      heard.message = true;
      await phone.untilHungUp(60_000);
    },
  ]);
  ok(await client.post("/api/do-not-call", { number: "00 49 30 000004", reason: "asked" }), 201);
  ok(
    await client.post("/api/webhooks", {
      url: `${telephones.url}/events`,
      event_types: ["campaign.finished", "contact.finished"],
    }),
    201,
  );
  const id = ok(
    await client.post("/api/campaigns", {
      name: "Reminders",
      agent_id: agent,
      caller_id: "+49 30 999999",
      calls_at_once: 2,
      calls_per_minute: 600,
      retries: { busy: { times: 1, after_s: 1 } },
      on_machine: "leave_message",
      machine_message: "Dear {name}, please call us back. Thank you.",
    }),
    201,
  ).id;
  const list =
    "Name;Number;city\r\n" +
    `Ada;${ada};Berlin\r\nBob;${bob};Bonn\r\n"=Eve";${eve};Ulm\r\n` +
    `Kim;${kim};Kiel\r\nNobody;none;x\r\n`;
  const added = ok(await client.post(`/api/campaigns/${id}/contacts`, list, csv), 201);
  assert.equal(added.added, 4);
  assert.deepEqual(
    added.errors.map((error: Json) => [error.line, error.field]),
    [[6, "number"]],
  );
  assert.equal((await client.post(`/api/campaigns/${id}/pause`)).status, 409);

  ok(await client.post(`/api/campaigns/${id}/start`));
  await finished(id);

  assert.deepEqual(await standing(id), {
    [ada]: "answered",
    [bob]: "rejected",
    [eve]: "machine",
    [kim]: "do_not_call",
  });
  assert.deepEqual(heard, { greeted: true, message: true });
  assert.equal(telephones.unsigned, 0);
  assert.ok(!telephones.numbers().includes(kim));
  assert.equal(telephones.dialled[0]!.caller_id, "+4930999999");
  const items = ok(await client.get(`/api/campaigns/${id}/contacts?limit=2`)).items;
  assert.equal(items[0].answered_by, "human");
  assert.deepEqual(items[1].outcomes, ["busy", "rejected"]);
  const call = ok(await client.get(`/api/calls/${items[0].call_id}`));
  assert.equal(call.direction, "outbound");
  assert.equal(call.dialled_number, ada);
  assert.equal(call.answered_by, "human");
  const lines = ok(await client.get(`/api/calls/${call.id}/transcript`)).items;
  assert.match(
    lines.map((line: Json) => line.original_message).join(" "),
    /Good day Ada, this is the surgery. You have an appointment in Berlin/,
  );

  const stats = ok(await client.get(`/api/campaigns/${id}/stats`));
  assert.equal(stats.contacts, 4);
  assert.equal(stats.statuses.machine, 1);
  assert.equal(stats.answered_by.machine_voicemail, 1);
  assert.equal(stats.attempts, 4);
  const results = await client.get(`/api/campaigns/${id}/results.csv`);
  assert.match(results.text, /^number,name,status,/);
  assert.match(results.text, /\+4930000003,"'=Eve",machine,1,machine,machine_voicemail,/);
  const told = await until("no event came", async () =>
    telephones.events.some((event) => event.type === "campaign.finished")
      ? telephones.events
      : false,
  );
  assert.equal(told.filter((event: Json) => event.type === "contact.finished").length, 4);
});

async function connections(): Promise<number> {
  const events = (await (await fetch(`http://${modelAddress}/_events`)).json()) as Json[];
  return events.filter((event) => event.type === "connected").length;
}

test("a provider's voice is connected for people, not for machines", async () => {
  const connected = await connections();
  const person = "+4930000011";
  const machine = "+4930000012";
  const spoken = ok(
    await client.post("/api/agents", {
      name: "Model",
      greeting: "Good day, this is the surgery.",
      voice_provider: "openai",
      publish: true,
    }),
    201,
  ).id;
  let wasGreeted = false;
  telephones.behaviours.set(person, [
    async (order: Order) => {
      const phone = await Phone.dial(port, order.session_id);
      await pause(300);
      await phone.say(speech("Hello?"));
      await phone.untilSpoken(30_000);
      wasGreeted = true;
      await phone.untilSilent();
      phone.close();
    },
  ]);
  telephones.behaviours.set(machine, [
    async (order: Order) => {
      const phone = await Phone.dial(port, order.session_id);
      await phone.say(
        speech(
          "Hello, you have reached Eve. I am sorry that I can not come to the phone right now. " +
            "Please leave a message after the tone.",
        ),
      );
      await phone.untilHungUp(30_000);
    },
  ]);
  const id = await campaign({ agent_id: spoken, on_machine: "hang_up" }, [
    { number: machine },
    { number: person },
  ]);
  ok(await client.post(`/api/campaigns/${id}/start`));
  await finished(id);

  assert.deepEqual(await standing(id), { [machine]: "machine", [person]: "answered" });
  assert.ok(wasGreeted);
  assert.equal((await connections()) - connected, 1);
});

test("contacts are read on behind a cursor; numbers nobody calls come off the list", async () => {
  const numbers = [1, 2, 3, 4, 5].map((n) => ({ number: `+49301111${n}` }));
  const id = await campaign({}, numbers);
  const seen: string[] = [];
  let cursor = "";
  do {
    const page = ok(
      await client.get(`/api/campaigns/${id}/contacts?limit=2${cursor && `&cursor=${cursor}`}`),
    );
    seen.push(...page.items.map((one: Json) => one.number));
    cursor = page.next_cursor ?? "";
  } while (cursor);
  assert.deepEqual(
    seen,
    numbers.map((one) => one.number),
  );
  const changed = ok(
    await client.send("PATCH", `/api/campaigns/${id}`, {
      time_zone: "Europe/Berlin",
      calls_at_once: 3,
    }),
  );
  assert.equal(changed.calls_at_once, 3);
  const wrong = await client.send("PATCH", `/api/campaigns/${id}`, {
    time_zone: "Mars/Olympus",
    windows: [{ days: ["mon"], from: "18:00", to: "09:00" }],
  });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /time_zone/);
  assert.match(wrong.text, /windows/);
  assert.equal((await client.delete(`/api/campaigns/${id}`)).status, 200);
  assert.equal((await client.get(`/api/campaigns/${id}`)).status, 404);

  const list = "number,reason\n+49302222221,asked\n+49302222222,\nx,\n";
  const added = ok(await client.post("/api/do-not-call", list, csv), 201);
  assert.deepEqual([added.added, added.error_count], [2, 1]);
  const found = ok(await client.get("/api/do-not-call?number=49302222221"));
  assert.equal(found.items[0].reason, "asked");
  assert.equal((await client.delete("/api/do-not-call/%2B49302222221")).status, 200);
  assert.equal((await client.delete("/api/do-not-call/%2B49302222221")).status, 404);
});

test("what rings is broken off when the campaign is paused", async () => {
  const number = "+4930333333";
  telephones.behaviours.set(number, ["rings"]);
  const id = await campaign({ ring_max_s: 60 }, [{ number }]);
  ok(await client.post(`/api/campaigns/${id}/start`));
  await until("it does not ring", async () => telephones.isRinging(number));

  ok(await client.post(`/api/campaigns/${id}/pause`));
  await until("it rings on", async () => !telephones.isRinging(number));
  await until("it waits not", async () => (await standing(id))[number] === "pending");
  await pause(2500);
  assert.equal(telephones.numbers().filter((one) => one === number).length, 1);

  telephones.behaviours.set(number, ["busy"]);
  ok(await client.post(`/api/campaigns/${id}/resume`));
  await finished(id);
  assert.equal((await standing(id))[number], "busy");
});

test("a campaign goes on after kill -9, and calls no number twice at once", async () => {
  const numbers = Array.from({ length: 12 }, (_, at) => `+493044444${10 + at}`);
  const unwanted = numbers[11]!;
  for (const [at, number] of numbers.entries())
    telephones.behaviours.set(number, at % 2 === 0 ? ["rings", "busy"] : ["busy"]);
  ok(await client.post("/api/do-not-call", { number: unwanted }), 201);
  const id = await campaign(
    { calls_at_once: 20, ring_max_s: 5 },
    numbers.map((number) => ({ number })),
  );
  ok(await client.post(`/api/campaigns/${id}/start`));
  await until("nothing rings", async () => telephones.isRinging(numbers[4]!));

  const password = server.ready.password!;
  const email = server.ready.email!;
  await server.stop("SIGKILL");
  server = await Server.start({ environment, folder: server.folder });
  client = server.anonymous;
  await client.login(email, password);
  telephones.client = client;
  await finished(id);

  const stands = await standing(id);
  assert.equal(stands[unwanted], "do_not_call");
  for (const number of numbers.slice(0, 11)) assert.match(stands[number]!, /busy|no_answer/);
  assert.equal(telephones.mostOfANumber, 1);
  assert.ok(!telephones.numbers().includes(unwanted));
  // Those that rang when it died were called again, once.
  for (const number of numbers.slice(0, 11)) {
    const times = telephones.numbers().filter((one) => one === number).length;
    assert.ok(times === 1 || times === 2, `${number}: ${times}`);
  }
  assert.equal(telephones.numbers().filter((one) => one === numbers[4]).length, 2);
});
