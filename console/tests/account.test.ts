import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, House, picture } from "./harness.ts";

const client = { email: "cleo@example.com", password: "A long enough passw0rd" };

let house: House;
before(async () => {
  house = await House.open();
  await house.call("POST", "/api/users", { ...client, name: "Cleo Client", role: "client" });
});
after(() => house?.close());

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

test("a user is added, changed, given a password, and deactivated", async () => {
  const page = await house.visit("/users", { allowed: [/status of 422/] });
  await heading(page, "Users").waitFor();
  await row(page, client.email).waitFor();

  await page.getByRole("button", { name: "Add a user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Ada Agent");
  await dialog.getByLabel("E-mail address").fill("ada@example.com");
  await dialog.getByRole("textbox", { name: "Password" }).fill("short");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Add a user" }).click();
  await dialog.getByRole("alert").waitFor();
  await picture(page, "users-refused");
  await dialog.getByRole("textbox", { name: "Password" }).fill("Long enough for any1");
  await dialog.getByRole("button", { name: "Add a user" }).click();
  await row(page, "ada@example.com").waitFor();
  await dialog.waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Edit Ada Agent" }).click();
  await page.getByRole("menuitem", { name: "Edit Ada Agent" }).click();
  await dialog.getByLabel("Name").fill("Ada Admin");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Admin", exact: true }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await row(page, "Ada Admin").getByText("Admin", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Edit Ada Admin" }).click();
  await page.getByRole("menuitem", { name: "Set a password for Ada Admin" }).click();
  await dialog.getByRole("textbox", { name: "New password" }).fill("An0ther long password");
  await dialog.getByRole("button", { name: "Set password" }).click();
  await dialog.waitFor({ state: "detached" });
  const signed = { email: "ada@example.com", password: "An0ther long password" };
  await house.call("POST", "/api/auth/login", signed, null);

  await page.getByRole("button", { name: "Deactivate Ada Admin" }).click();
  await dialog.getByText("Their sessions end at once").waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Deactivate" }).click();
  await row(page, "Ada Admin").getByText("deactivated").waitFor();

  await page.getByLabel("Search names and addresses").fill("cleo");
  await row(page, "Ada Admin").waitFor({ state: "detached" });
  await page.getByLabel("Search names and addresses").fill("");
  await row(page, "Ada Admin").waitFor();
  await assertAccessible(page);
  await picture(page, "users");

  await page.getByRole("tab", { name: "Rights of roles" }).click();
  await row(page, "tenants.manage").waitFor();
  await assertAccessible(page);
  await picture(page, "users-rights");
  await house.leave(page);
});

