import { Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { ConfirmButton, PageButtons, Problem, Waiting, When } from "../../parts";
import { useRight, useUser } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Note = Schemas["ChatNote"];

const everyMs = 5_000;
const perPage = 10;

function useNotes(sessionId: string) {
  const queries = useQueryClient();
  const queryKey = ["conversations", sessionId, "notes"];
  const path = { sessionId };
  const changed = () => queries.invalidateQueries({ queryKey });
  const pages = usePages<Note>(
    queryKey,
    (query, signal) =>
      ask(api.GET("/api/chat/sessions/{sessionId}/notes", { params: { path, query }, signal })),
    { everyMs, limit: perPage },
  );
  const add = async (content: string) => {
    await ask(
      api.POST("/api/chat/sessions/{sessionId}/notes", { params: { path }, body: { content } }),
    );
    await changed();
  };
  const remove = async (noteId: string) => {
    await bodyOf(
      api.DELETE("/api/chat/sessions/{sessionId}/notes/{noteId}", {
        params: { path: { sessionId, noteId } },
      }),
    );
    await changed();
  };
  return { pages, add, remove };
}

function OneNote({ note, onRemove }: { note: Note; onRemove: () => Promise<void> }) {
  const t = useWords({ en, ar });
  const me = useUser();
  const mayRemoveAny = useRight("users.write");
  const who = note.author || t("nobodyKnown");
  return (
    <Paper withBorder p="xs" component="li">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" dir="auto" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {note.content}
        </Text>
        {(mayRemoveAny || note.written_by === me.id) && (
          <ConfirmButton
            size="compact-xs"
            name={t("removeNoteOf", { name: who })}
            question={t("removeNoteQuestion")}
            onConfirm={onRemove}
          >
            {t("removeNote")}
          </ConfirmButton>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        <bdi>{who}</bdi> · <When at={note.created_at} />
      </Text>
    </Paper>
  );
}

/** What colleagues tell each other of a conversation; whoever talks with the agent never sees it. */
export function Notes({ sessionId }: { sessionId: string }) {
  const t = useWords({ en, ar });
  const heading = useId();
  const { pages, add, remove } = useNotes(sessionId);
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await add(text.trim());
      setText("");
      pages.first();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack component="section" aria-labelledby={heading} gap="xs" mt="lg" maw={820}>
      <Title order={3} size="h5" id={heading}>
        {t("notes")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("notesHint")}
      </Text>
      <form onSubmit={(event) => void submit(event)}>
        <Textarea
          label={t("newNote")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={8000}
          dir="auto"
        />
        <Problem error={error} />
        <Button type="submit" mt="xs" variant="light" loading={isBusy} disabled={!text.trim()}>
          {t("addNote")}
        </Button>
      </form>
      <Problem error={pages.error} again={pages.reload} />
      {pages.isLoading && <Waiting />}
      {pages.items.length > 0 && (
        <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
          {pages.items.map((note) => (
            <OneNote key={note.id} note={note} onRemove={() => remove(note.id)} />
          ))}
        </Stack>
      )}
      {(pages.next || pages.previous) && <PageButtons pages={pages} />}
    </Stack>
  );
}
