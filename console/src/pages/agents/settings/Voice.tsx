import { Fieldset, Group, Stack } from "@mantine/core";
import { useWords } from "../../../language";
import type { Draft } from "../draft";
import { ar } from "../words.ar";
import { en } from "../words.en";
import { ChoiceField, NumberField, SwitchField, TextField } from "./fields";

const named = (names: string[]) => names.map((name) => ({ value: name, label: name }));

export function Voice({ draft }: { draft: Draft }) {
  const t = useWords({ en, ar });
  return (
    <Stack gap="sm">
      <ChoiceField
        draft={draft}
        name="voice_provider"
        label={t("voiceProvider")}
        choices={named(["openai", "deepgram"])}
      />
      <Group grow align="flex-end">
        <TextField draft={draft} name="voice_model" label={t("voiceModel")} isCode />
        <TextField draft={draft} name="voice" label={t("voice")} isCode />
      </Group>
      <Group grow align="flex-end">
        <NumberField
          draft={draft}
          name="vad_threshold"
          label={t("vadThreshold")}
          hint={t("vadThresholdHint")}
          min={0}
          max={1}
          step={0.05}
        />
        <NumberField
          draft={draft}
          name="silence_duration_ms"
          label={t("silence")}
          hint={t("silenceHint")}
          min={50}
          max={10000}
          step={50}
        />
      </Group>
      <SwitchField draft={draft} name="recording" label={t("recording")} />
      <SwitchField draft={draft} name="recording_notice" label={t("recordingNotice")} />
      <Fieldset legend="Deepgram">
        <Group grow align="flex-end">
          <TextField draft={draft} name="deepgram_model" label={t("model")} isCode />
          <TextField draft={draft} name="deepgram_voice" label={t("voice")} isCode />
          <TextField draft={draft} name="deepgram_language" label={t("language")} isCode />
        </Group>
      </Fieldset>
      <Fieldset legend={t("chatSpeech")}>
        <Group grow align="flex-end">
          <ChoiceField
            draft={draft}
            name="chat_stt_provider"
            label={t("hearing")}
            none={t("serverChoice")}
            choices={named(["openai", "groq", "deepgram", "soniox"])}
          />
          <TextField draft={draft} name="chat_stt_model" label={t("hearingModel")} isCode />
        </Group>
        <Group grow align="flex-end" mt="sm">
          <ChoiceField
            draft={draft}
            name="chat_tts_provider"
            label={t("speaking")}
            none={t("serverChoice")}
            choices={named(["openai", "elevenlabs", "azure", "google", "uplift"])}
          />
          <TextField draft={draft} name="chat_tts_model" label={t("speakingModel")} isCode />
          <TextField draft={draft} name="chat_tts_voice" label={t("voice")} isCode />
        </Group>
      </Fieldset>
    </Stack>
  );
}
