import { Anchor, Button, Group } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, DataTable, Problem, StatusBadge, Waiting, When } from "../../parts";
import { useRight } from "../../session";
import type { AgentFunction } from "./FunctionForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

export function useFunctions(agentId: string) {
  const path = { agentId };
  return useQuery({
    queryKey: ["functions", agentId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents/{agentId}/functions", { params: { path }, signal })),
  });
}

export function FunctionList({ agentId }: { agentId: string }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const { data, error, refetch } = useFunctions(agentId);
  const remove = async (functionId: string) => {
    const path = { agentId, functionId };
    await bodyOf(api.DELETE("/api/agents/{agentId}/functions/{functionId}", { params: { path } }));
    await queries.invalidateQueries({ queryKey: ["functions", agentId] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      {mayWrite && (
        <Group mb="sm">
          <Button component={Link} to="new">
            {t("addFunction")}
          </Button>
        </Group>
      )}
      <DataTable<AgentFunction>
        label={t("functions")}
        items={data.items as AgentFunction[]}
        keyOf={(one) => one.id}
        empty={t("noFunctions")}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (one) => (
              <Anchor component={Link} to={one.id} ff="monospace" size="sm">
                <bdi>{one.name}</bdi>
              </Anchor>
            ),
            sortBy: (one) => one.name,
          },
          { key: "description", title: t("description"), cell: (one) => one.description || "–" },
          {
            key: "calls",
            title: t("endpoint"),
            cell: (one) => (
              <bdi style={{ overflowWrap: "anywhere" }}>
                {one.api_method} {one.api_endpoint}
              </bdi>
            ),
          },
          {
            key: "state",
            title: t("state"),
            cell: (one) => (
              <Group gap={4}>
                <StatusBadge
                  state={one.is_active ? "active" : "off"}
                  text={one.is_active ? t("on") : t("off")}
                />
                {one.execution_mode === "async" && <StatusBadge state="async" text={t("async")} />}
              </Group>
            ),
          },
          { key: "changed", title: t("changedAt"), cell: (one) => <When at={one.updated_at} /> },
          {
            key: "remove",
            title: t("remove"),
            isTitleHidden: true,
            cell: (one) =>
              mayWrite && (
                <ConfirmButton
                  size="xs"
                  name={t("removeOf", { name: one.name })}
                  question={t("removeQuestion", { name: one.name })}
                  explain={t("removeFunctionExplain")}
                  onConfirm={() => remove(one.id)}
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
