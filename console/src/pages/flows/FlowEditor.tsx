import { Fieldset, Grid, Paper, Select, Stack, Switch } from "@mantine/core";
import { TagsInput, Textarea, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useWords } from "../../language";
import { EditorFrame, SaveRow, useSaving } from "../../parts";
import { sendable, type Completion, type Flow, type FlowFields, type Step } from "./flow";
import { Graph } from "./Graph";
import { Pairs } from "./Rows";
import { StepList } from "./StepList";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface EditorProps {
  shown?: Flow; // what is changed; absent for a new one
  isDisabled: boolean;
  onSave: (fields: FlowFields) => Promise<void>;
}

const beginnings = ["call", "words", "none"] as const;
const endings = ["respond", "function_call", "transfer", "end_call"] as const;

function Ending(props: { completion: Completion; onChange: (completion: Completion) => void }) {
  const t = useWords({ en, ar });
  const { completion, onChange } = props;
  const type = completion.type ?? "respond";
  const set = (part: Completion) => onChange({ ...completion, ...part });
  return (
    <Fieldset legend={t("completion")}>
      <Stack gap="sm">
        <Select
          label={t("endsBy")}
          data={endings.map((value) => ({ value, label: t(`ends_${value}`) }))}
          value={type}
          allowDeselect={false}
          onChange={(value) => set({ type: value as Completion["type"] })}
        />
        <Textarea
          label={t("said")}
          value={completion.text ?? ""}
          onChange={(event) => set({ text: event.currentTarget.value })}
          autosize
          maxLength={2000}
          dir="auto"
        />
        {type === "function_call" && (
          <>
            <TextInput
              label={t("functionName")}
              dir="ltr"
              value={completion.function ?? ""}
              onChange={(event) => set({ function: event.currentTarget.value })}
              maxLength={64}
            />
            <Pairs
              legend={t("arguments")}
              add={t("addArgument")}
              pairs={completion.arguments ?? {}}
              onChange={(pairs) => set({ arguments: pairs })}
            />
          </>
        )}
        {type === "transfer" && (
          <TextInput
            label={t("target")}
            dir="ltr"
            value={completion.target ?? ""}
            onChange={(event) => set({ target: event.currentTarget.value })}
            maxLength={2000}
          />
        )}
      </Stack>
    </Fieldset>
  );
}

/** A flow: when it begins, its steps as a list and as a graph, and how it ends. */
export function FlowEditor({ shown, isDisabled, onSave }: EditorProps) {
  const t = useWords({ en, ar });
  const [fields, setFields] = useState<FlowFields>(() => ({
    name: shown?.name ?? "",
    description: shown?.description ?? "",
    begins_with: shown?.begins_with ?? "none",
    trigger_words: shown?.trigger_words ?? [],
    failure_text: shown?.failure_text ?? "",
    is_active: shown?.is_active ?? true,
  }));
  const [steps, setSteps] = useState<Step[]>(() => (shown?.steps ?? []) as Step[]);
  const [completion, setCompletion] = useState<Completion>(() => shown?.completion ?? {});
  const [chosen, setChosen] = useState<number | null>(steps.length > 0 ? 0 : null);
  const set = (part: FlowFields) => setFields((before) => ({ ...before, ...part }));
  const saving = useSaving(() =>
    onSave({
      ...fields,
      steps: steps.map(sendable) as FlowFields["steps"],
      completion: completion as FlowFields["completion"],
    }),
  );
  return (
    <EditorFrame saving={saving} isDisabled={isDisabled}>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="sm">
            <TextInput
              label={t("name")}
              value={fields.name ?? ""}
              error={saving.wrong("name")}
              onChange={(event) => set({ name: event.currentTarget.value })}
              maxLength={100}
              required
            />
            <TextInput
              label={t("description")}
              value={fields.description ?? ""}
              onChange={(event) => set({ description: event.currentTarget.value })}
              maxLength={2000}
            />
            <Select
              label={t("beginsWith")}
              data={beginnings.map((value) => ({ value, label: t(`begins_${value}`) }))}
              value={fields.begins_with ?? "none"}
              allowDeselect={false}
              onChange={(value) => set({ begins_with: value as FlowFields["begins_with"] })}
            />
            {fields.begins_with === "words" && (
              <TagsInput
                label={t("triggerWords")}
                value={fields.trigger_words ?? []}
                error={saving.wrong("trigger_words")}
                onChange={(words) => set({ trigger_words: words })}
              />
            )}
            <Title order={2} size="h4" mt="sm">
              {t("steps")}
            </Title>
            <StepList steps={steps} onChange={setSteps} chosen={chosen} onChoose={setChosen} />
            <Ending completion={completion} onChange={setCompletion} />
            <TextInput
              label={t("failureText")}
              value={fields.failure_text ?? ""}
              onChange={(event) => set({ failure_text: event.currentTarget.value })}
              maxLength={2000}
              dir="auto"
            />
            <Switch
              label={t("isActive")}
              checked={fields.is_active ?? true}
              onChange={(event) => set({ is_active: event.currentTarget.checked })}
            />
            <SaveRow saving={saving} isDisabled={isDisabled} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Paper withBorder p="md" component="section" aria-label={t("graph")}>
            <Title order={2} size="h4" mb="sm">
              {t("graph")}
            </Title>
            <Graph steps={steps} chosen={chosen} onChoose={setChosen} />
          </Paper>
        </Grid.Col>
      </Grid>
    </EditorFrame>
  );
}
