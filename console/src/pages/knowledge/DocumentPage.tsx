import { Anchor, Button, Group, JsonInput, Progress, SimpleGrid, Tabs, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { streamEvents } from "../../api/events";
import { useFormats, useWords } from "../../language";
import {
  ConfirmButton,
  CopyText,
  Figure,
  FormSection,
  JsonView,
  notifyDone,
  notifyProblem,
  PageTitle,
  Problem,
  saveFile,
  useTab,
  Waiting,
  When,
} from "../../parts";
import { useRight } from "../../session";
import { isFinal, useBase, type DocumentInfo } from "./bases";
import { Chunks } from "./Chunks";
import { DocumentState } from "./Documents";
import { ar } from "./words.ar";
import { en } from "./words.en";

const tabs = ["chunks", "metadata", "reading"] as const;
const stepsKept = 50;

interface Step {
  at: string;
  status: DocumentInfo["status"];
  step: string;
  progress: number;
}

function useDocument(base: string, document: string) {
  return useQuery({
    queryKey: ["documents", base, "one", document],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/knowledge/{kbId}/documents/{documentId}", {
          params: { path: { kbId: base, documentId: document } },
          signal,
        }),
      ),
  });
}

/** What happens to a document while one looks at it, the latest first. */
function useSteps(document: DocumentInfo | undefined): Step[] {
  const queries = useQueryClient();
  const [steps, setSteps] = useState<Step[]>([]);
  const base = document?.kb_id;
  const id = document?.id;
  const isAtWork = document !== undefined && !isFinal(document);
  useEffect(() => {
    if (!isAtWork || base === undefined) return;
    const ending = new AbortController();
    const follow = async () => {
      const path = `/api/knowledge/${base}/documents/${id}/events`;
      for await (const event of streamEvents(path, { signal: ending.signal })) {
        if (event.event !== "status") continue;
        const told = JSON.parse(event.data) as DocumentInfo;
        const { status, progress, current_step: step, updated_at: at } = told;
        setSteps((before) => [{ at, status, step, progress }, ...before].slice(0, stepsKept));
        queries.setQueryData<DocumentInfo>(
          ["documents", base, "one", id],
          (known) => known && { ...known, ...told },
        );
      }
      await queries.invalidateQueries({ queryKey: ["documents", base] });
    };
    follow().catch(() => undefined); // asked for again when the page is shown again
    return () => ending.abort();
  }, [isAtWork, base, id, queries]);
  return steps;
}

function Metadata({ document }: { document: DocumentInfo }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("knowledge.write");
  const [text, setText] = useState(() => JSON.stringify(document.metadata, null, 2));
  if (!mayWrite) return <JsonView value={document.metadata} label={t("metadata")} />;
  const save = async () => {
    await ask(
      api.PUT("/api/knowledge/{kbId}/documents/{documentId}/metadata", {
        params: { path: { kbId: document.kb_id, documentId: document.id } },
        body: JSON.parse(text) as Record<string, never>,
      }),
    );
    notifyDone(t("saved"));
    await queries.invalidateQueries({ queryKey: ["documents", document.kb_id] });
  };
  return (
    <FormSection title={t("metadata")} submit={t("save")} onSubmit={save}>
      <JsonInput
        label={t("metadataJson")}
        description={t("metadataHint")}
        value={text}
        onChange={setText}
        autosize
        minRows={6}
        formatOnBlur
        validationError={t("notJson")}
        dir="ltr"
      />
    </FormSection>
  );
}

function Reading({ document, steps }: { document: DocumentInfo; steps: Step[] }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const stats = document.processing_stats;
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} mb="md">
        <Figure
          title={t("readingTime")}
          value={
            stats.processing_time_ms === undefined
              ? "–"
              : formats.seconds(stats.processing_time_ms / 1000)
          }
        />
        <Figure
          title={t("tokensTitle")}
          value={formats.number(stats.total_tokens ?? 0)}
          about={t("embeddingTokens", { count: stats.embedding_tokens ?? 0 })}
        />
        <Figure title={t("tables")} value={formats.number(stats.detected_tables ?? 0)} />
        <Figure title={t("figures")} value={formats.number(stats.extracted_images ?? 0)} />
      </SimpleGrid>
      <ol aria-label={t("history")}>
        {steps.map((step, place) => (
          <li key={place}>
            <Text size="sm" component="span">
              <When at={step.at} /> · {t(`stage.${step.status}`)} ·{" "}
              {formats.percent(step.progress / 100)} <bdi>{step.step}</bdi>
            </Text>
          </li>
        ))}
        <li>
          <Text size="sm" component="span">
            <When at={document.updated_at} /> · {t(`stage.${document.status}`)} ·{" "}
            {t("versionIs", { version: document.version })}
          </Text>
        </li>
        <li>
          <Text size="sm" component="span">
            <When at={document.created_at} /> · {t("handedIn")}
          </Text>
        </li>
      </ol>
      <JsonView value={stats} label={t("readingFigures")} />
    </>
  );
}

