// One process with SQLite and nothing else: the guide names every panel that it leaves empty.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Caller } from "./errands.mjs";
import { Node } from "./house.mjs";
import { readExpression, readSeries } from "./promql.mjs";
import { dashboards, panelsOf } from "./rules.mjs";

const skip = !existsSync(process.env.AIVA_BIN ?? "") && "AIVA_BIN is no program";
const folder = mkdtempSync(join(tmpdir(), "aiva-alone-"));
const ofPrometheus = new Set(["up", "ALERTS"]);

// What the figures of a part begin with.
const parts = {
  Redis: /^aiva_(redis|cache|signals)_/,
  S3: /^aiva_s3_/,
  MySQL: /^aiva_database_/,
  Replicas: /^aiva_database_replica_/,
  Model: /^aiva_model_/,
  RTP: /^aiva_voice_rtp_/,
};

let node;
after(async () => {
  await node?.program.end("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

if (!skip)
  before(async () => {
    node = await new Node("all", folder, { PATH: process.env.PATH }).ready();
    const words = JSON.stringify({ email: node.email, password: node.password });
    const caller = await new Caller(node.url).signIn(words);
    const bases = `/api/knowledge/${caller.tenant}/knowledge-bases`;
    const base = await caller.ask("POST", bases, { name: "Machines" });
    const session = await caller.ask("POST", "/api/chat/sessions", { kb_id: base.id });
    const path = `/api/chat/${session.id}/messages`;
    // Figures of requests and streams begin with the first.
    await caller.call("POST", path, { content: "Why?" }, { accept: "text/event-stream" });
  });

/** Panels as "dashboard: panel", without the goals that titles name. */
const panels = [...dashboards.values()].flatMap((dashboard) =>
  panelsOf(dashboard).map(({ title, targets }) => ({
    name: `${dashboard.title.replace("AIVA: ", "")}: ${title.replace(/ \(goal.*\)$/, "")}`,
    figures: targets.map(({ expr }) => readExpression(expr).selectors.map(({ metric }) => metric)),
  })),
);

/** By the name of a panel, the part that the guide says it needs. */
function readGuide() {
  const guide = readFileSync(new URL("../../docs/guides/monitoring.md", import.meta.url), "utf8");
  const section = guide.split("\n## ").find((one) => one.startsWith("Dashboards\n"));
  const needs = new Map();
  for (const [, part, dashboard, titles] of section.matchAll(/^\| (\w+).* \| (.+) \| (".*") \|$/gm))
    for (const [, title] of titles.matchAll(/"([^"]+)"/g))
      needs.set(`${dashboard}: ${title}`, part);
  return needs;
}

test("the guide names the panels that are empty with SQLite alone", { skip }, async () => {
  const series = readSeries(await (await fetch(`${node.url}/metrics`)).text());
  const isMissing = (metric) => !series.has(metric) && !ofPrometheus.has(metric);

  const empty = panels.filter(({ figures }) => figures.every((one) => one.some(isMissing)));

  assert.deepEqual(empty.map(({ name }) => name).sort(), [...readGuide().keys()].sort());
});

test("what the guide says a panel needs is what its figures are of", () => {
  for (const [name, part] of readGuide()) {
    const { figures } = panels.find((panel) => panel.name === name);
    for (const metric of figures.flat()) assert.match(metric, parts[part], name);
  }
});
