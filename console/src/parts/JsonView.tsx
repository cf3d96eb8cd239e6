import { Code } from "@mantine/core";

/** A value as indented JSON; it scrolls by itself, with the keyboard too. */
export function JsonView(props: { value: unknown; label: string; heightMax?: number }) {
  const { value, label, heightMax = 320 } = props;
  return (
    <Code
      block
      dir="ltr"
      tabIndex={0}
      role="region"
      aria-label={label}
      style={{ maxHeight: heightMax, overflow: "auto" }}
    >
      {JSON.stringify(value, null, 2)}
    </Code>
  );
}
