import {
  Alert,
  Anchor,
  Badge,
  Grid,
  Group,
  NavLink,
  Paper,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useState } from "react";
import { Link, Route, Routes, useMatch, useParams } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { PageTitle, Problem, Waiting, When } from "../../parts";
import { Filter } from "../../parts/Filter";
import { useRight, useUser } from "../../session";
import { Handover } from "../conversations/ConversationActions";
import { ConversationState } from "../conversations/ConversationState";
import { Live } from "../conversations/Live";
import { useConversation } from "../conversations/messages";
import { Notes } from "../conversations/Notes";
import { Reply } from "../conversations/Reply";
import { Transcript } from "../conversations/Transcript";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Entry = Schemas["ChatInboxEntry"];
type State = "waiting" | "claimed";

const everyMs = 2_000;
const entriesMax = 100;
const transcriptHeight = 460;

function EntryLink({ entry }: { entry: Entry }) {
  const t = useWords({ en, ar });
  const me = useUser();
  const isOpen = useMatch(`/inbox/${entry.session.id}`) !== null;
  const who = entry.claimed_by === me.id ? t("yours") : t("others");
  return (
    <NavLink
      component={Link}
      to={`/inbox/${entry.session.id}`}
      active={isOpen}
      variant="light"
      aria-current={isOpen ? "page" : undefined}
      label={
        <Text span size="sm" fw={600} dir="auto">
          {entry.session.user_name || entry.session.title || t("unnamed")}
        </Text>
      }
      description={
        <>
          {entry.reason !== "" && (
            <>
              <bdi>{entry.reason}</bdi>
              <br />
            </>
          )}
          {entry.queue !== "" && `${entry.queue} · `}
          <When at={entry.waiting_since} />
        </>
      }
      rightSection={
        <Badge
          variant="light"
          color={entry.session.handover === "waiting" ? "orange" : "blue"}
          tt="none"
        >
          {entry.session.handover === "waiting" ? t("waiting") : who}
        </Badge>
      }
    />
  );
}

function Opened() {
  const t = useWords({ en, ar });
  const sessionId = useParams()["sessionId"] ?? "";
  const mayAnswer = useRight("agents.write");
  const { data, error } = useConversation(sessionId);
  if (data === undefined) return error ? <Problem error={error} /> : <Waiting />;
  const isOver = data.status === "ended";
  return (
    <Paper withBorder p="md" component="section" aria-label={t("opened")}>
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size="h4" dir="auto">
            {data.title || t("unnamed")}
          </Title>
          <ConversationState session={data} />
        </div>
        <Group gap="xs">
          {mayAnswer && !isOver && <Handover session={data} />}
          <Anchor component={Link} to={`/conversations/${data.id}`} size="sm">
            {t("whole")}
          </Anchor>
        </Group>
      </Group>
      <Transcript session={data} height={transcriptHeight} />
      {isOver && <Alert mt="md">{t("over")}</Alert>}
      {!isOver && data.handover === "none" && <Alert mt="md">{t("agentAnswers")}</Alert>}
      {mayAnswer && !isOver && data.handover !== "none" && <Reply session={data} />}
      {mayAnswer && <Notes key={data.id} sessionId={data.id} />}
    </Paper>
  );
}

/** Conversations that want a person or have one, and the place to answer them. */
export default function Inbox() {
  const t = useWords({ en, ar });
  const [state, setState] = useState<State | null>(null);
  const inbox = usePages<Entry>(
    ["conversations", "inbox", state],
    (query, signal) =>
      ask(
        api.GET("/api/chat/inbox", {
          params: { query: { ...query, state: state ?? undefined } },
          signal,
        }),
      ),
    { everyMs, limit: entriesMax },
  );
  const waiting = inbox.items.filter((entry) => entry.session.handover === "waiting").length;
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        <Live isFailing={inbox.error !== null} />
      </PageTitle>
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="sm">
            <Text role="status" fw={600}>
              {t("waitingCount", { count: waiting })}
            </Text>
            <Filter
              label={t("state")}
              choices={[
                { value: "waiting", label: t("waiting") },
                { value: "claimed", label: t("claimed") },
              ]}
              value={state}
              onChange={setState}
            />
            <Problem error={inbox.error} again={inbox.reload} />
            {inbox.isLoading && <Waiting />}
            <nav aria-label={t("title")}>
              {inbox.items.map((entry) => (
                <EntryLink key={entry.session.id} entry={entry} />
              ))}
            </nav>
            {!inbox.isLoading && inbox.items.length === 0 && <Text c="dimmed">{t("none")}</Text>}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Routes>
            <Route index element={<Text c="dimmed">{t("choose")}</Text>} />
            <Route path=":sessionId" element={<Opened />} />
          </Routes>
        </Grid.Col>
      </Grid>
    </>
  );
}
