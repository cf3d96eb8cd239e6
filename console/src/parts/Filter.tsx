import { Select } from "@mantine/core";
import { useWords } from "../language";
import { AgentSelect } from "./AgentSelect";
import { ar, en } from "./words";

interface FilterProps<Value extends string> {
  label: string;
  choices: { value: Value; label: string }[];
  value: Value | null; // null: all
  onChange: (value: Value | null) => void;
}

function useFilterProps() {
  const t = useWords({ en, ar });
  const all = t("all");
  return { placeholder: all, clearable: true, clearButtonProps: { "aria-label": all } };
}

/** Narrows a list down to one of a few choices. */
export function Filter<Value extends string>({ onChange, ...props }: FilterProps<Value>) {
  const { choices, ...shown } = props;
  return (
    <Select
      {...useFilterProps()}
      {...shown}
      data={choices}
      onChange={(value) => onChange(value as Value | null)}
    />
  );
}

interface AgentFilterProps {
  label: string;
  value: string | null; // an id; null: all
  onChange: (agent: string | null) => void;
}

/** Narrows a list down to what belongs to one agent. */
export function AgentFilter(props: AgentFilterProps) {
  return <AgentSelect {...useFilterProps()} {...props} />;
}
