import {
  ColorInput,
  Fieldset,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import type { Schemas } from "../../../api/client";
import { useWords } from "../../../language";
import type { Draft } from "../draft";
import { ar } from "../words.ar";
import { en } from "../words.en";
import { SwitchField } from "./fields";

type Config = Schemas["WidgetConfig"];
type Words = keyof typeof en;

const chatLimits: [keyof Config, Words, number, number][] = [
  ["visitor_messages_per_minute", "visitorPerMinute", 10, 1000],
  ["visitor_messages_per_day", "visitorPerDay", 200, 100000],
  ["messages_per_minute", "allPerMinute", 300, 100000],
];
const callLimits: [keyof Config, Words, number, number][] = [
  ["visitor_calls_per_hour", "visitorCallsPerHour", 10, 1000],
  ["visitor_calls_at_once", "visitorCallsAtOnce", 2, 100],
  ["calls_at_once", "callsAtOnce", 5, 1000],
  ["call_minutes", "callMinutes", 10, 120],
  ["call_minutes_per_day", "callMinutesPerDay", 300, 100000],
];

/** How the public chat page and the widget look, and what visitors may do there. */
export function Widget({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  const config: Config = draft.get("widget_config") ?? {};
  const change = (part: Partial<Config>) => draft.set("widget_config", { ...config, ...part });
  const disabled = draft.isDisabled;
  const limit = ([name, word, usual, max]: [keyof Config, Words, number, number]) => (
    <NumberInput
      key={name}
      label={t(word)}
      value={(config[name] as number | undefined) ?? usual}
      min={1}
      max={max}
      disabled={disabled}
      onChange={(value) => {
        if (typeof value === "number") change({ [name]: value });
      }}
    />
  );
  return (
    <Stack gap="sm">
      <SwitchField
        draft={draft}
        name="chat_page_enabled"
        label={t("chatPage")}
        hint={t("chatPageHint")}
      />
      <TextInput
        label={t("widgetTitle")}
        value={config.title ?? ""}
        maxLength={128}
        disabled={disabled}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <TextInput
        label={t("placeholder")}
        value={config.placeholder ?? ""}
        maxLength={128}
        disabled={disabled}
        onChange={(event) => change({ placeholder: event.currentTarget.value })}
      />
      <ColorInput
        label={t("accent")}
        value={config.accent_color ?? "#1f5fbf"}
        format="hex"
        withEyeDropper={false}
        disabled={disabled}
        error={draft.wrong("widget_config.accent_color")}
        onChange={(value) => change({ accent_color: value })}
      />
      <Select
        label={t("position")}
        data={[
          { value: "right", label: t("right") },
          { value: "left", label: t("left") },
        ]}
        value={config.position ?? "right"}
        allowDeselect={false}
        disabled={disabled}
        onChange={(value) => change({ position: value as Config["position"] })}
      />
      <TagsInput
        label={t("origins")}
        description={t("originsHint")}
        value={config.allowed_origins ?? []}
        error={draft.wrong("widget_config.allowed_origins")}
        disabled={disabled}
        onChange={(origins) => change({ allowed_origins: origins })}
      />
      <Fieldset legend={t("visitorLimits")}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: "end" }}>
          {chatLimits.map(limit)}
        </SimpleGrid>
      </Fieldset>
      <Switch
        label={t("allowsCalls")}
        checked={config.allows_calls ?? false}
        disabled={disabled}
        onChange={(event) => change({ allows_calls: event.currentTarget.checked })}
      />
      {config.allows_calls && (
        <Fieldset legend={t("visitorCalls")}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: "end" }}>
            {callLimits.map(limit)}
          </SimpleGrid>
        </Fieldset>
      )}
    </Stack>
  );
}
