import { Button, Group, Paper, ScrollArea, Stack, Text, Textarea, Title } from "@mantine/core";
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { Problem, Waiting } from "../../parts";
import { Answer, type Told } from "../../parts/chat/Answer";
import type { Draft } from "./draft";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface Exchange {
  question: string;
  reply?: Schemas["ChatReply"];
  seconds?: number; // until the answer was here
  error?: Error;
  isStopped?: boolean;
}

const historyMax = 50;

function toldOf(reply: Schemas["ChatReply"]): Told {
  return {
    html: reply.response.html,
    sources: reply.sources,
    images: reply.images,
    products: reply.products,
    calls: reply.function_calls,
    decision: reply.llm_decision,
    model: reply.agent_metadata.model,
    version: reply.agent_metadata.agent_version,
    isExtractive: reply.is_extractive,
    isInterrupted: reply.is_interrupted,
    removedCitations: reply.removed_citations,
    tokens: { input: reply.usage.input_tokens, output: reply.usage.output_tokens },
    timeMs: reply.time_ms,
    cost: reply.cost,
  };
}

function historyOf(exchanges: Exchange[]) {
  const said = exchanges.flatMap(({ question, reply }) =>
    reply === undefined
      ? []
      : [
          { role: "user" as const, content: question },
          { role: "assistant" as const, content: reply.response.markdown || "…" },
        ],
  );
  return said.slice(-historyMax);
}

function Said({ exchange }: { exchange: Exchange }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { question, reply, error, isStopped, seconds } = exchange;
  return (
    <Stack gap={6}>
      <Paper bg="var(--mantine-primary-color-light)" p="xs" radius="md" ms="xl" dir="auto">
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {question}
        </Text>
      </Paper>
      {reply !== undefined && (
        <Paper withBorder p="xs" radius="md" me="md">
          <Answer told={toldOf(reply)} />
          {seconds !== undefined && (
            <Text size="xs" c="dimmed">
              {t("answeredIn", { time: formats.seconds(seconds) })}
            </Text>
          )}
        </Paper>
      )}
      {error !== undefined && <Problem error={error} />}
      {isStopped && (
        <Text size="sm" c="dimmed">
          {t("stopped")}
        </Text>
      )}
      {reply === undefined && error === undefined && !isStopped && (
        <Waiting text={t("answering")} />
      )}
    </Stack>
  );
}

/** Talks with the draft beside its settings; what is changed there is saved into the draft first. */
export function TestChat({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const heading = useId();
  const [exchanges, setExchanges] = useState<Exchange[]>([]);
  const [text, setText] = useState("");
  const running = useRef<AbortController | null>(null);
  const [isBusy, setBusy] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    void end.current?.scrollIntoView?.({ block: "nearest" });
  }, [exchanges]);
  useEffect(() => () => running.current?.abort(), []);

  const finish = (part: Partial<Exchange>) =>
    setExchanges((before) => before.with(-1, { ...before.at(-1)!, ...part }));
  const send = async () => {
    const message = text.trim();
    if (message === "" || isBusy) return;
    const control = new AbortController();
    running.current = control;
    const history = historyOf(exchanges);
    setExchanges((before) => [...before, { question: message }]);
    setText("");
    setBusy(true);
    const began = performance.now();
    try {
      if (draft.isChanged) await draft.save();
      const reply = await ask(
        api.POST("/api/agents/{agentId}/test", {
          params: { path: { agentId: draft.agent.id } },
          body: { message, history },
          signal: control.signal,
        }),
      );
      finish({ reply, seconds: (performance.now() - began) / 1000 });
    } catch (error) {
      finish(control.signal.aborted ? { isStopped: true } : { error: error as Error });
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
        {t("testChatHint")}
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
            {draft.isChanged ? t("saveAndAsk") : t("askIt")}
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
