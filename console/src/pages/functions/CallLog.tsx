import { Anchor, Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, isNarrowed, JsonView, StatusBadge, When } from "../../parts";
import { useFunctions } from "./FunctionList";
import { readJson } from "./TestCall";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Call = Schemas["FunctionCall"];

const states: Call["status"][] = ["pending", "completed", "failed"];
const everyMs = 5_000;

function Details({ call, onClose }: { call: Call; onClose: () => void }) {
  const t = useWords({ en, ar });
  return (
    <Modal opened onClose={onClose} title={call.function_name} size="lg">
      <Stack gap="sm">
        <Group gap="md">
          <StatusBadge state={call.status} text={t(call.status)} />
          <Text size="sm">
            <When at={call.created_at} />
          </Text>
          <Text size="sm">{t("httpStatus", { status: call.http_status || "–" })}</Text>
          <Text size="sm">{t("attemptCount", { count: call.attempts })}</Text>
        </Group>
        {call.error !== null && <Text c="red">{call.error}</Text>}
        <Text size="sm" fw={600}>
          {t("arguments")}
        </Text>
        <JsonView value={readJson(call.arguments)} label={t("arguments")} />
        <Text size="sm" fw={600}>
          {t("result")}
        </Text>
        <JsonView value={readJson(call.result)} label={t("result")} />
        {call.session_id !== null && (
          <Anchor component={Link} to={`/conversations/${call.session_id}`} size="sm">
            {t("toConversation")}
          </Anchor>
        )}
      </Stack>
    </Modal>
  );
}

/** What was called, with what, and what came of it. */
export function CallLog({ agentId }: { agentId: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const functions = useFunctions(agentId);
  const [name, setName] = useState<string | null>(null);
  const [status, setStatus] = useState<Call["status"] | null>(null);
  const [open, setOpen] = useState<Call | null>(null);
  const filters = { function_name: name ?? undefined, status: status ?? undefined };
  const calls = usePages<Call>(
    ["functions", agentId, "calls", filters],
    (query, signal) =>
      ask(
        api.GET("/api/agents/{agentId}/function-calls", {
          params: { path: { agentId }, query: { ...query, ...filters } },
          signal,
        }),
      ),
    { everyMs },
  );
  return (
    <>
      <Group mb="md">
        <Select
          label={t("function")}
          placeholder={t("all")}
          data={functions.data?.items.map((one) => one.name ?? "") ?? []}
          value={name}
          onChange={setName}
          clearable
          clearButtonProps={{ "aria-label": t("all") }}
        />
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={states.map((value) => ({ value, label: t(value) }))}
          value={status}
          onChange={(value) => setStatus(value as Call["status"] | null)}
          clearable
          clearButtonProps={{ "aria-label": t("all") }}
        />
      </Group>
      <DataTable<Call>
        label={t("calls")}
        pages={calls}
        keyOf={(call) => call.id}
        empty={t("noCalls")}
        isNarrowed={isNarrowed(filters)}
        columns={[
          { key: "when", title: t("when"), cell: (call) => <When at={call.created_at} /> },
          {
            key: "function",
            title: t("function"),
            cell: (call) => <code>{call.function_name}</code>,
          },
          {
            key: "state",
            title: t("state"),
            cell: (call) => <StatusBadge state={call.status} text={t(call.status)} />,
          },
          {
            key: "http",
            title: "HTTP",
            cell: (call) => call.http_status || "–",
            isNumber: true,
          },
          {
            key: "time",
            title: t("time"),
            cell: (call) => t("milliseconds", { ms: formats.number(Math.round(call.time_ms)) }),
            isNumber: true,
          },
          {
            key: "open",
            title: t("details"),
            isTitleHidden: true,
            cell: (call) => (
              <Button
                size="xs"
                variant="default"
                aria-label={t("detailsOf", {
                  name: call.function_name,
                  time: formats.instant(call.created_at),
                })}
                onClick={() => setOpen(call)}
              >
                {t("details")}
              </Button>
            ),
          },
        ]}
      />
      {open !== null && <Details call={open} onClose={() => setOpen(null)} />}
    </>
  );
}
