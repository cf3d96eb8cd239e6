import { Anchor } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { notifyDone, PageTitle, Problem, Waiting } from "../../parts";
import { useRight } from "../../session";
import type { Flow, FlowFields } from "./flow";
import { FlowEditor } from "./FlowEditor";
import { ar } from "./words.ar";
import { en } from "./words.en";

export function FlowPage() {
  const t = useWords({ en, ar });
  const { agentId = "", flowId = "" } = useParams();
  const isNew = flowId === "new";
  const mayWrite = useRight("agents.write");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ["flows", agentId, flowId],
    queryFn: async ({ signal }) => {
      const params = { path: { agentId, flowId } };
      const told = await ask(api.GET("/api/agents/{agentId}/flows/{flowId}", { params, signal }));
      return told as Flow;
    },
    enabled: !isNew,
  });
  const create = async (fields: FlowFields) => {
    const params = { path: { agentId } };
    const body = fields as never;
    const made = await ask(api.POST("/api/agents/{agentId}/flows", { params, body }));
    await queries.invalidateQueries({ queryKey: ["flows", agentId] });
    notifyDone(t("saved"));
    await navigate(`/flows/${agentId}/${made.id}`, { replace: true });
  };
  const change = async (fields: FlowFields) => {
    const params = { path: { agentId, flowId } };
    const body = fields as never;
    const saved = await ask(api.PUT("/api/agents/{agentId}/flows/{flowId}", { params, body }));
    queries.setQueryData(["flows", agentId, flowId], saved);
    await queries.invalidateQueries({ queryKey: ["flows", agentId], exact: true });
    notifyDone(t("saved"));
  };
  return (
    <>
      <Anchor component={Link} to={`/flows/${agentId}`} size="sm">
        {t("back")}
      </Anchor>
      <PageTitle title={isNew ? t("add") : (data?.name ?? t("flow"))} />
      <Problem error={error} again={() => void refetch()} />
      {isNew && <FlowEditor isDisabled={!mayWrite} onSave={create} />}
      {!isNew && data === undefined && error === null && <Waiting />}
      {!isNew && data !== undefined && (
        <FlowEditor key={data.id} shown={data} isDisabled={!mayWrite} onSave={change} />
      )}
    </>
  );
}
