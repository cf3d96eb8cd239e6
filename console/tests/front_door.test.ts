import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
before(async () => {
  house = await House.open();
});
after(() => house?.close());

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(house.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const overview = (page: Page) => page.getByRole("heading", { level: 1, name: "Overview" });

test("a person signs in, sees real figures, and signs out", async () => {
  const page = await house.visit("/", { as: null });
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await assertAccessible(page);
  await picture(page, "sign-in");

  await signIn(page, house.password);
  await overview(page).waitFor();
  const bases = page.getByRole("region", { name: "Knowledge bases" });
  await bases.getByText("1", { exact: true }).waitFor();
  const documents = page.getByRole("region", { name: "Documents", exact: true });
  await documents.getByText("3", { exact: true }).waitFor();
  await page.getByRole("region", { name: "Server" }).getByText("ready", { exact: true }).waitFor();
  await page.getByRole("region", { name: "Credits" }).waitFor();
  await assertAccessible(page);
  await picture(page, "overview");

  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await house.leave(page);
});

test("a wrong password is answered with what the server said", async () => {
  const page = await house.visit("/", { as: null, allowed: [/status of 401/] });

  await signIn(page, "not the password");

  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match((await alert.textContent()) ?? "", /password/i);
  assert.match((await alert.textContent()) ?? "", /Request /);
  await assertAccessible(page);
  await picture(page, "sign-in-refused");
  await house.leave(page);
});

test("a session outlives its access token and a reload", async () => {
  const page = await house.visit("/");
  await overview(page).waitFor();

  await page.evaluate(() => {
    const session = JSON.parse(sessionStorage.getItem("aiva.session")!);
    sessionStorage.setItem("aiva.session", JSON.stringify({ ...session, expiresAt: 0 }));
  });
  await page.reload();

  await page.getByRole("region", { name: "Knowledge bases" }).getByText("1").waitFor();
  await house.leave(page);
});

test("dark colours are kept and can be read", async () => {
  const page = await house.visit("/");
  await overview(page).waitFor();

  await page.getByRole("button", { name: "Colours" }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  await page.reload();

  await page.locator("html[data-mantine-color-scheme=dark]").waitFor();
  await page.getByRole("region", { name: "Documents", exact: true }).getByText("3").waitFor();
  await assertAccessible(page);
  await picture(page, "overview-dark");
  await house.leave(page);
});

test("Arabic is written from right to left", async () => {
  const page = await house.visit("/");
  await overview(page).waitFor();

  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitem", { name: "العربية" }).click();

  await page.getByRole("heading", { level: 1, name: "نظرة عامة" }).waitFor();
  await page.locator("html[dir=rtl][lang=ar]").waitFor();
  const menu = await page.getByRole("navigation", { name: "الصفحات" }).boundingBox();
  assert.ok(menu!.x > 640, "the navigation stands at the right");
  await assertAccessible(page);
  await picture(page, "overview-arabic");
  await house.leave(page);
});

test("the keyboard is enough", async () => {
  const page = await house.visit("/", { as: null });
  await page.getByRole("heading", { name: "Sign in" }).waitFor();

  await page.getByLabel("E-mail address").focus();
  await page.keyboard.type(house.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(house.password);
  await page.keyboard.press("Enter");
  await overview(page).waitFor();
  await page.keyboard.press("Tab");

  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  assert.equal(await focused(), "Skip to the content");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "content");
  await house.leave(page);
});

test("a narrow window has its menu behind a button", async () => {
  const page = await house.visit("/", { width: 390, height: 844 });
  await overview(page).waitFor();

  const menu = page.getByRole("button", { name: "Open or close the menu" });
  assert.equal(await menu.getAttribute("aria-expanded"), "false");
  await menu.click();
  await page.getByRole("navigation").getByRole("link", { name: "Overview" }).click();

  await page.waitForFunction(
    () => document.querySelector("[aria-expanded=true]") === null,
    undefined,
  );
  await assertAccessible(page);
  await picture(page, "overview-narrow");
  await house.leave(page);
});

test("where no page is, the console says so", async () => {
  const page = await house.visit("/no/such/page");

  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await page.getByRole("link", { name: "To the overview" }).click();
  await overview(page).waitFor();
  await house.leave(page);
});
