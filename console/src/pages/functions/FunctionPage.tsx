import { Anchor, Grid } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { notifyDone, PageTitle, Problem, Waiting } from "../../parts";
import { useRight } from "../../session";
import { FunctionForm, type AgentFunction, type FunctionFields } from "./FunctionForm";
import { TestCall } from "./TestCall";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** The fields that may be sent: what the server adds is left out. */
function sendable(fields: FunctionFields): FunctionFields {
  const { id, agent_id, created_at, updated_at, ...others } = fields as FunctionFields & {
    id?: string;
    agent_id?: string;
    created_at?: string;
    updated_at?: string;
  };
  return others;
}

export function FunctionPage() {
  const t = useWords({ en, ar });
  const { agentId = "", functionId = "" } = useParams();
  const isNew = functionId === "new";
  const mayWrite = useRight("agents.write");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ["functions", agentId, functionId],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/agents/{agentId}/functions/{functionId}", {
          params: { path: { agentId, functionId } },
          signal,
        }),
      ),
    enabled: !isNew,
  });
  const create = async (fields: FunctionFields) => {
    const made = await ask(
      api.POST("/api/agents/{agentId}/functions", {
        params: { path: { agentId } },
        body: fields as never,
      }),
    );
    await queries.invalidateQueries({ queryKey: ["functions", agentId] });
    await navigate(`/functions/${agentId}/${made.id}`, { replace: true });
  };
  const change = async (fields: FunctionFields) => {
    const saved = await ask(
      api.PUT("/api/agents/{agentId}/functions/{functionId}", {
        params: { path: { agentId, functionId } },
        body: sendable(fields) as never,
      }),
    );
    queries.setQueryData(["functions", agentId, functionId], saved);
    notifyDone(t("saved"));
  };
  return (
    <>
      <Anchor component={Link} to={`/functions/${agentId}`} size="sm">
        {t("back")}
      </Anchor>
      <PageTitle title={isNew ? t("addFunction") : (data?.name ?? t("function"))} />
      <Problem error={error} again={() => void refetch()} />
      {isNew && <FunctionForm isDisabled={!mayWrite} onSave={create} />}
      {!isNew && data === undefined && error === null && <Waiting />}
      {!isNew && data !== undefined && (
        <Grid>
          <Grid.Col span={{ base: 12, lg: 7 }}>
            <FunctionForm
              key={data.id}
              shown={data as AgentFunction}
              isDisabled={!mayWrite}
              onSave={change}
            />
          </Grid.Col>
          {mayWrite && (
            <Grid.Col span={{ base: 12, lg: 5 }}>
              <TestCall key={data.updated_at} shown={data as AgentFunction} />
            </Grid.Col>
          )}
        </Grid>
      )}
    </>
  );
}
