import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { Money, Problem } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface WrittenProps {
  about: Partial<Schemas["InstructionWish"]>; // what is known of the agent: name, knowledge…
  onWritten: (instructions: string) => void;
}

/** Has a model write instructions out of a purpose. It can be stopped. */
export function Written({ about, onWritten }: WrittenProps) {
  const t = useWords({ en, ar });
  const [purpose, setPurpose] = useState("");
  const [tone, setTone] = useState("");
  const [cost, setCost] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const running = useRef<AbortController | null>(null);
  const [isBusy, setBusy] = useState(false);
  const write = async () => {
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setError(null);
    try {
      const written = await ask(
        api.POST("/api/agents/generate-instructions", {
          body: { language: "en", ...about, purpose, tone: tone === "" ? undefined : tone },
          signal: control.signal,
        }),
      );
      setCost(written.cost);
      onWritten(written.instructions);
    } catch (failure) {
      if (!control.signal.aborted) setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap="xs">
      <Textarea
        label={t("purpose")}
        description={t("purposeHint")}
        value={purpose}
        onChange={(event) => setPurpose(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={8000}
      />
      <TextInput
        label={t("tone")}
        value={tone}
        onChange={(event) => setTone(event.currentTarget.value)}
        maxLength={500}
      />
      <Group>
        <Button
          variant="light"
          loading={isBusy}
          disabled={purpose.trim() === ""}
          onClick={() => void write()}
        >
          {t("write")}
        </Button>
        {isBusy && (
          <Button variant="default" onClick={() => running.current?.abort()}>
            {t("stop")}
          </Button>
        )}
        <Text size="sm" role="status">
          {isBusy && t("writing")}
          {!isBusy && cost !== null && (
            <>
              {t("written")} <Money dollars={cost} />
            </>
          )}
        </Text>
      </Group>
      <Problem error={error} />
    </Stack>
  );
}
