import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House } from "./harness.ts";
import { limits, measure, report, views, type View } from "./loading.ts";

let house: House;
before(async () => {
  house = await House.open();
});
after(() => house?.close());

for (const view of Object.keys(views) as View[])
  test(`the first load of the ${view} is small`, async (context) => {
    const load = await measure(house, view);

    // How long it takes is told, not asserted: the machine may be busy. tests/first_load measures.
    context.diagnostic(report(view, load));
    assert.ok(load.scriptBytes > 50_000, `${load.scriptBytes}: the scripts were not seen`);
    assert.ok(load.scriptBytes <= limits.scriptBytes, report(view, load));
  });
