import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { Emulator } from "./emulator.ts";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let receiver: Emulator;
before(async () => {
  receiver = await Emulator.start("webhook_receiver");
  house = await House.open({ AIVA_WEBHOOKS_ALLOW_PRIVATE_HOSTS: "true" });
});
after(async () => {
  await house?.close();
  receiver?.stop();
});

async function trust(secret: string): Promise<void> {
  await fetch(`${receiver.url}/_secrets`, {
    method: "POST",
    body: JSON.stringify({ secrets: [secret] }),
  });
}

async function takeSecret(page: Page): Promise<string> {
  const shown = page.getByRole("dialog", { name: "The secret of the webhook" });
  const secret = (await shown.locator("code").textContent()) ?? "";
  await assertAccessible(page);
  await shown.getByRole("button", { name: "I have kept it" }).click();
  return secret;
}

test("a webhook is made, tried, replayed, given a new secret, and removed", async () => {
  const page = await house.visit("/webhooks");
  await page.getByText("No address is told of anything yet.").waitFor();

  await page.getByRole("button", { name: "Add a webhook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill(`${receiver.url}/main`);
  await dialog.getByLabel("Description").fill("The ticket system");
  await dialog.getByRole("combobox", { name: "Events" }).click();
  await page.getByRole("option", { name: "chat.ended" }).click();
  await page.keyboard.press("Escape");
  await assertAccessible(page);
  await picture(page, "webhooks-new");
  await dialog.getByRole("button", { name: "Add a webhook" }).click();
  const first = await takeSecret(page);
  await page.getByRole("row").filter({ hasText: "The ticket system" }).waitFor();
  await assertAccessible(page);
  await picture(page, "webhooks");

  await page.getByRole("link", { name: `${receiver.url}/main` }).click();
  await page.getByRole("heading", { level: 1, name: "Webhook" }).waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  const deliveries = page.getByRole("region", { name: "Deliveries" }).getByRole("row");
  const failed = deliveries.filter({ hasText: "webhook.test" });
  await failed.getByText("401").first().waitFor();

  await trust(first);
  await page.getByRole("button", { name: /^Send again: webhook.test of / }).click();
  await deliveries.filter({ hasText: "(again)" }).getByText("delivered").waitFor();
  await assertAccessible(page);
  await picture(page, "webhook");

  await page.getByRole("button", { name: "New secret" }).click();
  await dialog.getByLabel("Hours in which both secrets sign").fill("0");
  await dialog.getByRole("button", { name: "New secret" }).click();
  assert.notEqual(await takeSecret(page), first);

  await page.getByRole("button", { name: "Send events again" }).click();
  await assertAccessible(page);
  await dialog.getByLabel("Only what did not get through").uncheck();
  await dialog.getByRole("button", { name: "Send again" }).click();
  await page.getByText(/events? (is|are) sent again\./).waitFor();

  await page.getByRole("button", { name: "Switch off" }).click();
  await dialog.getByRole("button", { name: "Switch off" }).click();
  await page.getByRole("button", { name: "Switch on" }).waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByText("No address is told of anything yet.").waitFor();
  await house.leave(page);
});
