import { Accordion, Anchor, Button, Group, Paper, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ComponentType } from "react";
import { Link } from "react-router";
import { api, ask } from "../../../api/client";
import { useWords } from "../../../language";
import { notifyDone, Problem } from "../../../parts";
import type { Draft } from "../draft";
import { ar } from "../words.ar";
import { en } from "../words.en";
import { Basics, Instructions, Knowledge, ModelSettings } from "./Answering";
import { Limits } from "./Limits";
import { Voice } from "./Voice";
import { Widget } from "./Widget";

function Tools({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const path = { agentId: draft.agent.id };
  const functions = useQuery({
    queryKey: ["functions", draft.agent.id],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents/{agentId}/functions", { params: { path }, signal })),
  });
  const servers = useQuery({
    queryKey: ["mcp-servers", draft.agent.id],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents/{agentId}/mcp-servers", { params: { path }, signal })),
  });
  return (
    <>
      <Text size="sm">{t("functionCount", { count: functions.data?.items.length ?? 0 })}</Text>
      <Text size="sm">{t("serverCount", { count: servers.data?.items.length ?? 0 })}</Text>
      <Anchor component={Link} to={`/functions/${draft.agent.id}`} size="sm">
        {t("toFunctions")}
      </Anchor>
    </>
  );
}

const sections = {
  basics: Basics,
  modelSettings: ModelSettings,
  knowledge: Knowledge,
  instructions: Instructions,
  limits: Limits,
  tools: Tools,
  voiceSettings: Voice,
  widget: Widget,
} satisfies Partial<Record<keyof typeof en, ComponentType<{ draft: Draft }>>>;

function Saving({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const [busy, setBusy] = useState<"save" | "publish" | null>(null);
  const save = async (publish: boolean) => {
    setBusy(publish ? "publish" : "save");
    try {
      await draft.save(publish);
      notifyDone(t(publish ? "savedAndPublished" : "saved"));
    } catch {
      // told beside the buttons
    } finally {
      setBusy(null);
    }
  };
  if (draft.isDisabled) return null;
  return (
    <Paper withBorder p="sm" mt="md" pos="sticky" bottom={0} style={{ zIndex: 2 }}>
      <Problem error={draft.error} />
      <Group>
        <Button
          loading={busy === "save"}
          disabled={!draft.isChanged}
          onClick={() => void save(false)}
        >
          {t("save")}
        </Button>
        <Button
          variant="default"
          loading={busy === "publish"}
          disabled={!draft.isChanged && draft.agent.published_version === draft.agent.draft_version}
          onClick={() => void save(true)}
        >
          {t("saveAndPublish")}
        </Button>
        {draft.isChanged && (
          <Button variant="subtle" onClick={draft.discard}>
            {t("discard")}
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status">
          {draft.isChanged ? t("unsaved") : t("allSaved")}
        </Text>
      </Group>
    </Paper>
  );
}

/** Everything an agent is, section by section. */
export function Settings({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  return (
    <>
      <Accordion multiple order={2} variant="separated" defaultValue={["instructions"]}>
        {Object.entries(sections).map(([name, Section]) => (
          <Accordion.Item key={name} value={name}>
            <Accordion.Control>{t(name as keyof typeof sections)}</Accordion.Control>
            <Accordion.Panel>
              <Section draft={draft} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <Saving draft={draft} />
    </>
  );
}
