import { Fieldset, JsonInput, NumberInput, Select, Stack, Switch, TagsInput } from "@mantine/core";
import { Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../../api/client";
import { useWords } from "../../../language";
import type { Draft } from "../draft";
import { ar } from "../words.ar";
import { en } from "../words.en";
import { SwitchField } from "./fields";

type Moderation = Schemas["AgentModeration"];

function categoriesOf(text: string): Record<string, number> | null {
  if (text.trim() === "") return {};
  try {
    const read: unknown = JSON.parse(text);
    const isMap = typeof read === "object" && read !== null && !Array.isArray(read);
    return isMap ? (read as Record<string, number>) : null;
  } catch {
    return null;
  }
}

function Moderating({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const value: Moderation = draft.get("moderation") ?? ({} as Moderation);
  const change = (part: Partial<Moderation>) =>
    draft.set("moderation", { ...value, ...part } as Moderation);
  const [categories, setCategories] = useState(() =>
    Object.keys(value.categories ?? {}).length === 0
      ? ""
      : JSON.stringify(value.categories, null, 2),
  );
  const disabled = draft.isDisabled;
  return (
    <Fieldset legend={t("moderation")}>
      <Stack gap="sm">
        <Switch
          label={t("moderationProvider")}
          checked={value.provider ?? false}
          disabled={disabled}
          onChange={(event) => change({ provider: event.currentTarget.checked })}
        />
        <TextInput
          label={t("moderationWebhook")}
          description={t("moderationWebhookHint")}
          error={draft.wrong("moderation.webhook_url")}
          type="url"
          dir="ltr"
          value={value.webhook_url ?? ""}
          disabled={disabled}
          onChange={(event) => change({ webhook_url: event.currentTarget.value })}
        />
        <TextInput
          label={t("moderationSecret")}
          value={value.webhook_secret ?? ""}
          disabled={disabled}
          onChange={(event) => change({ webhook_secret: event.currentTarget.value })}
        />
        <Switch
          label={t("moderationAnswers")}
          checked={value.answers ?? false}
          disabled={disabled}
          onChange={(event) => change({ answers: event.currentTarget.checked })}
        />
        <Select
          label={t("moderationAction")}
          data={[
            { value: "block", label: t("block") },
            { value: "flag", label: t("flag") },
          ]}
          value={value.action ?? "block"}
          allowDeselect={false}
          disabled={disabled}
          onChange={(next) => change({ action: next as Moderation["action"] })}
        />
        <Select
          label={t("moderationFailure")}
          data={[
            { value: "allow", label: t("allow") },
            { value: "block", label: t("block") },
          ]}
          value={value.on_failure ?? "allow"}
          allowDeselect={false}
          disabled={disabled}
          onChange={(next) => change({ on_failure: next as Moderation["on_failure"] })}
        />
        <NumberInput
          label={t("moderationTimeout")}
          value={value.timeout_ms ?? 3000}
          min={100}
          max={10000}
          disabled={disabled}
          onChange={(next) => {
            if (typeof next === "number") change({ timeout_ms: next });
          }}
        />
        <JsonInput
          label={t("moderationCategories")}
          description={t("moderationCategoriesHint", { example: `{"hate": 0.5}` })}
          value={categories}
          error={categoriesOf(categories) === null ? t("notAnObject") : undefined}
          autosize
          minRows={2}
          disabled={disabled}
          onChange={(text) => {
            setCategories(text);
            const read = categoriesOf(text);
            if (read !== null) change({ categories: read });
          }}
        />
        <Textarea
          label={t("moderationMessage")}
          description={t("moderationMessageHint")}
          value={value.message ?? ""}
          disabled={disabled}
          autosize
          onChange={(event) => change({ message: event.currentTarget.value })}
        />
      </Stack>
    </Fieldset>
  );
}

function Strategy({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const [text, setText] = useState(() =>
    JSON.stringify(draft.get("conversation_strategy") ?? {}, null, 2),
  );
  const [isWrong, setWrong] = useState(false);
  const take = (next: string) => {
    setText(next);
    const read = categoriesOf(next);
    setWrong(read === null);
    if (read !== null) draft.set("conversation_strategy", read as never);
  };
  return (
    <JsonInput
      label={t("strategy")}
      description={t("strategyHint")}
      value={text}
      error={isWrong ? t("notAnObject") : draft.wrong("conversation_strategy")}
      autosize
      minRows={3}
      disabled={draft.isDisabled}
      onChange={take}
    />
  );
}

export function Limits({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  return (
    <Stack gap="sm">
      <TagsInput
        label={t("blockedTopics")}
        description={t("blockedTopicsHint")}
        value={draft.get("blocked_topics") ?? []}
        error={draft.wrong("blocked_topics")}
        disabled={draft.isDisabled}
        onChange={(topics) => draft.set("blocked_topics", topics)}
      />
      <SwitchField
        draft={draft}
        name="masks_personal"
        label={t("masksPersonal")}
        hint={t("masksPersonalHint")}
      />
      <Strategy draft={draft} />
      <Moderating draft={draft} />
    </Stack>
  );
}
