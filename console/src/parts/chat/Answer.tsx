import { Group, Text, Typography } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { Money } from "../Money";
import { StatusBadge } from "../StatusBadge";
import { Pictures, Products, Sources, ToolCalls } from "./Findings";
import { ar, en } from "./words";

/** What is shown of an answer; absent is what its source does not tell. */
export interface Told {
  html: string; // escaped by the server
  sources?: Schemas["ChatSource"][];
  images?: Schemas["ChatImage"][];
  products?: Schemas["ChatProduct"][];
  calls?: Schemas["ChatFunctionCall"][];
  decision?: Schemas["ChatDecision"];
  model?: string;
  version?: number; // of the agent
  isExtractive?: boolean;
  isInterrupted?: boolean;
  removedCitations?: number;
  tokens?: { input: number; output: number };
  timeMs?: number;
  cost?: number; // US dollars
}

function Facts({ told }: { told: Told }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const facts: ReactNode[] = [];
  if (told.isExtractive) facts.push(t("extractive"));
  else if (told.model) facts.push(<bdi>{told.model}</bdi>);
  if (told.version) facts.push(t("agentVersion", { version: told.version }));
  if (told.timeMs !== undefined)
    facts.push(t("milliseconds", { ms: formats.number(Math.round(told.timeMs)) }));
  if (told.tokens && told.tokens.input + told.tokens.output > 0)
    facts.push(t("tokens", told.tokens));
  if (told.removedCitations) facts.push(t("removed", { count: told.removedCitations }));
  return (
    <Group gap="xs" mt={6}>
      {told.decision?.agent_transfer && (
        <StatusBadge state="waiting" text={t("transfer")} tone="warn" />
      )}
      {told.isInterrupted && <StatusBadge state="stopped" text={t("interrupted")} tone="warn" />}
      <Text size="xs" c="dimmed" component="div">
        {facts.map((fact, place) => (
          <span key={place}>
            {place > 0 && " · "}
            {fact}
          </span>
        ))}
        {told.cost !== undefined && (
          <span>
            {facts.length > 0 && " · "}
            {t("cost")}: <Money dollars={told.cost} />
          </span>
        )}
      </Text>
    </Group>
  );
}

/** An answer: its text, what it stands on, what it called, what it cost. */
export function Answer({ told }: { told: Told }) {
  return (
    <>
      <Typography style={{ overflowWrap: "anywhere" }}>
        <div dir="auto" dangerouslySetInnerHTML={{ __html: told.html }} />
      </Typography>
      <Pictures images={told.images ?? []} />
      <Products products={told.products ?? []} />
      <Sources sources={told.sources ?? []} />
      <ToolCalls calls={told.calls ?? []} />
      <Facts told={told} />
    </>
  );
}