function Actions({ document }: { document: DocumentInfo }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useRight("knowledge.write");
  const path = { kbId: document.kb_id, documentId: document.id };
  const reload = () => queries.invalidateQueries({ queryKey: ["documents", document.kb_id] });
  const act = (work: Promise<unknown>) => void work.catch(notifyProblem).finally(reload);
  const file = `/api/knowledge/${document.kb_id}/documents/${document.id}/file`;
  const name = document.filename.split("/").at(-1) ?? document.filename;
  const remove = async () => {
    await bodyOf(api.DELETE("/api/knowledge/{kbId}/documents/{documentId}", { params: { path } }));
    await queries.invalidateQueries({
      queryKey: ["documents", document.kb_id],
      refetchType: "none", // this page is about to be left
    });
    await navigate(`/knowledge/${document.kb_id}`);
  };
  return (
    <>
      <Button variant="default" onClick={() => void saveFile(file, name).catch(notifyProblem)}>
        {t("download")}
      </Button>
      {mayWrite && !isFinal(document) && (
        <Button
          variant="default"
          onClick={() =>
            act(
              ask(
                api.POST("/api/knowledge/{kbId}/documents/{documentId}/cancel", {
                  params: { path },
                }),
              ),
            )
          }
        >
          {t("cancel")}
        </Button>
      )}
      {mayWrite && ["failed", "cancelled"].includes(document.status) && (
        <Button
          onClick={() =>
            act(
              ask(
                api.POST("/api/knowledge/{kbId}/documents/{documentId}/retry", {
                  params: { path },
                }),
              ),
            )
          }
        >
          {t("retry")}
        </Button>
      )}
      {mayWrite && (
        <ConfirmButton
          question={t("removeDocumentsQuestion", { count: 1 })}
          explain={t("removeDocumentsExplain")}
          onConfirm={remove}
        >
          {t("remove")}
        </ConfirmButton>
      )}
    </>
  );
}

/** One document: what it was cut into, its metadata, how it was read. */
export default function DocumentPage() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { base = "", document: id = "" } = useParams();
  const [tab, setTab] = useTab(tabs);
  const baseInfo = useBase(base);
  const { data: document, error, refetch } = useDocument(base, id);
  const steps = useSteps(document);
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (document === undefined) return <Waiting />;
  return (
    <>
      <Anchor component={Link} to={`/knowledge/${base}`} size="sm">
        {t("toBase", { name: baseInfo.data?.name ?? "" })}
      </Anchor>
      <PageTitle
        title={document.filename}
        about={
          <Group gap="sm">
            <DocumentState document={document} />
            <span>{formats.bytes(document.file_size_bytes)}</span>
            <span>{t("pagesRead", { count: document.page_count })}</span>
            <CopyText text={document.id} />
          </Group>
        }
      >
        <Actions document={document} />
      </PageTitle>
      {!isFinal(document) && (
        <div role="status">
          <Progress
            value={document.progress}
            aria-label={t("progressOf", { name: document.filename })}
          />
          <Text size="sm">
            {t(`stage.${document.status}`)} <bdi>{document.current_step}</bdi>
          </Text>
        </div>
      )}
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="chunks">{t("chunks")}</Tabs.Tab>
          <Tabs.Tab value="metadata">{t("metadata")}</Tabs.Tab>
          <Tabs.Tab value="reading">{t("reading")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="chunks">
          <Chunks document={document} />
        </Tabs.Panel>
        <Tabs.Panel value="metadata">
          <Metadata key={document.id} document={document} />
        </Tabs.Panel>
        <Tabs.Panel value="reading">
          <Reading document={document} steps={steps} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
