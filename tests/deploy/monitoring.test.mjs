// A real Prometheus and Alertmanager look at a real AIVA: every figure that a rule or a panel asks
// for is there, every panel shows something, and alerts come and go with what goes wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { furnish, goRound } from "./errands.mjs";
import { Estate, whatIsMissing } from "./estate.mjs";
import { faults } from "./faults.mjs";
import { findMissing, readSeries } from "./promql.mjs";
import { dashboards, filledIn, panelsOf, recorded, rules } from "./rules.mjs";
import { roundsOf, tell, Trial } from "./trial.mjs";
import { Watchtower } from "./watchtower.mjs";

const skip = whatIsMissing();
// All faults take about ten minutes: AIVA_FAULTS is "all" or names alerts; without it there are
// those that show soon.
const wish = process.env.AIVA_FAULTS || "AivaDown,AivaCreditsRefused,AivaDocumentsFail";
const wishes = new Set(wish.split(","));
const chosen = faults.filter(({ alerts }) => wish === "all" || wishes.has(alerts[0]));
// Figures that begin with the first failure; panels add nothing to them until then.
const later = faults.flatMap(({ shows = [] }) => shows);
// The window in which panels look for what moved: all that this test did.
const interval = "10m";

let estate;
let tower;
let home;

const nodes = () => [estate.api.url, estate.worker.url];

if (!skip) {
  before(async () => {
    estate = await Estate.open();
    tower = await Watchtower.open(nodes());
    home = await furnish(estate);
    // Twice, with a look between: what a figure begins with is not seen to have moved.
    for (const round of [1, 2]) {
      await goRound(estate, home, round);
      await pause(2500);
    }
  });
  after(async () => {
    await tower?.close();
    await estate?.close();
  });
}

async function seriesOfAll() {
  const texts = nodes().map(async (url) => (await fetch(`${url}/metrics`)).text());
  return readSeries((await Promise.all(texts)).join("\n"));
}

test("what rules and panels ask for is in /metrics", { skip }, async () => {
  const series = await seriesOfAll();
  const known = new Set([...recorded, "up", "ALERTS", ...later]);
  const missing = [];

  for (const { alert, record, expr } of rules)
    for (const what of findMissing(expr, series, known))
      missing.push(`${alert ?? record}: ${what}`);
  for (const [name, dashboard] of dashboards)
    for (const { title, targets } of panelsOf(dashboard))
      for (const { expr } of targets)
        for (const what of findMissing(expr, series, known))
          missing.push(`${name}, ${title}: ${what}`);

  assert.deepEqual(missing, []);
});

test("every figure is explained in the guide", { skip }, async () => {
  const guide = readFileSync(new URL("../../docs/guides/monitoring.md", import.meta.url), "utf8");
  const explained = new Set([...guide.matchAll(/^\| `(\w+)[`{]/gm)].map(([, name]) => name));
  const names = [...(await seriesOfAll()).keys()];

  const missing = names.filter(
    (name) => !explained.has(name) && !explained.has(name.replace(/_(bucket|sum|count)$/, "")),
  );

  assert.deepEqual(missing, []);
});

test("no panel is without data", { skip }, async () => {
  const empty = [];

  for (const [name, dashboard] of dashboards)
    for (const { title, targets } of panelsOf(dashboard))
      for (const { expr, legendFormat = "" } of targets) {
        const found = await tower.query(filledIn(expr, interval));
        const shown = found.filter(({ value }) => !Number.isNaN(value));
        if (shown.length === 0) empty.push(`${name}, ${title}: ${expr}`);
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          if (!shown.every(({ labels }) => label in labels))
            empty.push(`${name}, ${title}: nothing has the label ${label}`);
      }

  assert.deepEqual(empty, []);
});

test("at the top of a dashboard there is every process to choose", { skip }, async () => {
  for (const [name, { templating }] of dashboards)
    for (const { type, name: variable, query } of templating.list) {
      if (type !== "query") continue;
      const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query.query);
      const found = await tower.query(`group by (${label}) (${filledIn(selector, interval)})`);
      const wanted = variable === "job" ? 1 : nodes().length;
      assert.equal(found.length, wanted, `${name}: ${variable}`);
    }
});

test("Prometheus evaluates every rule without a mistake", { skip }, async () => {
  const url = `http://127.0.0.1:${tower.ports.prometheus}/api/v1/rules`;
  const { data } = await (await fetch(url)).json();
  const evaluated = data.groups.flatMap((group) => group.rules);

  assert.equal(evaluated.length, rules.length);
  for (const { name, health, lastError } of evaluated)
    assert.equal(health, "ok", `${name}: ${lastError}`);
});

const trials = [];
if (!skip) after(() => trials.length > 0 && console.log(tell(trials)));

for (const round of roundsOf(chosen))
  describe(`round ${round[0].round}`, { concurrency: round.length }, () => {
    for (const fault of round)
      test(`${fault.alerts.join(", ")}: ${fault.what}`, { skip }, async (context) => {
        if (fault.isPossible?.() === false) return context.skip("this machine does not allow it");
        const trial = new Trial(fault, { estate, tower, home, nodes, seriesOfAll });
        trials.push(trial);
        await trial.run();
      });
  });
