import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deflateSync, crc32 as zlibCrc } from "node:zlib";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let base: string;
before(async () => {
  house = await House.open();
  base = (await house.call("POST", "/api/knowledge", { name: "Discs" })).id;
});
after(() => house?.close());

function crcOf(bytes: Buffer): number {
  if (typeof zlibCrc === "function") return zlibCrc(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

function part(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), content]);
  const out = Buffer.alloc(8 + body.length);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crcOf(body), 4 + body.length);
  return out;
}

/** A PNG of 96 x 96 pixels: a disc of one colour upon another. */
function pictureOf(disc: number[], ground: number[]): Buffer {
  const size = 96;
  const rows = Buffer.alloc(size * (1 + size * 3));
  for (let y = 0; y < size; ++y)
    for (let x = 0; x < size; ++x) {
      const color = Math.hypot(x - size / 2, y - size / 2) < size / 3 ? disc : ground;
      rows.set(color, y * (1 + size * 3) + 1 + x * 3);
    }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = part("IDAT", deflateSync(rows));
  return Buffer.concat([mark, part("IHDR", head), data, part("IEND", Buffer.alloc(0))]);
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: "image/png", buffer });
const red = file("red-disc.png", pictureOf([200, 20, 20], [250, 250, 250]));
const blue = file("blue-disc.png", pictureOf([20, 40, 200], [240, 230, 200]));
const green = file("green-disc.png", pictureOf([20, 160, 60], [10, 10, 10]));

test("pictures are uploaded, seen, found by likeness and by words, and deleted", async () => {
  const page = await house.visit(`/images?base=${base}`, { allowed: [/status of 4\d\d/] });
  await page.getByText("There are no images here yet.").waitFor();
  await assertAccessible(page);

  await page.getByLabel("Description of the pictures").fill("A disc on a plain ground");
  const broken = { ...file("broken.png", Buffer.from("no picture")) };
  await page
    .getByLabel("Pictures for the knowledge base")
    .setInputFiles([red, blue, green, broken]);
  const uploads = page.getByRole("region", { name: "Upload of pictures" });
  await uploads.getByText("4 of 4 done").waitFor();
  await uploads.getByText(/broken.png: /).waitFor();
  const grid = page.getByRole("list", { name: "Images" });
  await grid.locator("img").nth(2).waitFor();
  assert.equal(await grid.getByRole("listitem").count(), 3);
  await assertAccessible(page);
  await picture(page, "images");

  await page.getByRole("button", { name: "Details of blue-disc.png" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("img").waitFor();
  await assertAccessible(page);
  await picture(page, "images-details");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  await page.getByRole("tab", { name: "Find" }).click();
  await page.getByLabel("A picture to look for").setInputFiles([red]);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const results = page.getByRole("list", { name: "Images that were found" });
  await results.getByRole("listitem").first().getByText("red-disc.png").waitFor();
  await assertAccessible(page);
  await picture(page, "images-found");
  await page.getByRole("button", { name: "Without the picture" }).click();
  await page.getByLabel("Words").fill("a disc");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await results.getByRole("listitem").first().waitFor();

  await page.getByRole("tab", { name: "All images" }).click();
  await page.getByRole("button", { name: "Details of green-disc.png" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  const question = page.getByRole("dialog", { name: "Delete this image?" });
  await question.getByRole("button", { name: "Delete" }).click();
  await page
    .getByRole("button", { name: "Details of green-disc.png" })
    .waitFor({ state: "detached" });
  await house.leave(page);
});
