import { Anchor, Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, isNarrowed, PageTitle, StatusBadge, When } from "../../parts";
import { useRight } from "../../session";
import { CreateAgent } from "./CreateAgent";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Agent = Schemas["Agent"];

/** Whether people meet an agent, and which of its versions. */
export function AgentState({ agent }: { agent: Agent }) {
  const t = useWords({ en, ar });
  if (!agent.is_active) return <StatusBadge state="off" text={t("off")} />;
  if (agent.published_version === null)
    return <StatusBadge state="draft" tone="warn" text={t("unpublished")} />;
  const version = agent.published_version;
  return (
    <Group gap={4}>
      <StatusBadge state="published" text={t("published", { version })} />
      {agent.draft_version !== version && (
        <StatusBadge
          state="draft"
          tone="warn"
          text={t("draft", { version: agent.draft_version })}
        />
      )}
    </Group>
  );
}

export function AgentList() {
  const t = useWords({ en, ar });
  const mayWrite = useRight("agents.write");
  const [isAdding, adding] = useDisclosure(false);
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 250);
  const [state, setState] = useState<string | null>(null);
  const filters = {
    search: search === "" ? undefined : search,
    is_active: state === null ? undefined : state === "on",
  };
  const agents = usePages<Agent>(["agents", "list", filters], (query, signal) =>
    ask(api.GET("/api/agents", { params: { query: { ...query, ...filters } }, signal })),
  );
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        {mayWrite && <Button onClick={adding.open}>{t("add")}</Button>}
      </PageTitle>
      <Group mb="md" align="flex-end">
        <TextInput
          label={t("search")}
          type="search"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={[
            { value: "on", label: t("on") },
            { value: "off", label: t("off") },
          ]}
          value={state}
          onChange={setState}
          clearable
          clearButtonProps={{ "aria-label": t("all") }}
        />
      </Group>
      <DataTable<Agent>
        label={t("title")}
        pages={agents}
        keyOf={(agent) => agent.id}
        empty={t("none")}
        isNarrowed={isNarrowed(filters)}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (agent) => (
              <Anchor component={Link} to={agent.id} size="sm">
                {agent.name}
              </Anchor>
            ),
            sortBy: (agent) => agent.name,
          },
          { key: "type", title: t("type"), cell: (agent) => agent.type },
          { key: "state", title: t("state"), cell: (agent) => <AgentState agent={agent} /> },
          { key: "model", title: t("model"), cell: (agent) => agent.model || t("serverModel") },
          {
            key: "bases",
            title: t("knowledge"),
            cell: (agent) => agent.kb_ids?.length ?? 0,
            isNumber: true,
          },
          {
            key: "changed",
            title: t("changedAt"),
            cell: (agent) => <When at={agent.updated_at} />,
            sortBy: (agent) => agent.updated_at,
          },
        ]}
      />
      {isAdding && <CreateAgent onClose={adding.close} />}
    </>
  );
}
