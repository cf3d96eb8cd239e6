import { JsonInput } from "@mantine/core";
import { useState } from "react";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface JsonTextProps {
  label: string;
  hint?: string;
  value: unknown; // undefined or null: nothing
  error?: string;
  disabled?: boolean;
  onChange: (value: unknown) => void; // null when it was emptied; not called while it is no JSON
}

/** A value that is written as JSON. */
export function JsonText({ label, hint, value, error, disabled, onChange }: JsonTextProps) {
  const t = useWords({ en, ar });
  const [text, setText] = useState(() =>
    value === undefined || value === null ? "" : JSON.stringify(value, null, 2),
  );
  const [wrong, setWrong] = useState<string>();
  const take = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === "" ? null : JSON.parse(next));
      setWrong(undefined);
    } catch (failure) {
      setWrong(t("notJson", { why: (failure as Error).message }));
    }
  };
  return (
    <JsonInput
      label={label}
      description={hint}
      value={text}
      error={wrong ?? error}
      disabled={disabled}
      dir="ltr"
      autosize
      minRows={2}
      maxRows={16}
      onChange={take}
    />
  );
}
