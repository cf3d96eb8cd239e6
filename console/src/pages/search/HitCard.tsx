import { Anchor, Badge, Button, Group, Paper, Progress, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { Problem } from "../../parts";
import { LazyPdfPage } from "../../parts/pdf/LazyPdfPage";
import { piecesOf } from "./marked";
import styles from "./search.module.css";
import type { Hit } from "./settings";
import { ar } from "./words.ar";
import { en } from "./words.en";

const pagePixels = 520;

function Passage({ hit }: { hit: Hit }) {
  return (
    <p className={styles.passage} dir="auto">
      {piecesOf(hit).map((piece, place) => {
        const style = piece.isSentence ? styles.sentence : undefined;
        return piece.isWord ? (
          <mark key={place} className={style}>
            {piece.text}
          </mark>
        ) : (
          <span key={place} className={style}>
            {piece.text}
          </span>
        );
      })}
    </p>
  );
}

function Why({ hit }: { hit: Hit }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const score = (value: number | null) =>
    value === null ? "–" : formats.number(value, { maximumFractionDigits: 4 });
  const rank = (value: number | null) =>
    value === null ? t("notInList") : t("rank", { rank: value });
  const details = hit.scoring_details;
  const rows: [string, string, string][] = [
    [t("cosine"), score(details.cosine_similarity), rank(details.vector_rank)],
    [t("bm25"), score(details.bm25), rank(details.keyword_rank)],
    [t("fused"), score(details.fused_score), ""],
    [t("reranked"), score(details.rerank_score), details.rerank_score === null ? t("notRead") : ""],
    [t("boost"), `× ${score(details.boost)}`, ""],
    [t("recency"), `× ${score(details.recency)}`, ""],
  ];
  if (details.mmr_penalty !== null) rows.push([t("mmr"), `− ${score(details.mmr_penalty)}`, ""]);
  return (
    <Table verticalSpacing={4} fz="sm" maw={560} my="xs" aria-label={t("why")}>
      <Table.Tbody>
        {rows.map(([name, value, note]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={500}>
              {name}
            </Table.Th>
            <Table.Td ta="end">
              <bdi>{value}</bdi>
            </Table.Td>
            <Table.Td c="dimmed">{note}</Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Th scope="row">{t("finalScore")}</Table.Th>
          <Table.Td ta="end" fw={700}>
            {score(hit.score)}
          </Table.Td>
          <Table.Td />
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

function Words({ hit }: { hit: Hit }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const words = hit.scoring_details.keywords ?? [];
  const number = (value: number) => formats.number(value, { maximumFractionDigits: 3 });
  if (words.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("noWords")}
      </Text>
    );
  return (
    <Table.ScrollContainer minWidth={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={4} fz="sm" aria-label={t("wordsFound")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("word")}</Table.Th>
            <Table.Th scope="col">{t("term")}</Table.Th>
            <Table.Th scope="col" ta="end">
              {t("times")}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t("idf")}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t("contribution")}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {words.map((word) => (
            <Table.Tr key={`${word.word} ${word.term}`}>
              <Table.Td>
                <bdi>{word.word}</bdi>
              </Table.Td>
              <Table.Td>
                <bdi>{word.term}</bdi>
                {word.is_stem && ` (${t("stem")})`}
              </Table.Td>
              <Table.Td ta="end">
                {t("timesIn", {
                  text: word.frequency.text,
                  heading: word.frequency.heading,
                  title: word.frequency.title,
                })}
              </Table.Td>
              <Table.Td ta="end">{number(word.idf)}</Table.Td>
              <Table.Td ta="end">{number(word.contribution)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function PagePicture({ hit }: { hit: Hit }) {
  const t = useWords({ en, ar });
  const { document_id: documentId, page, chunk_id: chunkId } = hit.source;
  const chunks = useQuery({
    queryKey: ["search", "page", documentId, page],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/knowledge/{kbId}/documents/{documentId}/chunks", {
          params: {
            path: { kbId: hit.kb_id, documentId },
            query: { on_page: page, limit: 200 },
          },
          signal,
        }),
      ),
  });
  const spans = chunks.data?.items.find((chunk) => chunk.id === chunkId)?.spans ?? [];
  return (
    <>
      <Problem error={chunks.error} />
      <LazyPdfPage
        path={`/api/knowledge/${hit.kb_id}/documents/${documentId}/file`}
        page={page}
        label={t("pagePicture", { page, name: hit.source.document_name })}
        boxes={spans.flatMap((span) => (span.page === page && span.box ? [span.box] : []))}
        width={pagePixels}
      />
    </>
  );
}

/** A passage that was found, and why it stands where it stands. */
export function HitCard({ hit, place, best }: { hit: Hit; place: number; best: number }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [isExplained, explained] = useDisclosure(false);
  const [isPageShown, page] = useDisclosure(false);
  const { source } = hit;
  const name = t("hitName", { place, name: source.document_name });
  const to = `/knowledge/${hit.kb_id}/documents/${source.document_id}?page=${source.page}&chunk=${source.chunk_id}`;
  return (
    <Paper component="li" withBorder radius="md" p="md" className={styles.hit} aria-label={name}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Badge variant="filled" circle>
            {place}
          </Badge>
          <Anchor component={Link} to={to} fw={600} size="sm">
            <bdi>{source.document_name}</bdi>
          </Anchor>
          <Text size="xs" c="dimmed">
            {t("page", { page: source.page })} · {t(`kind.${source.chunk_type}`)}
          </Text>
        </Group>
        <Text size="sm" fw={700}>
          {formats.number(hit.score, { maximumFractionDigits: 4 })}
        </Text>
      </Group>
      <Progress
        size="xs"
        my={6}
        value={best > 0 ? (100 * hit.score) / best : 0}
        aria-label={t("scoreOf", { name })}
      />
      {source.heading_path !== "" && (
        <Text size="xs" c="dimmed" dir="auto">
          {source.heading_path}
        </Text>
      )}
      <Passage hit={hit} />
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          aria-expanded={isExplained}
          aria-label={t("whyOf", { name })}
          onClick={explained.toggle}
        >
          {t("why")}
        </Button>
        {source.file_type === "pdf" && (
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={isPageShown}
            aria-label={t("pageOf", { name })}
            onClick={page.toggle}
          >
            {t("showPage")}
          </Button>
        )}
      </Group>
      {isExplained && (
        <>
          <Why hit={hit} />
          <Words hit={hit} />
        </>
      )}
      {isPageShown && <PagePicture hit={hit} />}
    </Paper>
  );
}
