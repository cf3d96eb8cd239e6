// The words that dashboards are written in.

/** Of the processes that were chosen at the top of the dashboard. */
export const of = 'job=~"$job",instance=~"$instance"';

export const rate = (metric, more = "") =>
  `rate(${metric}{${of}${more && `,${more}`}}[$__rate_interval])`;

/** Per second, summed; `by` is a label or several. */
export const sum = (metric, more = "", by = "") =>
  `sum${by && ` by (${by})`} (${rate(metric, more)})`;

/** The same where a figure may not have appeared yet. */
export const sumOrNothing = (metric, more = "") => `(${sum(metric, more)} or vector(0))`;

export const quantile = (share, metric, by = "", more = "") =>
  `histogram_quantile(${share}, sum by (${by && `${by}, `}le) (${rate(`${metric}_bucket`, more)}))`;

/** The mean of a histogram. */
export const mean = (metric, by = "", more = "") =>
  `${sum(`${metric}_sum`, more, by)} / ${sum(`${metric}_count`, more, by)}`;

/** The three percentiles that the guide has goals for. */
export const percentiles = (metric) => [
  [quantile(0.5, metric), "p50"],
  [quantile(0.95, metric), "p95"],
  [quantile(0.99, metric), "p99"],
];

/** What every process says of the same thing: its largest. */
export const most = (metric, by = "", more = "") =>
  `max${by && ` by (${by})`} (${metric}{${of}${more && `,${more}`}})`;

export const total = (metric, by = "", more = "") =>
  `sum${by && ` by (${by})`} (${metric}{${of}${more && `,${more}`}})`;

/** A panel: a title, a unit of Grafana, and rows of [expression, legend]. */
export const graph = (title, unit, targets, more = {}) => ({ title, unit, targets, ...more });

export const stat = (title, unit, expression, more = {}) =>
  graph(title, unit, [[expression, ""]], { type: "stat", ...more });

export const probes = 'route!~"/metrics|/livez|/readyz|/health|/api/health"';
