import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from "@mantine/core";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import type { ReactNode } from "react";
import { useWords } from "../../language";
import { operators, type Case, type Choice } from "./flow";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface RowsProps<Item> {
  legend: string;
  add: string;
  items: Item[];
  fresh: () => Item;
  onChange: (items: Item[]) => void;
  row: (item: Item, number: number, change: (part: Partial<Item>) => void) => ReactNode;
}

/** Things of a step that there are several of, a row each. */
function Rows<Item>({ legend, add, items, fresh, onChange, row }: RowsProps<Item>) {
  const t = useWords({ en, ar });
  return (
    <Fieldset legend={legend}>
      <Stack gap="xs">
        {items.map((item, place) => (
          <Group key={place} align="flex-end" gap="xs">
            {row(item, place + 1, (part) => onChange(items.with(place, { ...item, ...part })))}
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t("removeRow", { legend, number: place + 1 })}
              onClick={() => onChange(items.toSpliced(place, 1))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button size="xs" variant="default" onClick={() => onChange([...items, fresh()])}>
            {add}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

/** The cases of a branch. */
export function Cases(props: {
  cases: Case[];
  steps: { value: string; label: string }[];
  onChange: (cases: Case[]) => void;
}) {
  const t = useWords({ en, ar });
  return (
    <Rows<Case>
      legend={t("cases")}
      add={t("addCase")}
      items={props.cases}
      fresh={() => ({ slot: "", operator: "equals", value: "", next: "" })}
      onChange={props.onChange}
      row={(one, number, change) => (
        <>
          <TextInput
            size="xs"
            w={120}
            label={t("slotOf", { number })}
            dir="ltr"
            value={one.slot}
            onChange={(event) => change({ slot: event.currentTarget.value })}
          />
          <Select
            size="xs"
            w={120}
            label={t("operatorOf", { number })}
            data={operators.map((value) => ({ value, label: t(value) }))}
            value={one.operator}
            allowDeselect={false}
            onChange={(value) => change({ operator: value as Case["operator"] })}
          />
          {one.operator !== "exists" && (
            <TextInput
              size="xs"
              w={110}
              label={t("valueOf", { number })}
              value={one.value ?? ""}
              onChange={(event) => change({ value: event.currentTarget.value })}
            />
          )}
          <Select
            size="xs"
            w={140}
            label={t("leadsTo", { number })}
            data={props.steps}
            value={one.next || null}
            onChange={(value) => change({ next: value ?? "" })}
          />
        </>
      )}
    />
  );
}

/** What one may choose from in a step. */
export function Choices(props: { choices: Choice[]; onChange: (choices: Choice[]) => void }) {
  const t = useWords({ en, ar });
  return (
    <Rows<Choice>
      legend={t("choices")}
      add={t("addChoice")}
      items={props.choices}
      fresh={() => ({ value: "" })}
      onChange={props.onChange}
      row={(one, number, change) => (
        <>
          <TextInput
            size="xs"
            w={140}
            label={t("choiceOf", { number })}
            value={one.value}
            onChange={(event) => change({ value: event.currentTarget.value })}
          />
          <TagsInput
            size="xs"
            style={{ flex: 1, minWidth: 140 }}
            label={t("wordsOf", { number })}
            value={one.words ?? []}
            onChange={(words) => change({ words })}
          />
          <TextInput
            size="xs"
            w={70}
            label={t("digitOf", { number })}
            value={one.digit ?? ""}
            maxLength={1}
            onChange={(event) => change({ digit: event.currentTarget.value || undefined })}
          />
        </>
      )}
    />
  );
}

/** Names with a text each: arguments of a function, or where results stand. */
export function Pairs(props: {
  legend: string;
  add: string;
  pairs: Record<string, string>;
  onChange: (pairs: Record<string, string>) => void;
}) {
  const t = useWords({ en, ar });
  const items = Object.entries(props.pairs).map(([name, text]) => ({ name, text }));
  const write = (next: typeof items) =>
    props.onChange(Object.fromEntries(next.map(({ name, text }) => [name, text])));
  return (
    <Rows<{ name: string; text: string }>
      legend={props.legend}
      add={props.add}
      items={items}
      fresh={() => ({ name: `name${items.length + 1}`, text: "" })}
      onChange={write}
      row={(one, number, change) => (
        <>
          <TextInput
            size="xs"
            w={140}
            label={t("pairName", { legend: props.legend, number })}
            dir="ltr"
            value={one.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            style={{ flex: 1, minWidth: 140 }}
            label={t("pairText", { legend: props.legend, number })}
            dir="ltr"
            value={one.text}
            onChange={(event) => change({ text: event.currentTarget.value })}
          />
        </>
      )}
    />
  );
}
