import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { dashboardNames, makeDashboard } from "../../deploy/grafana/dashboard.mjs";
import { readExpression } from "./promql.mjs";
import { dashboards, deploy, panelsOf } from "./rules.mjs";

// Units that Grafana knows by these names.
const units = new Set(["none", "s", "bytes", "Bps", "percentunit", "reqps", "ops", "pps"]);
units.add("currencyUSD");
const source = parse(readFileSync(`${deploy}grafana/provisioning/datasources/aiva.yml`, "utf8"));

test("dashboards are what their descriptions say: run deploy/grafana/make", async () => {
  assert.deepEqual([...dashboards.keys()].sort(), dashboardNames().sort());
  for (const [name, dashboard] of dashboards)
    assert.deepEqual(JSON.parse(await makeDashboard(name)), dashboard, name);
});

test("no two dashboards and no two panels have one id", () => {
  const uids = [...dashboards.values()].map(({ uid }) => uid);
  assert.equal(new Set(uids).size, uids.length);
  for (const [name, { uid, title, schemaVersion, panels }] of dashboards) {
    assert.match(uid, /^aiva-[a-z]+$/);
    assert.match(title, /^AIVA: /);
    assert.equal(schemaVersion, 39);
    const ids = panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, name);
    const titles = panelsOf({ panels }).map((panel) => panel.title);
    assert.equal(new Set(titles).size, titles.length, `${name}: ${titles}`);
  }
});

const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

test("panels lie beside each other within Grafana's 24 columns", () => {
  for (const [name, { panels }] of dashboards) {
    for (const [index, { title, gridPos }] of panels.entries()) {
      const { x, y, w, h } = gridPos;
      assert.ok([x, y, w, h].every(Number.isInteger), title);
      assert.ok(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 24, `${name}: ${title}`);
      for (const other of panels.slice(index + 1))
        assert.ok(!overlap(gridPos, other.gridPos), `${name}: ${title} and ${other.title}`);
    }
  }
});

test("every panel has a unit, a legend and the chosen source of data", () => {
  for (const [name, dashboard] of dashboards) {
    for (const { title, type, datasource, fieldConfig, targets } of panelsOf(dashboard)) {
      const where = `${name}: ${title}`;
      assert.ok(["timeseries", "stat"].includes(type), where);
      assert.deepEqual(datasource, { type: "prometheus", uid: "${datasource}" }, where);
      assert.ok(units.has(fieldConfig.defaults.unit), `${where}: ${fieldConfig.defaults.unit}`);
      assert.ok(targets.length > 0, where);
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, where);
      for (const target of targets) {
        assert.deepEqual(target.datasource, datasource, where);
        if (type !== "stat") assert.ok(target.legendFormat?.length > 0, where);
      }
    }
  }
});

test("every expression keeps to the chosen processes", () => {
  for (const [name, dashboard] of dashboards)
    for (const { title, targets } of panelsOf(dashboard))
      for (const { expr } of targets)
        for (const { metric, matchers } of readExpression(expr).selectors) {
          if (metric === "ALERTS") continue;
          const labels = matchers.map(({ label }) => label);
          assert.ok(labels.includes("job") && labels.includes("instance"), `${name}: ${title}`);
        }
});

test("variables ask for what is provisioned", () => {
  const { uid } = source.datasources[0];
  for (const { templating } of dashboards.values()) {
    const [datasource, ...others] = templating.list;
    assert.equal(datasource.current.value, uid);
    assert.deepEqual(
      others.map(({ name }) => name),
      ["job", "instance"],
    );
  }
});

test("the overview has the guide's panels", () => {
  const titles = panelsOf(dashboards.get("overview")).map(({ title }) => title);
  const wanted = {
    S166: ["Requests", "Average time", "Error rate"],
    S167: ["CPU", "Memory", "Disks"],
    S168: ["Connections", "Slow statements", "Redis memory"],
    S169: ["Requests to models a minute", "Average latency of models", "Image inferences a minute"],
    S170: ["Active calls", "Average duration of calls", "Call quality"],
  };
  for (const [figure, names] of Object.entries(wanted))
    for (const name of names) assert.ok(titles.includes(name), `${figure}: ${name}`);
});
