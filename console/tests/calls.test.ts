import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Phone, speech } from "../../tests/journeys/src/phone.ts";
import { freePort } from "../../tests/journeys/src/ports.ts";
import { pathToFileURL } from "node:url";
import { assertAccessible, House, picture } from "./harness.ts";
import { repository } from "./server.ts";

const account = { user: "aiva", password: "secret" };
const ringing: ((phone: Phone) => void)[] = []; // who waits to be called

let asterisk: any; // the emulator, which has no types
let phones: Server;
let house: House;
let port: number;
let agent: { id: string };
before(async () => {
  port = await freePort();
  phones = createServer((socket) => ringing.shift()?.(Phone.pickUp(socket)));
  await new Promise<void>((done) => phones.listen(0, "127.0.0.1", done));
  const emulator = pathToFileURL(join(repository, "tests/emulators/asterisk_ari.mjs")).href;
  const { AsteriskAri } = (await import(emulator)) as any;
  asterisk = await AsteriskAri.start({
    ...account,
    phonePort: (phones.address() as AddressInfo).port,
    dialplan: { 200: [["phone", "0190f3a0-0000-7000-8000-000000000200"]] },
  });
  house = await House.open({
    AIVA_AUDIOSOCKET_PORT: String(port),
    AIVA_ARI_URL: asterisk.url,
    AIVA_ARI_PASSWORD: account.password,
    AIVA_ARI_ENDPOINT: "Local/{number}@aiva/n",
  });
  agent = await house.call("POST", "/api/agents", {
    name: "Switchboard",
    greeting: "Welcome to the machine shop.",
    recording: true,
    publish: true,
  });
});
after(async () => {
  await house?.close();
  asterisk?.stop();
  phones?.close();
});

async function dial(callerName: string): Promise<{ phone: Phone; id: string }> {
  const call = await house.call("POST", "/api/calls", {
    agent_id: agent.id,
    caller_id: "+4930123456",
    caller_name: callerName,
  });
  const phone = await Phone.dial(port, call.session_id);
  await phone.untilSpoken();
  await phone.untilSilent();
  return { phone, id: call.id };
}

/** Asks until the call has an answer: on a busy machine a sentence may be lost. */
async function untilAnswered(phone: Phone, id: string): Promise<void> {
  for (let tries = 0; tries < 5; ++tries) {
    await phone.say(speech("How long is the warranty of the coffee machine?"));
    await pause(3000);
    await phone.untilSilent();
    const { items } = await house.call("GET", `/api/calls/${id}/transcript`);
    const waits = items.map((line: { latency: { first_audio_ms: number | null } }) =>
      Number(line.latency.first_audio_ms),
    );
    if (waits.some((wait: number) => wait > 0)) return;
  }
  throw new Error("nobody answers");
}

test("a log without calls says whether filters are why", async () => {
  const page = await house.visit("/calls");
  await page.getByText("There has been no call yet.").waitFor();
  await page.getByRole("combobox", { name: "Direction" }).click();
  await page.getByRole("option").first().click();
  await page.getByText("Nothing fits these filters.").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByText("There has been no call yet.").waitFor();
  await house.leave(page);
});

test("a live call is followed, heard, helped, taken over and ended", async () => {
  const page = await house.visit("/live");
  await page.getByText("Nobody is on the line.").waitFor();
  const { phone, id } = await dial("Ada");
  await page.getByText("1 call goes on").waitFor();
  await page.getByRole("link", { name: "Follow the call of Ada" }).click();
  await page.getByText("followed live").waitFor();

  await page.evaluate(() => {
    const begin = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...words) {
      const heard = this.buffer!.getChannelData(0).some((sample) => Math.abs(sample) > 0.02);
      if (heard) document.documentElement.dataset["heard"] = "yes";
      return begin.apply(this, words);
    };
  });
  await page.getByRole("button", { name: "Listen", exact: true }).click();
  await phone.say(speech("I would like to buy a coffee machine, please."));
  await page.locator("html[data-heard=yes]").waitFor();
  await page.getByRole("log", { name: "Transcript" }).getByText("Caller").first().waitFor();
  await page.getByRole("button", { name: "Stop listening" }).click();
  await page.getByLabel("To the agent").fill("Offer a discount.");
  await page.getByRole("button", { name: "Whisper", exact: true }).click();
  await phone.untilSilent();

  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("taken over by a person").waitFor();
  await phone.untilSpoken(); // the browser's microphone beeps
  await page.getByText("Whispered.").waitFor({ state: "detached" });
  await assertAccessible(page);
  await picture(page, "call-live");
  await page.getByRole("button", { name: "Hand back to the agent" }).click();
  await page.getByText("The agent goes on with the call.").waitFor();
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
  await phone.untilHungUp();
  await page.getByText(/The call is over/).waitFor();

  const done = (await house.call("GET", "/api/audit-log?action=call.")).items;
  const actions = done.map((entry: { action: string }) => entry.action);
  for (const action of ["monitored", "whispered", "taken_over", "handed_back", "hung_up"])
    assert.ok(actions.includes(`call.${action}`), `${action} in ${actions}`);
  assert.equal((await house.call("GET", `/api/calls/${id}`)).status, "completed");
  await house.leave(page);
});

