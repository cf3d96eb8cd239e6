import { Group, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import {
  ConfirmButton,
  DataTable,
  notifyDone,
  Problem,
  StatusBadge,
  Waiting,
  When,
} from "../../parts";
import { useRight } from "../../session";
import type { Agent } from "./draft";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Line = Schemas["AgentVersionLine"];

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** What two versions of an agent differ in. */
function Differences({
  agent,
  version,
  against,
}: {
  agent: Agent;
  version: number;
  against: number;
}) {
  const t = useWords({ en, ar });
  const { data, error } = useQuery({
    queryKey: ["agents", agent.id, "diff", version, against],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/agents/{agentId}/versions/{version}/diff", {
          params: { path: { agentId: agent.id, version }, query: { against } },
          signal,
        }),
      ),
  });
  if (error) return <Problem error={error} />;
  if (data === undefined) return <Waiting />;
  if (data.differences.length === 0) return <Text role="status">{t("noDifference")}</Text>;
  return (
    <Table.ScrollContainer minWidth={500} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table withTableBorder aria-label={t("differences")} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" w="20%">
              {t("setting")}
            </Table.Th>
            <Table.Th scope="col">{t("versionNumber", { version: against })}</Table.Th>
            <Table.Th scope="col">{t("versionNumber", { version })}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.differences.map(({ field, before, after }) => (
            <Table.Tr key={field}>
              <Table.Th scope="row">
                <bdi>{field}</bdi>
              </Table.Th>
              {[before, after].map((value, place) => (
                <Table.Td key={place} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  {place === 0 ? <del>{written(value)}</del> : <ins>{written(value)}</ins>}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Compare({ agent, versions }: { agent: Agent; versions: number[] }) {
  const t = useWords({ en, ar });
  const [version, setVersion] = useState(agent.draft_version);
  const [against, setAgainst] = useState(
    agent.published_version ?? versions.at(-1) ?? agent.draft_version,
  );
  const all = [...new Set([...versions, version, against])].toSorted((a, b) => b - a);
  const data = all.map((number) => ({
    value: String(number),
    label: t("versionNumber", { version: number }),
  }));
  return (
    <Stack mt="xl" gap="sm">
      <Title order={2} size="h4">
        {t("differences")}
      </Title>
      <Group align="flex-end">
        <Select
          label={t("before")}
          data={data}
          value={String(against)}
          allowDeselect={false}
          onChange={(value) => setAgainst(Number(value))}
        />
        <Select
          label={t("after")}
          data={data}
          value={String(version)}
          allowDeselect={false}
          onChange={(value) => setVersion(Number(value))}
        />
      </Group>
      <Differences agent={agent} version={version} against={against} />
    </Stack>
  );
}

/** The versions of an agent: which was published, what differs, and the way back. */
export function Versions({ agent }: { agent: Agent }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const path = { agentId: agent.id };
  const versions = usePages<Line>(["agents", agent.id, "versions"], (query, signal) =>
    ask(api.GET("/api/agents/{agentId}/versions", { params: { path, query }, signal })),
  );
  const publish = async (version: number) => {
    await ask(api.POST("/api/agents/{agentId}/publish", { params: { path }, body: { version } }));
    notifyDone(t("publishedNow", { version }));
    await queries.invalidateQueries({ queryKey: ["agents"] });
  };
  const rollBack = async () => {
    await ask(api.POST("/api/agents/{agentId}/rollback", { params: { path } }));
    notifyDone(t("rolledBack"));
    await queries.invalidateQueries({ queryKey: ["agents"] });
  };
  const wasPublished = versions.items.filter((line) => line.published_at !== null).length;
  return (
    <>
      {mayWrite && wasPublished > 1 && (
        <Group mb="sm">
          <ConfirmButton
            color="orange"
            question={t("rollBackQuestion")}
            explain={t("rollBackExplain")}
            onConfirm={rollBack}
          >
            {t("rollBack")}
          </ConfirmButton>
        </Group>
      )}
      <DataTable<Line>
        label={t("versions")}
        pages={versions}
        keyOf={(line) => String(line.version)}
        columns={[
          {
            key: "version",
            title: t("version"),
            cell: (line) => t("versionNumber", { version: line.version }),
          },
          {
            key: "state",
            title: t("state"),
            cell: (line) => (
              <Group gap={4}>
                {line.is_published && <StatusBadge state="published" text={t("isPublished")} />}
                {line.version === agent.draft_version && !line.is_published && (
                  <StatusBadge state="draft" tone="warn" text={t("isDraft")} />
                )}
              </Group>
            ),
          },
          { key: "made", title: t("made"), cell: (line) => <When at={line.created_at} /> },
          { key: "changed", title: t("changedAt"), cell: (line) => <When at={line.updated_at} /> },
          {
            key: "published",
            title: t("publishedAt"),
            cell: (line) => <When at={line.published_at} />,
          },
          {
            key: "publish",
            title: t("publish"),
            isTitleHidden: true,
            cell: (line) =>
              mayWrite &&
              !line.is_published && (
                <ConfirmButton
                  size="xs"
                  color="aiva"
                  name={t("publishOf", { version: line.version })}
                  question={t("publishQuestion", { version: line.version })}
                  explain={t("publishExplain")}
                  onConfirm={() => publish(line.version)}
                >
                  {t("publish")}
                </ConfirmButton>
              ),
          },
        ]}
      />
      {versions.items.length > 1 && (
        <Compare agent={agent} versions={versions.items.map((line) => line.version)} />
      )}
    </>
  );
}
