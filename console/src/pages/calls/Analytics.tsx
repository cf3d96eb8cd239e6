import { Select, SimpleGrid, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { DataTable, Figure, LazyBars, Money, Problem, Waiting } from "../../parts";
import { clock } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

const spans = [7, 30, 90, 365];

/** What calls came to: how many, how long, how good, how dear. */
export function Analytics() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [days, setDays] = useState(30);
  const { data, error } = useQuery({
    queryKey: ["calls", "analytics", days],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/calls/analytics", { params: { query: { days } }, signal })),
  });
  if (error) return <Problem error={error} />;
  if (data === undefined) return <Waiting />;
  const sentiments = data.sentiment;
  return (
    <>
      <Select
        label={t("span")}
        data={spans.map((value) => ({ value: String(value), label: t("days", { count: value }) }))}
        value={String(days)}
        onChange={(value) => setDays(Number(value))}
        allowDeselect={false}
        maw={220}
        mb="md"
      />
      <SimpleGrid cols={{ base: 2, md: 4 }} mb="lg">
        <Figure
          title={t("title")}
          value={formats.number(data.total_calls)}
          about={t("inAndOut", { inbound: data.inbound, outbound: data.outbound })}
        />
        <Figure
          title={t("averageDuration")}
          value={<bdi>{clock(data.average_duration_seconds)}</bdi>}
          about={t("averageTurns", { count: formats.number(data.average_turns) })}
        />
        <Figure title={t("cost")} value={<Money dollars={data.total_cost} />} />
        <Figure
          title={t("quality")}
          value={
            data.average_mos > 0
              ? formats.number(data.average_mos, { maximumFractionDigits: 1 })
              : "–"
          }
          about={t("mos")}
        />
        <Figure
          title={t("firstAudio")}
          value={
            data.average_first_audio_ms > 0
              ? t("milliseconds", { ms: formats.number(Math.round(data.average_first_audio_ms)) })
              : "–"
          }
          about={t("firstAudioHint")}
        />
        <Figure title={t("interruptions")} value={formats.number(data.interruptions)} />
        <Figure
          title={t("sentiment")}
          value={formats.number(sentiments.positive + sentiments.neutral + sentiments.negative)}
          about={t("sentiments", sentiments)}
        />
      </SimpleGrid>
      <Title order={2} size="h4" mb="sm">
        {t("byDay")}
      </Title>
      <LazyBars
        label={t("byDay")}
        data={data.by_day.map((day) => ({ day: formats.day(day.day), calls: day.calls }))}
        dataKey="day"
        series={[{ name: "calls", label: t("title") }]}
      />
      <DataTable
        label={t("byDay")}
        items={data.by_day.toReversed()}
        keyOf={(day) => day.day}
        columns={[
          { key: "day", title: t("day"), cell: (day) => formats.day(day.day) },
          { key: "calls", title: t("title"), cell: (day) => day.calls, isNumber: true },
          {
            key: "duration",
            title: t("duration"),
            cell: (day) => <bdi>{clock(day.duration_seconds)}</bdi>,
            isNumber: true,
          },
          {
            key: "cost",
            title: t("cost"),
            cell: (day) => <Money dollars={day.cost} />,
            isNumber: true,
          },
        ]}
      />
    </>
  );
}
