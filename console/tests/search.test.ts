import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
before(async () => {
  house = await House.open();
});
after(() => house?.close());

async function sample(): Promise<string> {
  const { items } = await house.call("GET", "/api/knowledge");
  return items.find((base: { name: string }) => base.name === "Sample").id;
}

test("a search shows what was found, why, and where it stands", async () => {
  const page = await house.visit(`/search?base=${await sample()}`);
  await page.getByLabel("Question").fill("Within how many days are refunds paid?");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Search", exact: true }).click();

  const hits = page.getByRole("list", { name: "Passages that were found" });
  const first = hits.getByRole("listitem").first();
  await first.waitFor();
  assert.ok((await first.locator("mark").count()) > 0, "words are marked");
  await first.getByRole("button", { name: /^Why/ }).click();
  await first.getByRole("table", { name: "Words that found it" }).waitFor();
  await first.getByRole("button", { name: /^Page of/ }).click();
  await first.locator("[data-drawn=true]").waitFor();
  await assertAccessible(page);
  await picture(page, "search");

  await page.getByRole("button", { name: "Copy as curl" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(command, /^curl -X POST http.*\/api\/knowledge\/search/);
  assert.match(command, /refunds paid/);

  await first.getByRole("link").first().click();
  await page.getByRole("heading", { level: 1, name: "lumen-outdoor-handbook.pdf" }).waitFor();
  await house.leave(page);
});

test("two settings are compared", async () => {
  const page = await house.visit(`/search?base=${await sample()}`, { theme: "dark" });
  await page.getByLabel("Question").fill("May I wash my tent in a machine?");
  await page.getByRole("switch", { name: "Compare two settings" }).click();
  const second = page.getByRole("group", { name: "Settings B" });
  await second.getByRole("button", { name: "Ranking" }).click();
  await second.getByRole("switch", { name: "With what stands around a passage" }).click();
  await second.getByRole("button", { name: "Filters" }).click();
  await second.getByLabel("From page").fill("1");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Search", exact: true }).click();

  for (const name of ["Results of A", "Results of B"])
    await page.getByRole("region", { name }).getByRole("listitem").first().waitFor();
  await page
    .getByRole("region", { name: "Results of B" })
    .getByText(/no word was found/)
    .waitFor();
  await assertAccessible(page);
  await picture(page, "search-compared");
  await house.leave(page);
});

test("what cannot be searched for is said, and a question may come with the address", async () => {
  const page = await house.visit(`/search?base=${await sample()}&q=warranty`, {
    language: "ar",
    allowed: [/status of 422/],
  });
  await page.getByRole("list", { name: "المقاطع التي وُجدت" }).waitFor();
  await assertAccessible(page);
  await picture(page, "search-arabic");

  await page.getByRole("button", { name: "المرشحات" }).click();
  await page.getByLabel("من الصفحة").fill("9");
  await page.getByLabel("إلى الصفحة").fill("3");
  await page.getByRole("button", { name: "بحث", exact: true }).click();
  const told = page.getByRole("alert").or(page.getByText("لم يوجد شيء.")).first();
  await told.waitFor();
  await house.leave(page);
});
