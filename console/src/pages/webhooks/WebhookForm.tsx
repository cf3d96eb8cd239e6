import { MultiSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

export type Webhook = Schemas["Webhook"];
export type EventType = Schemas["EventTypes"][number];

export interface WebhookFields {
  url: string;
  description: string;
  event_types: EventType[];
}

// The same as in the contract; a name it does not know is refused by the compiler.
const eventTypes: EventType[] = [
  "document.completed",
  "document.failed",
  "document.deleted",
  "knowledge_base.deleted",
  "chat.answered",
  "chat.transfer_requested",
  "chat.feedback_given",
  "chat.ended",
  "chat.moderated",
  "call.started",
  "call.ended",
  "campaign.finished",
  "contact.finished",
  "credits.added",
  "credits.low_balance",
  "credits.budget_reached",
  "webhook.disabled",
];

interface FormProps {
  title: string;
  submit: string;
  isOpen: boolean;
  webhook?: Webhook; // what is changed; absent for a new one
  onClose: () => void;
  onSubmit: (fields: WebhookFields) => Promise<unknown>;
}

/** Asks for an address and what it is told of. */
export function WebhookForm({ title, submit, isOpen, webhook, onClose, onSubmit }: FormProps) {
  const t = useWords({ en, ar });
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [events, setEvents] = useState<string[]>(
    webhook?.event_types.filter((type) => type !== "*") ?? [],
  );
  const send = () =>
    onSubmit({
      url,
      description,
      event_types: events.length === 0 ? ["*"] : (events as EventType[]),
    });
  return (
    <DialogForm title={title} isOpen={isOpen} onClose={onClose} submit={submit} onSubmit={send}>
      <TextInput
        label={t("address")}
        description={t("addressHint")}
        type="url"
        dir="ltr"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        maxLength={2000}
        required
        data-autofocus
      />
      <TextInput
        label={t("description")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={500}
      />
      <MultiSelect
        label={t("events")}
        description={t("eventsHint")}
        data={eventTypes}
        value={events}
        onChange={setEvents}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("everyEvent") }}
      />
    </DialogForm>
  );
}
