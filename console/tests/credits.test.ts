import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Emulator } from "./emulator.ts";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let model: Emulator;
before(async () => {
  model = await Emulator.start("openai", ["--key", "sk-operator"]);
  house = await House.open({
    AIVA_MODELS_PROVIDERS: "openai",
    AIVA_MODELS_DEFAULT_MODEL: "gpt-4o-mini",
    AIVA_MODEL_PROVIDERS_OPENAI_BASE_URL: `${model.url}/v1`,
    AIVA_MODEL_PROVIDERS_OPENAI_API_KEY: "sk-operator",
  });
  const base = (await house.call("GET", "/api/knowledge")).items[0];
  const session = await house.call("POST", "/api/chat/sessions", {
    kb_id: base.id,
    title: "Refunds",
  });
  const content = "Within how many days are refunds paid?";
  for (let count = 0; count < 3; ++count)
    await house.call("POST", `/api/chat/${session.id}/messages`, { content });
});
after(async () => {
  await house?.close();
  model?.stop();
});

test("usage is drawn and divided", async () => {
  const page = await house.visit("/credits");
  await page.getByRole("heading", { level: 1, name: "Credits" }).waitFor();

  const table = page.getByRole("region", { name: "What it was used for" });
  await table.getByRole("row").filter({ hasText: "chat" }).first().waitFor();
  await page.locator(".recharts-bar-rectangle path").first().waitFor();
  await assertAccessible(page);
  await picture(page, "credits");

  await page.getByRole("combobox", { name: "Divided" }).click();
  await page.getByRole("option", { name: "by model" }).click();
  await table.getByRole("row").filter({ hasText: "gpt-4o-mini" }).waitFor();
  await picture(page, "credits-by-model");

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "As CSV" }).click();
  const text = readFileSync(await (await download).path(), "utf8");
  assert.match(text, /gpt-4o-mini/);
  await house.leave(page);
});

test("credits are added and stand in the history", async () => {
  const page = await house.visit("/credits?tab=history");
  await page.getByRole("row").filter({ hasText: "charged" }).first().waitFor();

  await page.getByRole("button", { name: "Add credits" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount").fill("25");
  await dialog.getByLabel("Note").fill("For the first month");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Add credits" }).click();

  await page
    .getByRole("row")
    .filter({ hasText: "For the first month" })
    .getByText("$25.00")
    .first()
    .waitFor();
  await assertAccessible(page);
  await picture(page, "credits-history");
  await house.leave(page);
});

test("a budget is set, changed and removed", async () => {
  const page = await house.visit("/credits?tab=budgets");
  await page.getByText("Nothing is limited.").waitFor();

  await page.getByRole("button", { name: "New budget" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount").fill("0.0001");
  await dialog.getByLabel("Alerts at per cent").fill("50, 100");
  await assertAccessible(page);
  await picture(page, "credits-budget-new");
  await dialog.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("row").filter({ hasText: "everything" });
  await row.waitFor();
  await assertAccessible(page);
  await picture(page, "credits-budgets");

  await page.getByRole("button", { name: "Edit the budget of everything" }).click();
  await dialog.getByLabel("Amount").fill("50");
  await dialog.getByRole("button", { name: "Save" }).click();
  await row.getByText("$50.00").waitFor();
  await page.getByRole("button", { name: "Remove the budget of everything" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await page.getByText("Nothing is limited.").waitFor();
  await house.leave(page);
});

test("a low balance is told of", async () => {
  const page = await house.visit("/credits?tab=alerts");
  await page.getByText("There was nothing to tell.").waitFor();
  const low = page.getByRole("region", { name: "Low balance" });
  await low.getByText("no alert").waitFor();

  await low.getByRole("button", { name: "Set the mark" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount").fill("7");
  await dialog.getByRole("button", { name: "Save" }).click();

  await low.getByText("$7.00").waitFor();
  await assertAccessible(page);
  await picture(page, "credits-alerts");
  await house.leave(page);
});
