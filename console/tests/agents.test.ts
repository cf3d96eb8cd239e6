import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Emulator } from "./emulator.ts";
import { assertAccessible, House, picture } from "./harness.ts";

const key = "shop-key-1234567890";

let model: Emulator;
let shop: Emulator;
let house: House;
before(async () => {
  model = await Emulator.start("openai");
  shop = await Emulator.start("http_api", ["--key", key]);
  house = await House.open({
    AIVA_CHAT_MODEL_PROVIDER: "openai",
    AIVA_CHAT_MODEL_BASE_URL: `${model.url}/v1`,
    AIVA_CHAT_MODEL_API_KEY: "sk-test",
    AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
    AIVA_FUNCTIONS_PRIVATE_HOSTS: new URL(shop.url).host,
  });
});
after(async () => {
  await house?.close();
  model?.stop();
  shop?.stop();
});

/** What goes wrong with the model's next answers. */
async function spoil(fault: object): Promise<void> {
  const body = JSON.stringify(fault);
  const reply = await fetch(`${model.url}/_faults`, { method: "POST", body });
  assert.equal(reply.status, 200);
}

/** What the model was last asked. */
async function lastAsked(): Promise<{ body: string; is_aborted: boolean }> {
  const asked = await (await fetch(`${model.url}/_requests`)).json();
  return asked.at(-1);
}

