import { Switch, TextInput, type SwitchProps, type TextInputProps } from "@mantine/core";

interface LineProps extends Omit<TextInputProps, "value" | "onChange"> {
  value: string;
  onChange: (value: string) => void;
}

/** A line of text. */
export function LineInput({ onChange, ...props }: LineProps) {
  return <TextInput {...props} onChange={(event) => onChange(event.currentTarget.value)} />;
}

interface OnOffProps extends Omit<SwitchProps, "value" | "checked" | "onChange"> {
  value: boolean;
  onChange: (value: boolean) => void;
}

/** What is on or off. */
export function OnOff({ value, onChange, ...props }: OnOffProps) {
  return (
    <Switch
      {...props}
      checked={value}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
