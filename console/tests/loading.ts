import type { Page } from "playwright-core";
import type { House } from "./harness.ts";

/** What a first load may cost, and should take on the machine that serves it. */
export const limits = { scriptBytes: 300_000, usableMs: 1000 };

/** One load of the console in a browser that has nothing of it. */
export interface Load {
  scriptBytes: number; // on the wire, with their headers
  allBytes: number; // likewise, of everything
  usableMs: number; // from the navigation to the first view that can be used
}

export const views = {
  "sign-in": { path: "/", isSignedIn: false, sign: "form input[type=password]" },
  overview: { path: "/", isSignedIn: true, sign: "#content h1" },
} as const;
export type View = keyof typeof views;

// Notes when what shows that the view is there can be seen and used.
function watchFor(sign: string): void {
  const look = () => {
    const element = document.querySelector(sign);
    const isThere = element instanceof HTMLElement && element.offsetHeight > 0;
    if (isThere && !element.matches(":disabled"))
      (globalThis as { usableAt?: number }).usableAt = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}

async function countBytes(page: Page, load: Load): Promise<void> {
  const wire = await page.context().newCDPSession(page);
  const scripts = new Set<string>();
  await wire.send("Network.enable");
  wire.on("Network.responseReceived", ({ requestId, response }) => {
    if (new URL(response.url).pathname.endsWith(".js")) scripts.add(requestId);
  });
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    load.allBytes += encodedDataLength;
    if (scripts.has(requestId)) load.scriptBytes += encodedDataLength;
  });
}

/** Loads a view and measures it. */
export async function measure(house: House, view: View): Promise<Load> {
  const load = { scriptBytes: 0, allBytes: 0, usableMs: 0 };
  const { path, isSignedIn, sign } = views[view];
  const page = await house.visit(path, {
    ...(isSignedIn ? {} : { as: null }),
    prepare: async (fresh) => {
      await fresh.addInitScript(watchFor, sign);
      await countBytes(fresh, load);
    },
  });
  await page.waitForFunction(() => "usableAt" in globalThis);
  load.usableMs = await page.evaluate(() => (globalThis as { usableAt?: number }).usableAt!);
  await page.waitForLoadState("networkidle");
  await house.leave(page);
  return load;
}

export function report(view: View, { scriptBytes, allBytes, usableMs }: Load): string {
  return (
    `${view}: ${scriptBytes} bytes of scripts on the wire (limit ${limits.scriptBytes}), ` +
    `${allBytes} bytes in all; can be used after ${Math.round(usableMs)} ms ` +
    `(aim ${limits.usableMs})`
  );
}
