import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from "@mantine/core";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

export type HeaderRow = [name: string, value: string];

export function rowsOf(headers: Record<string, string> | undefined): HeaderRow[] {
  return Object.entries(headers ?? {});
}

export function headersOf(rows: HeaderRow[]): Record<string, string> {
  return Object.fromEntries(rows.filter(([name]) => name.trim() !== ""));
}

/** Headers of a request, a row each; values may name secrets. */
export function HeaderRows(props: {
  rows: HeaderRow[];
  onChange: (rows: HeaderRow[]) => void;
  disabled?: boolean;
}) {
  const { rows, onChange, disabled } = props;
  const t = useWords({ en, ar });
  return (
    <Fieldset legend={t("headers")}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {t("headersHint", { example: "{secret:NAME}" })}
        </Text>
        {rows.map(([name, value], place) => (
          <Group key={place} wrap="nowrap" align="flex-end">
            <TextInput
              label={t("headerName", { number: place + 1 })}
              dir="ltr"
              value={name}
              disabled={disabled}
              onChange={(event) => onChange(rows.with(place, [event.currentTarget.value, value]))}
            />
            <TextInput
              label={t("headerValue", { number: place + 1 })}
              dir="ltr"
              value={value}
              disabled={disabled}
              style={{ flex: 1 }}
              onChange={(event) => onChange(rows.with(place, [name, event.currentTarget.value]))}
            />
            <ActionIcon
              variant="subtle"
              color="red"
              disabled={disabled}
              aria-label={t("removeOf", { name: t("headerName", { number: place + 1 }) })}
              onClick={() => onChange(rows.toSpliced(place, 1))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            disabled={disabled}
            onClick={() => onChange([...rows, ["", ""]])}
          >
            {t("addHeader")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
