import { Anchor, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { api, ask } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { CopyText, Figure, JsonView, Money, PageTitle, Problem, Waiting, When } from "../../parts";
import { useAgentNames } from "../../parts/useAgentNames";
import { CallState } from "./CallState";
import { Lines } from "./Lines";
import { clock, otherEnd, type Call } from "./names";
import { Player } from "./Player";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 3_000;

function Facts({ call }: { call: Call }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const names = useAgentNames();
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} mb="md">
        <Figure
          title={t("state")}
          value={<CallState call={call} />}
          about={call.end_reason?.replaceAll("_", " ")}
        />
        <Figure
          title={t("duration")}
          value={<bdi>{clock(call.duration_seconds)}</bdi>}
          about={t("turnsAndCuts", { turns: call.turns, cuts: call.interruptions })}
        />
        <Figure title={t("cost")} value={<Money dollars={call.final_cost} />} />
        <Figure
          title={t("quality")}
          value={call.mos === null ? "–" : formats.number(call.mos, { maximumFractionDigits: 1 })}
          about={t("mos")}
        />
      </SimpleGrid>
      <Text size="sm" mb="xs" component="div">
        {t("agent")}: {names.get(call.agent_id) ?? "–"} · {t(call.direction)} · {t("otherEnd")}:{" "}
        <bdi>{otherEnd(call)}</bdi>
        {call.provider && (
          <>
            {" · "}
            <bdi>{call.provider}</bdi>
          </>
        )}
        {call.transfer_target && (
          <>
            {" · "}
            {t("transferredTo")}: <bdi>{call.transfer_target}</bdi>
          </>
        )}
      </Text>
      <Text size="sm" mb="md" component="div">
        <When at={call.start_time} /> – <When at={call.end_time} /> <CopyText text={call.id} />
        {call.chat_session_id && (
          <Anchor component={Link} to={`/conversations/${call.chat_session_id}`} size="sm" ms="sm">
            {t("toConversation")}
          </Anchor>
        )}
      </Text>
      {Object.keys(call.metadata).length > 0 && (
        <details>
          <summary>{t("metadata")}</summary>
          <JsonView value={call.metadata} label={t("metadata")} />
        </details>
      )}
    </>
  );
}

export function CallPage() {
  const t = useWords({ en, ar });
  const callLogId = useParams()["callId"] ?? "";
  const path = { callLogId };
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const { data, error, refetch } = useQuery({
    queryKey: ["calls", callLogId],
    queryFn: ({ signal }) => ask(api.GET("/api/calls/{callLogId}", { params: { path }, signal })),
    refetchInterval: (query) => {
      const call = query.state.data;
      const goesOn = call?.status === "announced" || call?.status === "in_progress";
      return goesOn || call?.recording_status === "recording" ? everyMs : false;
    },
  });
  const isOn = data?.status === "in_progress";
  const lines = useQuery({
    queryKey: ["calls", callLogId, "transcript"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/calls/{callLogId}/transcript", { params: { path }, signal })),
    refetchInterval: isOn ? everyMs : false,
  });
  const play = (seconds: number) => {
    if (audio.current === null) return;
    audio.current.currentTime = seconds;
    void audio.current.play().catch(() => undefined); // it was paused before it began
  };
  const canPlay = data?.recording_status === "complete" || data?.recording_status === "partial";
  return (
    <>
      <Anchor component={Link} to="/calls" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle title={t("call")}>
        {isOn && (
          <Anchor component={Link} to={`/live/${callLogId}`}>
            {t("follow")}
          </Anchor>
        )}
      </PageTitle>
      <Problem error={error} again={() => void refetch()} />
      {data === undefined && error === null && <Waiting />}
      {data !== undefined && (
        <>
          <Facts call={data} />
          <Player call={data} audio={audio} at={at} onTime={setAt} />
          <Title order={2} size="h4" mb="sm">
            {t("transcript")}
          </Title>
          <Problem error={lines.error} />
          {lines.data && (
            <Lines lines={lines.data.items} at={at} onSeek={canPlay ? play : undefined} />
          )}
        </>
      )}
    </>
  );
}
