import { Badge, Group, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { StatusBadge } from "../../parts";
import { clock } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

export type Line = Schemas["TranscriptLine"];

const steps = ["end_of_turn_ms", "recognised_ms", "first_token_ms", "first_audio_ms"] as const;

function Latencies({ line }: { line: Line }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const known = steps.filter((step) => line.latency[step] !== null);
  if (known.length === 0) return null;
  return (
    <Group gap={6} mt={4}>
      {known.map((step) => (
        <Badge key={step} variant="light" color="gray" tt="none" fw={500}>
          {t(step, { ms: formats.number(line.latency[step]!) })}
        </Badge>
      ))}
    </Group>
  );
}

function Said({ line, onSeek }: { line: Line; onSeek?: (seconds: number) => void }) {
  const t = useWords({ en, ar });
  const time = clock(line.starts_ms / 1000);
  return (
    <>
      <Group gap="xs">
        {onSeek === undefined ? (
          <Text size="xs" c="dimmed" span dir="ltr">
            {time}
          </Text>
        ) : (
          <UnstyledButton
            fz="xs"
            c="var(--mantine-color-anchor)"
            td="underline"
            dir="ltr"
            aria-label={t("playFrom", { time })}
            onClick={() => onSeek(line.starts_ms / 1000)}
          >
            {time}
          </UnstyledButton>
        )}
        <Text size="sm" fw={700} span>
          {t(line.speaker)}
        </Text>
        {line.sentiment && (
          <StatusBadge
            state={line.sentiment}
            text={t(line.sentiment as "neutral")}
            tone={line.sentiment === "negative" ? "warn" : "calm"}
          />
        )}
        {line.is_interrupted && <StatusBadge state="cut" tone="warn" text={t("interrupted")} />}
      </Group>
      <Text dir="auto" fs={line.speaker === "system" ? "italic" : undefined}>
        {line.original_message}
      </Text>
      {line.translated_message && (
        <Text dir="auto" size="sm" c="dimmed">
          {line.translated_message}
        </Text>
      )}
      <Latencies line={line} />
    </>
  );
}

interface LinesProps {
  lines: Line[];
  at?: number; // seconds that were played: the line that is heard stands out
  onSeek?: (seconds: number) => void;
}

/** What was said in a call, line by line, with how long the caller waited. */
export function Lines({ lines, at, onSeek }: LinesProps) {
  const t = useWords({ en, ar });
  if (lines.length === 0) return <Text c="dimmed">{t("nothingSaid")}</Text>;
  const isHeard = (line: Line) =>
    at !== undefined && at > 0 && line.starts_ms <= at * 1000 && at * 1000 < line.ends_ms;
  return (
    <Stack gap="xs" role="log" aria-label={t("transcript")}>
      {lines.map((line) => (
        <Paper
          key={line.sequence_number}
          p="xs"
          withBorder
          bg={isHeard(line) ? "var(--mantine-primary-color-light)" : undefined}
          aria-current={isHeard(line) ? "true" : undefined}
        >
          <Said line={line} onSeek={onSeek} />
        </Paper>
      ))}
    </Stack>
  );
}
