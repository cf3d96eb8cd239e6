import { Anchor, Group, Text, Title } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useWords } from "../../language";
import { CopyText, JsonView, Money, PageTitle, Problem, Waiting, When } from "../../parts";
import { useRight } from "../../session";
import { ConversationActions } from "./ConversationActions";
import { ConversationState } from "./ConversationState";
import { Live } from "./Live";
import { useConversation, useMessages, type Session } from "./messages";
import { Notes } from "./Notes";
import { Reply } from "./Reply";
import { Transcript } from "./Transcript";
import { useAgentNames } from "../../parts/useAgentNames";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Facts({ session, isFailing }: { session: Session; isFailing: boolean }) {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const messages = useMessages(session.id, session.status === "active");
  const cost = (messages.data ?? []).reduce((sum, message) => sum + (message.cost ?? 0), 0);
  return (
    <>
      <Group gap="md" mb="md">
        <ConversationState session={session} />
        {session.status === "active" && <Live isFailing={isFailing} />}
        <Text size="sm">
          {t("agent")}: {(session.agent_id && names.get(session.agent_id)) ?? "–"}
        </Text>
        {session.user_name !== "" && (
          <Text size="sm">
            {t("person")}: <bdi>{session.user_name}</bdi>
          </Text>
        )}
        <Text size="sm">
          {t("begun")}: <When at={session.created_at} />
        </Text>
        <Text size="sm">
          {t("cost")}: <Money dollars={cost} />
        </Text>
        <CopyText text={session.id} />
      </Group>
      {Object.keys(session.metadata).length > 0 && (
        <details>
          <summary>{t("metadata")}</summary>
          <JsonView value={session.metadata} label={t("metadata")} />
        </details>
      )}
    </>
  );
}

export function ConversationPage() {
  const t = useWords({ en, ar });
  const sessionId = useParams()["sessionId"] ?? "";
  const mayAnswer = useRight("agents.write");
  const { data, error, refetch } = useConversation(sessionId);
  return (
    <>
      <Anchor component={Link} to="/conversations" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle title={data?.title || t("conversation")}>
        {data && <ConversationActions session={data} />}
      </PageTitle>
      {data === undefined ? (
        error === null ? (
          <Waiting />
        ) : (
          <Problem error={error} again={() => void refetch()} />
        )
      ) : (
        <>
          <Facts session={data} isFailing={error !== null} />
          <Title order={2} size="h4" my="sm">
            {t("transcript")}
          </Title>
          <Transcript session={data} />
          {mayAnswer && data.status === "active" && data.handover !== "none" && (
            <Reply session={data} />
          )}
          {mayAnswer && <Notes key={data.id} sessionId={data.id} />}
        </>
      )}
    </>
  );
}
