import {
  Button,
  Code,
  Group,
  List,
  NumberInput,
  Paper,
  Progress,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { FormSection, notifyProblem, Problem, StatusBadge, When } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Told = Schemas["Crawl"];

const everyMs = 1_500;
const keptMax = 10;

function isAtWork(crawl: Told | undefined): boolean {
  return crawl?.state === "queued" || crawl?.state === "running";
}

function Report({ report }: { report: Schemas["UrlReport"] }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const state = report.readable ? "ok" : "failed";
  const text = report.readable ? t("urlReadable") : t("urlUnreadable");
  return (
    <Paper withBorder radius="md" p="sm" role="status">
      <Group gap="sm" mb={4}>
        <StatusBadge state={state} text={text} />
        {report.status > 0 && <Code>{report.status}</Code>}
        <Text size="sm" fw={600}>
          <bdi>{report.title}</bdi>
        </Text>
      </Group>
      <Text size="sm" c="dimmed" dir="ltr" style={{ overflowWrap: "anywhere" }}>
        {report.final_url} · {report.content_type || "–"} · {formats.bytes(report.size_bytes)}
      </Text>
      {!report.allowed_by_robots && <Text size="sm">{t("urlForbidden")}</Text>}
      {report.error && <Text size="sm">{report.error}</Text>}
    </Paper>
  );
}

function CrawlShown({ base, id }: { base: string; id: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const path = { kbId: base, crawlId: id };
  const crawl = useQuery({
    queryKey: ["crawls", id],
    queryFn: async ({ signal }) => {
      const told = await ask(
        api.GET("/api/knowledge/{kbId}/crawls/{crawlId}", { params: { path }, signal }),
      );
      void queries.invalidateQueries({ queryKey: ["documents", base] });
      return told;
    },
    refetchInterval: (query) => (isAtWork(query.state.data) ? everyMs : false),
    retry: false,
  });
  const cancel = async () => {
    try {
      await ask(api.POST("/api/knowledge/{kbId}/crawls/{crawlId}/cancel", { params: { path } }));
    } catch (error) {
      notifyProblem(error);
    }
    await crawl.refetch();
  };
  if (crawl.error) return <Problem error={crawl.error} />;
  const told = crawl.data;
  if (told === undefined) return null;
  const ended = told.pages_fetched + told.pages_failed + told.pages_skipped;
  return (
    <Paper
      withBorder
      radius="md"
      p="md"
      component="section"
      aria-label={`${told.url}, ${formats.instant(told.created_at)}`}
    >
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <StatusBadge state={told.state} text={t(`crawl.${told.state}`)} />
          <Text size="sm" fw={600} dir="ltr">
            {told.url}
          </Text>
          <Text size="xs" c="dimmed">
            <When at={told.created_at} />
          </Text>
        </Group>
        {isAtWork(told) && (
          <Button
            size="xs"
            variant="default"
            aria-label={t("cancelOf", { name: told.url })}
            onClick={() => void cancel()}
          >
            {t("cancel")}
          </Button>
        )}
      </Group>
      <Progress
        value={told.state === "completed" ? 100 : Math.min(100, (100 * ended) / told.max_pages)}
        aria-label={t("progressOf", { name: told.url })}
      />
      <Text size="sm" mt="xs" role="status">
        {t("crawlPages", {
          fetched: told.pages_fetched,
          found: told.pages_found,
          failed: told.pages_failed,
          skipped: told.pages_skipped,
        })}
      </Text>
      {told.error_message && <Text size="sm">{told.error_message}</Text>}
      {told.notes.length > 0 && (
        <details>
          <summary>{t("crawlNotes", { count: told.notes.length })}</summary>
          <List size="sm" mt="xs">
            {told.notes.map((note) => (
              <List.Item key={note.url}>
                <bdi>{note.url}</bdi> – {note.reason}
              </List.Item>
            ))}
          </List>
        </details>
      )}
    </Paper>
  );
}

/** Reads a web site into the knowledge base. The crawls begun in this browser stay listed. */
export function Crawl({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const [url, setUrl] = useState("");
  const [depth, setDepth] = useState(2);
  const [pages, setPages] = useState(20);
  const [report, setReport] = useState<Schemas["UrlReport"] | null>(null);
  const [isTesting, setTesting] = useState(false);
  const [testError, setTestError] = useState<Error | null>(null);
  const [begun, setBegun] = useLocalStorage<string[]>({
    key: `aiva.crawls.${base}`,
    defaultValue: [],
  });
  const test = async () => {
    setTesting(true);
    setReport(null);
    setTestError(null);
    try {
      setReport(await ask(api.POST("/api/knowledge/test-url", { body: { url } })));
    } catch (error) {
      setTestError(error as Error);
    } finally {
      setTesting(false);
    }
  };
  const start = async () => {
    const told = await ask(
      api.POST("/api/knowledge/{kbId}/scrape-url", {
        params: { path: { kbId: base } },
        body: { url, max_depth: depth, max_pages: pages },
      }),
    );
    setBegun([told.id, ...begun].slice(0, keptMax));
  };
  return (
    <Stack>
      <FormSection title={t("crawlSite")} submit={t("startCrawl")} onSubmit={start}>
        <TextInput
          label={t("address")}
          description={t("addressHint")}
          type="url"
          dir="ltr"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          maxLength={2000}
          required
        />
        <Group grow>
          <NumberInput
            label={t("maxDepth")}
            value={depth}
            onChange={(value) => setDepth(Number(value) || 0)}
            min={0}
            max={5}
            allowDecimal={false}
          />
          <NumberInput
            label={t("maxPages")}
            value={pages}
            onChange={(value) => setPages(Number(value) || 1)}
            min={1}
            max={1000}
            allowDecimal={false}
          />
        </Group>
        <Group>
          <Button
            variant="default"
            loading={isTesting}
            disabled={url === ""}
            onClick={() => void test()}
          >
            {t("testUrl")}
          </Button>
        </Group>
        <Problem error={testError} />
        {report && <Report report={report} />}
      </FormSection>
      {begun.length > 0 && (
        <Title order={2} size="h4">
          {t("crawls")}
        </Title>
      )}
      {begun.map((id) => (
        <CrawlShown key={id} base={base} id={id} />
      ))}
    </Stack>
  );
}
