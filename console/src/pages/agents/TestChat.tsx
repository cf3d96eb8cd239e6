import { Button, Group, Paper, ScrollArea, Stack, Text, Textarea, Title } from "@mantine/core";
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { streamTurn } from "../../api/turns";
import { useWords } from "../../language";
import type { Draft } from "./draft";
import { begin, historyOf, take, type Exchange } from "./exchange";
import { Said } from "./Said";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Talks with the draft beside its settings, as they stand there: nothing is saved by it. */
export function TestChat({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const heading = useId();
  const [exchanges, setExchanges] = useState<Exchange[]>([]);
  const [text, setText] = useState("");
  const running = useRef<AbortController | null>(null);
  const [isBusy, setBusy] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const path = `/api/agents/${draft.agent.id}/test`;
  useEffect(() => {
    void end.current?.scrollIntoView?.({ block: "nearest" });
  }, [exchanges]);
  useEffect(() => () => running.current?.abort(), []);

  const change = (how: (before: Exchange) => Exchange) =>
    setExchanges((before) => before.with(-1, how(before.at(-1)!)));
  const send = async () => {
    const message = text.trim();
    if (message === "" || isBusy) return;
    const control = new AbortController();
    running.current = control;
    const body = { message, history: historyOf(exchanges), settings: draft.changes };
    setExchanges((before) => [...before, begin(message)]);
    setText("");
    setBusy(true);
    const began = performance.now();
    try {
      for await (const event of streamTurn(path, body, control.signal))
        change((before) => take(before, event));
      change((before) => ({ ...before, seconds: (performance.now() - began) / 1000 }));
    } catch (failure) {
      const part = control.signal.aborted ? { isStopped: true } : { error: failure as Error };
      change((before) => ({ ...before, ...part }));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <Paper
      withBorder
      radius="md"
      p="md"
      component="section"
      aria-labelledby={heading}
      pos={{ base: "static", lg: "sticky" }}
      top={72}
    >
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id={heading}>
          {t("testChat")}
        </Title>
        {exchanges.length > 0 && !isBusy && (
          <Button size="xs" variant="default" onClick={() => setExchanges([])}>
            {t("startOver")}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t("testChatHint")} {draft.isChanged && t("testChatUnsaved")}
      </Text>
      <ScrollArea.Autosize mah={520} viewportProps={{ tabIndex: 0, "aria-label": t("testChat") }}>
        <Stack role="log" aria-label={t("testChat")} gap="md">
          {draft.get("greeting") && (
            <Paper withBorder p="xs" me="xl" dir="auto">
              <Text size="sm">{draft.get("greeting")}</Text>
            </Paper>
          )}
          {exchanges.map((exchange, place) => (
            <Said key={place} exchange={exchange} />
          ))}
          <div ref={end} />
        </Stack>
      </ScrollArea.Autosize>
      <form onSubmit={onSubmit}>
        <Textarea
          mt="sm"
          label={t("question")}
          description={t("questionHint")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={8000}
        />
        <Group mt="sm">
          <Button type="submit" disabled={isBusy || text.trim() === ""}>
            {t("askIt")}
          </Button>
          {isBusy && (
            <Button variant="default" onClick={() => running.current?.abort()}>
              {t("stop")}
            </Button>
          )}
        </Group>
      </form>
    </Paper>
  );
}
