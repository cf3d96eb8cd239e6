import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { faults, withoutFault } from "./faults.mjs";
import { readExpression } from "./promql.mjs";
import { readRuleTests } from "./rule_tests.mjs";
import { alerts, deploy, recorded, rules } from "./rules.mjs";

const folder = `${deploy}prometheus/`;
const isThere = (program) => spawnSync(program, ["--version"]).status === 0;
const needs = (program) => ({ skip: !isThere(program) && `${program} is not installed` });
const files = (name) => readdirSync(`${folder}${name}`).map((file) => `${folder}${name}/${file}`);

function run(program, ...words) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

// The guide's figures: what is compared, and for how long it is watched where the guide says so.
const guide = {
  AivaLatencyMedian: ["S138", "> 0.5"],
  AivaLatencyP95: ["S139", "> 2"],
  AivaLatencyP99: ["S140", "> 5"],
  AivaSuccessLow: ["S141", "< 0.98"],
  AivaClientErrors: ["S142", "> 0.01"],
  AivaServerErrors: ["S143", "> 0.005"],
  AivaCpuAverage: ["S145", "> 0.6"],
  AivaCpuPeak: ["S145", "> 0.8"],
  AivaCpuHigh: ["S146", "> 0.85", "5m"],
  AivaMemoryAverage: ["S147", "> 0.7"],
  AivaMemoryPeak: ["S147", "> 0.85"],
  AivaMemoryHigh: ["S148", "> 0.9"],
  AivaDiskFull: ["S149", "> 0.8"],
  AivaNetworkBusy: ["S150", "> 0.7"],
  AivaModelLatencyGoal: ["S151", "> 0.2"],
  AivaModelLatency: ["S151", "> 0.5"],
  AivaDatabaseSlow: ["S152", "> 0.01"],
  AivaDatabasePoolUsed: ["S153", "> 0.8"],
  AivaReplicaLag: ["S154", "> 1"],
  AivaRedisMemory: ["S155", "> 0.8"],
  AivaRedisMisses: ["S156", "< 0.7"],
  AivaRedisEvictions: ["S157", "> 0"],
  AivaModelRateLimited: ["S158", "> 0"],
  AivaModelErrors: ["S158", "> 0.01"],
  AivaShopSyncs: ["S159", "< 0.95"],
};

test("alerts have the guide's thresholds", () => {
  for (const [name, [figure, threshold, time]] of Object.entries(guide)) {
    const rule = alerts.find(({ alert }) => alert === name);
    assert.ok(rule, `${figure}: ${name}`);
    assert.ok(rule.expr.trim().endsWith(` ${threshold}`), `${figure}: ${rule.expr}`);
    if (time !== undefined) assert.equal(rule.for, time, figure);
  }
});

test("every alert is named once, has severity, topic, a sentence and a page in the guide", () => {
  const guide = readFileSync(new URL("../../docs/guides/monitoring.md", import.meta.url), "utf8");
  const names = alerts.map(({ alert }) => alert);
  assert.equal(new Set(names).size, names.length);
  for (const { alert, labels, annotations } of alerts) {
    assert.match(alert, /^Aiva[A-Z][A-Za-z0-9]+$/);
    assert.ok(["critical", "warning", "info"].includes(labels.severity), alert);
    assert.match(labels.topic, /^[a-z]+$/, alert);
    assert.ok(annotations.summary.length > 10, alert);
    assert.match(guide, new RegExp(`^\\| \`${alert}\``, "m"), `${alert} is not in monitoring.md`);
  }
});

test("rules ask for nothing that another file records later", () => {
  for (const { expr, file } of rules)
    for (const { metric } of readExpression(expr).selectors.filter(({ metric }) =>
      metric.includes(":"),
    )) {
      assert.ok(recorded.has(metric), metric);
      assert.equal(rules.find((rule) => rule.record === metric).file, file, metric);
    }
});

test("Prometheus takes its configuration and rules", needs("promtool"), () => {
  run("promtool", "check", "config", `${folder}prometheus.yml`);
  run("promtool", "check", "rules", ...files("rules"));
});

test("rules do what their tests say", needs("promtool"), () => {
  run("promtool", "test", "rules", ...files("tests"));
});

test("every alert fires in a test of promtool, and ends in it", () => {
  const shown = [...readRuleTests()];
  assert.equal(shown.length, alerts.length);
  const names = (wanted) => shown.filter(([, tests]) => wanted(tests)).map(([alert]) => alert);
  assert.deepEqual(names(({ fires }) => fires.length === 0), [], "these never fire");
  assert.deepEqual(names(({ ends }) => ends.length === 0), [], "these never end");
});

test("every alert comes of a fault that is caused, or it is said why none is", () => {
  const caused = new Set(faults.flatMap((fault) => fault.alerts));
  const excused = Object.keys(withoutFault);
  const all = alerts.map(({ alert }) => alert);
  assert.deepEqual([...new Set([...caused, ...excused])].sort(), all.sort());
  assert.deepEqual(
    excused.filter((name) => caused.has(name)),
    [],
  );
});

test("Alertmanager takes its configuration", needs("amtool"), () => {
  run("amtool", "check-config", `${deploy}alertmanager/alertmanager.yml`);
});

test("alerts go where their severity says", needs("amtool"), () => {
  const receivers = { critical: "night", warning: "morning", info: "reading" };
  const config = `--config.file=${deploy}alertmanager/alertmanager.yml`;
  for (const [severity, receiver] of Object.entries(receivers)) {
    const words = ["config", "routes", "test", config, `severity=${severity}`, "job=aiva"];
    assert.equal(run("amtool", ...words).trim(), receiver);
  }
});
