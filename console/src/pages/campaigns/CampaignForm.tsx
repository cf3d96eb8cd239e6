import {
  ActionIcon,
  Button,
  Chip,
  Fieldset,
  Group,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import { useState } from "react";
import { useWords } from "../../language";
import { DialogForm } from "../../parts";
import { AgentSelect } from "../../parts/AgentSelect";
import { days, outcomes, type Campaign, type CampaignFields, type Window } from "./campaign";
import { ar } from "./words.ar";
import { en } from "./words.en";

const minuteS = 60;

/** An instant as the browser's field for local time writes it, and back. */
function localText(iso: string | null | undefined): string {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
const instantOf = (text: string) => (text === "" ? null : new Date(text).toISOString());

function Windows(props: { windows: Window[]; onChange: (windows: Window[]) => void }) {
  const { windows, onChange } = props;
  const t = useWords({ en, ar });
  const change = (place: number, part: Partial<Window>) =>
    onChange(windows.with(place, { ...windows[place]!, ...part }));
  return (
    <Fieldset legend={t("windows")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("windowsHint")}
        </Text>
        {windows.map((window, place) => (
          <Group key={place} align="flex-end" gap="xs">
            <Chip.Group
              multiple
              value={window.days}
              onChange={(chosen) => change(place, { days: chosen as Window["days"] })}
            >
              <Group gap={4} role="group" aria-label={t("daysOf", { number: place + 1 })}>
                {days.map((day) => (
                  <Chip key={day} value={day} size="xs">
                    {t(day)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <TextInput
              type="time"
              size="xs"
              label={t("fromOf", { number: place + 1 })}
              value={window.from}
              onChange={(event) => change(place, { from: event.currentTarget.value })}
            />
            <TextInput
              type="time"
              size="xs"
              label={t("toOf", { number: place + 1 })}
              value={window.to}
              onChange={(event) => change(place, { to: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t("removeWindow", { number: place + 1 })}
              onClick={() => onChange(windows.toSpliced(place, 1))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              onChange([...windows, { days: days.slice(0, 5), from: "09:00", to: "17:00" }])
            }
          >
            {t("addWindow")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

type Retries = NonNullable<CampaignFields["retries"]>;

function RetryRules(props: { retries: Retries; onChange: (retries: Retries) => void }) {
  const { retries, onChange } = props;
  const t = useWords({ en, ar });
  return (
    <Fieldset legend={t("retries")}>
      <Stack gap="xs">
        {outcomes.map((outcome) => {
          const rule = retries[outcome] ?? { times: 0, after_s: 900 };
          const change = (part: Partial<typeof rule>) =>
            onChange({ ...retries, [outcome]: { ...rule, ...part } });
          return (
            <Group key={outcome} grow>
              <NumberInput
                size="xs"
                label={t("timesAfter", { outcome: t(outcome) })}
                value={rule.times}
                min={0}
                max={10}
                onChange={(value) => typeof value === "number" && change({ times: value })}
              />
              <NumberInput
                size="xs"
                label={t("minutesAfter", { outcome: t(outcome) })}
                value={Math.round(rule.after_s / minuteS)}
                min={1}
                max={43200}
                onChange={(value) =>
                  typeof value === "number" && change({ after_s: value * minuteS })
                }
              />
            </Group>
          );
        })}
      </Stack>
    </Fieldset>
  );
}

interface FormProps {
  shown?: Campaign; // what is changed; absent for a new one
  onClose: () => void;
  onSave: (fields: CampaignFields) => Promise<unknown>;
}

/** What a campaign is: whose calls, how many, when, and what comes after one in vain. */
export function CampaignForm({ shown, onClose, onSave }: FormProps) {
  const t = useWords({ en, ar });
  const [fields, setFields] = useState<CampaignFields>(() => ({
    name: shown?.name ?? "",
    agent_id: shown?.agent_id,
    caller_id: shown?.caller_id ?? null,
    calls_at_once: shown?.calls_at_once ?? 1,
    calls_per_minute: shown?.calls_per_minute ?? 30,
    ring_max_s: shown?.ring_max_s ?? 30,
    time_zone: shown?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    windows: shown?.windows ?? [],
    retries: shown?.retries ?? {},
    on_machine: shown?.on_machine ?? "hang_up",
    machine_message: shown?.machine_message ?? null,
    starts_at: shown?.starts_at ?? null,
    ends_at: shown?.ends_at ?? null,
  }));
  const set = (part: CampaignFields) => setFields((before) => ({ ...before, ...part }));
  return (
    <DialogForm
      title={shown === undefined ? t("add") : t("edit")}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={() => onSave(fields)}
      size="xl"
    >
      <TextInput
        label={t("name")}
        value={fields.name ?? ""}
        onChange={(event) => set({ name: event.currentTarget.value })}
        maxLength={100}
        required
        data-autofocus
      />
      <AgentSelect
        label={t("agent")}
        value={fields.agent_id ?? null}
        onChange={(value) => set({ agent_id: value ?? undefined })}
        required
      />
      <TextInput
        label={t("callerId")}
        description={t("callerIdHint")}
        dir="ltr"
        value={fields.caller_id ?? ""}
        onChange={(event) => set({ caller_id: event.currentTarget.value || null })}
        maxLength={100}
      />
      <Group grow align="flex-start">
        <NumberInput
          label={t("callsAtOnce")}
          value={fields.calls_at_once}
          min={1}
          max={1000}
          onChange={(value) => typeof value === "number" && set({ calls_at_once: value })}
        />
        <NumberInput
          label={t("callsPerMinute")}
          value={fields.calls_per_minute}
          min={1}
          max={6000}
          onChange={(value) => typeof value === "number" && set({ calls_per_minute: value })}
        />
        <NumberInput
          label={t("ringMax")}
          value={fields.ring_max_s}
          min={5}
          max={120}
          onChange={(value) => typeof value === "number" && set({ ring_max_s: value })}
        />
      </Group>
      <TextInput
        label={t("timeZone")}
        dir="ltr"
        value={fields.time_zone ?? ""}
        onChange={(event) => set({ time_zone: event.currentTarget.value })}
        maxLength={64}
      />
      <Windows windows={fields.windows ?? []} onChange={(windows) => set({ windows })} />
      <Group grow>
        <TextInput
          type="datetime-local"
          label={t("startsAt")}
          value={localText(fields.starts_at)}
          onChange={(event) => set({ starts_at: instantOf(event.currentTarget.value) })}
        />
        <TextInput
          type="datetime-local"
          label={t("endsAt")}
          value={localText(fields.ends_at)}
          onChange={(event) => set({ ends_at: instantOf(event.currentTarget.value) })}
        />
      </Group>
      <RetryRules retries={fields.retries ?? {}} onChange={(retries) => set({ retries })} />
      <Select
        label={t("onMachine")}
        data={[
          { value: "hang_up", label: t("hang_up") },
          { value: "leave_message", label: t("leave_message") },
          { value: "continue", label: t("continue") },
        ]}
        value={fields.on_machine ?? "hang_up"}
        allowDeselect={false}
        onChange={(value) => set({ on_machine: value as CampaignFields["on_machine"] })}
      />
      {fields.on_machine === "leave_message" && (
        <Textarea
          label={t("machineMessage")}
          description={t("machineMessageHint", { example: "{name}" })}
          value={fields.machine_message ?? ""}
          onChange={(event) => set({ machine_message: event.currentTarget.value || null })}
          autosize
          maxLength={2000}
        />
      )}
    </DialogForm>
  );
}
