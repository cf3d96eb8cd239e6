import { Button, Group, List, Progress, Text, TextInput } from "@mantine/core";
import IconPhotoUp from "@tabler/icons-react/icons/IconPhotoUp";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { upload } from "../../api/uploads";
import { useWords } from "../../language";
import { DropArea } from "../../parts/DropArea";
import { ar } from "./words.ar";
import { en } from "./words.en";

const atOnce = 2;
const types = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/avif"];

interface Run {
  all: number;
  done: number;
  duplicates: number;
  bytes: Map<File, number>; // sent of each
  total: number; // bytes of all
  failures: { name: string; why: string }[];
}

const idle: Run = { all: 0, done: 0, duplicates: 0, bytes: new Map(), total: 0, failures: [] };

function sentPart(run: Run): number {
  const sent = [...run.bytes.values()].reduce((sum, part) => sum + part, 0);
  return run.total === 0 ? 0 : Math.min(100, (100 * sent) / run.total);
}

/** Takes pictures by dropping or choosing; they are searchable when they have been sent. */
export function AddImages({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const ending = useRef<AbortController | null>(null);
  const [description, setDescription] = useState("");
  const [run, setRun] = useState<Run>(idle);
  const isBusy = run.done < run.all;

  const sendOne = async (file: File, signal: AbortSignal) => {
    const form = new FormData();
    form.append("file", file, file.name);
    if (description !== "") form.append("description", description);
    let isDuplicate = false;
    let failure: { name: string; why: string } | null = null;
    try {
      const told = await upload<Schemas["ImageUpload"]>(`/api/knowledge/${base}/images`, form, {
        signal,
        onProgress: (sent) =>
          setRun((now) => ({ ...now, bytes: new Map(now.bytes).set(file, sent) })),
      });
      isDuplicate = told.duplicate;
    } catch (error) {
      failure = {
        name: file.name,
        why: signal.aborted ? t("cancelled") : (error as Error).message,
      };
    }
    setRun((now) => ({
      ...now,
      done: now.done + 1,
      duplicates: now.duplicates + (isDuplicate ? 1 : 0),
      bytes: new Map(now.bytes).set(file, file.size),
      failures: failure === null ? now.failures : [...now.failures, failure],
    }));
  };

  const send = async (files: File[]) => {
    const controller = new AbortController();
    ending.current = controller;
    const total = files.reduce((sum, file) => sum + file.size, 0);
    setRun({ ...idle, all: files.length, total });
    const waiting = [...files];
    const work = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
        await sendOne(file, controller.signal);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    await queries.invalidateQueries({ queryKey: ["images"] });
  };

  return (
    <>
      <Group align="flex-end" mb="sm">
        <TextInput
          label={t("description")}
          description={t("descriptionHint")}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          maxLength={4000}
          w={360}
        />
      </Group>
      <DropArea
        label={t("files")}
        icon={IconPhotoUp}
        title={t("drop")}
        hint={t("dropHint")}
        choose={t("choose")}
        onDrop={(files) => void send(files)}
        accept={types}
        disabled={isBusy}
        mb="lg"
      />
      {run.all > 0 && (
        <section aria-label={t("uploads")}>
          <Group justify="space-between">
            <Text size="sm" role="status">
              {t("uploadsDone", { done: run.done, all: run.all })}
              {run.duplicates > 0 && ` · ${t("duplicates", { count: run.duplicates })}`}
            </Text>
            {isBusy && (
              <Button size="xs" variant="default" onClick={() => ending.current?.abort()}>
                {t("cancel")}
              </Button>
            )}
          </Group>
          <Progress value={sentPart(run)} aria-label={t("uploads")} my="xs" />
          {run.failures.length > 0 && (
            <List size="sm" mb="md">
              {run.failures.map((failure) => (
                <List.Item key={failure.name}>
                  <bdi>{failure.name}</bdi>: {failure.why}
                </List.Item>
              ))}
            </List>
          )}
        </section>
      )}
    </>
  );
}
