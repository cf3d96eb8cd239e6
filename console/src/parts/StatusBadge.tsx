import { Badge } from "@mantine/core";

const tones = {
  good: "green",
  busy: "blue",
  warn: "orange",
  bad: "red",
  calm: "gray",
} as const;
export type Tone = keyof typeof tones;

const ofState: Record<string, Tone> = {
  active: "good",
  completed: "good",
  delivered: "good",
  healthy: "good",
  ok: "good",
  published: "good",
  ready: "good",
  up: "good",
  answered: "busy",
  chunking: "busy",
  embedding: "busy",
  in_progress: "busy",
  processing: "busy",
  queued: "busy",
  ringing: "busy",
  running: "busy",
  storing: "busy",
  syncing: "busy",
  paused: "warn",
  pending: "warn",
  waiting: "warn",
  dead: "bad",
  down: "bad",
  error: "bad",
  failed: "bad",
  not_ready: "bad",
  unhealthy: "bad",
};

/** A state as a word with a colour; `text` is its word in the user's language. */
export function StatusBadge(props: { state: string; text?: string; tone?: Tone }) {
  const tone = props.tone ?? ofState[props.state] ?? "calm";
  return (
    <Badge color={tones[tone]} variant="light" tt="none" fw={600} miw="max-content">
      {props.text ?? props.state.replaceAll("_", " ")}
    </Badge>
  );
}
