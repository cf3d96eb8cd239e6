import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Emulator } from "./emulator.ts";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let model: Emulator;
before(async () => {
  model = await Emulator.start("openai", ["--key", "sk-operator"]);
  house = await House.open({
    AIVA_MODELS_PROVIDERS: "openai,anthropic",
    AIVA_MODELS_DEFAULT_MODEL: "gpt-4o-mini",
    AIVA_MODEL_PROVIDERS_OPENAI_BASE_URL: `${model.url}/v1`,
    AIVA_MODEL_PROVIDERS_OPENAI_API_KEY: "sk-operator",
  });
});
after(async () => {
  await house?.close();
  model?.stop();
});

test("providers tell how they fare", async () => {
  const page = await house.visit("/models");

  const openai = page.getByRole("row").filter({ hasText: "openai" }).first();
  await openai.getByText("of the operator").waitFor();
  await openai.getByText("answers").waitFor();
  await page.getByRole("row").filter({ hasText: "no key" }).waitFor();
  await assertAccessible(page);
  await picture(page, "models");
  await house.leave(page);
});

test("a key of one's own is set, tried, and removed", async () => {
  const page = await house.visit("/models?tab=keys");
  await page.getByText("You have no key of your own.").waitFor();

  const setKey = async (key: string) => {
    await page.getByRole("button", { name: "Set a key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Provider").fill("openai");
    await dialog.getByRole("textbox", { name: "Key" }).fill(key);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  await setKey("sk-not-the-right-one");
  await page.getByRole("button", { name: "Test the key for openai" }).click();
  await page.getByText(/^It does not work: /).waitFor();
  await assertAccessible(page);
  await picture(page, "models-key-refused");

  await setKey("sk-operator");
  await page.getByRole("button", { name: "Test the key for openai" }).click();
  await page.getByText(/^It works: /).waitFor();
  await assertAccessible(page);
  await picture(page, "models-keys");

  await page.getByRole("button", { name: "Remove the key for openai" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("You have no key of your own.").waitFor();
  await house.leave(page);
});

test("a price is set and removed", async () => {
  const page = await house.visit("/models?tab=prices");
  await page.getByRole("row").filter({ hasText: "of the program" }).first().waitFor();

  await page.getByRole("button", { name: "Set a price" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Provider").fill("openai");
  await dialog.getByLabel("Model begins with").fill("gpt-house");
  await dialog.getByLabel("Input", { exact: true }).fill("2.5");
  await dialog.getByLabel("Output").fill("10");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();

  const row = page.getByRole("row").filter({ hasText: "gpt-house" });
  await row.getByText("$10.00").waitFor();
  assert.equal(await row.getByText("$2.50").count(), 2, "input out of the cache costs as much");
  await assertAccessible(page);
  await picture(page, "models-prices");
  await page.getByRole("button", { name: "Remove the price of openai/gpt-house" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await row.waitFor({ state: "detached" });
  await house.leave(page);
});
