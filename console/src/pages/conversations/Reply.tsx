import { Button, Group, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { Problem } from "../../parts";
import type { Session } from "./messages";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Answers as a person, which takes the conversation over. */
export function Reply({ session }: { session: Session }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const send = async () => {
    const content = text.trim();
    if (content === "" || isBusy) return;
    setBusy(true);
    setError(null);
    try {
      const path = { sessionId: session.id };
      await ask(
        api.POST("/api/chat/sessions/{sessionId}/replies", { params: { path }, body: { content } }),
      );
      setText("");
      await queries.invalidateQueries({ queryKey: ["conversations"] });
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form onSubmit={onSubmit}>
      <Textarea
        mt="md"
        maw={820}
        label={t("reply")}
        description={t("replyHint")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={8000}
        dir="auto"
      />
      <Problem error={error} />
      <Group mt="sm">
        <Button type="submit" loading={isBusy} disabled={text.trim() === ""}>
          {t("send")}
        </Button>
      </Group>
    </form>
  );
}
