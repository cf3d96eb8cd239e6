import { Anchor, Button, Checkbox, Group, Progress, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { ConfirmButton, DataTable, notifyDone, StatusBadge, When } from "../../parts";
import { useRight } from "../../session";
import { isFinal, states, type DocumentInfo } from "./bases";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 4_000;

/** The state of a document, with how far it is while it is being read. */
export function DocumentState({ document }: { document: Schemas["DocumentStatus"] }) {
  const t = useWords({ en, ar });
  return (
    <>
      <StatusBadge state={document.status} text={t(`stage.${document.status}`)} />
      {!isFinal(document) && (
        <Progress
          mt={4}
          size="sm"
          value={document.progress}
          aria-label={t("progressOf", { name: document.filename })}
        />
      )}
      {document.error_message && (
        <Text size="xs" c="dimmed" maw={260}>
          <bdi>{document.error_message}</bdi>
        </Text>
      )}
      {document.is_partial && <Text size="xs">{t("partial")}</Text>}
    </>
  );
}

/** Does something with every one of some documents; throws the first failure at the end. */
async function withEach(ids: string[], work: (id: string) => Promise<unknown>): Promise<void> {
  let failure: unknown = null;
  for (const id of ids)
    try {
      await work(id);
    } catch (error) {
      failure ??= error;
    }
  if (failure !== null) throw failure;
}

interface ChosenProps {
  base: string;
  chosen: DocumentInfo[];
  onDone: () => void;
}

function Chosen({ base, chosen, onDone }: ChosenProps) {
  const t = useWords({ en, ar });
  const ids = chosen.map((document) => document.id);
  const failed = chosen.filter((document) => ["failed", "cancelled"].includes(document.status));
  const remove = async () => {
    await withEach(ids, (id) =>
      bodyOf(
        api.DELETE("/api/knowledge/{kbId}/documents/{documentId}", {
          params: { path: { kbId: base, documentId: id } },
        }),
      ),
    ).finally(onDone);
    notifyDone(t("removedDocuments", { count: ids.length }));
  };
  const retry = () =>
    withEach(
      failed.map((document) => document.id),
      (id) =>
        ask(
          api.POST("/api/knowledge/{kbId}/documents/{documentId}/retry", {
            params: { path: { kbId: base, documentId: id } },
          }),
        ),
    ).finally(onDone);
  return (
    <Group gap="xs" role="group" aria-label={t("chosen", { count: chosen.length })}>
      <Text size="sm">{t("chosen", { count: chosen.length })}</Text>
      {failed.length > 0 && (
        <ConfirmButton
          size="xs"
          color="aiva"
          question={t("retryQuestion", { count: failed.length })}
          onConfirm={retry}
        >
          {t("retry")}
        </ConfirmButton>
      )}
      <ConfirmButton
        size="xs"
        question={t("removeDocumentsQuestion", { count: ids.length })}
        explain={t("removeDocumentsExplain")}
        onConfirm={remove}
      >
        {t("remove")}
      </ConfirmButton>
    </Group>
  );
}

/** The documents of a knowledge base, by state and name. */
export function Documents({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const mayWrite = useRight("knowledge.write");
  const [state, setState] = useState<Schemas["DocumentState"] | null>(null);
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 300);
  const [chosen, setChosen] = useState<DocumentInfo[]>([]);
  const documents = usePages<DocumentInfo>(
    ["documents", base, state, search],
    (query, signal) =>
      ask(
        api.GET("/api/knowledge/{kbId}/documents", {
          params: {
            path: { kbId: base },
            query: { ...query, status: state ?? undefined, search: search || undefined },
          },
          signal,
        }),
      ),
    { everyMs },
  );
  const isChosen = (document: DocumentInfo) => chosen.some(({ id }) => id === document.id);
  const choose = (document: DocumentInfo, isIn: boolean) =>
    setChosen(isIn ? [...chosen, document] : chosen.filter((other) => other.id !== document.id));
  const areAllChosen = documents.items.length > 0 && documents.items.every(isChosen);
  const done = () => {
    setChosen([]);
    void queries.invalidateQueries({ queryKey: ["documents", base] });
    void queries.invalidateQueries({ queryKey: ["bases"] });
  };
  return (
    <>
      <Group mb="sm" align="flex-end" justify="space-between">
        <Group align="flex-end">
          <TextInput
            label={t("findDocument")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            maxLength={200}
          />
          <Select
            label={t("status")}
            placeholder={t("all")}
            data={states.map((value) => ({ value, label: t(`stage.${value}`) }))}
            value={state}
            onChange={(value) => setState(value as Schemas["DocumentState"] | null)}
            clearable
            clearButtonProps={{ "aria-label": t("all") }}
          />
          {mayWrite && documents.items.length > 0 && (
            <Button
              variant="default"
              onClick={() => setChosen(areAllChosen ? [] : documents.items)}
            >
              {areAllChosen ? t("chooseNone") : t("chooseAll")}
            </Button>
          )}
        </Group>
        {chosen.length > 0 && <Chosen base={base} chosen={chosen} onDone={done} />}
      </Group>
      <DataTable
        label={t("documentList")}
        pages={documents}
        keyOf={(document) => document.id}
        empty={t("noDocuments")}
        isNarrowed={state !== null || search !== ""}
        isChosen={isChosen}
        columns={[
          ...(mayWrite
            ? [
                {
                  key: "choose",
                  title: t("choose"),
                  isTitleHidden: true,
                  cell: (document: DocumentInfo) => (
                    <Checkbox
                      aria-label={t("chooseOf", { name: document.filename })}
                      checked={isChosen(document)}
                      onChange={(event) => choose(document, event.currentTarget.checked)}
                    />
                  ),
                },
              ]
            : []),
          {
            key: "name",
            title: t("document"),
            cell: (document) => (
              <>
                <Anchor component={Link} size="sm" fw={600} to={`documents/${document.id}`}>
                  <bdi>{document.filename}</bdi>
                </Anchor>
                {document.title !== "" && document.title !== document.filename && (
                  <Text size="xs" c="dimmed" lineClamp={1} dir="auto">
                    {document.title}
                  </Text>
                )}
              </>
            ),
          },
          {
            key: "status",
            title: t("status"),
            cell: (document) => <DocumentState document={document} />,
          },
          { key: "kind", title: t("type"), cell: (document) => document.file_type || "–" },
          {
            key: "pages",
            title: t("pages"),
            isNumber: true,
            cell: (document) => formats.number(document.page_count),
          },
          {
            key: "chunks",
            title: t("chunks"),
            isNumber: true,
            cell: (document) => formats.number(document.total_chunks),
          },
          {
            key: "size",
            title: t("size"),
            isNumber: true,
            cell: (document) => formats.bytes(document.file_size_bytes),
          },
          {
            key: "changed",
            title: t("changed"),
            cell: (document) => <When at={document.updated_at} />,
          },
        ]}
      />
    </>
  );
}
