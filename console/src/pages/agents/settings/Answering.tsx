import { Autocomplete, Fieldset, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../../api/client";
import { useWords } from "../../../language";
import { Bases } from "../Bases";
import type { Draft } from "../draft";
import { ar } from "../words.ar";
import { en } from "../words.en";
import { Written } from "../Written";
import { ChoiceField, LongField, NumberField, SwitchField, TextField } from "./fields";

export function Basics({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  return (
    <Stack gap="sm">
      <TextField draft={draft} name="name" label={t("name")} />
      <TextField draft={draft} name="slug" label={t("slug")} hint={t("slugHint")} isCode />
      <TextField draft={draft} name="type" label={t("type")} />
      <LongField draft={draft} name="description" label={t("description")} />
      <SwitchField draft={draft} name="is_active" label={t("isActive")} hint={t("isActiveHint")} />
    </Stack>
  );
}

export function ModelSettings({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const { data } = useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => ask(api.GET("/api/models", { signal })),
  });
  const providers = data?.providers.map((provider) => provider.name) ?? [];
  const models = data?.providers.map((provider) => provider.default_model).filter(Boolean) ?? [];
  return (
    <Stack gap="sm">
      <Autocomplete
        label={t("provider")}
        description={t("providerHint")}
        data={[...new Set(providers)]}
        value={draft.get("provider") ?? ""}
        error={draft.wrong("provider")}
        disabled={draft.isDisabled}
        onChange={(value) => draft.set("provider", value)}
      />
      <Autocomplete
        label={t("model")}
        description={t("modelHint", { model: data?.default_model || "–" })}
        data={[...new Set(models)]}
        value={draft.get("model") ?? ""}
        error={draft.wrong("model")}
        disabled={draft.isDisabled}
        onChange={(value) => draft.set("model", value)}
      />
      <Group grow align="flex-start">
        <NumberField
          draft={draft}
          name="temperature"
          label={t("temperature")}
          min={0}
          max={2}
          step={0.1}
        />
        <NumberField
          draft={draft}
          name="max_tokens"
          label={t("maxTokens")}
          min={1}
          max={128000}
          step={64}
        />
      </Group>
      <TextField
        draft={draft}
        name="language"
        label={t("language")}
        hint="BCP 47: en, ar, de-AT"
        isCode
      />
    </Stack>
  );
}

export function Knowledge({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  return (
    <Stack gap="sm">
      <Bases
        value={draft.get("kb_ids") ?? []}
        error={draft.wrong("kb_ids")}
        disabled={draft.isDisabled}
        onChange={(ids) => draft.set("kb_ids", ids)}
      />
      <ChoiceField
        draft={draft}
        name="search_mode"
        label={t("searchMode")}
        choices={[
          { value: "auto", label: t("searchAuto") },
          { value: "always", label: t("searchAlways") },
          { value: "never", label: t("searchNever") },
        ]}
      />
      <SwitchField draft={draft} name="must_cite" label={t("mustCite")} hint={t("mustCiteHint")} />
    </Stack>
  );
}

export function Instructions({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  return (
    <Stack gap="sm">
      <LongField draft={draft} name="instructions" label={t("instructions")} rows={6} />
      <LongField draft={draft} name="greeting" label={t("greeting")} hint={t("greetingHint")} />
      {!draft.isDisabled && (
        <Fieldset legend={t("letWrite")}>
          <Written
            about={{
              name: draft.get("name"),
              type: draft.get("type"),
              language: draft.get("language"),
              kb_ids: draft.get("kb_ids"),
              current: draft.get("instructions") || undefined,
            }}
            onWritten={(text) => draft.set("instructions", text)}
          />
        </Fieldset>
      )}
    </Stack>
  );
}
