import assert from "node:assert/strict";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let site: HttpServer;
let siteUrl: string;

before(async () => {
  site = createServer((asked, answer) => {
    if (asked.url === "/robots.txt") return void answer.writeHead(404).end();
    const number = Number(/page(\d)/.exec(asked.url ?? "")?.[1] ?? 0);
    const links = [1, 2, 3].map((other) => `<a href="/page${other}.html">${other}</a>`).join(" ");
    answer.writeHead(200, { "Content-Type": "text/html" });
    answer.end(
      `<html><head><title>Page ${number}</title></head><body><h1>Page ${number}</h1>` +
        `<p>The lighthouse number ${number} was built in 18${number}0.</p>${links}</body></html>`,
    );
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  house = await House.open({ AIVA_CRAWL_ALLOW_PRIVATE_HOSTS: "true", AIVA_CRAWL_DELAY_MS: "0" });
});
after(async () => {
  await house?.close();
  site.close();
});

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

async function openSample(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Sample", exact: true }).click();
  await heading(page, "Sample").waitFor();
}

test("a knowledge base is made, set up, looked into and deleted", async () => {
  const page = await house.visit("/knowledge");
  await page.getByRole("link", { name: "Sample", exact: true }).waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge");

  await page.getByRole("button", { name: "New knowledge base" }).click();
  await page.getByLabel("Name").fill("Lamps");
  await page.getByLabel("Description").fill("All about lamps.");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Create" }).click();
  await heading(page, "Lamps").waitFor();

  await page
    .getByLabel("Files for the knowledge base")
    .setInputFiles([
      { name: "a.md", mimeType: "text/markdown", buffer: Buffer.from("# Lamps\n\nThey shine.") },
    ]);
  await page.getByRole("link", { name: "a.md" }).waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("switch", { name: "Cut documents along their structure" }).click();
  await page.getByLabel("Characters a passage").fill("400");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("1 passage").waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-settings");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();

  await page.getByRole("button", { name: "Clear the cache" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Clear the cache" }).click();
  await page.getByText(/answers? (was|were) forgotten/).waitFor();

  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await heading(page, "Knowledge").waitFor();
  await page.getByRole("link", { name: "Sample", exact: true }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Lamps" }).count(), 0);
  await house.leave(page);
});

test("many files are uploaded at once, and each tells how it goes", async () => {
  const page = await house.visit("/knowledge", { allowed: [/status of 4\d\d/] });
  await openSample(page);
  const files = Array.from({ length: 8 }, (_, place) => ({
    name: `note-${place}.md`,
    mimeType: "text/markdown",
    buffer: Buffer.from(`# Note ${place}\n\n${`Sentence ${place} of a note. `.repeat(200)}`),
  }));
  files.push({
    name: "broken.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("%PDF-1.7 x"),
  });
  files.push({ name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });

  await page.getByLabel("Files for the knowledge base").setInputFiles(files);

  const uploads = page.getByRole("region", { name: "Uploads" });
  await uploads.getByText("10 of 10 done · 2 failed").waitFor();
  assert.equal(await uploads.getByText("ready", { exact: true }).count(), 8);
  await uploads.getByRole("button", { name: "Try nothing.txt again" }).waitFor();
  await uploads.getByRole("button", { name: "Try broken.pdf again" }).waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-uploads");
  await uploads.getByRole("button", { name: "Remove finished ones from the list" }).click();

  await page.getByLabel("Name or title has").fill("note-");
  await page
    .getByText("8 entries")
    .or(page.getByRole("link", { name: "note-7.md" }))
    .first()
    .waitFor();
  await page.getByRole("link", { name: "care-guide.html" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Choose all on this page" }).click();
  await page
    .getByRole("group", { name: "8 chosen" })
    .getByRole("button", { name: "Delete" })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("8 documents are deleted.").waitFor();
  await page.getByText("Nothing fits these filters.").waitFor();
  await page.getByLabel("Name or title has").fill("");
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "failed" }).click();
  await page.getByRole("link", { name: "broken.pdf" }).waitFor();
  await picture(page, "knowledge-failed");
  await house.leave(page);
});

test("a passage is marked on the page of its PDF", async () => {
  const page = await house.visit("/knowledge");
  await openSample(page);
  await page.getByRole("link", { name: "lumen-outdoor-handbook.pdf" }).click();
  await heading(page, "lumen-outdoor-handbook.pdf").waitFor();

  // Twice before the page is drawn again.
  await page.getByRole("button", { name: "Next page" }).evaluate((button: HTMLElement) => {
    button.click();
    button.click();
  });
  await page.getByRole("img", { name: /Page 3 of lumen-outdoor-handbook.pdf/ }).waitFor();
  await page.locator("[data-drawn=true]").waitFor();
  const shows = page.getByRole("button", { name: /Show passage \d+ on the page/ });
  const chosen = shows.last();
  await chosen.click();
  await page.waitForFunction(
    (element) => element?.getAttribute("aria-pressed") === "true",
    await chosen.elementHandle(),
  );
  await page.locator("[data-drawn=true] [data-marked=true]").first().waitFor();
  const isDrawn = await page.locator("canvas").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const pixels = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some((value, place) => place % 4 === 0 && value < 128);
  });
  assert.ok(isDrawn, "something is written on the page");
  await assertAccessible(page);
  await picture(page, "knowledge-document");

  await page.getByRole("tab", { name: "Metadata" }).click();
  await page.getByLabel("As JSON").fill('{"year": 2026}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByRole("tab", { name: "Reading" }).click();
  await page.getByText("handed in").waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-reading");
  await house.leave(page);
});

test("a web site is tested, read and told of", async () => {
  const page = await house.visit("/knowledge");
  await openSample(page);
  await page.getByRole("tab", { name: "Web site" }).click();

  await page.getByRole("textbox", { name: /^Address/ }).fill(siteUrl);
  await page.getByRole("button", { name: "Test the address" }).click();
  await page.getByText("can be read", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("region", { name: siteUrl }).getByText("completed").waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-site");
  await house.leave(page);
});

test("searches are counted and listed", async () => {
  const page = await house.visit("/knowledge");
  const { items } = await house.call("GET", "/api/knowledge");
  const base = items.find((one: { name: string }) => one.name === "Sample");
  for (const query of ["refunds", "refunds", "warranty of a lamp", "opening hours in Bergen"])
    await house.call("POST", "/api/knowledge/search", { kb_id: base.id, query });
  await openSample(page);

  await page.getByRole("tab", { name: "Analytics" }).click();
  await page
    .getByRole("region", { name: "Asked most" })
    .getByText("refunds", { exact: true })
    .waitFor();
  await page.getByRole("img", { name: "Searches a day" }).locator("svg").first().waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-analytics");
  await page.getByRole("tab", { name: "Searches" }).click();
  await page.getByRole("link", { name: "opening hours in Bergen" }).waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-searches");
  await page.getByRole("tab", { name: "Documents" }).click();
  await page.getByRole("button", { name: "Read everything again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Read everything again" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Read everything again" }).waitFor();
  await house.leave(page);
});

test("knowledge is read from right to left, and by those who may not write", async () => {
  const page = await house.visit("/knowledge", { language: "ar", theme: "dark" });
  await page.getByRole("link", { name: "Sample", exact: true }).click();
  await page.getByRole("link", { name: "lumen-outdoor-handbook.pdf" }).waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-arabic");
  await page.getByRole("link", { name: "lumen-outdoor-handbook.pdf" }).click();
  await page.locator("[data-drawn=true]").waitFor();
  await assertAccessible(page);
  await picture(page, "knowledge-document-arabic");
  await house.leave(page);
});
