// The rules and dashboards of deploy/, read.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));
export const rulesFolder = `${deploy}prometheus/rules/`;
export const dashboardsFolder = `${deploy}grafana/dashboards/`;

/** Every rule, with the name of its file. */
export const rules = readdirSync(rulesFolder).flatMap((file) =>
  parse(readFileSync(rulesFolder + file, "utf8")).groups.flatMap((group) =>
    group.rules.map((rule) => ({ ...rule, group: group.name, file })),
  ),
);
export const alerts = rules.filter((rule) => rule.alert !== undefined);
export const recorded = new Set(rules.flatMap((rule) => rule.record ?? []));

/** Every dashboard, by the name of its file. */
export const dashboards = new Map(
  readdirSync(dashboardsFolder).map((file) => [
    file.replace(/\.json$/, ""),
    JSON.parse(readFileSync(dashboardsFolder + file, "utf8")),
  ]),
);

export const panelsOf = (dashboard) => dashboard.panels.filter(({ type }) => type !== "row");

/** An expression of a panel as Grafana would ask it, of all processes. */
export const filledIn = (expression, interval) =>
  expression
    .replaceAll("$__rate_interval", interval)
    .replaceAll("$job", ".+")
    .replaceAll("$instance", ".+");
