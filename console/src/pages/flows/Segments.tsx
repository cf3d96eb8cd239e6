import {
  ActionIcon,
  Button,
  Group,
  Progress,
  Select,
  SimpleGrid,
  Stack,
  Text,
} from "@mantine/core";
import { Textarea, TextInput } from "@mantine/core";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, DataTable, DialogForm, Problem, Waiting } from "../../parts";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Segment = Schemas["Segment"];
type Kind = Segment["kind"];
type Content = [language: string, text: string];

const kinds: Kind[] = ["greeting", "prompt", "confirmation", "error", "closing", "other"];

function Contents(props: { contents: Content[]; onChange: (contents: Content[]) => void }) {
  const { contents, onChange } = props;
  const t = useWords({ en, ar });
  return (
    <Stack gap="xs">
      {contents.map(([language, text], place) => (
        <Group key={place} align="flex-end" wrap="nowrap" gap="xs">
          <TextInput
            w={90}
            label={t("languageOf", { number: place + 1 })}
            dir="ltr"
            value={language}
            onChange={(event) => onChange(contents.with(place, [event.currentTarget.value, text]))}
            maxLength={35}
          />
          <Textarea
            style={{ flex: 1 }}
            label={t("textOf", { number: place + 1 })}
            value={text}
            onChange={(event) =>
              onChange(contents.with(place, [language, event.currentTarget.value]))
            }
            autosize
            maxLength={4000}
            dir="auto"
          />
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t("removeText", { number: place + 1 })}
            onClick={() => onChange(contents.toSpliced(place, 1))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button size="xs" variant="default" onClick={() => onChange([...contents, ["", ""]])}>
          {t("addLanguage")}
        </Button>
      </Group>
    </Stack>
  );
}

function SegmentForm(props: { agentId: string; shown?: Segment; onClose: () => void }) {
  const { agentId, shown, onClose } = props;
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [key, setKey] = useState(shown?.key ?? "");
  const [kind, setKind] = useState<Kind>(shown?.kind ?? "prompt");
  const [description, setDescription] = useState(shown?.description ?? "");
  const [contents, setContents] = useState<Content[]>(() =>
    Object.entries(shown?.contents ?? { en: "" }),
  );
  const submit = async () => {
    const texts: Record<string, string | null> = Object.fromEntries(
      contents.filter(([language, text]) => language !== "" && text !== ""),
    );
    // A language that is not sent keeps its text; null takes it away.
    for (const language of Object.keys(shown?.contents ?? {})) texts[language] ??= null;
    const body = { kind, description, contents: texts };
    if (shown === undefined)
      await ask(
        api.POST("/api/segments/{agentId}", {
          params: { path: { agentId } },
          body: { key, ...body },
        }),
      );
    else
      await ask(
        api.PUT("/api/segments/{agentId}/{segmentKey}", {
          params: { path: { agentId, segmentKey: shown.key } },
          body,
        }),
      );
    await queries.invalidateQueries({ queryKey: ["segments", agentId] });
  };
  return (
    <DialogForm
      title={shown === undefined ? t("addSegment") : t("editOf", { name: shown.key })}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
      size="lg"
    >
      <TextInput
        label={t("key")}
        dir="ltr"
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        disabled={shown !== undefined}
        maxLength={64}
        required
        data-autofocus
      />
      <Select
        label={t("kind")}
        data={kinds.map((value) => ({ value, label: t(`kind_${value}`) }))}
        value={kind}
        allowDeselect={false}
        onChange={(value) => setKind(value as Kind)}
      />
      <TextInput
        label={t("description")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={2000}
      />
      <Contents contents={contents} onChange={setContents} />
    </DialogForm>
  );
}

function Coverage({ agentId }: { agentId: string }) {
  const t = useWords({ en, ar });
  const params = { path: { agentId } };
  const { data } = useQuery({
    queryKey: ["segments", agentId, "coverage"],
    queryFn: ({ signal }) => ask(api.GET("/api/segments/{agentId}/coverage", { params, signal })),
  });
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} mb="md">
      {data?.items.map((language) => (
        <div key={language.language}>
          <Text size="sm">
            {t("coverage", {
              language: language.language,
              present: language.present,
              all: language.present + language.missing,
            })}
          </Text>
          <Progress
            value={language.percent}
            aria-label={t("coverageOf", { language: language.language })}
          />
        </div>
      ))}
    </SimpleGrid>
  );
}

/** The texts an agent's calls say, in all their languages. */
export function Segments({ agentId }: { agentId: string }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const [open, setOpen] = useState<Segment | "new" | null>(null);
  const params = { path: { agentId } };
  const { data, error, refetch } = useQuery({
    queryKey: ["segments", agentId],
    queryFn: ({ signal }) => ask(api.GET("/api/segments/{agentId}", { params, signal })),
  });
  const remove = async (segmentKey: string) => {
    await bodyOf(
      api.DELETE("/api/segments/{agentId}/{segmentKey}", {
        params: { path: { agentId, segmentKey } },
      }),
    );
    await queries.invalidateQueries({ queryKey: ["segments", agentId] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      {mayWrite && (
        <Group mb="sm">
          <Button onClick={() => setOpen("new")}>{t("addSegment")}</Button>
        </Group>
      )}
      <Coverage agentId={agentId} />
      <DataTable<Segment>
        label={t("segments")}
        items={data.items}
        keyOf={(segment) => segment.id}
        empty={t("noSegments")}
        columns={[
          { key: "key", title: t("key"), cell: (segment) => <code>{segment.key}</code> },
          { key: "kind", title: t("kind"), cell: (segment) => t(`kind_${segment.kind}`) },
          {
            key: "texts",
            title: t("texts"),
            cell: (segment) =>
              Object.entries(segment.contents).map(([language, text]) => (
                <div key={language}>
                  <bdi>{language}</bdi>: <bdi>{text}</bdi>
                </div>
              )),
          },
          {
            key: "do",
            title: t("remove"),
            isTitleHidden: true,
            cell: (segment) =>
              mayWrite && (
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t("editOf", { name: segment.key })}
                    onClick={() => setOpen(segment)}
                  >
                    {t("edit")}
                  </Button>
                  <ConfirmButton
                    size="xs"
                    name={t("removeOf", { name: segment.key })}
                    question={t("removeQuestion", { name: segment.key })}
                    onConfirm={() => remove(segment.key)}
                  >
                    {t("remove")}
                  </ConfirmButton>
                </Group>
              ),
          },
        ]}
      />
      {open !== null && (
        <SegmentForm
          agentId={agentId}
          shown={open === "new" ? undefined : open}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
