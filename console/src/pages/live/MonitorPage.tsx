import { Alert, Anchor, Button, Grid, Group, Paper, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { PageTitle, Problem, StatusBadge, Waiting } from "../../parts";
import { useRight } from "../../session";
import { Lines } from "../calls/Lines";
import { clock, otherEnd, type Call } from "../calls/names";
import { useAgentNames } from "../../parts/useAgentNames";
import { Steering } from "./Steering";
import { useMonitor, type Monitor } from "./useMonitor";
import { ar } from "./words.ar";
import { en } from "./words.en";

const transcriptHeight = 520;

function Speaking({ who, isOn, words }: { who: string; isOn: boolean; words: string }) {
  const t = useWords({ en, ar });
  return (
    <Paper withBorder p="xs" mb="xs">
      <Group gap="xs">
        <Text span fw={600} size="sm">
          {who}
        </Text>
        <StatusBadge
          state={isOn ? "speaking" : "silent"}
          tone={isOn ? "busy" : "calm"}
          text={isOn ? t("speaking") : t("silent")}
        />
      </Group>
      <Text size="sm" dir="auto" mih={22}>
        {words}
      </Text>
    </Paper>
  );
}

function Clock({ startedAt, isRunning }: { startedAt: string | null; isRunning: boolean }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  if (startedAt === null) return <>–</>;
  return <bdi>{clock((now - Date.parse(startedAt)) / 1000)}</bdi>;
}

function Standing({ call, monitor }: { call: Call; monitor: Monitor }) {
  const t = useWords({ en, ar });
  const isOpen = monitor.connection === "open";
  const { sides } = monitor;
  return (
    <>
      <Group gap="md" mb="md">
        <StatusBadge
          state={monitor.connection}
          tone={isOpen ? "good" : monitor.connection === "lost" ? "bad" : "calm"}
          text={t(monitor.connection)}
        />
        <Text size="sm">
          {t("duration")}: <Clock startedAt={call.start_time} isRunning={isOpen} />
        </Text>
        {sides && <Text size="sm">{t("followers", { count: sides.followers })}</Text>}
        {sides?.taken_over_by && <StatusBadge state="taken" tone="warn" text={t("takenOver")} />}
        <Button
          size="xs"
          variant={monitor.isListening ? "filled" : "default"}
          aria-pressed={monitor.isListening}
          disabled={!isOpen}
          onClick={() => void monitor.setListening(!monitor.isListening)}
        >
          {monitor.isListening ? t("stopListening") : t("listen")}
        </Button>
        {monitor.droppedMs > 0 && (
          <Text size="sm" c="dimmed">
            {t("dropped", { ms: monitor.droppedMs })}
          </Text>
        )}
      </Group>
      {monitor.connection === "over" && (
        <Alert mb="md" role="status">
          {t("overBecause", { why: monitor.ending.replaceAll("_", " ") })}{" "}
          <Anchor component={Link} to={`/calls/${call.id}`}>
            {t("toCall")}
          </Anchor>
        </Alert>
      )}
      {monitor.connection === "lost" && (
        <Alert color="red" mb="md" role="alert">
          {t("lostHint")}{" "}
          <Anchor component={Link} to={`/calls/${call.id}`}>
            {t("toCall")}
          </Anchor>
        </Alert>
      )}
    </>
  );
}

function Followed({ call }: { call: Call }) {
  const t = useWords({ en, ar });
  const maySteer = useRight("agents.write");
  const path = { callLogId: call.id };
  const before = useQuery({
    queryKey: ["calls", call.id, "transcript", "before"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/calls/{callLogId}/transcript", { params: { path }, signal })),
  });
  const monitor = useMonitor(call.id, before.data?.items);
  const box = useRef<HTMLDivElement>(null);
  const count = monitor.lines.length;
  useEffect(() => {
    void box.current?.scrollTo?.({ top: box.current.scrollHeight });
  }, [count]);
  const { sides, words } = monitor;
  return (
    <>
      <Standing call={call} monitor={monitor} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Title order={2} size="h4" mb="sm">
            {t("transcript")}
          </Title>
          <div
            ref={box}
            tabIndex={0}
            role="region"
            aria-label={t("transcript")}
            style={{ maxHeight: transcriptHeight, overflow: "auto" }}
          >
            <Lines lines={monitor.lines} />
          </div>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Title order={2} size="h4" mb="sm">
            {t("now")}
          </Title>
          <Speaking
            who={t("caller")}
            isOn={sides?.is_caller_speaking ?? false}
            words={words.caller}
          />
          <Speaking who={t("agent")} isOn={sides?.is_agent_speaking ?? false} words={words.agent} />
          {maySteer && <Steering callId={call.id} monitor={monitor} />}
        </Grid.Col>
      </Grid>
    </>
  );
}

export function MonitorPage() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const callLogId = useParams()["callId"] ?? "";
  const { data, error, refetch } = useQuery({
    queryKey: ["calls", callLogId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/calls/{callLogId}", { params: { path: { callLogId } }, signal })),
  });
  return (
    <>
      <Anchor component={Link} to="/live" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle
        title={t("followed")}
        about={
          data && (
            <>
              {names.get(data.agent_id) ?? "–"} · <bdi>{otherEnd(data)}</bdi>
            </>
          )
        }
      />
      <Problem error={error} again={() => void refetch()} />
      {data === undefined ? error === null && <Waiting /> : <Followed key={data.id} call={data} />}
    </>
  );
}
