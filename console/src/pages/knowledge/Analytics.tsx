import { Alert, Group, Paper, Select, SimpleGrid, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { DataTable, Figure, LazyBars, Money, Problem, Waiting, When } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Figures = Schemas["SearchAnalytics"];
type Query = Schemas["AskedQuery"];

const ranges = [7, 30, 90, 365];

function useAnalytics(base: string, days: number) {
  return useQuery({
    queryKey: ["bases", base, "analytics", days],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/knowledge/{kbId}/analytics", {
          params: { path: { kbId: base }, query: { days } },
          signal,
        }),
      ),
  });
}

function Sums({ data }: { data: Figures }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const ms = (value: number) =>
    t("ms", { ms: formats.number(value, { maximumFractionDigits: 1 }) });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} mb="md">
      <Figure title={t("searches")} value={formats.number(data.searches)} />
      <Figure
        title={t("fromCache")}
        value={formats.percent(data.cached_share)}
        about={t("searchesAre", { count: data.cached })}
      />
      <Figure
        title={t("withoutResults")}
        value={formats.percent(data.without_results_share)}
        about={t("searchesAre", { count: data.without_results })}
      />
      <Figure
        title={t("medianTime")}
        value={ms(data.latency_ms.all.p50)}
        about={t("slowest", {
          p95: formats.number(data.latency_ms.all.p95, { maximumFractionDigits: 1 }),
          p99: formats.number(data.latency_ms.all.p99, { maximumFractionDigits: 1 }),
        })}
      />
    </SimpleGrid>
  );
}

function Charts({ data }: { data: Figures }) {
  const t = useWords({ en, ar });
  const divided = (part: Figures["by_day"][number] | Figures["by_hour"][number]) => ({
    found: part.searches - part.without_results,
    nothing: part.without_results,
  });
  const series = [
    { name: "found", label: t("withResults") },
    { name: "nothing", label: t("withoutResults") },
  ];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} mb="md">
      <Paper withBorder radius="md" p="md">
        <Title order={2} size="h5" mb="sm">
          {t("byDay")}
        </Title>
        <LazyBars
          label={t("byDay")}
          dataKey="day"
          series={series}
          data={data.by_day.map((part) => ({ day: part.date.slice(5), ...divided(part) }))}
        />
      </Paper>
      <Paper withBorder radius="md" p="md">
        <Title order={2} size="h5" mb="sm">
          {t("byHour")}
        </Title>
        <LazyBars
          label={t("byHour")}
          dataKey="hour"
          series={series}
          data={data.by_hour.map((part) => ({ hour: String(part.hour), ...divided(part) }))}
        />
      </Paper>
    </SimpleGrid>
  );
}

function Queries({ title, items }: { title: string; items: Query[] }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  return (
    <div>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      <DataTable<Query>
        label={title}
        items={items}
        keyOf={(item) => item.query}
        empty={t("noSearches")}
        columns={[
          { key: "query", title: t("question"), cell: (item) => <bdi>{item.query}</bdi> },
          {
            key: "count",
            title: t("asked"),
            isNumber: true,
            sortBy: (item) => item.count,
            cell: (item) => formats.number(item.count),
          },
          {
            key: "score",
            title: t("topScore"),
            isNumber: true,
            cell: (item) => formats.number(item.mean_score, { maximumFractionDigits: 3 }),
          },
          { key: "last", title: t("lastAsked"), cell: (item) => <When at={item.last_asked_at} /> },
        ]}
      />
    </div>
  );
}

/** How a knowledge base is searched. */
export function Analytics({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const [days, setDays] = useState(30);
  const { data, error, refetch } = useAnalytics(base, days);
  return (
    <>
      <Group mb="md" justify="space-between" align="flex-end">
        <Select
          label={t("range")}
          data={ranges.map((count) => ({ value: String(count), label: t("days", { count }) }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          allowDeselect={false}
        />
        {data && (
          <span>
            {t("cost")}: <Money dollars={data.base_cost} />
          </span>
        )}
      </Group>
      {error ? (
        <Problem error={error} again={() => void refetch()} />
      ) : data === undefined ? (
        <Waiting />
      ) : (
        <>
          {!data.is_complete && <Alert mb="md">{t("notAll")}</Alert>}
          <Sums data={data} />
          <Charts data={data} />
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Queries title={t("topQueries")} items={data.top_queries} />
            <Queries title={t("emptyQueries")} items={data.no_result_queries} />
          </SimpleGrid>
        </>
      )}
    </>
  );
}
