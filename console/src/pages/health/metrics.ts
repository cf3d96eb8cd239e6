/** One line of a Prometheus exposition (https://prometheus.io/docs/instrumenting/exposition_formats). */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? ([^ ]+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(label))
    labels[name!] = value!.replaceAll(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
  return labels;
}

function numberOf(text: string): number {
  return text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
}

export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const row of text.split("\n")) {
    const found = row.startsWith("#") ? null : line.exec(row);
    if (found === null) continue;
    const [, name, labels, value] = found;
    samples.push({ name: name!, labels: labelsOf(labels ?? ""), value: numberOf(value!) });
  }
  return samples;
}

/** The sum of all samples of that name with these labels. */
export function sumOf(
  samples: Sample[],
  name: string,
  fits: (labels: Record<string, string>) => boolean = () => true,
): number {
  return samples
    .filter((sample) => sample.name === name && fits(sample.labels))
    .reduce((sum, sample) => sum + sample.value, 0);
}

/** The sums of a metric by one of its labels, greatest first. */
export function sumsBy(samples: Sample[], name: string, by: string): [string, number][] {
  const sums = new Map<string, number>();
  for (const sample of samples) {
    const key = sample.labels[by];
    if (sample.name === name && key !== undefined)
      sums.set(key, (sums.get(key) ?? 0) + sample.value);
  }
  return [...sums].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/**
 * The quantile of a histogram over all its labels, interpolated within its bucket as Prometheus
 * does; null without any observation.
 */
export function quantileOf(samples: Sample[], histogram: string, part: number): number | null {
  const buckets = new Map<number, number>();
  for (const sample of samples) {
    if (sample.name !== `${histogram}_bucket`) continue;
    const bound = numberOf(sample.labels["le"] ?? "+Inf");
    buckets.set(bound, (buckets.get(bound) ?? 0) + sample.value);
  }
  const sorted = [...buckets].toSorted((a, b) => a[0] - b[0]);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = part * total;
  let below: [number, number] = [0, 0];
  for (const bucket of sorted) {
    if (bucket[1] >= rank) {
      if (bucket[0] === Infinity) return below[0];
      const share = bucket[1] === below[1] ? 1 : (rank - below[1]) / (bucket[1] - below[1]);
      return below[0] + (bucket[0] - below[0]) * share;
    }
    below = bucket;
  }
  return below[0];
}
