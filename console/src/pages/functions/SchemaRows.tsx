import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Paper,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import { useWords } from "../../language";
import type { JsonSchema } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

export type Schema = JsonSchema & { pattern?: string; additionalProperties?: unknown };
type Property = JsonSchema & { pattern?: string };
type Entry = [name: string, property: Property];

const types = ["string", "integer", "number", "boolean", "array", "object"] as const;

function typeOf(property: Property): string {
  return Array.isArray(property.type)
    ? (property.type[0] ?? "string")
    : (property.type ?? "string");
}

/** Without the words that have no value any more. */
function trimmed(property: Property): Property {
  const kept = Object.entries(property).filter(
    ([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && !value.length),
  );
  return Object.fromEntries(kept) as Property;
}

function Limits(props: { name: string; property: Property; onChange: (next: Property) => void }) {
  const { name, property, onChange } = props;
  const t = useWords({ en, ar });
  const type = typeOf(property);
  const change = (part: Partial<Property>) => onChange(trimmed({ ...property, ...part }));
  if (type === "integer" || type === "number")
    return (
      <Group grow>
        <NumberInput
          size="xs"
          label={t("minimumOf", { name })}
          value={property.minimum ?? ""}
          onChange={(value) => change({ minimum: typeof value === "number" ? value : undefined })}
        />
        <NumberInput
          size="xs"
          label={t("maximumOf", { name })}
          value={property.maximum ?? ""}
          onChange={(value) => change({ maximum: typeof value === "number" ? value : undefined })}
        />
      </Group>
    );
  if (type !== "string") return null;
  return (
    <Group grow align="flex-end">
      <TagsInput
        size="xs"
        label={t("choicesOf", { name })}
        value={(property.enum ?? []).map(String)}
        onChange={(values) => change({ enum: values })}
      />
      <TextInput
        size="xs"
        label={t("patternOf", { name })}
        dir="ltr"
        value={property.pattern ?? ""}
        onChange={(event) => change({ pattern: event.currentTarget.value })}
      />
    </Group>
  );
}

interface RowProps {
  entry: Entry;
  number: number;
  isRequired: boolean;
  onChange: (entry: Entry, isRequired: boolean) => void;
  onRemove: () => void;
}

function Row({ entry, number, isRequired, onChange, onRemove }: RowProps) {
  const t = useWords({ en, ar });
  const [name, property] = entry;
  const change = (next: Property) => onChange([name, trimmed(next)], isRequired);
  const said = name || t("argumentNumber", { number });
  return (
    <Paper withBorder p="xs">
      <Stack gap="xs">
        <Group align="flex-end" wrap="wrap">
          <TextInput
            size="xs"
            label={t("nameOf", { number })}
            dir="ltr"
            value={name}
            onChange={(event) => onChange([event.currentTarget.value, property], isRequired)}
          />
          <Select
            size="xs"
            w={130}
            label={t("typeOf", { name: said })}
            data={types.map((value) => ({ value, label: t(value) }))}
            value={typeOf(property)}
            allowDeselect={false}
            onChange={(type) =>
              change({ type: type ?? "string", description: property.description })
            }
          />
          <TextInput
            size="xs"
            label={t("descriptionOf", { name: said })}
            value={property.description ?? ""}
            style={{ flex: 1, minWidth: 160 }}
            onChange={(event) => change({ ...property, description: event.currentTarget.value })}
          />
          <Checkbox
            size="xs"
            pb={6}
            label={t("required")}
            aria-label={t("requiredOf", { name: said })}
            checked={isRequired}
            onChange={(event) => onChange(entry, event.currentTarget.checked)}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t("removeOf", { name: said })}
            onClick={onRemove}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
        <Limits name={said} property={property} onChange={change} />
      </Stack>
    </Paper>
  );
}

/** The arguments of a function as rows. What rows cannot say of one is kept as it is. */
export function SchemaRows(props: { schema: Schema; onChange: (schema: Schema) => void }) {
  const { schema, onChange } = props;
  const t = useWords({ en, ar });
  const entries = Object.entries(schema.properties ?? {}) as Entry[];
  const required = new Set(schema.required ?? []);
  const write = (next: Entry[], names: Set<string>) =>
    onChange({
      ...schema,
      type: "object",
      properties: Object.fromEntries(next),
      required: next.map(([name]) => name).filter((name) => names.has(name)),
    });
  const add = () => {
    let number = entries.length + 1;
    while (entries.some(([name]) => name === `argument${number}`)) ++number;
    write([...entries, [`argument${number}`, { type: "string" }]], required);
  };
  return (
    <Stack gap="xs">
      {entries.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("noArguments")}
        </Text>
      )}
      {entries.map((entry, place) => (
        <Row
          key={place}
          entry={entry}
          number={place + 1}
          isRequired={required.has(entry[0])}
          onChange={(next, isRequired) => {
            // Two arguments of one name would become one.
            if (entries.some(([name], other) => other !== place && name === next[0])) return;
            const names = new Set([...required].filter((name) => name !== entry[0]));
            if (isRequired) names.add(next[0]);
            write(entries.with(place, next), names);
          }}
          onRemove={() => write(entries.toSpliced(place, 1), required)}
        />
      ))}
      <Group>
        <Button size="xs" variant="default" onClick={add}>
          {t("addArgument")}
        </Button>
      </Group>
    </Stack>
  );
}
