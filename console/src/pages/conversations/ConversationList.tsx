import { Anchor, Group, Tabs, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, PageTitle, useTab, When } from "../../parts";
import { AgentFilter, Filter } from "../../parts/Filter";
import { useRight } from "../../session";
import { ConversationState } from "./ConversationState";
import { Feedback } from "./Feedback";
import { Live } from "./Live";
import { useAgentNames } from "../../parts/useAgentNames";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Session = Schemas["ChatSession"];

const everyMs = 3_000;
const perPage = 50;

function matches(session: Session, text: string): boolean {
  const wanted = text.trim().toLocaleLowerCase();
  if (wanted === "") return true;
  const parts = [session.title, session.user_name, session.id];
  return parts.some((part) => part.toLocaleLowerCase().includes(wanted));
}

function Sessions() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const [text, setText] = useState("");
  const [status, setStatus] = useState<Session["status"] | null>(null);
  const [agent, setAgent] = useState<string | null>(null);
  const filters = { status: status ?? undefined, agentId: agent ?? undefined };
  const sessions = usePages<Session>(
    ["conversations", "list", filters],
    (query, signal) =>
      ask(api.GET("/api/chat/sessions", { params: { query: { ...query, ...filters } }, signal })),
    { everyMs, limit: perPage },
  );
  const found = { ...sessions, items: sessions.items.filter((one) => matches(one, text)) };
  return (
    <>
      <Group mb="md" align="flex-end">
        <TextInput
          label={t("search")}
          description={t("searchHint")}
          type="search"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <AgentFilter label={t("agent")} value={agent} onChange={setAgent} />
        <Filter
          label={t("state")}
          choices={[
            { value: "active", label: t("active") },
            { value: "ended", label: t("ended") },
          ]}
          value={status}
          onChange={setStatus}
        />
        <Live isFailing={sessions.error !== null} />
      </Group>
      <DataTable<Session>
        label={t("title")}
        pages={found}
        keyOf={(session) => session.id}
        empty={t("none")}
        columns={[
          {
            key: "title",
            title: t("conversation"),
            cell: (session) => (
              <Anchor component={Link} to={session.id} dir="auto" size="sm">
                {session.title || t("untitled")}
              </Anchor>
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
