import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, House, picture } from "./harness.ts";

const admin = { email: "amal@example.com", password: "A long enough passw0rd" };
const first = { email: "nour@nile.example", password: "An0ther long password" };

let house: House;
before(async () => {
  house = await House.open();
  await house.call("POST", "/api/users", { ...admin, name: "Amal Admin", role: "admin" });
});
after(() => house?.close());

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

async function fillTenant(page: Page, name: string, password: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  const tenant = dialog.getByRole("group", { name: "Tenant" });
  await tenant.getByLabel("Short name").fill(name);
  await tenant.getByLabel("Name of the company").fill("Nile Books Ltd");
  const user = dialog.getByRole("group", { name: "Its first user, an admin" });
  await user.getByLabel("Name").fill("Nour Nile");
  await user.getByLabel("E-mail address").fill(first.email);
  await user.getByRole("textbox", { name: "Password" }).fill(password);
}

test("a tenant is made with its first user, who signs in", async () => {
  const page = await house.visit("/", { allowed: [/status of 422/] });
  const menu = page.getByRole("navigation", { name: "Pages" });
  await menu.getByRole("link", { name: "Tenants" }).click();
  await heading(page, "Tenants").waitFor();
  await row(page, "yours").waitFor();

  await page.getByRole("button", { name: "New tenant" }).click();
  const dialog = page.getByRole("dialog");
  await fillTenant(page, "Nile", "short");
  await assertAccessible(page);
  await picture(page, "tenants-new");
  await dialog.getByRole("button", { name: "Make the tenant" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByText("Its first user is still missing").waitFor();
  assert.equal(await dialog.getByLabel("Short name").count(), 0);
  await assertAccessible(page);
  await picture(page, "tenants-half");

  await dialog.getByRole("textbox", { name: "Password" }).fill(first.password);
  await dialog.getByRole("button", { name: "Add its first user" }).click();
  await heading(page, "Nile").waitFor();
  await page.getByText("Nile Books Ltd").waitFor();
  await row(page, first.email).getByText("Admin", { exact: true }).waitFor();
  assert.equal(await row(page, house.email).count(), 0, "users of other tenants are not shown");
  await assertAccessible(page);
  await picture(page, "tenant");
  const signed = await house.call("POST", "/api/auth/login", first, null);
  assert.equal(signed.user.tenant_name, "Nile");
  const named = await house.call("GET", "/api/tenants?search=nile");
  assert.equal(named.total, 1, "the second attempt makes no second tenant");
  await house.leave(page);
});

test("a tenant gets credits, once for a click, and another user", async () => {
  const page = await house.visit("/tenants", { allowed: [/ERR_FAILED/] });
  const before = (await house.call("GET", "/api/credits/balance")).balance;
  const keys: string[] = [];
  page.on("request", (sent) => {
    const key = sent.headers()["idempotency-key"];
    if (sent.url().endsWith("/api/credits/add")) keys.push(key ?? "");
  });
  await row(page, "Nile").getByText("$0.00").waitFor();

  // The answer to the first attempt is lost after it was carried out.
  await page.route(
    "**/api/credits/add",
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.getByRole("button", { name: "Add credits to Nile" }).click();
  const dialog = page.getByRole("dialog", { name: "Add credits to Nile" });
  await dialog.getByLabel("Amount").fill("40");
  await dialog.getByLabel("Note").fill("Invoice 2041");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Add credits" }).click();
  await dialog.getByText("The server does not answer.").waitFor();
  await dialog.getByRole("button", { name: "Add credits" }).click();
  await dialog.waitFor({ state: "detached" });
  await row(page, "Nile").getByText("$40.00").waitFor();
  assert.equal(keys.length, 2);
  assert.notEqual(keys[0], "");
  assert.equal(keys[0], keys[1]);

  await page.getByRole("link", { name: "Nile" }).click();
  await page.getByRole("region", { name: "Available" }).getByText("$40.00").waitFor();
  await page.getByRole("tab", { name: "Movements of credits" }).click();
  await row(page, "Invoice 2041").getByText("added").waitFor();
  await assertAccessible(page);
  await picture(page, "tenant-credits");

  await page.getByRole("tab", { name: "Users" }).click();
  await page.getByRole("button", { name: "Add a user" }).click();
  const adding = page.getByRole("dialog");
  await adding.getByLabel("Name").fill("Omar Nile");
  await adding.getByLabel("E-mail address").fill("omar@nile.example");
  await adding.getByRole("textbox", { name: "Password" }).fill(first.password);
  await adding.getByRole("button", { name: "Add a user" }).click();
  await row(page, "omar@nile.example").waitFor();
  await page.getByText("2 users").waitFor();
  const own = await house.call("GET", "/api/credits/balance");
  assert.equal(own.balance, before, "the operator's own tenant got nothing");
  await house.leave(page);
});

test("a tenant is changed, suspended and activated", async () => {
  const page = await house.visit("/tenants", { allowed: [/status of 409/] });
  await page.getByRole("link", { name: "Nile" }).click();
  await heading(page, "Nile").waitFor();

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const me = await house.call("GET", "/api/auth/me");
  await dialog.getByLabel("Short name").fill(me.tenant_name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("A tenant with this name exists already").waitFor();
  await dialog.getByLabel("Short name").fill("Nile & Sons");
  await dialog.getByLabel("Calls a minute").fill("600");
  await dialog.getByLabel("Strangers may register as clients").check();
  await assertAccessible(page);
  await picture(page, "tenant-edit");
  await dialog.getByRole("button", { name: "Save" }).click();
  await heading(page, "Nile & Sons").waitFor();
  await page.getByText("600 calls a minute").waitFor();
  await page.getByText("open to strangers").waitFor();

  const { token } = await house.call("POST", "/api/auth/login", first, null);
  await page.getByRole("button", { name: "Suspend" }).click();
  await dialog.getByText("Nothing is deleted").waitFor();
  await assertAccessible(page);
  await picture(page, "tenant-suspend");
  await dialog.getByRole("button", { name: "Suspend" }).click();
  await page.getByText("suspended", { exact: true }).waitFor();
  await dialog.waitFor({ state: "detached" });
  await assertAccessible(page);
  await picture(page, "tenant-suspended");
  const headers = { Authorization: `Bearer ${token}` };
  assert.equal((await fetch(`${house.url}/api/auth/me`, { headers })).status, 401);

  await page.getByRole("button", { name: "Activate", exact: true }).click();
  await page.getByText("active", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Suspend" }).waitFor();
  await house.call("POST", "/api/auth/login", first, null);

  await page.getByRole("link", { name: "All tenants" }).click();
  await row(page, "yours").getByRole("link").click();
  await heading(page, me.tenant_name).waitFor();
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Suspend" }).count(), 0);
  await house.leave(page);
});

test("tenants are searched, narrowed down and turned page by page", async () => {
  for (let number = 1; number <= 30; ++number) {
    const name = `Shop ${String(number).padStart(2, "0")}`;
    const made = await house.call("POST", "/api/tenants", { name });
    if (number % 10 === 0) await house.call("PUT", `/api/tenants/${made.id}`, { is_active: false });
  }
  const page = await house.visit("/tenants");
  await row(page, "Shop 30").getByText("suspended").waitFor();
  assert.equal(await row(page, "Shop 01").count(), 0);

  await page.getByRole("button", { name: "Next page" }).click();
  await row(page, "Shop 01").waitFor();
  await page.getByText("Page 2").first().waitFor();
  await page.getByRole("button", { name: "Previous page" }).click();
  await row(page, "Shop 30").waitFor();

  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "suspended" }).click();
  await row(page, "Shop 29").waitFor({ state: "detached" });
  assert.equal(await row(page, "Shop").count(), 3);
  await page.getByLabel("Search names and companies").fill("sHoP 2");
  await row(page, "Shop 30").waitFor({ state: "detached" });
  await row(page, "Shop 20").waitFor();
  await page.getByLabel("Search names and companies").fill("none such");
  await page.getByText("Nothing fits these filters.").waitFor();
  await assertAccessible(page);
  await page.getByLabel("Search names and companies").fill("books");
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "suspended" }).click(); // chosen again: all
  await row(page, "Nile & Sons").waitFor();
  await page.getByLabel("Search names and companies").fill("");
  await row(page, "Shop 30").waitFor();
  await assertAccessible(page);
  await picture(page, "tenants");
  await house.leave(page);
});

test("the keyboard is enough to add credits", async () => {
  const page = await house.visit("/tenants");
  const button = page.getByRole("button", { name: "Add credits to Shop 30" });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add credits to Shop 30" });
  await dialog.waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("3");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await row(page, "Shop 30").getByText("$3.00").waitFor();
  await page.waitForFunction(
    () => document.activeElement?.getAttribute("aria-label") === "Add credits to Shop 30",
  );
  await house.leave(page);
});

test("tenants in Arabic, in the dark, and on a narrow screen", async () => {
  const page = await house.visit("/tenants", { language: "ar", theme: "dark" });
  await heading(page, "المستأجرون").waitFor();
  await row(page, "Shop 30").getByText("موقوف").waitFor();
  await assertAccessible(page);
  await picture(page, "tenants-arabic");
  await page.getByRole("button", { name: "مستأجر جديد" }).click();
  await page.getByRole("dialog").getByLabel("الاسم المختصر").waitFor();
  await assertAccessible(page);
  await picture(page, "tenants-new-arabic");
  await page.keyboard.press("Escape");
  await page.getByLabel("البحث في الأسماء والشركات").fill("nile");
  await page.getByRole("link", { name: "Nile & Sons" }).click();
  await row(page, first.email).waitFor();
  await assertAccessible(page);
  await picture(page, "tenant-arabic");
  await house.leave(page);

  const narrow = await house.visit("/tenants", { width: 390, height: 844 });
  await row(narrow, "Shop 30").waitFor();
  const isWider = () =>
    narrow.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.ok(!(await isWider()), "the list scrolls sideways");
  await picture(narrow, "tenants-narrow");
  await narrow.getByLabel("Search names and companies").fill("nile");
  await narrow.getByRole("link", { name: "Nile & Sons" }).click();
  await row(narrow, first.email).waitFor();
  assert.ok(!(await isWider()), "the tenant's page scrolls sideways");
  await picture(narrow, "tenant-narrow");
  await house.leave(narrow);
});

test("whoever has not the right neither sees nor reaches tenants", async () => {
  const page = await house.visit("/users", { as: admin });
  await row(page, admin.email).waitFor();
  const menu = page.getByRole("navigation", { name: "Pages" });
  assert.equal(await menu.getByRole("link", { name: "Tenants" }).count(), 0);
  const nile = (await house.call("GET", "/api/tenants?search=nile")).items[0];

  for (const path of ["/tenants", `/tenants/${nile.id}`]) {
    await page.goto(`/console${path}`);
    await heading(page, "There is no such page").waitFor();
    assert.equal(await page.getByText("Nile").count(), 0);
  }
  await house.leave(page);

  const { token } = await house.call("POST", "/api/auth/login", admin, null);
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const status = async (method: string, path: string, body?: object) => {
    const init = { method, headers, body: body && JSON.stringify(body) };
    return (await fetch(house.url + path, init)).status;
  };
  assert.equal(await status("POST", "/api/tenants", { name: "Mine" }), 403);
  assert.equal(await status("GET", `/api/tenants/${nile.id}`), 403);
  assert.equal(await status("PUT", `/api/tenants/${nile.id}`, { name: "Mine" }), 403);
  const credits = { amount: 5, tenant_id: nile.id };
  assert.equal(await status("POST", "/api/credits/add", credits), 403);
  const seen = await house.call("GET", "/api/tenants", undefined, token);
  assert.equal(seen.total, 1, "an admin is told of the own tenant alone");
});
