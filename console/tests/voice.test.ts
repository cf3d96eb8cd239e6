import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let agent: { id: string };
before(async () => {
  house = await House.open();
  agent = await house.call("POST", "/api/agents", { name: "Caller", publish: true });
});
after(() => house?.close());

test("a number is given to an agent, and taken from it", async () => {
  const page = await house.visit("/numbers");
  await page.getByRole("button", { name: "Add a number" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Number").fill("+49 30 123456");
  await dialog.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Caller" }).click();
  await dialog.getByLabel("Label").fill("Berlin");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row").filter({ hasText: "+4930123456" }).getByText("Berlin").waitFor();
  await assertAccessible(page);
  await picture(page, "numbers");
  await page.getByRole("button", { name: "Delete +4930123456" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No agent has a number yet.").waitFor();

  await page.getByRole("tab", { name: "Do not call" }).click();
  await page.getByRole("button", { name: "Add numbers" }).click();
  await page.getByRole("dialog").getByLabel("Numbers").fill("+4930222222\nnonsense");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("1 was added. 1 is wrong:").waitFor();
  await page.getByRole("row").filter({ hasText: "+4930222222" }).waitFor();
  await assertAccessible(page);
  await picture(page, "do-not-call");
  await house.leave(page);
});

test("a campaign is made, filled from a file, started and paused", async () => {
  const page = await house.visit("/campaigns");
  await page.getByRole("button", { name: "Make a campaign" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Reminders");
  await dialog.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Caller" }).click();
  await dialog.getByRole("button", { name: "Add hours" }).click();
  await dialog.getByLabel("Times after busy").fill("2");
  await assertAccessible(page);
  await picture(page, "campaign-new");
  await dialog.getByRole("button", { name: "Save" }).click();

  await page.getByRole("heading", { level: 1, name: "Reminders" }).waitFor();
  const lines = "number,name,city\n+49 30 333333,Ada,Berlin\nnonsense,Nobody,Nowhere\n";
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(lines) });
  await page.getByText("1 was added. 1 is wrong:").waitFor();
  await page.getByRole("row").filter({ hasText: "+4930333333" }).getByText("waits").waitFor();
  await assertAccessible(page);
  await picture(page, "campaign");
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Results as CSV" }).click();
  assert.match((await saving).suggestedFilename(), /\.csv$/);
  const made = (await house.call("GET", "/api/campaigns")).items[0];
  assert.equal(made.retries.busy.times, 2);
  assert.equal(made.windows[0].days.length, 5);
  await house.leave(page);
});

test("a flow is built with the keyboard, refused where it is wrong, and saved", async () => {
  const page = await house.visit(`/flows/${agent.id}`, { allowed: [/status of 422/] });
  await page.getByRole("link", { name: "Make a flow" }).click();
  await page.getByLabel("Name", { exact: false }).first().fill("Order");
  const press = async (name: string) => {
    await page.getByRole("button", { name }).focus();
    await page.keyboard.press("Enter");
  };
  await press("Add a step");
  await page.getByLabel("Name of the step").fill("greet");
  await page.getByLabel("What is said").first().fill("Let us order.");
  await press("Add a step");
  await page.getByLabel("Name of the step").fill("many");
  await page.getByRole("combobox", { name: "What it does" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.getByRole("option", { name: "ask", exact: true }).click();
  await page.getByLabel("What is asked").fill("How many lamps?");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").waitFor();
  await assertAccessible(page);
  await page.getByLabel("Keeps the answer as").fill("count");
  await press("Move many up");
  await page.getByRole("img", { name: /The flow as a graph of 2 steps/ }).waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { level: 1, name: "Order" }).waitFor();
  await assertAccessible(page);
  await picture(page, "flow");

  const saved = (await house.call("GET", `/api/agents/${agent.id}/flows`)).items[0];
  assert.deepEqual(
    saved.steps.map((step: { name: string }) => step.name),
    ["many", "greet"],
  );
  await house.leave(page);
});

test("texts of calls are kept in several languages", async () => {
  const page = await house.visit(`/flows/${agent.id}?tab=segments`);
  await page.getByRole("button", { name: "Add a text" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Key").fill("opening-hours");
  await dialog.getByLabel("Text 1").fill("We are open until {time}.");
  await dialog.getByRole("button", { name: "Add a language" }).click();
  await dialog.getByLabel("Language 2", { exact: true }).fill("de");
  await dialog.getByLabel("Text 2").fill("Wir haben bis {time} geöffnet.");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("de: 1 of 1 texts").waitFor();
  await page.getByRole("row").filter({ hasText: "Wir haben bis" }).waitFor();
  await assertAccessible(page);
  await picture(page, "segments");
  await house.leave(page);
});

test("voice pages in Arabic", async () => {
  const page = await house.visit(`/flows/${agent.id}`, { language: "ar" });
  await page.getByRole("link", { name: "Order" }).click();
  await page.getByRole("heading", { name: "المخطط" }).waitFor();
  await assertAccessible(page);
  await picture(page, "flow-arabic");
  await page.goto("/console/campaigns");
  await page.getByRole("link", { name: "Reminders" }).click();
  await page.getByRole("heading", { level: 1, name: "Reminders" }).waitFor();
  await page.getByRole("row").filter({ hasText: "+4930333333" }).waitFor();
  await assertAccessible(page);
  await picture(page, "campaign-arabic");
  await house.leave(page);
});
