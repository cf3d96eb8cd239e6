import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  JsonInput,
  NumberInput,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import { useState } from "react";
import { useWords } from "../language";
import { ar, en } from "./words";

/** The part of JSON Schema that a form is made of; anything else is written as JSON. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
}

interface FieldProps {
  name: string;
  schema: JsonSchema;
  value: unknown;
  isRequired: boolean;
  onChange: (value: unknown) => void;
}

const longText = 200;

function kindOf(schema: JsonSchema): string {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? ""];
  return types.find((type) => type !== "null") ?? "";
}

/** What an empty form of this schema holds. */
export function emptyValue(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (kindOf(schema) !== "object") return undefined;
  const filled = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => [name, emptyValue(field)] as const,
  );
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

function TextField({ name, schema, value, isRequired, onChange }: FieldProps) {
  const shared = {
    label: schema.title ?? name,
    description: schema.description,
    required: isRequired,
    value: typeof value === "string" ? value : "",
    maxLength: schema.maxLength,
  };
  const take = (text: string) => onChange(text === "" && !isRequired ? undefined : text);
  if ((schema.maxLength ?? 0) > longText)
    return (
      <Textarea {...shared} autosize minRows={2} onChange={(e) => take(e.currentTarget.value)} />
    );
  return <TextInput {...shared} onChange={(e) => take(e.currentTarget.value)} />;
}

function ListField({ name, schema, value, onChange }: FieldProps) {
  const t = useWords({ en, ar });
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const item = schema.items ?? {};
  return (
    <Fieldset legend={schema.title ?? name}>
      <Stack gap="xs">
        {items.map((entry, place) => (
          <Group key={place} align="flex-end" wrap="nowrap">
            <div style={{ flex: 1 }}>
              <SchemaField
                name={`${name} ${place + 1}`}
                schema={{ ...item, title: undefined }}
                value={entry}
                isRequired
                onChange={(next) => onChange(items.with(place, next))}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={`${t("remove")}: ${name} ${place + 1}`}
              onClick={() => onChange(items.toSpliced(place, 1))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          size="xs"
          variant="default"
          onClick={() => onChange([...items, emptyValue(item) ?? ""])}
        >
          {`${t("add")}: ${schema.title ?? name}`}
        </Button>
      </Stack>
    </Fieldset>
  );
}

function JsonField({ name, schema, value, isRequired, onChange }: FieldProps) {
  const t = useWords({ en, ar });
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value, null, 2));
  const [wrong, setWrong] = useState<string>();
  const take = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === "" ? undefined : JSON.parse(next));
      setWrong(undefined);
    } catch (error) {
      setWrong(t("json", { why: (error as Error).message }));
    }
  };
  return (
    <JsonInput
      label={schema.title ?? name}
      description={schema.description}
      required={isRequired}
      value={text}
      error={wrong}
      autosize
      minRows={2}
      onChange={take}
    />
  );
}

function SchemaField(props: FieldProps) {
  const { name, schema, value, isRequired, onChange } = props;
  const t = useWords({ en, ar });
  const shared = {
    label: schema.title ?? name,
    description: schema.description,
    required: isRequired,
  };
  const choices = schema.enum?.map(String);
  if (choices !== undefined)
    return (
      <Select
        {...shared}
        data={choices}
        value={value === undefined ? null : String(value)}
        placeholder={t("unset")}
        clearable={!isRequired}
        onChange={(next) =>
          onChange(next === null ? undefined : schema.enum![choices.indexOf(next)])
        }
      />
    );
  switch (kindOf(schema)) {
    case "string":
      return <TextField {...props} />;
    case "integer":
    case "number":
      return (
        <NumberInput
          {...shared}
          value={typeof value === "number" ? value : ""}
          min={schema.minimum}
          max={schema.maximum}
          allowDecimal={kindOf(schema) === "number"}
          onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
        />
      );
    case "boolean":
      return (
        <Switch
          label={shared.label}
          description={shared.description}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "array":
      return <ListField {...props} />;
    case "object":
      if (Object.keys(schema.properties ?? {}).length === 0) return <JsonField {...props} />;
      return (
        <Fieldset legend={shared.label}>
          <SchemaForm schema={schema} value={value} onChange={onChange} />
        </Fieldset>
      );
    default:
      return <JsonField {...props} />;
  }
}

/** A form for a value of that JSON Schema: an object, field by field. */
export function SchemaForm(props: {
  schema: JsonSchema;
  value: unknown;
  onChange: (value: Record<string, unknown>) => void;
}) {
  const { schema, value, onChange } = props;
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return (
    <Stack gap="sm">
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <SchemaField
          key={name}
          name={name}
          schema={field}
          value={fields[name]}
          isRequired={schema.required?.includes(name) ?? false}
          onChange={(next) => {
            const { [name]: _, ...others } = fields;
            onChange(next === undefined ? others : { ...others, [name]: next });
          }}
        />
      ))}
    </Stack>
  );
}
