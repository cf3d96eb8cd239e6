import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { assertAccessible, House, picture } from "./harness.ts";
import { repository } from "./server.ts";

const token = "shpat_test";
const secret = "hush";
const feed = [
  "id,title,description,price,currency,vendor",
  "1,Lamp Polaris,A head lamp for the night,49.00,EUR,Lumen",
  "2,Lamp Vega,A small lamp for camping,19.00,EUR,Lumen",
  "3,Tent Orion,A tent for two,199.00,EUR,Lumen",
].join("\n");

let shop: any; // the emulator, which has no types
let house: House;

before(async () => {
  const emulator = pathToFileURL(join(repository, "tests/emulators/shopify.mjs")).href;
  const { startShopify } = (await import(emulator)) as any;
  shop = await startShopify({
    token,
    clientId: "test-client-id",
    clientSecret: secret,
    fill: { products: 40, imagesEach: 1, orders: 5, seed: 3 },
  });
  house = await House.open({
    AIVA_SERVER_PUBLIC_URL: "https://aiva.test",
    AIVA_SHOPIFY_SCHEDULED: "false",
    AIVA_SHOPIFY_BASE_ADDRESS: shop.origin,
    AIVA_SHOPIFY_ALLOW_PRIVATE_HOSTS: "true",
    AIVA_SHOPIFY_CLIENT_ID: "test-client-id",
    AIVA_SHOPIFY_CLIENT_SECRET: secret,
    AIVA_WORKER_CONCURRENCY: "2",
  });
  await house.call("POST", "/api/knowledge", { name: "Lists", type: "product_catalog" });
});
after(async () => {
  await house?.close();
  await shop?.close();
});

async function choose(page: Page, box: string, option: string): Promise<void> {
  await page.getByRole("dialog").getByRole("combobox", { name: box }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

test("a shop is connected by its token, tested, read and looked into", async () => {
  const page = await house.visit("/shop", { allowed: [/status of 422/] });
  await page.getByText("No shop is connected yet.").waitFor();
  await assertAccessible(page);

  await page.getByRole("button", { name: "Connect a shop" }).click();
  const dialog = page.getByRole("dialog");
  await choose(page, "Knowledge base", "Sample");
  await dialog.getByLabel("Address of the shop").fill(shop.shop.domain);
  await dialog.getByLabel("Token of the Admin API").fill("wrong");
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Token of the Admin API").fill(token);
  await dialog.getByLabel("Secret of the app").fill(secret);
  await picture(page, "shop-connect");
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("link", { name: "All shops" }).waitFor();

  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByText("The shop answers").waitFor();
  await page.getByText("40 products").waitFor();
  await page.getByRole("button", { name: "Read everything" }).click();
  // A bar at 0 % has no width: nothing is seen of it.
  const progress = page.getByRole("progressbar", { name: "Progress of the reading" });
  await progress.first().waitFor({ state: "attached" });
  await picture(page, "shop-reading");
  await page
    .getByRole("region", { name: "Readings" })
    .getByText("completed", { exact: true })
    .waitFor({ timeout: 120_000 });
  await assertAccessible(page);
  await picture(page, "shop-store");

  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel("Minutes between two readings").fill("60");
  await page.getByRole("combobox", { name: "Only these collections" }).click();
  await page.getByRole("option").first().click();
  await page.keyboard.press("Escape");
  await assertAccessible(page);
  await picture(page, "shop-settings");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await page.getByText("paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("connected", { exact: true }).waitFor();
  await house.leave(page);
});

test("products are found by words and facets, and seen with their variants", async () => {
  const page = await house.visit("/shop?tab=products");
  const base = page.getByRole("combobox", { name: "Knowledge base" });
  await base.click();
  await page.getByRole("option", { name: "Sample", exact: true }).click();
  const products = page.getByRole("list", { name: "Products" });
  await products.getByRole("listitem").first().waitFor();
  const found = page.getByRole("status").filter({ hasText: /product/ });
  const all = await found.first().textContent();
  await page.getByRole("checkbox", { name: "In stock" }).check();
  await page.waitForFunction(
    ([text]) =>
      Array.from(document.querySelectorAll("[role=status]")).some(
        (element) => /product/.test(element.textContent ?? "") && element.textContent !== text,
      ),
    [all],
  );
  await products.locator("img").first().waitFor();
  await assertAccessible(page);
  await picture(page, "shop-products");

  await products.getByRole("link").first().click();
  await page.getByRole("heading", { name: "Variants" }).waitFor();
  await page.getByRole("list", { name: "Pictures" }).locator("img").first().waitFor();
  await assertAccessible(page);
  await picture(page, "shop-product");
  await house.leave(page);
});

test("a list of products is given as a file; in Arabic it reads from the right", async () => {
  const page = await house.visit("/shop", { theme: "dark" });
  await page.getByRole("button", { name: "Connect a shop" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("List as a file").click();
  await choose(page, "Knowledge base", "Lists");
  const chooser = page.waitForEvent("filechooser");
  await dialog.getByRole("button", { name: "List of products" }).click();
  await (
    await chooser
  ).setFiles({ name: "feed.csv", mimeType: "text/csv", buffer: Buffer.from(feed) });
  await dialog.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("button", { name: "Read everything" }).click();
  const jobs = page.getByRole("region", { name: "Readings" });
  await jobs.getByText("completed", { exact: true }).waitFor({ timeout: 60_000 });
  await jobs.getByText("3 new").waitFor();
  await page.getByRole("tab", { name: "Products" }).click();
  await page.getByLabel("Words").fill("tent");
  await page.getByRole("link", { name: "Tent Orion" }).waitFor();
  await assertAccessible(page);
  await picture(page, "shop-dark");
  await house.leave(page);

  const arabic = await house.visit("/shop", { language: "ar" });
  await arabic.getByRole("heading", { level: 1, name: "المتجر" }).waitFor();
  await arabic.getByRole("region", { name: "المتاجر" }).getByRole("link").first().waitFor();
  await assertAccessible(arabic);
  await picture(arabic, "shop-arabic");

  await arabic
    .getByRole("region", { name: "المتاجر" })
    .getByRole("link", { name: /.+/ })
    .first()
    .click();
  await arabic.getByRole("button", { name: "فصل" }).click();
  await arabic.getByRole("dialog").getByRole("button", { name: "فصل" }).click();
  await arabic.getByRole("heading", { level: 1, name: "المتجر" }).waitFor();
  const [left] = [(await house.call("GET", `/api/shopify/${await tenant()}/stores`)).total];
  assert.equal(left, 1);
  await house.leave(arabic);
});

async function tenant(): Promise<string> {
  return (await house.call("GET", "/api/auth/me")).tenant_id;
}
