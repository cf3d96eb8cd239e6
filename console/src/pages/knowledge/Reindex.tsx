import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, notifyProblem } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 1_500;

/** Reads every document again, tells how far that is, and stops it. */
export function Reindex({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const params = { path: { kbId: base } };
  const { data } = useQuery({
    queryKey: ["bases", base, "reindex"],
    queryFn: ({ signal }) => ask(api.GET("/api/knowledge/{kbId}/reindex", { params, signal })),
    refetchInterval: (query) => (query.state.data?.state === "running" ? everyMs : false),
  });
  const reload = () => queries.invalidateQueries({ queryKey: ["bases", base, "reindex"] });
  const start = async () => {
    await ask(api.POST("/api/knowledge/{kbId}/reindex", { params }));
    await reload();
  };
  const stop = async () => {
    try {
      await ask(api.DELETE("/api/knowledge/{kbId}/reindex", { params }));
    } catch (error) {
      notifyProblem(error);
    }
    await reload();
  };
  if (data?.state === "running")
    return (
      <Alert mb="md" title={t("reindexing")}>
        <Group justify="space-between">
          <Text size="sm" role="status">
            {t("reindexDone", { done: data.done, all: data.documents })}
            {data.failed > 0 && ` · ${t("uploadsFailed", { count: data.failed })}`}
          </Text>
          <Button size="xs" variant="default" onClick={() => void stop()}>
            {t("cancel")}
          </Button>
        </Group>
        <Progress
          mt="xs"
          value={data.documents > 0 ? (100 * data.done) / data.documents : 0}
          aria-label={t("reindexing")}
        />
      </Alert>
    );
  return (
    <Group justify="flex-end" mb="sm">
      <ConfirmButton
        size="xs"
        color="aiva"
        question={t("reindexQuestion")}
        explain={t("reindexExplain")}
        onConfirm={start}
      >
        {t("reindex")}
      </ConfirmButton>
    </Group>
  );
}
