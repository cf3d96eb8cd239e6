import { ActionIcon, Button, Group, Paper, Progress, Stack, Text, Tooltip } from "@mantine/core";
import IconCloudUpload from "@tabler/icons-react/icons/IconCloudUpload";
import IconRefresh from "@tabler/icons-react/icons/IconRefresh";
import IconX from "@tabler/icons-react/icons/IconX";
import { useQueryClient } from "@tanstack/react-query";
import { useFormats, useWords } from "../../language";
import { notifyProblem, StatusBadge } from "../../parts";
import { DropArea } from "../../parts/DropArea";
import { isEnded, useUploads, type Upload, type UploadList } from "./uploads";
import { ar } from "./words.ar";
import { en } from "./words.en";

const shownMax = 100;

function UploadRow({ item, list }: { item: Upload; list: UploadList }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const name = item.file.name;
  const mayRetry = ["failed", "cancelled", "refused"].includes(item.stage);
  const act = (work: Promise<void>) => void work.catch(notifyProblem);
  const isBad = item.error !== null;
  return (
    <Paper component="li" withBorder radius="md" p="xs" style={{ listStyle: "none" }}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" fw={600} truncate>
          <bdi>{name}</bdi>
        </Text>
        <Group gap="xs" wrap="nowrap">
          <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            {formats.bytes(item.file.size)}
          </Text>
          <StatusBadge
            state={item.stage}
            text={item.isDuplicate ? t("duplicate") : t(`stage.${item.stage}`)}
            tone={item.stage === "refused" ? "bad" : item.stage === "sending" ? "busy" : undefined}
          />
          {!isEnded(item) && (
            <Tooltip label={t("cancel")}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("cancelOf", { name })}
                onClick={() => act(list.cancel(item.id))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          {mayRetry && (
            <Tooltip label={t("retry")}>
              <ActionIcon
                variant="subtle"
                aria-label={t("retryOf", { name })}
                onClick={() => act(list.retry(item.id))}
              >
                <IconRefresh size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Group>
      <Progress
        mt={6}
        value={item.stage === "completed" ? 100 : item.percent}
        color={isBad ? "red" : item.stage === "sending" ? "cyan" : undefined}
        aria-label={t("progressOf", { name })}
      />
      {(isBad || item.step !== "") && (
        <Text size="xs" c={isBad ? "red" : "dimmed"} mt={4} component="div">
          <bdi>{item.error ?? item.step}</bdi>
        </Text>
      )}
    </Paper>
  );
}

/** Takes files by dropping or choosing, and tells of each how far it is. */
export function AddFiles({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [list, items] = useUploads(base, () => {
    void queries.invalidateQueries({ queryKey: ["documents", base] });
    void queries.invalidateQueries({ queryKey: ["bases"] });
  });
  const done = items.filter(isEnded).length;
  const failed = items.filter((item) => item.error !== null).length;
  const badFirst = items.toSorted((a, b) => Number(b.error !== null) - Number(a.error !== null));
  return (
    <Stack gap="sm" mb="lg">
      <DropArea
        label={t("files")}
        icon={IconCloudUpload}
        title={t("drop")}
        hint={t("dropHint")}
        choose={t("choose")}
        onDrop={(files) => list.add(files)}
      />
      {items.length > 0 && (
        <section aria-label={t("uploads")}>
          <Group justify="space-between" mb="xs">
            <Text size="sm" role="status">
              {t("uploadsDone", { done, all: items.length })}
              {failed > 0 && ` · ${t("uploadsFailed", { count: failed })}`}
            </Text>
            {done > 0 && (
              <Button size="xs" variant="default" onClick={() => list.forgetEnded()}>
                {t("forgetEnded")}
              </Button>
            )}
          </Group>
          <Stack component="ul" gap="xs" p={0} m={0} mah={360} style={{ overflowY: "auto" }}>
            {badFirst.slice(0, shownMax).map((item) => (
              <UploadRow key={item.id} item={item} list={list} />
            ))}
          </Stack>
        </section>
      )}
    </Stack>
  );
}
