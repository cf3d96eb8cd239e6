import { Group, Paper, Stack, Text } from "@mantine/core";
import { useFormats, useWords } from "../../language";
import { Problem, StatusBadge, Waiting } from "../../parts";
import { Answer } from "../../parts/chat/Answer";
import { Sources } from "../../parts/chat/Findings";
import { isOpen, isRunning, toldOf, type Exchange } from "./exchange";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** What is here of an answer that is not whole: its tools, its words, its passages. */
function Arriving({ exchange }: { exchange: Exchange }) {
  const t = useWords({ en, ar });
  const { text, sources, calls } = exchange;
  if (text === "" && sources.length === 0 && calls.length === 0) return null;
  return (
    <Paper withBorder p="xs" radius="md" me="md" aria-busy={isOpen(exchange)}>
      {calls.map((call, place) => (
        <Group key={place} gap={6} mb={4}>
          <Text span size="sm" ff="monospace">
            <bdi>{call.name}</bdi>
          </Text>
          <StatusBadge
            state={isRunning(call) ? "running" : "called"}
            tone={call.is_error ? "bad" : isRunning(call) ? "busy" : "good"}
            text={t(call.is_error ? "toolFailed" : isRunning(call) ? "toolRuns" : "toolAnswered")}
          />
        </Group>
      ))}
      {text !== "" && (
        <Text size="sm" dir="auto" style={{ whiteSpace: "pre-wrap" }}>
          {text}
        </Text>
      )}
      <Sources sources={sources} />
    </Paper>
  );
}

/** A question and its answer, or what keeps it from one. */
export function Said({ exchange }: { exchange: Exchange }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { question, reply, error, isStopped, seconds } = exchange;
  return (
    <Stack gap={6}>
      <Paper bg="var(--mantine-primary-color-light)" p="xs" radius="md" ms="xl" dir="auto">
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {question}
        </Text>
      </Paper>
      {reply === undefined ? (
        <Arriving exchange={exchange} />
      ) : (
        <Paper withBorder p="xs" radius="md" me="md">
          <Answer told={toldOf(reply)} />
          {seconds !== undefined && (
            <Text size="xs" c="dimmed">
              {t("answeredIn", { time: formats.seconds(seconds) })}
            </Text>
          )}
        </Paper>
      )}
      {error !== undefined && <Problem error={error} />}
      {isStopped && (
        <Text size="sm" c="dimmed">
          {t("stopped")}
        </Text>
      )}
      {isOpen(exchange) && <Waiting text={t("answering")} />}
    </Stack>
  );
}
