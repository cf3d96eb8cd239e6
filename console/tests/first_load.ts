// Run by ./first_load: the median of several first loads of each view.
import { House } from "./harness.ts";
import { measure, report, views, type Load, type View } from "./loading.ts";

const times = Number(process.argv[2] ?? 10);

const ascending = (values: number[]): number[] => [...values].sort((one, other) => one - other);

function median(values: number[]): number {
  const sorted = ascending(values);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

const house = await House.open();
try {
  for (const view of Object.keys(views) as View[]) {
    const loads: Load[] = [];
    await measure(house, view); // the server has its files at hand from then on
    for (let time = 0; time < times; ++time) loads.push(await measure(house, view));
    const of = (name: keyof Load) => loads.map((load) => load[name]);
    console.log(
      report(view, {
        scriptBytes: median(of("scriptBytes")),
        allBytes: median(of("allBytes")),
        usableMs: median(of("usableMs")),
      }),
    );
    const each = of("usableMs").map((time) => Math.round(time));
    console.log(`  median of ${times}: ${ascending(each).join(" ")}`);
  }
} finally {
  await house.close();
}
