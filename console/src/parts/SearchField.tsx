import { TextInput, type TextInputProps } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

interface SearchProps extends Omit<TextInputProps, "value" | "onChange"> {
  value: string;
  onChange: (text: string) => void; // without blanks around it, once nothing is typed for a moment
}

const typingMs = 300;

/** What to search for; a single letter is too little. */
export function wordsOf(text: string): string | undefined {
  return /^[a-z]?$/i.test(text) ? undefined : text;
}

/** A text that a list is narrowed down by while it is typed. */
export function SearchField({ value, onChange, ...props }: SearchProps) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const tell = useDebouncedCallback((typed: string) => {
    told.current = typed.trim();
    onChange(told.current);
  }, typingMs);
  // From elsewhere: the list was cleared, or another address opened.
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setText(value);
  }, [value]);
  return (
    <TextInput
      type="search"
      maxLength={200}
      {...props}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
