import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask } from "../../api/client";
import { streamEvents } from "../../api/events";
import { useWords } from "../../language";
import { notifyProblem, When } from "../../parts";
import { isAtWork, useTenant, type Job } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** A job as it is now, told by the server as it goes on. */
function useLiveJob(job: Job): Job {
  const tenantId = useTenant();
  const queries = useQueryClient();
  const [told, setTold] = useState(job);
  const { id } = job;
  useEffect(() => {
    const ending = new AbortController();
    const follow = async () => {
      const path = `/api/shopify/${tenantId}/jobs/${id}/events`;
      for await (const event of streamEvents(path, { signal: ending.signal }))
        if (event.event === "status") setTold(JSON.parse(event.data) as Job);
      await queries.invalidateQueries({ queryKey: ["shop"] });
    };
    follow().catch(() => undefined); // the list of jobs is asked for again in a while
    return () => ending.abort();
  }, [tenantId, id, queries]);
  return told.id === job.id ? told : job;
}

function partOf(job: Job): number {
  if (!isAtWork(job)) return 100;
  const all = job.total_products + job.total_images;
  return all === 0 ? 0 : (100 * (job.processed_products + job.processed_images)) / all;
}

/** How far a reading of a shop is, and a way to end it. */
export function JobProgress({ job }: { job: Job }) {
  const t = useWords({ en, ar });
  const tenantId = useTenant();
  const now = useLiveJob(job);
  const cancel = async () => {
    try {
      await ask(
        api.POST("/api/shopify/{tenantId}/jobs/{jobId}/cancel", {
          params: { path: { tenantId, jobId: now.id } },
        }),
      );
    } catch (error) {
      notifyProblem(error);
    }
  };
  return (
    <Alert title={t(`type.${now.type}`)} mb="md">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {t(`job.${now.status}`)} · {now.step && <bdi>{now.step}</bdi>} ·{" "}
          {t("jobProducts", { done: now.processed_products, all: now.total_products })} ·{" "}
          {t("jobPictures", { done: now.processed_images, all: now.total_images })}
          {now.failed_products > 0 && ` · ${t("failed", { count: now.failed_products })}`}
        </Text>
        {isAtWork(now) && (
          <Button size="xs" variant="default" onClick={() => void cancel()}>
            {t("cancel")}
          </Button>
        )}
      </Group>
      <Progress mt="xs" value={partOf(now)} aria-label={t("progress")} />
      {now.estimated_completion_at && isAtWork(now) && (
        <Text size="xs" mt={4}>
          {t("ready")}: <When at={now.estimated_completion_at} />
        </Text>
      )}
    </Alert>
  );
}
