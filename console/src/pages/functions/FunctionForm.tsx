import {
  Fieldset,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { EditorFrame, SaveRow, useSaving } from "../../parts";
import { HeaderRows, headersOf, rowsOf } from "./HeaderRows";
import { JsonText } from "./JsonText";
import { SchemaRows, type Schema } from "./SchemaRows";
import { ar } from "./words.ar";
import { en } from "./words.en";

// The contract makes every field optional, for changes; what the server tells has a name.
export type AgentFunction = Schemas["Function"] & { name: string };
export type FunctionFields = Partial<Schemas["FunctionFields"]>;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

interface FormProps {
  shown?: AgentFunction; // what is changed; absent for a new one
  isDisabled: boolean;
  onSave: (fields: FunctionFields) => Promise<void>;
}

function Arguments(props: { schema: Schema; onChange: (schema: Schema) => void; error?: string }) {
  const { schema, onChange, error } = props;
  const t = useWords({ en, ar });
  const [view, setView] = useState("rows");
  return (
    <Fieldset legend={t("arguments")}>
      <Stack gap="sm">
        <SegmentedControl
          aria-label={t("argumentsAs")}
          data={[
            { value: "rows", label: t("asRows") },
            { value: "json", label: t("asJson") },
          ]}
          value={view}
          onChange={setView}
        />
        {view === "rows" ? (
          <SchemaRows schema={schema} onChange={onChange} />
        ) : (
          <JsonText
            label={t("schema")}
            hint={t("schemaHint")}
            value={schema}
            error={error}
            onChange={(value) => onChange((value ?? { type: "object" }) as Schema)}
          />
        )}
      </Stack>
    </Fieldset>
  );
}

/** What a function is: what the model reads of it, what it calls, what the model gets to see. */
export function FunctionForm({ shown, isDisabled, onSave }: FormProps) {
  const t = useWords({ en, ar });
  const [fields, setFields] = useState<FunctionFields>(
    () => shown ?? { api_method: "GET", parameters: { type: "object", properties: {} } as never },
  );
  const [headers, setHeaders] = useState(() => rowsOf(shown?.api_headers));
  const set = (part: FunctionFields) => setFields((before) => ({ ...before, ...part }));
  const saving = useSaving(() => onSave({ ...fields, api_headers: headersOf(headers) }));
  return (
    <EditorFrame saving={saving} isDisabled={isDisabled}>
      <Stack gap="sm">
        <TextInput
          label={t("name")}
          description={t("nameHint")}
          dir="ltr"
          value={fields.name ?? ""}
          error={saving.wrong("name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
          maxLength={64}
          required
        />
        <Textarea
          label={t("description")}
          description={t("descriptionHint")}
          value={fields.description ?? ""}
          onChange={(event) => set({ description: event.currentTarget.value })}
          autosize
          minRows={2}
          maxLength={4096}
        />
        <Arguments
          schema={(fields.parameters ?? { type: "object" }) as Schema}
          error={saving.wrong("parameters")}
          onChange={(parameters) => set({ parameters: parameters as never })}
        />
        <Group align="flex-start">
          <Select
            label={t("method")}
            w={120}
            data={methods}
            value={fields.api_method ?? "POST"}
            allowDeselect={false}
            onChange={(value) => set({ api_method: value as (typeof methods)[number] })}
          />
          <TextInput
            label={t("endpoint")}
            dir="ltr"
            style={{ flex: 1, minWidth: 220 }}
            value={fields.api_endpoint ?? ""}
            error={saving.wrong("api_endpoint")}
            onChange={(event) => set({ api_endpoint: event.currentTarget.value })}
            maxLength={4096}
            required
          />
        </Group>
        <HeaderRows rows={headers} onChange={setHeaders} disabled={isDisabled} />
        <JsonText
          label={t("body")}
          hint={t("bodyHint", { example: "{name}" })}
          value={fields.api_body}
          error={saving.wrong("api_body")}
          onChange={(value) => set({ api_body: value as never })}
        />
        <JsonText
          label={t("mapping")}
          hint={t("mappingHint")}
          value={fields.response_mapping}
          error={saving.wrong("response_mapping")}
          onChange={(value) => set({ response_mapping: value as never })}
        />
        <Group grow align="flex-end">
          <NumberInput
            label={t("timeout")}
            value={fields.timeout_ms ?? 30000}
            min={1000}
            max={120000}
            onChange={(value) => typeof value === "number" && set({ timeout_ms: value })}
          />
          <NumberInput
            label={t("retries")}
            value={fields.retries ?? 2}
            min={0}
            max={5}
            onChange={(value) => typeof value === "number" && set({ retries: value })}
          />
          <NumberInput
            label={t("bytesMax")}
            value={fields.response_bytes_max ?? 65536}
            min={256}
            max={262144}
            onChange={(value) => typeof value === "number" && set({ response_bytes_max: value })}
          />
        </Group>
        <Switch
          label={t("isAsync")}
          description={t("isAsyncHint")}
          checked={fields.execution_mode === "async"}
          onChange={(event) =>
            set({ execution_mode: event.currentTarget.checked ? "async" : "sync" })
          }
        />
        <Switch
          label={t("idempotent")}
          checked={fields.sends_idempotency_key ?? false}
          onChange={(event) => set({ sends_idempotency_key: event.currentTarget.checked })}
        />
        <Switch
          label={t("isActive")}
          checked={fields.is_active ?? true}
          onChange={(event) => set({ is_active: event.currentTarget.checked })}
        />
        <SaveRow saving={saving} isDisabled={isDisabled} />
      </Stack>
    </EditorFrame>
  );
}
