import {
  Alert,
  Button,
  Group,
  Paper,
  Select,
  Stack,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { useId, useState, type FormEvent } from "react";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, notifyDone, notifyProblem, Problem } from "../../parts";
import type { Monitor } from "./useMonitor";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Words({ monitor }: { monitor: Monitor }) {
  const t = useWords({ en, ar });
  const [text, setText] = useState("");
  const send = (type: "whisper" | "say") => {
    monitor.send({ type, text: text.trim() });
    notifyDone(t(type === "whisper" ? "whispered" : "saidFor"));
    setText("");
  };
  const isOpen = monitor.connection === "open";
  return (
    <Stack gap="xs">
      <Textarea
        label={t("toAgent")}
        description={t("toAgentHint")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={4000}
        dir="auto"
      />
      <Group gap="xs">
        <Button
          variant="light"
          disabled={!isOpen || text.trim() === ""}
          onClick={() => send("whisper")}
        >
          {t("whisper")}
        </Button>
        <Button
          variant="default"
          disabled={!isOpen || text.trim() === ""}
          onClick={() => send("say")}
        >
          {t("say")}
        </Button>
        <Button
          variant="subtle"
          disabled={!isOpen}
          onClick={() => monitor.send({ type: "whisper", text: "" })}
        >
          {t("forget")}
        </Button>
      </Group>
    </Stack>
  );
}

function Transfer({ callId }: { callId: string }) {
  const t = useWords({ en, ar });
  const [target, setTarget] = useState("");
  const [kind, setKind] = useState<"blind" | "attended">("blind");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const told = await ask(
        api.POST("/api/calls/{callLogId}/transfer", {
          params: { path: { callLogId: callId } },
          body: { target, kind },
        }),
      );
      notifyDone(t(told.is_transferred ? "transferred" : "notTransferred"));
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Group align="flex-end" gap="xs">
        <TextInput
          label={t("target")}
          dir="ltr"
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
          maxLength={64}
        />
        <Select
          label={t("kind")}
          data={[
            { value: "blind", label: t("blind") },
            { value: "attended", label: t("attended") },
          ]}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(value as typeof kind)}
        />
        <Button type="submit" variant="default" loading={isBusy} disabled={target.trim() === ""}>
          {t("transfer")}
        </Button>
      </Group>
      <Problem error={error} />
    </form>
  );
}

/** What one may do in a call that goes on. */
export function Steering({ callId, monitor }: { callId: string; monitor: Monitor }) {
  const t = useWords({ en, ar });
  const heading = useId();
  const isOpen = monitor.connection === "open";
  const params = { path: { callLogId: callId } };
  const hold = async (isOn: boolean) => {
    try {
      if (isOn) await bodyOf(api.POST("/api/calls/{callLogId}/hold", { params }));
      else await bodyOf(api.POST("/api/calls/{callLogId}/unhold", { params }));
      notifyDone(t(isOn ? "held" : "unheld"));
    } catch (error) {
      notifyProblem(error);
    }
  };
  const hangUp = async () => monitor.send({ type: "hang_up" });
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={heading}>
      <Title order={2} size="h4" mb="sm" id={heading}>
        {t("steering")}
      </Title>
      <Stack gap="md">
        <Group gap="xs">
          {monitor.isSpeaking ? (
            <Button onClick={monitor.handBack}>{t("handBack")}</Button>
          ) : (
            <Button disabled={!isOpen} onClick={() => void monitor.takeOver()}>
              {t("takeOver")}
            </Button>
          )}
          <Button variant="default" disabled={!isOpen} onClick={() => void hold(true)}>
            {t("hold")}
          </Button>
          <Button variant="default" disabled={!isOpen} onClick={() => void hold(false)}>
            {t("unhold")}
          </Button>
          <ConfirmButton
            question={t("hangUpQuestion")}
            explain={t("hangUpExplain")}
            disabled={!isOpen}
            onConfirm={hangUp}
          >
            {t("hangUp")}
          </ConfirmButton>
        </Group>
        {monitor.isSpeaking && <Alert color="orange">{t("youAreHeard")}</Alert>}
        {monitor.error !== "" && (
          <Alert color="red" role="alert">
            {monitor.error}
          </Alert>
        )}
        <Words monitor={monitor} />
        <Transfer callId={callId} />
      </Stack>
    </Paper>
  );
}
