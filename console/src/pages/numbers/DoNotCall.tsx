import { Alert, Button, FileButton, Group, List, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf } from "../../api/client";
import { usePages } from "../../api/pages";
import { upload } from "../../api/uploads";
import { useWords } from "../../language";
import { ConfirmButton, DataTable, DialogForm, Problem, When } from "../../parts";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface Entry {
  id?: string;
  number?: string;
  reason?: string | null;
  source?: "api" | "call";
  created_at?: string;
}

/** What came of adding many at once. */
export interface Added {
  added: number;
  error_count: number;
  errors: { line?: number; field?: string; message?: string }[];
}

const errorsShown = 20;

export function AddedNote({ added }: { added: Added }) {
  const t = useWords({ en, ar });
  return (
    <Alert color={added.error_count > 0 ? "orange" : "green"} my="sm" role="status">
      {t("added", { count: added.added })}
      {added.error_count > 0 && ` ${t("wrong", { count: added.error_count })}`}
      <List size="sm">
        {added.errors.slice(0, errorsShown).map((error, place) => (
          <List.Item key={place}>
            {t("line", { line: error.line ?? "–" })}: {error.message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function AddNumbers(props: { onClose: () => void; onAdded: (added: Added) => void }) {
  const t = useWords({ en, ar });
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const submit = async () => {
    const numbers = text.split("\n").filter((line) => line.trim() !== "");
    props.onAdded(
      await ask(api.POST("/api/do-not-call", { body: { numbers, reason: reason || undefined } })),
    );
  };
  return (
    <DialogForm
      title={t("addDoNotCall")}
      isOpen
      onClose={props.onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <Textarea
        label={t("numbers")}
        description={t("onePerLine")}
        dir="ltr"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={12}
        required
        data-autofocus
      />
      <TextInput
        label={t("reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={200}
      />
    </DialogForm>
  );
}

/** Numbers that campaigns never call. */
export function DoNotCall() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const [isAdding, setAdding] = useState(false);
  const [added, setAdded] = useState<Added | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [text, setText] = useState("");
  const [number] = useDebouncedValue(text.trim(), 300);
  const filter = number === "" ? undefined : number;
  const entries = usePages<Entry>(["do-not-call", filter], (query, signal) =>
    ask(api.GET("/api/do-not-call", { params: { query: { ...query, number: filter } }, signal })),
  );
  const reload = () => queries.invalidateQueries({ queryKey: ["do-not-call"] });
  const finish = (told: Added) => {
    setAdded(told);
    void reload();
  };
  const take = async (file: File | null) => {
    if (file === null) return;
    setError(null);
    const form = new FormData();
    form.append("file", file);
    try {
      finish(await upload<Added>("/api/do-not-call", form));
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const remove = async (doNotCallNumber: string) => {
    const params = { path: { doNotCallNumber } };
    await bodyOf(api.DELETE("/api/do-not-call/{doNotCallNumber}", { params }));
    await reload();
  };
  return (
    <>
      <Group mb="sm" align="flex-end">
        <TextInput
          label={t("find")}
          type="search"
          dir="ltr"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {mayWrite && (
          <>
            <Button onClick={() => setAdding(true)}>{t("addDoNotCall")}</Button>
            <FileButton accept=".csv,text/csv" onChange={(file) => void take(file)}>
              {(button) => (
                <Button variant="default" {...button}>
                  {t("fromFile")}
                </Button>
              )}
            </FileButton>
          </>
        )}
      </Group>
      <Problem error={error} />
      {added !== null && <AddedNote added={added} />}
      <DataTable<Entry>
        label={t("doNotCall")}
        pages={entries}
        keyOf={(entry) => entry.id ?? ""}
        empty={t("noDoNotCall")}
        isNarrowed={filter !== undefined}
        columns={[
          {
            key: "number",
            title: t("number"),
            cell: (entry) => <bdi dir="ltr">{entry.number}</bdi>,
          },
          { key: "reason", title: t("reason"), cell: (entry) => entry.reason ?? "–" },
          {
            key: "source",
            title: t("source"),
            cell: (entry) => t(entry.source === "call" ? "fromCall" : "fromApi"),
          },
          { key: "since", title: t("since"), cell: (entry) => <When at={entry.created_at} /> },
          {
            key: "remove",
            title: t("remove"),
            isTitleHidden: true,
            cell: (entry) =>
              mayWrite && (
                <ConfirmButton
                  size="xs"
                  name={t("removeOf", { number: entry.number ?? "" })}
                  question={t("allowQuestion", { number: entry.number ?? "" })}
                  explain={t("allowExplain")}
                  onConfirm={() => remove(entry.number ?? "")}
                >
                  {t("remove")}
                </ConfirmButton>
              ),
          },
        ]}
      />
      {isAdding && <AddNumbers onClose={() => setAdding(false)} onAdded={finish} />}
    </>
  );
}