test("a key is shown once, works, and is revoked", async () => {
  const page = await house.visit("/keys");
  await page.getByText("No key has been made yet.").waitFor();

  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("The intranet");
  await dialog.getByLabel("knowledge.read").check();
  await assertAccessible(page);
  await picture(page, "keys-new");
  await dialog.getByRole("button", { name: "Make a key" }).click();

  const shown = page.getByRole("dialog", { name: "The new key" });
  const secret = (await shown.locator("code").textContent()) ?? "";
  await assertAccessible(page);
  await shown.getByRole("button", { name: /^Copy/ }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await picture(page, "keys-once");
  await shown.getByRole("button", { name: "I have kept it" }).click();
  const bases = await house.call("GET", "/api/knowledge", undefined, secret);
  assert.equal(bases.items.length, 1);

  await row(page, "The intranet").getByText("active").waitFor();
  assert.ok(!(await page.content()).includes(secret), "the secret is gone");
  await assertAccessible(page);
  await picture(page, "keys");
  await page.getByRole("button", { name: "Revoke the key The intranet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await row(page, "The intranet").getByText("revoked").waitFor();
  const refused = await fetch(`${house.url}/api/knowledge`, {
    headers: { Authorization: `Bearer ${secret}` },
  });
  assert.equal(refused.status, 401);
  await house.leave(page);
});

test("the audit log is filtered and turned page by page", async () => {
  for (let count = 0; count < 30; ++count)
    await house.call(
      "POST",
      "/api/auth/login",
      { email: house.email, password: house.password },
      null,
    );
  const page = await house.visit("/audit");
  await heading(page, "Audit log").waitFor();

  await page.getByText("Page 1", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByText("Page 2", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Previous page" }).click();
  await page.getByText("Page 1", { exact: false }).first().waitFor();
  await assertAccessible(page);
  await picture(page, "audit");

  const rows = page.getByRole("row");
  const action = (await rows.nth(1).locator("code").textContent()) ?? "";
  await page
    .getByRole("button", { name: new RegExp(`^Details of ${action}`) })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("region", { name: "Details" }).waitFor();
  await assertAccessible(page);
  await picture(page, "audit-details");
  await page.keyboard.press("Escape");

  await page.getByLabel("Action").fill("no.such.action");
  await page.getByText("Nothing fits these filters.").waitFor();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await row(page, action).first().waitFor();
  await house.leave(page);
});

test("a person sees no more than their role may", async () => {
  const page = await house.visit("/", { as: client });
  await heading(page, "Overview").waitFor();

  const menu = page.getByRole("navigation", { name: "Pages" });
  await menu.getByRole("link", { name: "Models" }).waitFor();
  for (const name of ["Users", "API keys", "Audit log", "Credits", "Webhooks", "Health"])
    assert.equal(await menu.getByRole("link", { name }).count(), 0, name);
  assert.equal(await page.getByRole("region", { name: "Credits" }).count(), 0);
  await page.goto("/console/users");
  await heading(page, "There is no such page").waitFor();
  await house.leave(page);
});

test("settings change the name, the password, the language and the company", async () => {
  const page = await house.visit("/settings", { as: client, allowed: [/status of 4/] });
  await heading(page, "Settings").waitFor();
  await page.getByLabel("Short name").waitFor();
  await assertAccessible(page);

  const you = page.getByRole("region", { name: "You" });
  await you.getByLabel("Your name").fill("Cleo Changed");
  await you.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Account of Cleo Changed" }).waitFor();

  const password = page.getByRole("region", { name: "Password" });
  await password.getByRole("textbox", { name: "Current password" }).fill("Not this 0ne");
  await password.getByRole("textbox", { name: "New password" }).fill("Yet an0ther password");
  await password.getByRole("button", { name: "Change the password" }).click();
  await password.getByRole("alert").waitFor();
  await assertAccessible(page);
  await password.getByRole("textbox", { name: "Current password" }).fill(client.password);
  await password.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Your password is changed").waitFor();
  const signed = { email: client.email, password: "Yet an0ther password" };
  await house.call("POST", "/api/auth/login", signed, null);

  await page.getByRole("combobox", { name: "Language" }).click();
  await page.getByRole("option", { name: "العربية" }).click();
  await heading(page, "الإعدادات").waitFor();
  await assertAccessible(page);
  await picture(page, "settings-arabic");
  await house.leave(page);
});

test("an admin names the company", async () => {
  const page = await house.visit("/settings");

  await page.getByLabel("Name of the company").fill("Lumen Outdoor");
  const company = page.getByRole("region", { name: "Company" });
  await company.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await picture(page, "settings");

  const me = await house.call("GET", "/api/auth/me");
  const tenant = await house.call("GET", `/api/tenants/${me.tenant_id}`);
  assert.equal(tenant.company_name, "Lumen Outdoor");
  await house.leave(page);
});

test("the health page counts what the server did", async () => {
  const base = (await house.call("GET", "/api/knowledge")).items[0];
  for (let count = 0; count < 5; ++count)
    await house.call("POST", "/api/v1/search", { query: "refunds", kb_id: base.id });
  const page = await house.visit("/health");
  await heading(page, "Health").waitFor();

  await page.getByText("database: up").waitFor();
  await page.getByRole("region", { name: "Documents read" }).getByText("3").waitFor();
  await row(page, "ingest document").waitFor();
  await page.getByRole("region", { name: "Time of a search" }).getByText(/ms · /).waitFor();
  await assertAccessible(page);
  await picture(page, "health");
  await house.leave(page);
});
