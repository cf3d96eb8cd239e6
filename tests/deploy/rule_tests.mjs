// What the tests of promtool show of alerts: that they fire, and that they end.
import { readFileSync, readdirSync } from "node:fs";
import { parse } from "yaml";
import { matches, readExpression } from "./promql.mjs";
import { alerts, deploy, rulesFolder } from "./rules.mjs";

const testsFolder = `${deploy}prometheus/tests/`;
const secondsOf = { s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds of a time as Prometheus writes it: 3m30s. */
function readTime(text) {
  const parts = [...String(text).matchAll(/(\d+)([smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * secondsOf[unit], 0);
}

// Of alerts among `all`, which a look of promtool sees, and which of them it expects to fire.
function readLook({ alertname, expr, eval_time, exp_alerts, exp_samples }, all) {
  const time = readTime(eval_time);
  if (alertname !== undefined)
    return { time, seen: [alertname], firing: exp_alerts?.length > 0 ? [alertname] : [] };
  const [selector] = readExpression(expr).selectors.filter(({ metric }) => metric === "ALERTS");
  if (selector === undefined) return { time, seen: [], firing: [] };
  const own = new Set(["alertname", "severity", "topic"]);
  const matchers = selector.matchers.filter(({ label }) => own.has(label));
  const isSeen = ({ alert, labels }) =>
    matchers.every((matcher) => matches({ ...labels, alertname: alert }, matcher));
  const seen = all.filter(isSeen).map(({ alert }) => alert);
  const names = (exp_samples ?? []).map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1]);
  // Where one alert is asked for, what is found need not say its name.
  const firing = names.map((name) => name ?? (seen.length === 1 ? seen[0] : undefined));
  return { time, seen, firing: firing.filter((name) => name !== undefined) };
}

/** For each alert, the names of the tests in which it fires, and those in which it then ends. */
export function readRuleTests() {
  const shown = new Map(alerts.map(({ alert }) => [alert, { fires: [], ends: [] }]));
  for (const file of readdirSync(rulesFolder)) {
    const own = alerts.filter((rule) => rule.file === file);
    const { tests } = parse(readFileSync(testsFolder + file, "utf8"));
    for (const { name, alert_rule_test = [], promql_expr_test = [] } of tests) {
      const looks = [...alert_rule_test, ...promql_expr_test]
        .map((look) => readLook(look, own))
        .sort((a, b) => a.time - b.time);
      for (const { alert } of own) {
        const first = looks.find(({ firing }) => firing.includes(alert));
        if (first === undefined) continue;
        const { fires, ends } = shown.get(alert);
        fires.push(name);
        const isOver = ({ time, seen, firing }) =>
          time > first.time && seen.includes(alert) && !firing.includes(alert);
        if (looks.some(isOver)) ends.push(name);
      }
    }
  }
  return shown;
}
