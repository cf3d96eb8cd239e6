import { Badge, Box, Button, Grid, Group, NumberInput, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { PageButtons, Problem, useAddress, Waiting } from "../../parts";
import { LazyPdfPage } from "../../parts/pdf/LazyPdfPage";
import type { DocumentInfo } from "./bases";
import styles from "./Chunks.module.css";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Chunk = Schemas["Chunk"];

const pageWidth = 620;
const onPageMax = 200;

interface CardProps {
  chunk: Chunk;
  isChosen: boolean;
  onChoose?: () => void;
}

function ChunkCard({ chunk, isChosen, onChoose }: CardProps) {
  const t = useWords({ en, ar });
  const pages =
    chunk.page_first === chunk.page_last
      ? t("pageNumber", { number: chunk.page_first })
      : t("pageRange", { first: chunk.page_first, last: chunk.page_last });
  return (
    <Paper
      component="li"
      withBorder
      radius="md"
      p="sm"
      className={isChosen ? styles.chosen : undefined}
      data-chunk={chunk.index}
    >
      <Group justify="space-between" gap="xs" mb={4}>
        <Group gap="xs">
          <Badge variant="light" color={isChosen ? "orange" : "gray"} tt="none">
            {t("chunkNumber", { number: chunk.index + 1 })}
          </Badge>
          <Text size="xs" c="dimmed">
            {t(`kind.${chunk.type}`)} · {pages} · {t("tokens", { count: chunk.token_count })}
          </Text>
        </Group>
        {onChoose && (
          <Button
            size="compact-xs"
            variant={isChosen ? "filled" : "default"}
            aria-pressed={isChosen}
            aria-label={t("showChunk", { number: chunk.index + 1 })}
            onClick={onChoose}
          >
            {t("show")}
          </Button>
        )}
      </Group>
      {chunk.heading_path !== "" && (
        <Text size="xs" fw={600} dir="auto">
          {chunk.heading_path}
        </Text>
      )}
      <Text size="sm" dir="auto" className={styles.text}>
        {chunk.text}
      </Text>
    </Paper>
  );
}

function useChunksOnPage(document: DocumentInfo, page: number) {
  return useQuery({
    queryKey: ["documents", document.kb_id, "chunks", document.id, document.version, page],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/knowledge/{kbId}/documents/{documentId}/chunks", {
          params: {
            path: { kbId: document.kb_id, documentId: document.id },
            query: { on_page: page, limit: onPageMax },
          },
          signal,
        }),
      ),
  });
}

function boxesOn(page: number, chunks: Chunk[]) {
  return chunks.flatMap((chunk) =>
    chunk.spans.flatMap((span) => (span.page === page && span.box ? [span.box] : [])),
  );
}

interface TurnProps {
  page: number;
  pages: number;
  onTurn: (turned: (page: number) => number) => void;
}

function Turn({ page, pages, onTurn }: TurnProps) {
  const t = useWords({ en, ar });
  return (
    <Group gap="xs" align="flex-end" mb="sm">
      <Button variant="default" disabled={page <= 1} onClick={() => onTurn((now) => now - 1)}>
        {t("previousPage")}
      </Button>
      <NumberInput
        label={t("pageOf", { count: pages })}
        value={page}
        onChange={(value) => {
          const wanted = Number(value);
          if (wanted >= 1 && wanted <= pages) onTurn(() => wanted);
        }}
        min={1}
        max={pages}
        allowDecimal={false}
        w={130}
      />
      <Button variant="default" disabled={page >= pages} onClick={() => onTurn((now) => now + 1)}>
        {t("nextPage")}
      </Button>
    </Group>
  );
}

/** A page of a PDF beside what it was cut into; a chosen chunk is marked on the page. */
function PagesWithChunks({ document }: { document: DocumentInfo }) {
  const t = useWords({ en, ar });
  const [search, change] = useAddress();
  const pages = Math.max(1, document.page_count);
  const pageOf = (address: URLSearchParams) =>
    Math.min(pages, Math.max(1, Number(address.get("page") ?? 1) || 1));
  const page = pageOf(search);
  const chunks = useChunksOnPage(document, page);
  const items = chunks.data?.items ?? [];
  const chosen = items.find((chunk) => chunk.id === search.get("chunk")) ?? items[0];
  const turn = (turned: (page: number) => number) =>
    change((next) => {
      next.set("page", String(Math.min(pages, Math.max(1, turned(pageOf(next))))));
      next.delete("chunk");
    });
  const choose = (chunk: string) =>
    change((next) => {
      next.set("page", String(page));
      next.set("chunk", chunk);
    });
  const others = items.filter((chunk) => chunk !== chosen);
  return (
    <>
      <Turn page={page} pages={pages} onTurn={turn} />
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <LazyPdfPage
            path={`/api/knowledge/${document.kb_id}/documents/${document.id}/file`}
            page={page}
            label={t("pagePicture", { number: page, name: document.filename })}
            boxes={chosen ? boxesOn(page, [chosen]) : []}
            faint={boxesOn(page, others)}
            width={pageWidth}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Problem error={chunks.error} again={() => void chunks.refetch()} />
          {chunks.isLoading && <Waiting />}
          {chunks.data && items.length === 0 && <Text c="dimmed">{t("noChunksOnPage")}</Text>}
          <Stack component="ul" gap="xs" className={styles.list} aria-label={t("chunks")}>
            {items.map((chunk) => (
              <ChunkCard
                key={chunk.id}
                chunk={chunk}
                isChosen={chunk === chosen}
                onChoose={() => choose(chunk.id)}
              />
            ))}
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function AllChunks({ document }: { document: DocumentInfo }) {
  const t = useWords({ en, ar });
  const [search] = useSearchParams();
  const chunks = usePages<Chunk>(
    ["documents", document.kb_id, "chunks", document.id, document.version],
    (query, signal) =>
      ask(
        api.GET("/api/knowledge/{kbId}/documents/{documentId}/chunks", {
          params: { path: { kbId: document.kb_id, documentId: document.id }, query },
          signal,
        }),
      ),
  );
  if (chunks.error) return <Problem error={chunks.error} again={chunks.reload} />;
  if (chunks.isLoading) return <Waiting />;
  if (chunks.items.length === 0) return <Text c="dimmed">{t("noChunks")}</Text>;
  return (
    <>
      <Stack component="ul" gap="xs" className={styles.list} aria-label={t("chunks")}>
        {chunks.items.map((chunk) => (
          <ChunkCard key={chunk.id} chunk={chunk} isChosen={chunk.id === search.get("chunk")} />
        ))}
      </Stack>
      <Box mt="sm">
        <PageButtons pages={chunks} />
      </Box>
    </>
  );
}

/** What a document was cut into, where it can be beside the pages it stands on. */
export function Chunks({ document }: { document: DocumentInfo }) {
  const hasPages = document.file_type === "pdf" && document.page_count > 0;
  return hasPages ? <PagesWithChunks document={document} /> : <AllChunks document={document} />;
}
