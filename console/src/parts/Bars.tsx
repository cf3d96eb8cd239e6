import "@mantine/charts/styles.css";
import { BarChart } from "@mantine/charts";

export interface BarsProps {
  label: string; // what the chart shows; the figures themselves stand in a table beside it
  data: Record<string, string | number>[];
  dataKey: string; // which of each record stands below its bar
  series: { name: string; label?: string }[]; // on top of each other
  format?: (value: number) => string;
  height?: number;
}

const colors = [
  "aiva.6",
  "teal.6",
  "orange.6",
  "violet.6",
  "cyan.7",
  "red.7",
  "yellow.7",
  "gray.6",
];

/** Bars of several parts, one a day or the like. Import it lazily: parts/LazyBars. */
export default function Bars({ label, data, dataKey, series, format, height = 260 }: BarsProps) {
  return (
    <div role="img" aria-label={label} dir="ltr">
      <BarChart
        h={height}
        data={data}
        dataKey={dataKey}
        type="stacked"
        withLegend={series.length > 1}
        series={series.map((one, place) => ({ ...one, color: colors[place % colors.length]! }))}
        valueFormatter={format}
        barChartProps={{ accessibilityLayer: false }}
        barProps={{ isAnimationActive: false, maxBarSize: 40 }}
      />
    </div>
  );
}
