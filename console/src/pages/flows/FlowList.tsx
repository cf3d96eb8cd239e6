import { Anchor, Button, Group, Tabs } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import {
  ConfirmButton,
  DataTable,
  PageTitle,
  Problem,
  StatusBadge,
  useTab,
  Waiting,
  When,
} from "../../parts";
import { AgentSelect } from "../../parts/AgentSelect";
import { useRight } from "../../session";
import type { Flow } from "./flow";
import { Segments } from "./Segments";
import { ar } from "./words.ar";
import { en } from "./words.en";

function FlowsOf({ agentId }: { agentId: string }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const { data, error, refetch } = useQuery({
    queryKey: ["flows", agentId],
    queryFn: async ({ signal }) => {
      const params = { path: { agentId } };
      const told = await ask(api.GET("/api/agents/{agentId}/flows", { params, signal }));
      return told.items as Flow[];
    },
  });
  const remove = async (flowId: string) => {
    const params = { path: { agentId, flowId } };
    await bodyOf(api.DELETE("/api/agents/{agentId}/flows/{flowId}", { params }));
    await queries.invalidateQueries({ queryKey: ["flows", agentId] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      {mayWrite && (
        <Group mb="sm">
          <Button component={Link} to={`/flows/${agentId}/new`}>
            {t("add")}
          </Button>
        </Group>
      )}
      <DataTable<Flow>
        label={t("title")}
        items={data}
        keyOf={(flow) => flow.id}
        empty={t("none")}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (flow) => (
              <Anchor component={Link} to={`/flows/${agentId}/${flow.id}`} size="sm">
                {flow.name}
              </Anchor>
            ),
          },
          { key: "description", title: t("description"), cell: (flow) => flow.description || "–" },
          {
            key: "begins",
            title: t("beginsWith"),
            cell: (flow) => t(`begins_${flow.begins_with ?? "none"}`),
          },
          {
            key: "steps",
            title: t("steps"),
            cell: (flow) => flow.steps?.length ?? 0,
            isNumber: true,
          },
          {
            key: "state",
            title: t("state"),
            cell: (flow) => (
              <StatusBadge
                state={flow.is_active ? "active" : "off"}
                text={flow.is_active ? t("on") : t("off")}
              />
            ),
          },
          { key: "changed", title: t("changedAt"), cell: (flow) => <When at={flow.updated_at} /> },
          {
            key: "remove",
            title: t("remove"),
            isTitleHidden: true,
            cell: (flow) =>
              mayWrite && (
                <ConfirmButton
                  size="xs"
                  name={t("removeOf", { name: flow.name })}
                  question={t("removeQuestion", { name: flow.name })}
                  onConfirm={() => remove(flow.id)}
                >
                  {t("remove")}
                </ConfirmButton>
              ),
          },
        ]}
      />
    </>
  );
}

export function FlowList() {
  const t = useWords({ en, ar });
  const navigate = useNavigate();
  const agentId = useParams()["agentId"];
  const [tab, setTab] = useTab(["flows", "segments"] as const);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <AgentSelect
        label={t("agent")}
        placeholder={t("chooseAgent")}
        value={agentId ?? null}
        onChange={(next) => next !== null && void navigate(`/flows/${next}`)}
        allowDeselect={false}
        maw={360}
        mb="md"
      />
      {agentId !== undefined && (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="flows">{t("title")}</Tabs.Tab>
            <Tabs.Tab value="segments">{t("segments")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="flows">
            <FlowsOf key={agentId} agentId={agentId} />
          </Tabs.Panel>
          <Tabs.Panel value="segments">
            <Segments key={agentId} agentId={agentId} />
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  );
}
