import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Emulator } from "./emulator.ts";
import { assertAccessible, House, picture } from "./harness.ts";

const key = "shop-key-1234567890";

let shop: Emulator;
let house: House;
let agent: { id: string };
before(async () => {
  shop = await Emulator.start("http_api", ["--key", key]);
  house = await House.open({
    AIVA_FUNCTIONS_ALLOW_PRIVATE_HOSTS: "true",
    AIVA_FUNCTIONS_PRIVATE_HOSTS: new URL(shop.url).host,
  });
  agent = await house.call("POST", "/api/agents", { name: "Desk", publish: true });
});
after(async () => {
  await house?.close();
  shop?.stop();
});

test("a secret is set and never shown", async () => {
  const page = await house.visit(`/functions/${agent.id}?tab=secrets`);
  await page.getByText("There are no secrets.").waitFor();
  await page.getByRole("button", { name: "Set a secret" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("SHOP_KEY");
  await dialog.getByRole("textbox", { name: "Value" }).fill(key);
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();

  await page.getByRole("row").filter({ hasText: "SHOP_KEY" }).getByText("…7890").waitFor();
  await dialog.waitFor({ state: "detached" });
  assert.ok(!(await page.content()).includes(key));
  await picture(page, "function-secrets");
  await house.leave(page);
});

test("a function is built row by row, called, and its call is in the log", async () => {
  const page = await house.visit("/functions");
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "Desk" }).click();
  await page.getByText("This agent has no functions.").waitFor();
  await page.getByRole("link", { name: "Add a function" }).click();
  await page.getByLabel("Name", { exact: false }).first().fill("order_status");
  await page.getByLabel("Description", { exact: true }).fill("Tells where an order is.");
  await page.getByRole("button", { name: "Add an argument" }).click();
  await page.getByLabel("Argument 1").fill("number");
  await page.getByLabel("Description of number").fill("Six digits");
  await page.getByLabel("number is required").check();
  await page.getByLabel("Form of number").fill("^[0-9]{6}$");
  await page.getByRole("textbox", { name: "Address" }).fill(`${shop.url}/orders/{number}`);
  await page.getByRole("button", { name: "Add a header" }).click();
  await page.getByLabel("Header 1", { exact: true }).fill("Authorization");
  await page.getByLabel("Value 1").fill("Bearer {secret:SHOP_KEY}");
  await page.getByLabel("What the model sees of the answer").fill('"/order/state"');
  await page.getByText("JSON", { exact: true }).first().click();
  const raw = await page.getByLabel("JSON Schema of the arguments").inputValue();
  assert.deepEqual(JSON.parse(raw), {
    type: "object",
    properties: {
      number: { type: "string", description: "Six digits", pattern: "^[0-9]{6}$" },
    },
    required: ["number"],
  });
  await assertAccessible(page);
  await page.getByText("Rows", { exact: true }).click();
  await page.getByRole("button", { name: "Save" }).click();

  const trial = page.getByRole("region", { name: "Test call" });
  await trial.getByLabel("number").fill("100200");
  await trial.getByRole("button", { name: "Call it" }).click();
  await trial.getByRole("region", { name: "Result" }).getByText("shipped").waitFor();
  await assertAccessible(page);
  await picture(page, "function");

  await page.getByRole("link", { name: "All functions" }).click();
  await page.getByRole("link", { name: "order_status" }).waitFor();
  await assertAccessible(page);
  await picture(page, "functions");
  await page.getByRole("tab", { name: "Calls" }).click();
  await page
    .getByRole("button", { name: /Details of order_status/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("region", { name: "Arguments" }).getByText("100200").waitFor();
  await assertAccessible(page);
  await picture(page, "function-call");
  await house.leave(page);
});

test("a server of tools is added, asked again, and tells when it fails", async () => {
  const page = await house.visit(`/functions/${agent.id}?tab=servers`);
  await page.getByRole("button", { name: "Add a server" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("crm");
  await dialog.getByLabel("Address").fill(`${shop.url}/nothing`);
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();

  const card = page.getByRole("region", { name: "crm" });
  await card.getByText(/It did not tell its tools/).waitFor();
  await dialog.waitFor({ state: "detached" });
  await card.getByRole("button", { name: "List tools of crm" }).click();
  await card.getByText(/It did not tell its tools/).waitFor();
  await assertAccessible(page);
  await picture(page, "function-servers");
  await card.getByRole("button", { name: "Delete crm" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("This agent uses no servers of tools.").waitFor();
  await house.leave(page);
});

test("functions in Arabic", async () => {
  const page = await house.visit(`/functions/${agent.id}`, { language: "ar" });
  await page.getByRole("link", { name: "order_status" }).click();
  await page.getByRole("heading", { name: "استدعاء تجريبي" }).waitFor();
  await assertAccessible(page);
  await picture(page, "function-arabic");
  await house.leave(page);
});
