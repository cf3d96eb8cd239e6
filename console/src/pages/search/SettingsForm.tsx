import {
  Accordion,
  Fieldset,
  Group,
  JsonInput,
  MultiSelect,
  NumberInput,
  Select,
  Slider,
  Stack,
  Switch,
  TagsInput,
  Text,
} from "@mantine/core";
import { useWords } from "../../language";
import type { Settings } from "./settings";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface FormProps {
  legend: string;
  settings: Settings;
  onChange: (settings: Settings) => void;
}

interface WeightProps {
  label: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
}

function Weight({ label, value, max, onChange }: WeightProps) {
  return (
    <div style={{ flex: 1, minInlineSize: 120 }}>
      <Text size="sm" fw={500} aria-hidden>
        {label}
      </Text>
      <Slider
        value={value}
        onChange={onChange}
        min={0}
        max={max}
        step={max / 20}
        thumbProps={{ "aria-label": label }}
        thumbLabel={label}
      />
    </div>
  );
}

function Ranking({ settings, onChange }: Omit<FormProps, "legend">) {
  const t = useWords({ en, ar });
  const set = (change: Partial<Settings>) => onChange({ ...settings, ...change });
  return (
    <Stack gap="sm">
      <Select
        label={t("fusion")}
        data={[
          { value: "rrf", label: t("fusion.rrf") },
          { value: "weighted", label: t("fusion.weighted") },
        ]}
        value={settings.fusion}
        onChange={(value) => set({ fusion: value as Settings["fusion"] })}
        allowDeselect={false}
      />
      <Group>
        <Weight
          label={t("vectorWeight")}
          value={settings.vectorWeight}
          max={2}
          onChange={(vectorWeight) => set({ vectorWeight })}
        />
        <Weight
          label={t("keywordWeight")}
          value={settings.keywordWeight}
          max={2}
          onChange={(keywordWeight) => set({ keywordWeight })}
        />
      </Group>
      <Switch
        label={t("diverse")}
        checked={settings.isDiverse}
        onChange={(event) => set({ isDiverse: event.currentTarget.checked })}
      />
      {settings.isDiverse && (
        <Weight
          label={t("lambda")}
          value={settings.lambda}
          max={1}
          onChange={(lambda) => set({ lambda })}
        />
      )}
      <Switch
        label={t("recent")}
        checked={settings.isRecent}
        onChange={(event) => set({ isRecent: event.currentTarget.checked })}
      />
      {settings.isRecent && (
        <NumberInput
          label={t("halfLife")}
          value={settings.halfLifeDays}
          onChange={(value) => set({ halfLifeDays: Number(value) || 1 })}
          min={1}
          max={36_500}
        />
      )}
      <Switch
        label={t("section")}
        checked={settings.isSection}
        onChange={(event) => set({ isSection: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Filters({ settings, onChange }: Omit<FormProps, "legend">) {
  const t = useWords({ en, ar });
  const set = (change: Partial<Settings>) => onChange({ ...settings, ...change });
  const page = (value: string | number) => (value === "" ? null : Number(value));
  return (
    <Stack gap="sm">
      <TagsInput
        label={t("tags")}
        description={t("tagsHint")}
        value={settings.tags}
        onChange={(tags) => set({ tags })}
        maxTags={20}
      />
      <MultiSelect
        label={t("kinds")}
        data={["text", "table", "code"].map((value) => ({
          value,
          label: t(`kind.${value as "text" | "table" | "code"}`),
        }))}
        value={settings.kinds}
        onChange={(kinds) => set({ kinds })}
      />
      <Group grow>
        <NumberInput
          label={t("pageMin")}
          value={settings.pageMin ?? ""}
          onChange={(value) => set({ pageMin: page(value) })}
          min={1}
          allowDecimal={false}
        />
        <NumberInput
          label={t("pageMax")}
          value={settings.pageMax ?? ""}
          onChange={(value) => set({ pageMax: page(value) })}
          min={1}
          allowDecimal={false}
        />
      </Group>
      <JsonInput
        label={t("metadata")}
        description={t("metadataHint")}
        placeholder='{"year": {"gte": 2024}}'
        value={settings.metadata}
        onChange={(metadata) => set({ metadata })}
        validationError={t("notJson")}
        autosize
        minRows={2}
        dir="ltr"
      />
    </Stack>
  );
}

/** What can be set of a search. */
export function SettingsForm({ legend, settings, onChange }: FormProps) {
  const t = useWords({ en, ar });
  const set = (change: Partial<Settings>) => onChange({ ...settings, ...change });
  const isAboutPassages = settings.type === "text" || settings.type === "hybrid";
  return (
    <Fieldset legend={legend}>
      <Group align="flex-end" grow>
        <Select
          label={t("type")}
          data={(["hybrid", "text", "image", "product"] as const).map((value) => ({
            value,
            label: t(`type.${value}`),
          }))}
          value={settings.type}
          onChange={(value) => set({ type: value as Settings["type"] })}
          allowDeselect={false}
        />
        <NumberInput
          label={t("count")}
          value={settings.count}
          onChange={(value) => set({ count: Number(value) || 1 })}
          min={1}
          max={50}
          allowDecimal={false}
        />
      </Group>
      {isAboutPassages && (
        <Accordion multiple variant="separated" mt="sm" order={2}>
          <Accordion.Item value="ranking">
            <Accordion.Control>{t("ranking")}</Accordion.Control>
            <Accordion.Panel>
              <Ranking settings={settings} onChange={onChange} />
            </Accordion.Panel>
          </Accordion.Item>
          <Accordion.Item value="filters">
            <Accordion.Control>{t("filters")}</Accordion.Control>
            <Accordion.Panel>
              <Filters settings={settings} onChange={onChange} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </Fieldset>
  );
}
