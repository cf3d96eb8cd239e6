import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Page } from "./chromium.ts";
import type { Json } from "./client.ts";

// What a person does with a page, also within shadow roots: a path goes into one by " >>> ".

const axe = readFileSync(resolve("node_modules/axe-core/axe.min.js"), "utf8"); // in tests/journeys
const pictures = process.env["AIVA_SCREENSHOTS"] ?? "";
const triesMax = 50;

/** An expression that is the element of a path, or null. */
export function at(path: string): string {
  const steps = JSON.stringify(path.split(" >>> "));
  const go = "(root, step) => (root?.shadowRoot ?? root)?.querySelector(step) ?? null";
  return `${steps}.reduce(${go}, document)`;
}

/** How an element is seen: its size and its colours, by the device and by the system. */
export interface Device {
  width: number;
  height: number;
  isDark?: boolean;
  isStill?: boolean; // no motion is wanted
}

export async function lookBy(page: Page, device: Device): Promise<void> {
  const { width, height } = device;
  const isMobile = width <= 480;
  await page.send("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: isMobile,
  });
  await page.send("Emulation.setEmulatedMedia", {
    features: [
      { name: "prefers-color-scheme", value: device.isDark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: device.isStill ? "reduce" : "no-preference" },
    ],
  });
}

/** Presses an element with the mouse once it is there and stands still. */
export async function press(page: Page, path: string): Promise<void> {
  await page.send("Page.bringToFront");
  await page.until(`${at(path)}?.getClientRects().length > 0`);
  for (let tries = 0; tries < triesMax; ++tries) {
    const { x, y, isThere } = await page.evaluate(`(async () => {
      const element = ${at(path)};
      element.scrollIntoView({ block: "nearest", behavior: "instant" });
      const place = () => element.getBoundingClientRect();
      const first = place();
      await new Promise((done) => setTimeout(done, 50));
      const { x, y, width, height } = place();
      const at = { x: x + width / 2, y: y + height / 2 };
      let hit = document.elementFromPoint(at.x, at.y);
      while (hit?.shadowRoot?.elementFromPoint(at.x, at.y))
        hit = hit.shadowRoot.elementFromPoint(at.x, at.y);
      return { ...at, isThere: first.x === x && first.y === y && element.contains(hit) };
    })()`);
    if (isThere) {
      const button = { x, y, button: "left", clickCount: 1 };
      await page.send("Input.dispatchMouseEvent", { type: "mousePressed", ...button });
      await page.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...button });
      return;
    }
    await pause(50);
  }
  throw new Error(`${path} cannot be pressed:\n${await page.describe()}`);
}

/** Writes where the focus is, as a keyboard that knows all characters. */
export async function write(page: Page, text: string): Promise<void> {
  await page.send("Input.insertText", { text });
}

const keyCodes: Record<string, number> = { Tab: 9, Enter: 13, Escape: 27 };

export async function pressKey(page: Page, key: string, isShifted = false): Promise<void> {
  const event = {
    key,
    code: key,
    windowsVirtualKeyCode: keyCodes[key],
    modifiers: isShifted ? 8 : 0,
    ...(key === "Enter" ? { text: "\r" } : {}),
  };
  await page.send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
  await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
}

/** Keeps what the page looks like as NAME.png, where AIVA_SCREENSHOTS names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  const { data } = await page.send("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(pictures, `${name}.png`), Buffer.from(data, "base64"));
}

/** Fails with what axe-core finds wrong for people with disabilities. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate("typeof window.axe === 'object'"))) await page.evaluate(`${axe};0`);
  const found: Json[] = await page.evaluate(`axe.run(document, { iframes: false }).then((result) =>
    result.violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => node.target.join(" ") + ": " + node.failureSummary),
    })))`);
  assert.deepEqual(found, [], `${what}: ${JSON.stringify(found, null, 1)}`);
}
