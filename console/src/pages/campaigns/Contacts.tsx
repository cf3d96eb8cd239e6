import {
  Anchor,
  Button,
  FileButton,
  Group,
  Progress,
  Select,
  Text,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { upload } from "../../api/uploads";
import { useWords } from "../../language";
import { DataTable, DialogForm, Money, Problem, StatusBadge, When } from "../../parts";
import { useRight } from "../../session";
import { AddedNote, type Added } from "../numbers/DoNotCall";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Contact = Schemas["Contact"];

const contactStates: Contact["status"][] = [
  "pending",
  "calling",
  "answered",
  "machine",
  "busy",
  "no_answer",
  "rejected",
  "unreachable",
  "failed",
  "do_not_call",
  "cancelled",
];
const everyMs = 4_000;

function AddContact(props: {
  campaignId: string;
  onClose: () => void;
  onAdded: (added: Added) => void;
}) {
  const t = useWords({ en, ar });
  const [number, setNumber] = useState("");
  const [name, setName] = useState("");
  const submit = async () => {
    const params = { path: { campaignId: props.campaignId } };
    const body = { contacts: [{ number, name: name || undefined }] };
    props.onAdded(await ask(api.POST("/api/campaigns/{campaignId}/contacts", { params, body })));
  };
  return (
    <DialogForm
      title={t("addContact")}
      isOpen
      onClose={props.onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <TextInput
        label={t("number")}
        type="tel"
        dir="ltr"
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
        maxLength={100}
        required
        data-autofocus
      />
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={100}
      />
    </DialogForm>
  );
}

/** Whom a campaign calls, and what became of each. */
export function Contacts({ campaignId, isOver }: { campaignId: string; isOver: boolean }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const [status, setStatus] = useState<Contact["status"] | null>(null);
  const [isAdding, setAdding] = useState(false);
  const [added, setAdded] = useState<Added | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const sending = useRef<AbortController | null>(null);
  const contacts = usePages<Contact>(
    ["campaigns", campaignId, "contacts", status],
    (query, signal) =>
      ask(
        api.GET("/api/campaigns/{campaignId}/contacts", {
          params: { path: { campaignId }, query: { ...query, status: status ?? undefined } },
          signal,
        }),
      ),
    { everyMs },
  );
  const finish = (told: Added) => {
    setAdded(told);
    void queries.invalidateQueries({ queryKey: ["campaigns"] });
  };
  const take = async (file: File | null) => {
    if (file === null) return;
    setError(null);
    setPercent(0);
    const control = new AbortController();
    sending.current = control;
    const form = new FormData();
    form.append("file", file);
    try {
      const told = await upload<Added>(`/api/campaigns/${campaignId}/contacts`, form, {
        signal: control.signal,
        onProgress: (sent, total) => setPercent((100 * sent) / Math.max(1, total)),
      });
      finish(told);
    } catch (failure) {
      if (!control.signal.aborted) setError(failure as Error);
    } finally {
      setPercent(null);
    }
  };
  return (
    <>
      <Group mb="sm" align="flex-end">
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={contactStates.map((value) => ({ value, label: t(value) }))}
          value={status}
          onChange={(value) => setStatus(value as Contact["status"] | null)}
        />
        {mayWrite && !isOver && (
          <>
            <FileButton accept=".csv,text/csv" onChange={(file) => void take(file)}>
              {(button) => <Button {...button}>{t("fromFile")}</Button>}
            </FileButton>
            <Button variant="default" onClick={() => setAdding(true)}>
              {t("addContact")}
            </Button>
          </>
        )}
      </Group>
      {mayWrite && !isOver && (
        <Text size="sm" c="dimmed" mb="sm">
          {t("fileHint")}
        </Text>
      )}
      {percent !== null && (
        <Group mb="sm">
          <Progress value={percent} aria-label={t("sending")} style={{ flex: 1 }} />
          <Button size="xs" variant="default" onClick={() => sending.current?.abort()}>
            {t("stop")}
          </Button>
        </Group>
      )}
      <Problem error={error} />
      {added !== null && <AddedNote added={added} />}
      <DataTable<Contact>
        label={t("contacts")}
        pages={contacts}
        keyOf={(contact) => contact.id}
        empty={t("noContacts")}
        isNarrowed={status !== null}
        columns={[
          {
            key: "number",
            title: t("number"),
            cell: (contact) => <bdi dir="ltr">{contact.number}</bdi>,
          },
          { key: "name", title: t("name"), cell: (contact) => <bdi>{contact.name || "–"}</bdi> },
          {
            key: "state",
            title: t("state"),
            cell: (contact) => <StatusBadge state={contact.status} text={t(contact.status)} />,
          },
          {
            key: "attempts",
            title: t("attempts"),
            cell: (contact) => contact.attempts,
            isNumber: true,
          },
          {
            key: "next",
            title: t("nextAttempt"),
            cell: (contact) => <When at={contact.next_attempt_at} />,
          },
          {
            key: "cost",
            title: t("cost"),
            cell: (contact) => <Money dollars={contact.cost ?? 0} />,
            isNumber: true,
          },
          {
            key: "call",
            title: t("call"),
            cell: (contact) =>
              contact.call_id ? (
                <Anchor
                  component={Link}
                  to={`/calls/${contact.call_id}`}
                  aria-label={t("callOf", { number: contact.number })}
                >
                  {t("open")}
                </Anchor>
              ) : (
                "–"
              ),
          },
        ]}
      />
      {isAdding && (
        <AddContact campaignId={campaignId} onClose={() => setAdding(false)} onAdded={finish} />
      )}
    </>
  );
}