test("an agent is made with instructions that a model wrote, tried and published", async () => {
  const page = await house.visit("/agents");
  await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
  await page.getByRole("button", { name: "Make an agent" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Front desk");
  await dialog.getByLabel("Knowledge", { exact: true }).click();
  await page.getByRole("option").first().click();
  await page.keyboard.press("Escape");
  if (!(await dialog.isVisible())) throw new Error("the dialog closed with its list");
  await dialog.getByLabel("What the agent is for").fill("Helps guests of a hotel.");
  await dialog.getByRole("button", { name: "Write instructions" }).click();
  await dialog.getByText("Written below").waitFor();
  assert.notEqual(await dialog.getByLabel("Instructions", { exact: true }).inputValue(), "");
  await assertAccessible(page);
  await picture(page, "agent-new");
  await dialog.getByRole("button", { name: "Make it" }).click();

  await page.getByRole("heading", { level: 1, name: "Front desk" }).waitFor();
  await page
    .getByRole("textbox", { name: "Instructions", exact: true })
    .fill("Answer briefly and cite.");
  await page.getByText("There are unsaved changes.").waitFor();
  await page.getByLabel("Question").fill("How long may goods be returned?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const log = page.getByRole("log", { name: "Test chat" });
  await log.getByText("Cost:").waitFor();
  await page.getByText("There are unsaved changes.").waitFor();
  await log
    .getByText(/passages?$/)
    .first()
    .click();
  await log
    .getByText(/^page \d+$|cited|read only/)
    .first()
    .waitFor();
  await assertAccessible(page);
  await picture(page, "agent-settings");

  await page.getByRole("button", { name: "Save and publish" }).click();
  await page.getByText("version 1 published").waitFor();
  await house.leave(page);
});

test("the trial streams what is not saved, shows tools that run, and can be stopped", async () => {
  const agent = await house.call("POST", "/api/agents", {
    name: "Trial",
    instructions: "Be kind.",
  });
  await house.call("POST", `/api/agents/${agent.id}/functions`, {
    name: "order_status",
    description: "Tells where an order is.",
    parameters: { type: "object", properties: {} },
    api_method: "GET",
    api_endpoint: `${shop.url}/orders/100200`,
    api_headers: { Authorization: `Bearer ${key}` },
  });
  const page = await house.visit(`/agents/${agent.id}`, { allowed: [/status of 422/] });
  const log = page.getByRole("log", { name: "Test chat" });
  const ask = async (question: string) => {
    await page.getByLabel("Question").fill(question);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
  };
  await page
    .getByRole("textbox", { name: "Instructions", exact: true })
    .fill("Speak like a pirate.");
  await page.getByText("What is changed here is tried without being saved.").waitFor();

  await spoil({ kind: "slow", delay_ms: 400, count: 2 });
  await ask("Please call order_status");
  await log.getByText("order_status", { exact: true }).first().waitFor();
  await log.getByText(/^The function/).waitFor();
  await log.getByText("Cost:").waitFor();
  await log.getByText("1 tool called").waitFor();
  assert.match(JSON.stringify((await lastAsked()).body), /Speak like a pirate/);
  await assertAccessible(page);

  await spoil({ kind: "slow", delay_ms: 2000 });
  await ask("And the refunds?");
  await log.locator("[aria-busy=true]").getByText(/\w/).first().waitFor();
  await assertAccessible(page);
  await picture(page, "agent-trial");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await log.getByText("Stopped.").waitFor();
  for (let tries = 0; !(await lastAsked()).is_aborted; ++tries) {
    assert.ok(tries < 100, "the model is told that nobody listens");
    await new Promise((later) => setTimeout(later, 100));
  }

  await page.getByRole("button", { name: "Name and state" }).click();
  await page.getByRole("textbox", { name: "Slug" }).fill("-");
  await ask("Hello?");
  await log.getByRole("alert").getByText("slug", { exact: true }).waitFor();
  const kept = await house.call("GET", `/api/agents/${agent.id}`);
  assert.equal(kept.instructions, "Be kind.");
  await house.leave(page);
});

test("every section of the settings can be used and is kept", async () => {
  const agent = await house.call("POST", "/api/agents", { name: "Sections" });
  const page = await house.visit(`/agents/${agent.id}`);
  await page.getByRole("heading", { level: 1, name: "Sections" }).waitFor();
  for (const name of [
    "Name and state",
    "Model",
    "Knowledge",
    "Limits and moderation",
    "Tools",
    "Voice and calls",
    "Chat page and widget",
  ])
    await page.getByRole("button", { name, exact: true }).click();
  await page.getByLabel("Temperature").fill("0.3");
  await page.getByLabel("Must cite").check();
  await page.getByRole("combobox", { name: "Topics it does not speak about" }).fill("politics");
  await page.keyboard.press("Enter");
  await page.getByLabel("Ask this address").fill("https://moderator.example/check");
  await page.getByLabel("Record calls").check();
  await page.getByLabel("Public chat page").check();
  await page
    .getByRole("combobox", { name: "Pages that may embed it" })
    .fill("https://www.example.com");
  await page.keyboard.press("Enter");
  await page.getByLabel("Visitors may call").check();
  await page.getByLabel("Minutes of one call").fill("7");
  await page.getByText("0 functions").waitFor();
  await assertAccessible(page);
  await picture(page, "agent-sections");
  await page.getByRole("button", { name: "Save draft", exact: true }).click();
  await page.getByText("Everything is saved.").waitFor();

  const saved = await house.call("GET", `/api/agents/${agent.id}`);
  assert.equal(saved.temperature, 0.3);
  assert.equal(saved.must_cite, true);
  assert.deepEqual(saved.blocked_topics, ["politics"]);
  assert.equal(saved.moderation.webhook_url, "https://moderator.example/check");
  assert.equal(saved.recording, true);
  assert.equal(saved.chat_page_enabled, true);
  assert.deepEqual(saved.widget_config.allowed_origins, ["https://www.example.com"]);
  assert.equal(saved.widget_config.call_minutes, 7);
  await house.leave(page);
});

test("what the server refuses stands beside its field", async () => {
  const agent = await house.call("POST", "/api/agents", { name: "Refused" });
  const page = await house.visit(`/agents/${agent.id}`, { allowed: [/status of 422/] });
  await page.getByRole("button", { name: "Name and state" }).click();

  await page.getByRole("textbox", { name: "Slug" }).fill("-");
  await page.getByRole("button", { name: "Save draft", exact: true }).click();

  await page.getByRole("alert").getByText("slug", { exact: true }).waitFor();
  await page.getByText("There are unsaved changes.").waitFor();
  await assertAccessible(page);
  await house.leave(page);
});

test("versions are compared, published again and rolled back", async () => {
  const agent = await house.call("POST", "/api/agents", {
    name: "Versions",
    instructions: "one",
    publish: true,
  });
  await house.call("PUT", `/api/agents/${agent.id}`, { instructions: "two", temperature: 0.1 });
  const page = await house.visit(`/agents/${agent.id}?tab=versions`);

  await page.getByRole("table", { name: "Differences" }).getByText("two").waitFor();
  await assertAccessible(page);
  await picture(page, "agent-versions");
  await page.getByRole("button", { name: "Publish version 2" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await page.getByText("version 2 published").waitFor();
  await page.getByRole("button", { name: "Roll back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();

  await page.getByText("version 1 published").waitFor();
  const now = await house.call("GET", `/api/agents/${agent.id}`);
  assert.equal(now.published_version, 1);
  await house.leave(page);
});

test("the code to embed an agent can be copied", async () => {
  const agent = await house.call("POST", "/api/agents", {
    name: "Embedded",
    instructions: "Help.",
    publish: true,
    chat_page_enabled: true,
  });
  const page = await house.visit(`/agents/${agent.id}?tab=embed`);

  await page.getByRole("heading", { name: "As a button of your page" }).waitFor();
  await page.getByRole("button", { name: /^Copy: <script/ }).click();

  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /<script/);
  const tooltip = page.getByRole("tooltip");
  await tooltip.waitFor(); // what leaves before it is there leaves it there
  await page.mouse.move(0, 0, { steps: 10 });
  await tooltip.waitFor({ state: "detached" });
  await assertAccessible(page);
  await picture(page, "agent-embed");
  await house.leave(page);
});

test("the list finds agents, in Arabic too", async () => {
  const page = await house.visit("/agents", { language: "ar" });
  await page.getByRole("heading", { level: 1, name: "الوكلاء" }).waitFor();

  await page.getByLabel("الاسم أو الاسم المختصر أو الوصف").fill("Embedded");

  await page.getByRole("link", { name: "Embedded" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await assertAccessible(page);
  await page.getByRole("link", { name: "Embedded" }).click();
  await page.getByRole("heading", { name: "محادثة تجريبية" }).waitFor();
  await assertAccessible(page);
  await picture(page, "agent-arabic");
  await house.leave(page);
});

test("an agent that nobody wants is deleted", async () => {
  await house.call("POST", "/api/agents", { name: "Kept" });
  const agent = await house.call("POST", "/api/agents", { name: "Unwanted" });
  const page = await house.visit(`/agents/${agent.id}`);

  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();

  await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
  await page.getByRole("link", { name: "Kept" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Unwanted" }).count(), 0);
  await house.leave(page);
});
