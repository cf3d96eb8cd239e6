import { Group, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useWords } from "../../language";
import { nameOf, slotTypes, stepTypes, type Step } from "./flow";
import { Cases, Choices, Pairs } from "./Rows";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface StepProps {
  step: Step;
  place: number;
  steps: Step[];
  onChange: (step: Step) => void;
}

type Lead = "next" | "on_no" | "on_failure";

/** Where a step leads: another step of the flow by its name. */
function LeadField({
  step,
  lead,
  names,
  onChange,
}: {
  step: Step;
  lead: Lead;
  names: { value: string; label: string }[];
  onChange: (step: Step) => void;
}) {
  const t = useWords({ en, ar });
  return (
    <Select
      label={t(lead)}
      placeholder={t(lead === "next" ? "theOneBehind" : "unset")}
      data={names}
      value={step[lead] || null}
      onChange={(value) => onChange({ ...step, [lead]: value ?? undefined })}
    />
  );
}

/** The fields of a step, which are others for each type. */
export function StepForm({ step, place, steps, onChange }: StepProps) {
  const t = useWords({ en, ar });
  const set = (part: Partial<Step>) => onChange({ ...step, ...part });
  const names = steps
    .map((other, at) => ({ value: other.name ?? "", label: nameOf(other, at), at }))
    .filter((other) => other.value !== "" && other.at !== place)
    .map(({ value, label }) => ({ value, label }));
  const { type } = step;
  const asks = type === "collect_slot" || type === "confirm";
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <TextInput
          label={t("stepName")}
          description={t("stepNameHint")}
          dir="ltr"
          value={step.name ?? ""}
          onChange={(event) => set({ name: event.currentTarget.value })}
          maxLength={40}
        />
        <Select
          label={t("type")}
          description={t("typeHint")}
          data={stepTypes.map((value) => ({ value, label: t(value) }))}
          value={type}
          allowDeselect={false}
          onChange={(value) => set({ type: value as Step["type"] })}
        />
      </Group>
      {(asks || type === "respond" || type === "transfer") && (
        <Textarea
          label={asks ? t("asked") : t("said")}
          description={t("textHint", { example: "{slot}" })}
          value={step.text ?? ""}
          onChange={(event) => set({ text: event.currentTarget.value })}
          autosize
          maxLength={2000}
          dir="auto"
        />
      )}
      {asks && (
        <Textarea
          label={t("reprompt")}
          value={step.reprompt ?? ""}
          onChange={(event) => set({ reprompt: event.currentTarget.value })}
          autosize
          maxLength={2000}
          dir="auto"
        />
      )}
      {asks && (
        <Group grow align="flex-start">
          <TextInput
            label={t("slot")}
            dir="ltr"
            value={step.slot ?? ""}
            onChange={(event) => set({ slot: event.currentTarget.value })}
            maxLength={40}
          />
          {type === "collect_slot" && (
            <Select
              label={t("slotType")}
              data={slotTypes.map((value) => ({ value, label: t(`slot_${value}`) }))}
              value={step.slot_type ?? "freeform"}
              allowDeselect={false}
              onChange={(value) => set({ slot_type: value as Step["slot_type"] })}
            />
          )}
        </Group>
      )}
      {type === "collect_slot" && step.slot_type === "choice" && (
        <Choices choices={step.choices ?? []} onChange={(choices) => set({ choices })} />
      )}
      {asks && (
        <Group grow>
          <NumberInput
            label={t("timeout")}
            value={step.timeout_ms ?? 30000}
            min={1000}
            max={120000}
            onChange={(value) => typeof value === "number" && set({ timeout_ms: value })}
          />
          <NumberInput
            label={t("retries")}
            value={step.retries ?? 3}
            min={0}
            max={10}
            onChange={(value) => typeof value === "number" && set({ retries: value })}
          />
        </Group>
      )}
      {type === "branch" && (
        <Cases cases={step.cases ?? []} steps={names} onChange={(cases) => set({ cases })} />
      )}
      {type === "function" && (
        <>
          <TextInput
            label={t("functionName")}
            dir="ltr"
            value={step.function ?? ""}
            onChange={(event) => set({ function: event.currentTarget.value })}
            maxLength={64}
          />
          <Pairs
            legend={t("arguments")}
            add={t("addArgument")}
            pairs={step.arguments ?? {}}
            onChange={(pairs) => set({ arguments: pairs })}
          />
          <Pairs
            legend={t("results")}
            add={t("addResult")}
            pairs={step.results ?? {}}
            onChange={(pairs) => set({ results: pairs })}
          />
        </>
      )}
      {type === "transfer" && (
        <TextInput
          label={t("target")}
          dir="ltr"
          value={step.target ?? ""}
          onChange={(event) => set({ target: event.currentTarget.value })}
          maxLength={2000}
        />
      )}
      <Group grow align="flex-start">
        {type !== "transfer" && (
          <LeadField step={step} lead="next" names={names} onChange={onChange} />
        )}
        {type === "confirm" && (
          <LeadField step={step} lead="on_no" names={names} onChange={onChange} />
        )}
        {(asks || type === "function") && (
          <LeadField step={step} lead="on_failure" names={names} onChange={onChange} />
        )}
      </Group>
    </Stack>
  );
}
