import { Anchor, Group, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { authorised, bodyOf, api, fetchRaw } from "../../api/client";
import { sayName, useFormats, useWords } from "../../language";
import { DataTable, Figure, PageTitle, Problem, StatusBadge, Waiting } from "../../parts";
import { parseMetrics, quantileOf, sumOf, sumsBy, type Sample } from "./metrics";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 5_000;

function useHealth() {
  return useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }) => {
      const told = await authorised(new URL("/readyz", window.location.origin).href, { signal });
      const ready = (await told.json()) as {
        status: "ready" | "not_ready" | "draining";
        role: string;
        checks: Record<string, "up" | "down">;
      };
      const [{ version }, metrics] = await Promise.all([
        bodyOf(api.GET("/api/health", { signal })),
        fetchRaw("/metrics", { signal }),
      ]);
      return { ...ready, version, samples: parseMetrics(await metrics.text()) };
    },
    refetchInterval: everyMs,
  });
}

function useDuration() {
  const formats = useFormats();
  const t = useWords({ en, ar });
  return (seconds: number | null) => {
    if (seconds === null) return t("never");
    if (seconds >= 1) return formats.seconds(seconds);
    return `${formats.number(seconds * 1000, { maximumFractionDigits: seconds < 0.01 ? 1 : 0 })} ms`;
  };
}

function Durations(props: { title: string; about?: string; samples: Sample[]; metric: string }) {
  const { title, about, samples, metric } = props;
  const duration = useDuration();
  const [half, most, nearlyAll] = [0.5, 0.95, 0.99].map((part) =>
    quantileOf(samples, metric, part),
  );
  const value =
    half === null ? (
      duration(null)
    ) : (
      <Text component="bdi" fz="lg" fw={700}>
        {[half!, most!, nearlyAll!].map(duration).join(" · ")}
      </Text>
    );
  return <Figure title={title} value={value} about={about} />;
}

function Jobs({ samples }: { samples: Sample[] }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const kinds = sumsBy(samples, "aiva_jobs_queued", "kind").map(([kind, queued]) => {
    const of = (outcome: string) =>
      sumOf(
        samples,
        "aiva_jobs_total",
        (labels) => labels["kind"] === kind && labels["outcome"] === outcome,
      );
    return { kind, queued, completed: of("completed"), retry: of("retry"), dead: of("dead") };
  });
  const number = (key: "queued" | "completed" | "retry" | "dead") => ({
    key,
    title: t(key),
    isNumber: true,
    cell: (job: (typeof kinds)[number]) => formats.number(job[key]),
    sortBy: (job: (typeof kinds)[number]) => job[key],
  });
  return (
    <DataTable
      label={t("jobs")}
      items={kinds}
      keyOf={(job) => job.kind}
      columns={[
        {
          key: "kind",
          title: t("kind"),
          cell: (job) => <bdi>{sayName(t, en, "job", job.kind)}</bdi>,
          sortBy: (job) => job.kind,
        },
        number("queued"),
        number("completed"),
        number("retry"),
        number("dead"),
      ]}
    />
  );
}

function Answers({ samples }: { samples: Sample[] }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const statuses = sumsBy(samples, "aiva_http_requests_total", "status");
  const total = statuses.reduce((sum, [, count]) => sum + count, 0);
  return (
    <DataTable
      label={t("answered")}
      items={statuses}
      keyOf={([status]) => status}
      columns={[
        { key: "status", title: t("status"), cell: ([status]) => status },
        {
          key: "requests",
          title: t("requests"),
          isNumber: true,
          cell: ([, count]) => formats.number(count),
        },
        {
          key: "share",
          title: t("share"),
          isNumber: true,
          cell: ([, count]) => formats.percent(count / total),
        },
      ]}
    />
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h4" mt="xl" mb="sm">
        {title}
      </Title>
      {children}
    </section>
  );
}

export default function Health() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { data, error, refetch } = useHealth();
  if (data === undefined)
    return (
      <>
        <PageTitle title={t("title")} about={t("about")} />
        {error ? <Problem error={error} again={() => void refetch()} /> : <Waiting />}
      </>
    );
  const { samples } = data;
  const figure = (name: string) => formats.number(sumOf(samples, name));
  const failed = sumOf(
    samples,
    "aiva_documents_ingested_total",
    (labels) => labels["outcome"] === "failed",
  );
  const read = sumOf(
    samples,
    "aiva_documents_ingested_total",
    (labels) => labels["outcome"] === "completed",
  );
  return (
    <>
      <PageTitle
        title={t("title")}
        about={`${t("version", { version: data.version })} · ${t("role", { role: data.role })}`}
      >
        <StatusBadge state={data.status} text={t(data.status)} />
      </PageTitle>
      <Problem error={error} />
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <Figure
          title={t("parts")}
          value={
            <Group gap={6}>
              {Object.entries(data.checks).map(([part, state]) => (
                <StatusBadge key={part} state={state} text={`${part}: ${t(state)}`} />
              ))}
            </Group>
          }
        />
        <Figure title={t("waiting")} value={figure("aiva_jobs_queued")} />
        <Figure title={t("running")} value={figure("aiva_jobs_running")} />
        <Figure title={t("calls")} value={figure("aiva_voice_calls_active")} />
        <Figure
          title={t("connections")}
          value={figure("aiva_http_connections")}
          about={t("inFlight", { count: sumOf(samples, "aiva_http_in_flight") })}
        />
        <Figure
          title={t("documents")}
          value={formats.number(read)}
          about={t("failed", { count: failed })}
        />
        <Durations title={t("search")} samples={samples} metric="aiva_search_seconds" />
        <Durations title={t("turn")} samples={samples} metric="aiva_chat_turn_seconds" />
      </SimpleGrid>
      <SimpleGrid cols={1} mt="md">
        <Durations
          title={t("latency")}
          about={t("latencyAbout")}
          samples={samples}
          metric="aiva_http_request_duration_seconds"
        />
      </SimpleGrid>
      <Section title={t("jobs")}>
        <Jobs samples={samples} />
      </Section>
      <Section title={t("answered")}>
        <Answers samples={samples} />
      </Section>
      <Anchor href="/metrics" target="_blank" mt="md" display="inline-block">
        {t("raw")}
      </Anchor>
    </>
  );
}
