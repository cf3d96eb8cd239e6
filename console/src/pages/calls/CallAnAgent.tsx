import { Alert, Anchor, Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { useWords } from "../../language";
import { Problem, StatusBadge } from "../../parts";
import { AgentSelect } from "../../parts/AgentSelect";
import { Keypad } from "./Keypad";
import { BrowserCall, type CallPhase, type Spoken } from "./browserCall";
import { ar } from "./words.ar";
import { en } from "./words.en";

function changed(
  said: Spoken[],
  id: string,
  who: Spoken["who"],
  change: (text: string) => string | null,
): Spoken[] {
  const before = said.find((one) => one.id === id);
  const text = change(before?.text ?? "");
  if (text === null) return said.filter((one) => one.id !== id);
  if (before === undefined) return [...said, { id, who, text }];
  return said.map((one) => (one.id === id ? { ...one, text } : one));
}

/** Calls an agent from here, with the microphone and the loudspeaker of the browser. */
export function CallAnAgent() {
  const t = useWords({ en, ar });
  const [agent, setAgent] = useState<string | null>(null);
  const [phase, setPhase] = useState<CallPhase>("idle");
  const [said, setSaid] = useState<Spoken[]>([]);
  const [levels, setLevels] = useState({ customer: 0, agent: 0 });
  const [isMuted, setMuted] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const call = useRef<BrowserCall | null>(null);
  useEffect(() => () => call.current?.end(), []);
  const begin = async () => {
    setSaid([]);
    setError(null);
    setMuted(false);
    call.current = new BrowserCall({
      onPhase: setPhase,
      onSaid: (id, who, change) => setSaid((before) => changed(before, id, who, change)),
      onLevel: (side, level) => setLevels((before) => ({ ...before, [side]: level })),
      onError: (message) => setError(new Error(message)),
    });
    try {
      await call.current.begin(agent!);
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const mute = () => {
    call.current?.setMuted(!isMuted);
    setMuted(!isMuted);
  };
  const isOn = phase === "connecting" || phase === "talking";
  return (
    <Stack maw={640} gap="sm">
      <Text size="sm" c="dimmed">
        {t("callHint")}
      </Text>
      <AgentSelect label={t("agent")} value={agent} onChange={setAgent} disabled={isOn} />
      <Group>
        {isOn ? (
          <>
            <Button color="red" onClick={() => call.current?.end()}>
              {t("hangUp")}
            </Button>
            <Button variant="default" aria-pressed={isMuted} onClick={mute}>
              {isMuted ? t("unmute") : t("mute")}
            </Button>
          </>
        ) : (
          <Button disabled={agent === null} onClick={() => void begin()}>
            {t("callNow")}
          </Button>
        )}
        <span role="status">
          <StatusBadge
            state={phase}
            tone={phase === "talking" ? "good" : "calm"}
            text={t(`phase_${phase}`)}
          />
        </span>
      </Group>
      {phase === "talking" && (
        <>
          <Stack gap={4}>
            <Progress value={100 * levels.customer} aria-label={t("ownLevel")} />
            <Progress value={100 * levels.agent} color="teal" aria-label={t("agentLevel")} />
          </Stack>
          <Keypad onPress={(key) => call.current?.press(key)} />
        </>
      )}
      <Problem error={error} />
      <Stack gap="xs" role="log" aria-label={t("transcript")}>
        {said.map((one) => (
          <Paper key={one.id} withBorder p="xs">
            <Text span fw={700} size="sm">
              {one.who === "agent" ? t("agent") : t("you")}
            </Text>
            <Text dir="auto">{one.text}</Text>
          </Paper>
        ))}
      </Stack>
      {phase === "over" && call.current?.callLogId && (
        <Alert>
          <Anchor component={Link} to={`/calls/${call.current.callLogId}`}>
            {t("toCall")}
          </Anchor>
        </Alert>
      )}
    </Stack>
  );
}