test("a call is found in the log, drawn, played and read", async () => {
  const { phone, id } = await dial("Grace");
  await untilAnswered(phone, id);
  phone.close();
  for (let tries = 0; tries < 200; ++tries) {
    if ((await house.call("GET", `/api/calls/${id}`)).recording_status === "complete") break;
    await pause(100);
  }
  const page = await house.visit("/calls");
  const row = page.getByRole("row").filter({ hasText: "Grace" });
  await row.waitFor();
  await assertAccessible(page);
  await picture(page, "calls");

  const find = page.getByLabel("Find");
  await find.fill("030 / 12 34-56");
  await page.waitForURL(/[?&]q=030/);
  await row.waitFor();
  await find.fill("5555");
  await page.getByText("No call has “5555”.").waitFor();
  await find.fill("grac");
  await page.locator("mark", { hasText: "Grace" }).first().waitFor();
  await assertAccessible(page);
  await picture(page, "calls-found");
  await page.reload();
  await row.waitFor();
  assert.equal(await page.getByLabel("Find").inputValue(), "grac");
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.waitForURL((url) => !url.searchParams.has("q"));
  await page.waitForFunction(() => document.querySelector("input")!.value === "");
  await row.getByRole("link").click();

  const canvas = page.getByRole("img", { name: /Sound of the call/ });
  await canvas.waitFor();
  const colours = await canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext("2d")!;
    const { data } = context.getImageData(0, 0, width, height);
    const half = data.length / 2;
    return [data.slice(0, half), data.slice(half)].map(
      (lane) => lane.filter((value) => value > 0).length,
    );
  });
  assert.ok(colours[0]! > 2000 && colours[1]! > 2000, `both channels are drawn: ${colours}`);
  await page
    .getByRole("button", { name: /^Play from/ })
    .last()
    .click();
  await page.locator("[aria-current=true]").waitFor();
  await page
    .getByText(/^first sound [\d,]+ ms$/)
    .first()
    .waitFor();
  await page.evaluate(() => document.querySelector("audio")!.pause());
  await assertAccessible(page);
  await picture(page, "call");

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  assert.match((await saving).suggestedFilename(), /\.wav$/);
  await page.getByRole("button", { name: "Delete recording" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete recording" }).click();
  await page.getByText("The recording was deleted.").waitFor();
  await page.getByRole("link", { name: "All calls" }).click();
  await page.getByRole("tab", { name: "Figures" }).click();
  await page.getByRole("img", { name: "Day by day" }).waitFor();
  await assertAccessible(page);
  await picture(page, "calls-figures");
  await house.leave(page);
});

test("an agent is called from the browser", async () => {
  const page = await house.visit("/calls?tab=callAnAgent");
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Switchboard" }).click();
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByText("connected", { exact: true }).waitFor();
  await page
    .getByRole("log", { name: "Transcript" })
    .getByText(/machine shop/)
    .waitFor();
  await assertAccessible(page);
  await picture(page, "call-from-here");
  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByRole("link", { name: "To the call" }).click();
  await page.getByRole("heading", { level: 1, name: "Call" }).waitFor();
  await house.leave(page);
});

test("what a call asks for is keyed in, by the mouse and by the keyboard", async () => {
  const exchange = await house.call("POST", "/api/agents", { name: "Exchange", publish: true });
  const step = { type: "collect_slot", slot_type: "number" };
  await house.call("POST", `/api/agents/${exchange.id}/flows`, {
    name: "Exchange",
    begins_with: "call",
    steps: [
      { ...step, name: "where", slot: "extension", text: "Which extension?" },
      { ...step, name: "many", slot: "count", text: "How many people?" },
    ],
    completion: { type: "respond", text: "Noted, {count} for {extension}." },
  });
  const page = await house.visit("/calls?tab=callAnAgent");
  const said = page.getByRole("log", { name: "Transcript" });
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Exchange" }).click();
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByRole("button", { name: "Mute" }).click();
  await said.getByText(/Which extension/).waitFor();

  await page.getByRole("button", { name: "Keypad" }).click();
  for (const key of ["4", "2", "hash"])
    await page.getByRole("button", { name: key, exact: true }).click();
  await page.getByText("Keys: 42#").waitFor();
  await said.getByText(/How many people/).waitFor();
  await assertAccessible(page);
  await picture(page, "call-keypad");
  for (const key of ["7", "#"]) await page.keyboard.press(key);
  await said.getByText(/Noted, 7 for 42/).waitFor();
  await said.getByText("42", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Hang up" }).click();
  await page.getByRole("link", { name: "To the call" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Keypad" }).count(), 0);
  await house.leave(page);
});

test("somebody is called by telephone, and the call is shown", async () => {
  const page = await house.visit("/calls", { allowed: [/status of 422/] });
  await page.getByRole("button", { name: "Call somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Switchboard" }).click();
  await dialog.getByLabel("Whom to call").fill("200@elsewhere");
  await dialog.getByRole("button", { name: "Call", exact: true }).click();
  await dialog.getByRole("alert").getByText("destination", { exact: true }).waitFor();
  await assertAccessible(page);
  await picture(page, "call-outbound");

  const called = new Promise<Phone>((pickedUp) => ringing.push(pickedUp));
  await dialog.getByLabel("Whom to call").fill("200");
  await dialog.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Call", exact: true }).waitFor();
  const phone = await called;
  await phone.untilSpoken();
  await page.getByLabel("State", { exact: true }).getByText("goes on").waitFor();
  phone.close();
  await page.getByText("completed", { exact: true }).waitFor();
  await house.leave(page);
});

test("calls in Arabic", async () => {
  const page = await house.visit("/calls", { language: "ar", theme: "dark" });
  await page.getByRole("row").filter({ hasText: "Grace" }).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: "المكالمة" }).waitFor();
  await page.getByRole("log", { name: "النص" }).waitFor();
  await assertAccessible(page);
  await picture(page, "call-arabic");
  await house.leave(page);
});
