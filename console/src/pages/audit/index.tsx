import { Button, Code, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, isNarrowed, JsonView, PageTitle, When } from "../../parts";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Entry = Schemas["AuditEntry"];

interface Filter {
  action: string;
  user: string | null;
  from: string; // as the field of the browser writes an instant, in local time
  until: string;
}

const unfiltered: Filter = { action: "", user: null, from: "", until: "" };

function instantOf(local: string): string | undefined {
  return local === "" ? undefined : new Date(local).toISOString();
}

function useUserNames() {
  const mayRead = useRight("users.read");
  return useQuery({
    queryKey: ["users", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/users", { params: { query: { limit: 200 } }, signal })),
    enabled: mayRead,
    staleTime: 60_000,
  });
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const t = useWords({ en, ar });
  const users = useUserNames();
  const names = users.data?.items.map((user) => ({ value: user.id, label: user.email })) ?? [];
  return (
    <Group mb="md" align="flex-end">
      <TextInput
        label={t("action")}
        placeholder={t("actionHint")}
        value={filter.action}
        onChange={(event) => onChange({ ...filter, action: event.currentTarget.value })}
        maxLength={200}
        dir="ltr"
      />
      <Select
        label={t("user")}
        placeholder={t("all")}
        data={names}
        value={filter.user}
        onChange={(user) => onChange({ ...filter, user })}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("all") }}
      />
      <TextInput
        type="datetime-local"
        label={t("from")}
        value={filter.from}
        onChange={(event) => onChange({ ...filter, from: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label={t("until")}
        value={filter.until}
        onChange={(event) => onChange({ ...filter, until: event.currentTarget.value })}
      />
      <Button variant="default" onClick={() => onChange(unfiltered)}>
        {t("clear")}
      </Button>
    </Group>
  );
}

function EntryDetails({ entry }: { entry: Entry }) {
  const t = useWords({ en, ar });
  return (
    <Stack gap="xs">
      <Text size="sm">
        {t("actor")}: <bdi>{entry.actor}</bdi>
      </Text>
      <Text size="sm">
        {t("ip")}: <bdi>{entry.ip || "–"}</bdi>
      </Text>
      <Text size="sm">
        {t("program")}: <bdi>{entry.user_agent || "–"}</bdi>
      </Text>
      <Text size="sm">
        {t("resource")}: <Code dir="ltr">{`${entry.resource_type} ${entry.resource_id}`}</Code>
      </Text>
      <JsonView value={entry.details} label={t("details")} />
    </Stack>
  );
}

export default function Audit() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [filter, setFilter] = useState(unfiltered);
  const [shown, setShown] = useState<Entry | null>(null);
  const [wanted] = useDebouncedValue(filter, 300);
  const entries = usePages<Entry>(["audit", wanted], (query, signal) =>
    ask(
      api.GET("/api/audit-log", {
        params: {
          query: {
            ...query,
            action: wanted.action.trim() || undefined,
            user_id: wanted.user ?? undefined,
            from: instantOf(wanted.from),
            until: instantOf(wanted.until),
          },
        },
        signal,
      }),
    ),
  );
  const nameOf = (entry: Entry) =>
    t("detailsOf", { action: entry.action, time: formats.instant(entry.created_at) });
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Filters filter={filter} onChange={setFilter} />
      <DataTable
        label={t("title")}
        pages={entries}
        keyOf={(entry) => entry.id}
        empty={t("none")}
        isNarrowed={isNarrowed(wanted)}
        columns={[
          { key: "when", title: t("when"), cell: (entry) => <When at={entry.created_at} /> },
          {
            key: "action",
            title: t("action"),
            cell: (entry) => <Code dir="ltr">{entry.action}</Code>,
          },
          { key: "actor", title: t("actor"), cell: (entry) => <bdi>{entry.actor}</bdi> },
          { key: "what", title: t("resource"), cell: (entry) => <bdi>{entry.resource_type}</bdi> },
          { key: "ip", title: t("ip"), cell: (entry) => <bdi>{entry.ip || "–"}</bdi> },
          {
            key: "details",
            title: t("details"),
            isTitleHidden: true,
            cell: (entry) => (
              <Group justify="flex-end">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={nameOf(entry)}
                  onClick={() => setShown(entry)}
                >
                  {t("details")}
                </Button>
              </Group>
            ),
          },
        ]}
      />
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown && nameOf(shown)}
        size="lg"
      >
        {shown && <EntryDetails entry={shown} />}
      </Modal>
    </>
  );
}
