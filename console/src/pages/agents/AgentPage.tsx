import { Anchor, Grid, Group, Tabs } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, PageTitle, Problem, useTab, Waiting } from "../../parts";
import { useRight } from "../../session";
import { AgentState } from "./AgentList";
import { useDraft, type Agent } from "./draft";
import { Embed } from "./Embed";
import { Settings } from "./settings";
import { TestChat } from "./TestChat";
import { Versions } from "./Versions";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Delete({ agent }: { agent: Agent }) {
  const t = useWords({ en, ar });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const remove = async () => {
    const path = { agentId: agent.id };
    await bodyOf(api.DELETE("/api/agents/{agentId}", { params: { path } }));
    await navigate("/agents");
    queries.removeQueries({ queryKey: ["agents", agent.id] });
    await queries.invalidateQueries({ queryKey: ["agents"] });
  };
  return (
    <ConfirmButton
      question={t("removeQuestion", { name: agent.name })}
      explain={t("removeExplain")}
      onConfirm={remove}
    >
      {t("remove")}
    </ConfirmButton>
  );
}

function Editor({ agent }: { agent: Agent }) {
  const mayWrite = useRight("agents.write");
  const draft = useDraft(agent, mayWrite);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: mayWrite ? 7 : 12 }}>
        <Settings draft={draft} />
      </Grid.Col>
      {mayWrite && (
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <TestChat draft={draft} />
        </Grid.Col>
      )}
    </Grid>
  );
}

export function AgentPage() {
  const t = useWords({ en, ar });
  const mayWrite = useRight("agents.write");
  const agentId = useParams()["agentId"] ?? "";
  const [tab, setTab] = useTab(["settings", "versions", "embed"] as const);
  const { data, error, refetch } = useQuery({
    queryKey: ["agents", agentId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents/{agentId}", { params: { path: { agentId } }, signal })),
  });
  return (
    <>
      <Anchor component={Link} to="/agents" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle
        title={data?.name ?? t("agent")}
        about={
          data && (
            <Group gap="xs">
              <AgentState agent={data} />
              <bdi>{data.slug}</bdi>
            </Group>
          )
        }
      >
        {data && mayWrite && <Delete agent={data} />}
      </PageTitle>
      <Problem error={error} again={() => void refetch()} />
      {data === undefined ? (
        error === null && <Waiting />
      ) : (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="settings">{t("settings")}</Tabs.Tab>
            <Tabs.Tab value="versions">{t("versions")}</Tabs.Tab>
            <Tabs.Tab value="embed">{t("embed")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="settings" keepMounted>
            <Editor key={data.id} agent={data} />
          </Tabs.Panel>
          <Tabs.Panel value="versions">
            <Versions agent={data} />
          </Tabs.Panel>
          <Tabs.Panel value="embed">
            <Embed agent={data} />
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  );
}
