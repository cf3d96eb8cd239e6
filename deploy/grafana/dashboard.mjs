// Makes a dashboard of Grafana (schema 39: Grafana 10.4 and later) of what panels/ says.
import { readdirSync } from "node:fs";

const panels = new URL("panels/", import.meta.url);
const datasource = { type: "prometheus", uid: "${datasource}" };
const columns = 24;
const heightOf = { stat: 4, timeseries: 7 };

/** The names of panels/ and dashboards/, the overview first. */
export function dashboardNames() {
  const names = readdirSync(panels).map((file) => file.replace(/\.mjs$/, ""));
  const [first, ...others] = ["overview", ...names.filter((name) => name !== "overview").sort()];
  return [first, ...others.filter((name) => name !== "words")];
}

const thresholds = (bad) => ({
  mode: "absolute",
  steps: [
    { color: "green", value: null },
    ...(bad === undefined ? [] : [{ color: "red", value: bad }]),
  ],
});

function makePanel(
  { title, unit, targets, type = "timeseries", description = "", bad },
  id,
  place,
) {
  const isStat = type === "stat";
  const fields = {
    unit,
    min: 0,
    thresholds: thresholds(bad),
    color: { mode: isStat ? "thresholds" : "palette-classic" },
  };
  if (!isStat)
    fields.custom = {
      fillOpacity: 10,
      showPoints: "never",
      thresholdsStyle: { mode: bad === undefined ? "off" : "dashed" },
      ...(unit === "percentunit" && { axisSoftMax: 0.01 }),
    };
  const options = isStat
    ? { reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false }, graphMode: "area" }
    : {
        legend: { displayMode: "list", placement: "bottom", showLegend: true },
        tooltip: { mode: "multi", sort: "desc" },
      };
  return {
    id,
    type,
    title,
    description,
    datasource,
    gridPos: place,
    fieldConfig: { defaults: fields, overrides: [] },
    options,
    targets: targets.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      ...(legendFormat && { legendFormat }),
      ...(isStat && { instant: true }),
    })),
  };
}

function layOut(rows) {
  const made = [];
  let y = 0;
  for (const { title, panels: row } of rows) {
    const place = { h: 1, w: columns, x: 0, y: y++ };
    made.push({
      id: made.length + 1,
      type: "row",
      title,
      collapsed: false,
      gridPos: place,
      panels: [],
    });
    let x = 0;
    let height = 0;
    for (const panel of row) {
      const isStat = panel.type === "stat";
      const h = heightOf[isStat ? "stat" : "timeseries"];
      const w = isStat ? 4 : 8;
      if (x + w > columns || (height !== 0 && height !== h)) {
        y += height;
        x = 0;
      }
      height = h;
      made.push(makePanel(panel, made.length + 1, { h, w, x, y }));
      x += w;
    }
    y += height;
  }
  return made;
}

const chosen = (name, label, query) => ({
  name,
  label,
  type: "query",
  datasource,
  definition: query,
  query: { query, refId: name },
  refresh: 2,
  sort: 1,
  includeAll: true,
  allValue: ".+",
  multi: true,
  current: { selected: true, text: ["All"], value: ["$__all"] },
});

/** The dashboard as JSON. */
export async function makeDashboard(name) {
  const { default: said } = await import(new URL(`${name}.mjs`, panels));
  const dashboard = {
    uid: said.uid,
    title: said.title,
    description: said.description,
    tags: ["aiva"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    timezone: "",
    links: [
      {
        type: "dashboards",
        title: "AIVA",
        tags: ["aiva"],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    annotations: {
      list: [
        {
          name: "Alerts",
          datasource,
          enable: true,
          iconColor: "red",
          expr: 'ALERTS{alertname=~"Aiva.*",alertstate="firing",severity=~"critical|warning"}',
          step: "1m",
          titleFormat: "{{alertname}}",
          textFormat: "{{instance}}",
        },
      ],
    },
    templating: {
      list: [
        {
          name: "datasource",
          label: "Prometheus",
          type: "datasource",
          query: "prometheus",
          current: { selected: true, text: "AIVA", value: "aiva-prometheus" },
        },
        chosen("job", "Installation", "label_values(aiva_build_info, job)"),
        chosen("instance", "Process", 'label_values(aiva_build_info{job=~"$job"}, instance)'),
      ],
    },
    panels: layOut(said.rows),
  };
  return JSON.stringify(dashboard, null, 2) + "\n";
}
