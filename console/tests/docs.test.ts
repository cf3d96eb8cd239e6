import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, House, picture, type VisitOptions } from "./harness.ts";

let house: House;
before(async () => {
  house = await House.open();
});
after(() => house?.close());

async function open(path: string, options: VisitOptions = {}): Promise<Page> {
  const page = await house.visit("/docs", { as: null, ...options });
  await page.goto(path);
  return page;
}

const title = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const found = (page: Page) => page.getByRole("list", { name: "Found sections" });

test("a guide is opened from the list of all, and the next one from it", async () => {
  const page = await open("/docs");
  await title(page, "Guides").waitFor();
  await assertAccessible(page);
  await picture(page, "docs");

  await page.getByRole("main").getByRole("link", { name: "Quick start" }).click();
  await title(page, "Quick start").waitFor();
  assert.equal(new URL(page.url()).pathname, "/docs/guides/quick-start");
  const here = page.getByRole("navigation", { name: "Guides" }).locator("[aria-current=page]");
  assert.equal(await here.textContent(), "Quick start");
  await assertAccessible(page);
  await picture(page, "docs-guide");

  await page.getByRole("link", { name: /^Next:/ }).click();
  await title(page, "A tour of the API").waitFor();
  await house.leave(page);
});

test("every link of every guide leads to something", async () => {
  const page = await open("/docs");
  const seen = new Map<string, Set<string>>(); // path to the anchors that it has
  const wanted = new Map<string, string>(); // address to where it stands
  const waiting = ["/docs"];
  while (waiting.length > 0) {
    const path = waiting.pop()!;
    if (seen.has(path)) continue;
    const answer = await page.request.get(path);
    assert.equal(answer.status(), 200, path);
    const text = await answer.text();
    seen.set(path, new Set([...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!)));
    for (const match of text.matchAll(/ href="([^"]+)"/g)) {
      const url = new URL(match[1]!, house.url + path);
      if (url.origin !== house.url || !url.pathname.startsWith("/docs")) continue;
      wanted.set(url.pathname + url.hash, path);
      if (/^\/docs(\/guides\/.*)?$/.test(url.pathname)) waiting.push(url.pathname);
    }
  }
  assert.ok(seen.size > 25, `${seen.size} pages`);
  for (const [address, from] of wanted) {
    const [path = "", anchor] = address.split("#");
    const anchors = seen.get(path);
    if (anchors === undefined) assert.equal((await page.request.get(path)).status(), 200, address);
    else assert.ok(anchor === undefined || anchors.has(anchor), `${from}: ${address}`);
  }
  await house.leave(page);
});

test("a section is found by its words and opened with the keyboard", async () => {
  const page = await open("/docs");

  await page.keyboard.press("/");
  await page.keyboard.type("asterisk websocket");
  await found(page).getByRole("link").first().waitFor();
  await page
    .getByRole("search")
    .getByRole("status")
    .filter({ hasText: /section/ })
    .waitFor();
  await assertAccessible(page);
  await picture(page, "docs-search");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");

  await page.waitForURL(/\/docs\/guides\/(calls|freepbx)/);
  assert.notEqual(new URL(page.url()).hash, "");
  await house.leave(page);
});

test("what nothing says is not found, and Escape ends the search", async () => {
  const page = await open("/docs?q=xylophonist");

  await page.getByRole("search").getByRole("status").filter({ hasText: "Nothing" }).waitFor();
  await page.keyboard.press("Escape");

  await page.locator("#found").waitFor({ state: "hidden" });
  await house.leave(page);
});

test("code is copied", async () => {
  const page = await open("/docs/guides/quick-start");

  await page.getByRole("button", { name: "Copy" }).first().click();
  await page.getByRole("button", { name: "Copied" }).waitFor();

  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "./dev run");
  await house.leave(page);
});

test("dark colours are kept, those of the console too", async () => {
  const page = await open("/docs/guides/operating");

  await page.getByRole("button", { name: "Colours: auto" }).click();
  await page.getByRole("button", { name: "Colours: light" }).click();
  await page.reload();

  await page.getByRole("button", { name: "Colours: dark" }).waitFor();
  await assertAccessible(page);
  await picture(page, "docs-dark");
  await page.goto("/console");
  await page.locator("html[data-mantine-color-scheme=dark]").waitFor();
  await house.leave(page);
});

test("a narrow window shows all of a guide", async () => {
  const page = await open("/docs/guides/calls", { width: 390, height: 844 });
  await title(page, "Calls").waitFor();

  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `${width} pixels`);
  await assertAccessible(page);
  await picture(page, "docs-narrow");
  await house.leave(page);
});

test("the guides can be read without a script", async () => {
  const page = await open("/docs");
  await page.route(/\.js$/, (route) => route.abort());
  await page.reload().catch(() => undefined);

  await page.getByRole("main").getByRole("link", { name: "Operating" }).click();

  await title(page, "Operating").waitFor();
  await page.unrouteAll();
  await page.context().close();
});

test("the reference of the API is a link away", async () => {
  const page = await open("/docs");

  await page.getByRole("link", { name: "API reference" }).click();

  await page.waitForURL("**/docs/api");
  await page.locator("#swagger-ui .opblock").first().waitFor();
  await house.leave(page);
});
