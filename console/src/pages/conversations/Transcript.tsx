import { Group, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { Problem, StatusBadge, Waiting, When } from "../../parts";
import { Answer } from "../../parts/chat/Answer";
import { useRight, useUser } from "../../session";
import { toldOf, useMessages, type Message, type Session } from "./messages";
import { Rate } from "./Rate";
import { ar } from "./words.ar";
import { en } from "./words.en";

const ratingsMax = 200;
const daysMax = 3650;

/** The ratings of a conversation's answers; its agent's newest ones are looked through. */
function useRatings(session: Session): Map<string, Schemas["ChatFeedback"]> {
  const mayRead = useRight("agents.read");
  const query = { days: daysMax, limit: ratingsMax, agentId: session.agent_id ?? undefined };
  const { data } = useQuery({
    queryKey: ["conversations", "feedback", "of", session.id],
    queryFn: ({ signal }) => ask(api.GET("/api/chat/feedback", { params: { query }, signal })),
    enabled: mayRead,
  });
  const own = data?.items.filter((rating) => rating.session_id === session.id) ?? [];
  return new Map(own.map((rating) => [rating.message_id, rating]));
}

function Heading({ message }: { message: Message }) {
  const t = useWords({ en, ar });
  const me = useUser();
  const isMine = message.written_by === me.id;
  const who = message.role === "operator" && isMine ? t("you") : t(message.role);
  return (
    <Group gap="xs" mb={4}>
      <Text size="sm" fw={700} span>
        {who}
      </Text>
      <Text size="xs" c="dimmed" span>
        <When at={message.created_at} />
      </Text>
      {message.sentiment && (
        <StatusBadge
          state={message.sentiment}
          text={t(message.sentiment)}
          tone={message.sentiment === "negative" ? "warn" : "calm"}
        />
      )}
      {message.intent && (
        <Text size="xs" span>
          <bdi>{message.intent}</bdi>
        </Text>
      )}
      {(message.moderation === "flagged" || message.moderation === "blocked") && (
        <StatusBadge state={message.moderation} text={t(message.moderation)} tone="bad" />
      )}
    </Group>
  );
}

/** Everything that was said in a conversation. Its end stays in view while new messages come. */
export function Transcript({ session, height }: { session: Session; height?: number }) {
  const t = useWords({ en, ar });
  const { data, error, refetch } = useMessages(session.id, session.status === "active");
  const ratings = useRatings(session);
  const box = useRef<HTMLDivElement>(null);
  const count = data?.length ?? 0;
  useEffect(() => {
    if (height !== undefined) box.current?.scrollTo?.({ top: box.current.scrollHeight });
  }, [count, height]);
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  if (data.length === 0) return <Text c="dimmed">{t("nothingSaid")}</Text>;
  return (
    <div
      ref={box}
      style={height === undefined ? undefined : { maxHeight: height, overflow: "auto" }}
      tabIndex={height === undefined ? undefined : 0}
      role="log"
      aria-label={t("transcript")}
    >
      <Stack gap="sm">
        {data.map((message, place) => (
          <Paper
            key={message.id}
            withBorder
            p="sm"
            maw={820}
            bg={message.role === "user" ? "var(--mantine-primary-color-light)" : undefined}
          >
            <Heading message={message} />
            {message.role === "assistant" && message.html ? (
              <Answer told={toldOf(message)} />
            ) : (
              <Text dir="auto" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {message.content}
              </Text>
            )}
            {(message.image_count ?? 0) > 0 && (
              <Text size="sm" c="dimmed">
                {t("pictures", { count: message.image_count ?? 0 })}
              </Text>
            )}
            {message.role === "assistant" && (
              <Rate
                sessionId={session.id}
                messageId={message.id}
                given={ratings.get(message.id)}
                number={place + 1}
              />
            )}
          </Paper>
        ))}
      </Stack>
    </div>
  );
}
