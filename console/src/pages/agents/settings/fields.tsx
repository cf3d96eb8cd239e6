import { NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import type { Agent, Draft, FieldName } from "../draft";

type NamesOf<Value> = {
  [Name in FieldName]: NonNullable<Agent[Name]> extends Value ? Name : never;
}[FieldName];

interface FieldProps<Name> {
  draft: Draft;
  name: Name;
  label: string;
  hint?: string;
}

function shared({ draft, name, label, hint }: FieldProps<FieldName>) {
  return { label, description: hint, error: draft.wrong(name), disabled: draft.isDisabled };
}

/** A line of text of the draft. */
export function TextField(props: FieldProps<NamesOf<string>> & { isCode?: boolean }) {
  const { draft, name } = props;
  return (
    <TextInput
      {...shared(props)}
      dir={props.isCode ? "ltr" : undefined}
      value={String(draft.get(name) ?? "")}
      onChange={(event) => draft.set(name, event.currentTarget.value as never)}
    />
  );
}

/** Several lines of text of the draft. */
export function LongField(props: FieldProps<NamesOf<string>> & { rows?: number }) {
  const { draft, name, rows = 2 } = props;
  return (
    <Textarea
      {...shared(props)}
      autosize
      minRows={rows}
      maxRows={24}
      value={String(draft.get(name) ?? "")}
      onChange={(event) => draft.set(name, event.currentTarget.value as never)}
    />
  );
}

/** A number of the draft. */
export function NumberField(
  props: FieldProps<NamesOf<number>> & { min: number; max: number; step?: number },
) {
  const { draft, name, min, max, step = 1 } = props;
  return (
    <NumberInput
      {...shared(props)}
      value={(draft.get(name) as number | undefined) ?? ""}
      min={min}
      max={max}
      step={step}
      allowDecimal={step < 1}
      onChange={(value) => {
        if (typeof value === "number") draft.set(name, value as never);
      }}
    />
  );
}

/** Something of the draft that is on or off. */
export function SwitchField(props: FieldProps<NamesOf<boolean>>) {
  const { draft, name } = props;
  return (
    <Switch
      {...shared(props)}
      checked={draft.get(name) === true}
      onChange={(event) => draft.set(name, event.currentTarget.checked as never)}
    />
  );
}

/** One of few values of the draft; `none` is the word for the empty one. */
export function ChoiceField(
  props: FieldProps<NamesOf<string>> & {
    choices: { value: string; label: string }[];
    none?: string;
  },
) {
  const { draft, name, choices, none } = props;
  const value = String(draft.get(name) ?? "");
  return (
    <Select
      {...shared(props)}
      data={choices}
      value={value === "" ? null : value}
      placeholder={none}
      clearable={none !== undefined}
      clearButtonProps={{ "aria-label": none }}
      allowDeselect={false}
      onChange={(next) => draft.set(name, (next ?? "") as never)}
    />
  );
}
