import { Group, Select, Text } from "@mantine/core";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, StatusBadge, When } from "../../parts";
import { JobProgress } from "./JobProgress";
import { isAtWork, nameOf, useStores, useTenant, type Job } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 5_000;
const states: Schemas["SyncStatus"][] = [
  "pending",
  "processing",
  "completed",
  "failed",
  "cancelled",
];

function Changes({ job }: { job: Job }) {
  const t = useWords({ en, ar });
  return (
    <>
      <Text size="sm">
        {t("changes", {
          added: job.added,
          updated: job.updated,
          unchanged: job.unchanged,
          deleted: job.deleted,
        })}
      </Text>
      {job.error_message && (
        <Text size="xs" c="dimmed">
          <bdi>{job.error_message}</bdi>
        </Text>
      )}
    </>
  );
}

/** Readings of one shop, or of all, newest first; those at work tell how far they are. */
export function Jobs({ store }: { store?: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const tenantId = useTenant();
  const stores = useStores();
  const [status, setStatus] = useState<Schemas["SyncStatus"] | null>(null);
  const jobs = usePages<Job>(
    ["shop", "jobs", store ?? null, status],
    (query, signal) =>
      ask(
        api.GET("/api/shopify/{tenantId}/jobs", {
          params: {
            path: { tenantId },
            query: { ...query, store_id: store, status: status ?? undefined },
          },
          signal,
        }),
      ),
    { everyMs },
  );
  const nameOfStore = (id: string) => {
    const found = stores.data?.items.find((other) => other.id === id);
    return found ? nameOf(found) : "–";
  };
  return (
    <>
      <Group mb="sm">
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={states.map((value) => ({ value, label: t(`job.${value}`) }))}
          value={status}
          onChange={(value) => setStatus(value as Schemas["SyncStatus"] | null)}
          clearable
          clearButtonProps={{ "aria-label": t("all") }}
        />
      </Group>
      {jobs.items.filter(isAtWork).map((job) => (
        <JobProgress key={job.id} job={job} />
      ))}
      <DataTable
        label={t("jobs")}
        pages={jobs}
        keyOf={(job) => job.id}
        empty={t("noJobs")}
        isNarrowed={status !== null}
        columns={[
          { key: "begun", title: t("begun"), cell: (job) => <When at={job.created_at} /> },
          ...(store === undefined
            ? [
                {
                  key: "store",
                  title: t("store"),
                  cell: (job: Job) => <bdi>{nameOfStore(job.store_id)}</bdi>,
                },
              ]
            : []),
          { key: "type", title: t("kind"), cell: (job) => t(`type.${job.type}`) },
          {
            key: "state",
            title: t("state"),
            cell: (job) => <StatusBadge state={job.status} text={t(`job.${job.status}`)} />,
          },
          {
            key: "products",
            title: t("products"),
            isNumber: true,
            cell: (job) => formats.number(job.processed_products),
          },
          { key: "changes", title: t("changed"), cell: (job) => <Changes job={job} /> },
          { key: "ended", title: t("ended"), cell: (job) => <When at={job.completed_at} /> },
        ]}
      />
    </>
  );
}
