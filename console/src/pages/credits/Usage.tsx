import { Button, Group, Paper, Select, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { DataTable, LazyBars, Money, notifyProblem, Problem, saveFile, Waiting } from "../../parts";
import { useNames, type Names } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Row = Schemas["UsageRow"];

const groups = ["operation", "model", "agent", "key"] as const;
type Group = (typeof groups)[number];
const ranges = [7, 30, 90, 365];
const partsMax = 7; // of a bar; what is less goes together
const dayMs = 86_400_000;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** What a row is divided by, as a person calls it; empty: by nothing known. */
function nameOf(row: Row, group: Group, names: Names): string {
  switch (group) {
    case "operation":
      return names.operation(row.operation_type ?? "");
    case "model":
      return row.model ?? "";
    case "agent":
      return row.agent_id ? (names.agents.get(row.agent_id) ?? row.agent_id) : "";
    case "key":
      return row.api_key_id ? (names.keys.get(row.api_key_id) ?? row.api_key_id) : "";
  }
}

interface Sum {
  name: string;
  charges: number;
  refunds: number;
  amount: number;
}

function sumsOf(rows: Row[], name: (row: Row) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const key = name(row);
    const sum = sums.get(key) ?? { name: key, charges: 0, refunds: 0, amount: 0 };
    sum.charges += row.charges;
    sum.refunds += row.refunds;
    sum.amount += row.amount;
    sums.set(key, sum);
  }
  return [...sums.values()].toSorted((a, b) => b.amount - a.amount);
}

/** A record for every day from `from` to `to`, also for those without any use. */
function daysOf(
  rows: Row[],
  from: string,
  to: string,
  part: (row: Row) => string,
): Record<string, string | number>[] {
  const days = new Map<string, Record<string, string | number>>();
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs)
    days.set(dayOf(at), { day: dayOf(at).slice(5) });
  for (const row of rows) {
    const day = days.get(row.day ?? "");
    if (day === undefined) continue;
    day[part(row)] = Number(day[part(row)] ?? 0) + row.amount;
  }
  return [...days.values()];
}

function useUsage(days: number, group: Group) {
  const from = dayOf(Date.now() - (days - 1) * dayMs);
  return useQuery({
    queryKey: ["credits", "usage", from, group],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/credits/usage", {
          params: { query: { from, group_by: `day,${group}` } },
          signal,
        }),
      ),
  });
}

function UsageShown({ days, group }: { days: number; group: Group }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const names = useNames();
  const { data, error, refetch } = useUsage(days, group);
  const found = useMemo(() => {
    if (data === undefined) return null;
    const sums = sumsOf(data.items, (row) => nameOf(row, group, names) || t("none"));
    const main = new Set(sums.slice(0, partsMax).map((sum) => sum.name));
    const part = (row: Row) => {
      const name = nameOf(row, group, names) || t("none");
      return main.has(name) ? name : t("others");
    };
    const parts = [...main, ...(sums.length > main.size ? [t("others")] : [])];
    return { sums, parts, byDay: daysOf(data.items, data.from, data.to, part) };
  }, [data, group, names, t]);
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined || found === null) return <Waiting />;
  return (
    <>
      <Paper withBorder radius="md" p="md" mb="md">
        <Text size="sm" mb="sm">
          {t("total")}: <Money dollars={data.total_amount} />
        </Text>
        <LazyBars
          label={`${t("usageByDay")}, ${data.from} – ${data.to}`}
          data={found.byDay}
          dataKey="day"
          series={found.parts.map((name) => ({ name }))}
          format={formats.money}
        />
      </Paper>
      <Title order={2} size="h4" mb="sm">
        {t("table")}
      </Title>
      <DataTable<Sum>
        label={t("table")}
        items={found.sums}
        keyOf={(sum) => sum.name}
        empty={t("noUsage")}
        columns={[
          { key: "name", title: t(group), cell: (sum) => <bdi>{sum.name}</bdi> },
          {
            key: "charges",
            title: t("charges"),
            isNumber: true,
            cell: (sum) => formats.number(sum.charges),
            sortBy: (sum) => sum.charges,
          },
          {
            key: "refunds",
            title: t("refunds"),
            isNumber: true,
            cell: (sum) => formats.number(sum.refunds),
            sortBy: (sum) => sum.refunds,
          },
          {
            key: "amount",
            title: t("amount"),
            isNumber: true,
            cell: (sum) => <Money dollars={sum.amount} />,
            sortBy: (sum) => sum.amount,
          },
        ]}
      />
    </>
  );
}

/** What was used, by day and by what it was used for. */
export function Usage() {
  const t = useWords({ en, ar });
  const [days, setDays] = useState(30);
  const [group, setGroup] = useState<Group>("operation");
  const save = () => {
    const from = dayOf(Date.now() - (days - 1) * dayMs);
    const path = `/api/credits/usage?from=${from}&group_by=day,${group}&format=csv`;
    void saveFile(path, `usage-${from}-${group}.csv`).catch(notifyProblem);
  };
  return (
    <>
      <Group mb="md" align="flex-end">
        <Select
          label={t("range")}
          data={ranges.map((count) => ({ value: String(count), label: t("days", { count }) }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          allowDeselect={false}
        />
        <Select
          label={t("group")}
          data={groups.map((value) => ({ value, label: t(`group.${value}`) }))}
          value={group}
          onChange={(value) => setGroup(value as Group)}
          allowDeselect={false}
        />
        <Button variant="default" onClick={save}>
          {t("csv")}
        </Button>
      </Group>
      <UsageShown days={days} group={group} />
    </>
  );
}
