import { NumberInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm, notifyDone } from "../../parts";
import { AgentSelect } from "../../parts/AgentSelect";
import { LineInput } from "../../parts/LineInput";
import { ar } from "./words.ar";
import { en } from "./words.en";

const ringSecondsUsual = 30;

/** Has an agent call somebody by telephone; then shows that call. */
export function PlaceCall({ onClose }: { onClose: () => void }) {
  const t = useWords({ en, ar });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [agent, setAgent] = useState<string | null>(null);
  const [destination, setDestination] = useState("");
  const [callerId, setCallerId] = useState("");
  const [ringSeconds, setRingSeconds] = useState(ringSecondsUsual);
  const submit = async () => {
    const call = await ask(
      api.POST("/api/calls/outbound", {
        body: {
          agent_id: agent!,
          destination: destination.trim(),
          caller_id: callerId.trim() || undefined,
          ring_seconds: ringSeconds,
        },
      }),
    );
    notifyDone(t("placed", { number: destination.trim() }));
    await queries.invalidateQueries({ queryKey: ["calls"] });
    await navigate(`/calls/${call.id}`);
  };
  return (
    <DialogForm
      title={t("placeCall")}
      isOpen
      onClose={onClose}
      submit={t("callNow")}
      canSubmit={agent !== null && destination.trim() !== ""}
      onSubmit={submit}
    >
      <AgentSelect label={t("agent")} value={agent} onChange={setAgent} required data-autofocus />
      <LineInput
        label={t("destination")}
        description={t("destinationHint")}
        type="tel"
        dir="ltr"
        value={destination}
        onChange={setDestination}
        maxLength={64}
        required
      />
      <LineInput
        label={t("shownNumber")}
        description={t("shownNumberHint")}
        type="tel"
        dir="ltr"
        value={callerId}
        onChange={setCallerId}
        maxLength={100}
      />
      <NumberInput
        label={t("ringSeconds")}
        value={ringSeconds}
        min={5}
        max={120}
        onChange={(value) => typeof value === "number" && setRingSeconds(value)}
      />
    </DialogForm>
  );
}
