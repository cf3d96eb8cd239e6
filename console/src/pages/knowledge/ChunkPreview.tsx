import {
  Badge,
  Button,
  Fieldset,
  Group,
  Paper,
  ScrollArea,
  Select,
  Stack,
  Text,
} from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { Problem, Waiting } from "../../parts";
import type { Base } from "./bases";
import type { Cut } from "./BaseForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

const chunksShown = 8;

function useSomeDocuments(base: string) {
  return useQuery({
    queryKey: ["documents", base, "some"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/knowledge/{kbId}/documents", {
          params: { path: { kbId: base }, query: { limit: 50 } },
          signal,
        }),
      ),
  });
}

function Preview({ base, document, cut }: { base: string; document: string; cut: Cut }) {
  const t = useWords({ en, ar });
  const { data, error } = useQuery({
    queryKey: ["preview", base, document, cut],
    queryFn: ({ signal }) =>
      ask(
        api.POST("/api/knowledge/{kbId}/chunk-preview", {
          params: { path: { kbId: base } },
          body: {
            document_id: document,
            chunk_size: cut.size ?? 0,
            chunk_overlap: cut.size === null ? 0 : cut.overlap,
            page: 1,
            limit: chunksShown,
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (error) return <Problem error={error} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      <Text size="sm" role="status">
        {t("previewFound", { count: data.total })} · {t("tokens", { count: data.total_tokens })}
      </Text>
      <ScrollArea.Autosize
        mah={320}
        viewportProps={{ tabIndex: 0, role: "region", "aria-label": t("preview") }}
      >
        <Stack gap="xs">
          {data.items.map((chunk) => (
            <Paper key={chunk.index} withBorder p="xs" radius="md">
              <Group gap="xs" mb={4}>
                <Badge variant="light" color="gray" tt="none">
                  {t("chunkNumber", { number: chunk.index + 1 })}
                </Badge>
                <Text size="xs" c="dimmed">
                  <bdi>{chunk.heading_path}</bdi>
                </Text>
              </Group>
              <Text size="sm" dir="auto" style={{ whiteSpace: "pre-wrap" }} lineClamp={6}>
                {chunk.text}
              </Text>
            </Paper>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </>
  );
}

/** Shows how a document of the knowledge base would be cut. */
export function ChunkPreview({ base, cut }: { base: Base; cut: Cut }) {
  const t = useWords({ en, ar });
  const documents = useSomeDocuments(base.id);
  const [document, setDocument] = useState<string | null>(null);
  const [shown, setShown] = useState<{ document: string; cut: Cut } | null>(null);
  const chosen = document ?? documents.data?.items[0]?.id ?? null;
  return (
    <Fieldset legend={t("preview")}>
      <Stack gap="sm">
        <Group align="flex-end">
          <Select
            label={t("document")}
            data={documents.data?.items.map(({ id, filename }) => ({ value: id, label: filename }))}
            value={chosen}
            onChange={setDocument}
            searchable
            allowDeselect={false}
            style={{ flex: 1 }}
          />
          <Button
            variant="default"
            disabled={chosen === null}
            onClick={() => chosen && setShown({ document: chosen, cut })}
          >
            {t("showPreview")}
          </Button>
        </Group>
        {shown && <Preview base={base.id} {...shown} />}
      </Stack>
    </Fieldset>
  );
}
