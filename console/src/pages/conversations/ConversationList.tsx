import { Anchor, Group, Tabs } from "@mantine/core";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import {
  asked,
  DataTable,
  isNarrowed,
  oneOf,
  PageTitle,
  SearchField,
  useFilters,
  useTab,
  When,
  wordsOf,
} from "../../parts";
import { AgentFilter, Filter } from "../../parts/Filter";
import { useAgentNames } from "../../parts/useAgentNames";
import { useRight } from "../../session";
import { ConversationState } from "./ConversationState";
import { Feedback } from "./Feedback";
import { Live } from "./Live";
import { Match } from "./Match";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Session = Schemas["ChatSession"];

const everyMs = 3_000;
const everyMsOfSearch = 10_000;
const perPage = 50;
const statuses: Session["status"][] = ["active", "ended"];

function Sessions() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const { values, set } = useFilters(["q", "status", "agent"] as const);
  const words = wordsOf(values.q);
  const status = oneOf(values.status, statuses);
  const filters = { q: words, status: status ?? undefined, agentId: asked(values.agent) };
  const sessions = usePages<Session>(
    ["conversations", "list", filters],
    (query, signal) =>
      ask(api.GET("/api/chat/sessions", { params: { query: { ...query, ...filters } }, signal })),
    { everyMs: words === undefined ? everyMs : everyMsOfSearch, limit: perPage },
  );
  return (
    <>
      <Group mb="md" align="flex-end">
        <SearchField
          label={t("search")}
          description={t("searchHint")}
          value={values.q}
          onChange={(text) => set("q", text)}
        />
        <AgentFilter
          label={t("agent")}
          value={values.agent || null}
          onChange={(agent) => set("agent", agent)}
        />
        <Filter
          label={t("state")}
          choices={statuses.map((value) => ({ value, label: t(value) }))}
          value={status}
          onChange={(value) => set("status", value)}
        />
        <Live isFailing={sessions.error !== null} />
      </Group>
      <DataTable<Session>
        label={t("title")}
        pages={sessions}
        keyOf={(session) => session.id}
        empty={words === undefined ? t("none") : t("nothingFound", { words })}
        isNarrowed={words === undefined && isNarrowed(filters)}
        columns={[
          {
            key: "title",
            title: t("conversation"),
            cell: (session) => (
              <>
                <Anchor component={Link} to={session.id} dir="auto" size="sm">
                  {session.title || t("untitled")}
                </Anchor>
                {session.match && <Match match={session.match} />}
              </>
            ),
          },
          {
            key: "who",
            title: t("person"),
            cell: (session) => <bdi>{session.user_name || "–"}</bdi>,
          },
          {
            key: "agent",
            title: t("agent"),
            cell: (session) => (session.agent_id && names.get(session.agent_id)) ?? "–",
          },
          {
            key: "state",
            title: t("state"),
            cell: (session) => <ConversationState session={session} />,
          },
          {
            key: "messages",
            title: t("messages"),
            cell: (session) => session.message_count,
            sortBy: (session) => session.message_count,
            isNumber: true,
          },
          {
            key: "last",
            title: t("lastSaid"),
            cell: (session) => <When at={session.updated_at} />,
            sortBy: (session) => session.updated_at,
          },
        ]}
      />
    </>
  );
}

export function ConversationList() {
  const t = useWords({ en, ar });
  const mayReadFeedback = useRight("agents.read");
  const [tab, setTab] = useTab(["all", "feedback"] as const);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="all">{t("conversations")}</Tabs.Tab>
          {mayReadFeedback && <Tabs.Tab value="feedback">{t("feedback")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="all">
          <Sessions />
        </Tabs.Panel>
        <Tabs.Panel value="feedback">
          <Feedback />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
