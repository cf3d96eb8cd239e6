import { Alert, Paper, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useFormats, useWords } from "../../language";
import { Problem, Waiting } from "../../parts";
import { StoredPicture } from "../../parts/StoredPicture";
import { HitCard } from "./HitCard";
import styles from "./search.module.css";
import type { Results } from "./settings";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Timings({ results }: { results: Results }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const ms = (value: number) =>
    t("ms", { ms: formats.number(value, { maximumFractionDigits: 2 }) });
  const { timings } = results;
  const rows: [string, number | null][] = [
    [t("time.embedding"), timings.embedding_ms],
    [t("time.vector"), timings.vector_ms],
    [t("time.keyword"), timings.keyword_ms],
    [t("time.fetch"), timings.fetch_ms],
    [t("time.images"), timings.images_ms],
    [t("time.products"), timings.products_ms],
    [t("time.all"), results.search_time_ms],
  ];
  return (
    <Table verticalSpacing={2} fz="xs" maw={360} mt="xs" aria-label={t("timings")}>
      <Table.Tbody>
        {rows.map(
          ([name, value]) =>
            value !== null && (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={500}>
                  {name}
                </Table.Th>
                <Table.Td ta="end">{ms(value)}</Table.Td>
              </Table.Tr>
            ),
        )}
      </Table.Tbody>
    </Table>
  );
}

function Summary({ results }: { results: Results }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const said = [
    t("returned", { count: results.returned }),
    t("searched", { count: results.chunks_searched }),
    t("tokens", { count: results.query_tokens }),
    results.used_vectors ? t("usedVectors") : t("noVectors"),
    results.used_keywords ? t("usedKeywords") : t("noKeywords"),
    results.reranked ? t("wasReranked") : t("notReranked"),
  ];
  return (
    <Paper withBorder radius="md" p="sm">
      <Text size="sm" role="status">
        {said.join(" · ")} · <bdi>{results.embedding_model}</bdi>
      </Text>
      {results.cached && (
        <Text size="sm">
          {t("cached", {
            query: results.original_query ?? "",
            similarity: formats.number(results.cache_similarity ?? 1, {
              maximumFractionDigits: 3,
            }),
            seconds: results.cache_age_seconds ?? 0,
          })}
        </Text>
      )}
      <Timings results={results} />
    </Paper>
  );
}

function Pictures({ results }: { results: Results }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  if (results.image_results.length === 0) return null;
  return (
    <section aria-label={t("images")}>
      <Title order={3} size="h5" mb="xs">
        {t("images")}
      </Title>
      <SimpleGrid component="ul" cols={{ base: 2, md: 3 }} className={styles.list}>
        {results.image_results.map((image) => (
          <Paper key={image.id} component="li" withBorder radius="md" p="xs">
            <StoredPicture
              path={image.thumbnail_url}
              alt={image.description || image.filename}
              height={120}
            />
            <Text size="xs" truncate>
              <bdi>{image.filename}</bdi> ·{" "}
              {formats.number(image.score, { maximumFractionDigits: 3 })}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
    </section>
  );
}

function Products({ results }: { results: Results }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  if (results.product_results.length === 0) return null;
  return (
    <section aria-label={t("products")}>
      <Title order={3} size="h5" mb="xs">
        {t("products")}
      </Title>
      <Stack component="ul" gap="xs" className={styles.list}>
        {results.product_results.map((hit) => (
          <Paper key={hit.result_id} component="li" withBorder radius="md" p="xs">
            <Text size="sm" fw={600}>
              <bdi>{hit.product.title}</bdi> ·{" "}
              {formats.number(hit.score, { maximumFractionDigits: 3 })}
            </Text>
            <Text size="xs" c="dimmed" lineClamp={2} dir="auto">
              {hit.product.description}
            </Text>
          </Paper>
        ))}
      </Stack>
    </section>
  );
}

interface FoundProps {
  results: Results | undefined;
  error: Error | null;
  isBusy: boolean;
}

/** What a search found. */
export function Found({ results, error, isBusy }: FoundProps) {
  const t = useWords({ en, ar });
  if (error) return <Problem error={error} />;
  if (isBusy) return <Waiting />;
  if (results === undefined) return null;
  const best = Math.max(...results.text_results.map((hit) => hit.score), 0);
  return (
    <Stack gap="sm">
      <Summary results={results} />
      {results.warnings.map((warning) => (
        <Alert key={warning.part} color="orange">
          {warning.message}
        </Alert>
      ))}
      {results.returned === 0 && <Text c="dimmed">{t("nothing")}</Text>}
      <Stack component="ol" gap="sm" className={styles.list} aria-label={t("passages")}>
        {results.text_results.map((hit, place) => (
          <HitCard key={hit.result_id} hit={hit} place={place + 1} best={best} />
        ))}
      </Stack>
      <Pictures results={results} />
      <Products results={results} />
    </Stack>
  );
}
