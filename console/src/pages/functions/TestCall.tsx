import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useId, useRef, useState, type FormEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import {
  emptyValue,
  JsonView,
  Problem,
  SchemaForm,
  StatusBadge,
  type JsonSchema,
} from "../../parts";
import type { AgentFunction } from "./FunctionForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Outcome = Schemas["FunctionOutcome"];

/** JSON as what it is, and a text as a text. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Calls a function as it is saved, with arguments from a form of its schema. */
export function TestCall({ shown }: { shown: AgentFunction }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const heading = useId();
  const schema = (shown.parameters ?? {}) as JsonSchema;
  const [value, setValue] = useState<unknown>(() => emptyValue({ type: "object", ...schema }));
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  const call = async (event: FormEvent) => {
    event.preventDefault();
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setError(null);
    setOutcome(null);
    try {
      const path = { agentId: shown.agent_id, functionId: shown.id };
      const told = await ask(
        api.POST("/api/agents/{agentId}/functions/{functionId}/test", {
          params: { path },
          body: { arguments: (value ?? {}) as never },
          signal: control.signal,
        }),
      );
      setOutcome(told);
      await queries.invalidateQueries({ queryKey: ["functions", shown.agent_id, "calls"] });
    } catch (failure) {
      if (!control.signal.aborted) setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Paper
      withBorder
      p="md"
      component="section"
      aria-labelledby={heading}
      pos={{ base: "static", lg: "sticky" }}
      top={72}
    >
      <Title order={2} size="h4" id={heading}>
        {t("testCall")}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t("testCallHint")}
      </Text>
      <form onSubmit={(event) => void call(event)}>
        <Stack gap="sm">
          <SchemaForm schema={schema} value={value} onChange={setValue} />
          <Group>
            <Button type="submit" loading={isBusy}>
              {t("callIt")}
            </Button>
            {isBusy && (
              <Button variant="default" onClick={() => running.current?.abort()}>
                {t("stop")}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      <Problem error={error} />
      <div role="status">
        {outcome !== null && (
          <Stack gap="xs" mt="md">
            <Group gap="xs">
              <StatusBadge
                state={outcome.is_error ? "failed" : "completed"}
                text={outcome.is_error ? t("failed") : t("completed")}
              />
              <Text size="sm">
                {t("milliseconds", { ms: formats.number(Math.round(outcome.time_ms)) })}
              </Text>
            </Group>
            <JsonView value={readJson(outcome.result)} label={t("result")} />
          </Stack>
        )}
      </div>
    </Paper>
  );
}
