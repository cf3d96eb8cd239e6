import { Alert, Button, Group, Paper, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type RefObject } from "react";
import { api, bodyOf, fetchRaw } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, notifyProblem, Problem, saveFile, Waiting } from "../../parts";
import { useRight } from "../../session";
import type { Call } from "./names";
import { readWav } from "./wav";
import { Waveform } from "./Waveform";
import { ar } from "./words.ar";
import { en } from "./words.en";

const stillKept: (Call["recording_status"] | undefined)[] = ["complete", "partial"];

interface PlayerProps {
  call: Call;
  audio: RefObject<HTMLAudioElement | null>;
  at: number;
  onTime: (seconds: number) => void;
}

function Sound({ call, audio, at, onTime }: PlayerProps) {
  const t = useWords({ en, ar });
  const { data, error, refetch } = useQuery({
    queryKey: ["recording", call.id], // not below "calls": it is not fetched again with them
    queryFn: async ({ signal }) => {
      const answer = await fetchRaw(`/api/calls/${call.id}/recording`, { signal });
      return answer.arrayBuffer();
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const [url, setUrl] = useState<string>();
  const [recording, setRecording] = useState<ReturnType<typeof readWav>>(null);
  useEffect(() => {
    if (data === undefined) return;
    setRecording(readWav(data));
    const made = URL.createObjectURL(new Blob([data], { type: "audio/wav" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  const seek = (seconds: number) => {
    if (audio.current !== null) audio.current.currentTime = seconds;
    onTime(seconds);
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (url === undefined) return <Waiting text={t("loadingRecording")} />;
  return (
    <>
      {recording !== null && <Waveform recording={recording} at={at} onSeek={seek} />}
      <audio
        ref={audio}
        controls
        src={url}
        aria-label={t("recording")}
        style={{ width: "100%", marginTop: 8 }}
        onTimeUpdate={(event) => onTime(event.currentTarget.currentTime)}
      />
    </>
  );
}

/** The recording of a call: its sound, drawn and played. */
export function Player(props: PlayerProps) {
  const { call } = props;
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const remove = async () => {
    const path = { callLogId: call.id };
    await bodyOf(api.DELETE("/api/calls/{callLogId}/recording", { params: { path } }));
    await queries.invalidateQueries({ queryKey: ["calls"] });
  };
  const save = () =>
    saveFile(`/api/calls/${call.id}/recording`, `call-${call.id}.wav`).catch(notifyProblem);
  const isKept = stillKept.includes(call.recording_status);
  return (
    <Paper withBorder p="md" mb="md" component="section" aria-label={t("recording")}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t("recording")}
        </Title>
        {isKept && (
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => void save()}>
              {t("download")}
            </Button>
            {mayWrite && (
              <ConfirmButton
                size="xs"
                question={t("removeRecordingQuestion")}
                explain={t("removeRecordingExplain")}
                onConfirm={remove}
              >
                {t("removeRecording")}
              </ConfirmButton>
            )}
          </Group>
        )}
      </Group>
      {call.recording_status === "partial" && <Alert color="orange">{t("partial")}</Alert>}
      {isKept ? (
        <Sound {...props} />
      ) : (
        <Text c="dimmed">
          {t(`recording_${call.recording_status ?? "none"}` as "recording_none")}
        </Text>
      )}
    </Paper>
  );
}
