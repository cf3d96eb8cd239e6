import { Select, type SelectProps } from "@mantine/core";
import { useAgentNames } from "./useAgentNames";

type Props = Omit<SelectProps, "data" | "searchable">;

/** Chooses an agent by its name; the value is its id. */
export function AgentSelect(props: Props) {
  const names = useAgentNames();
  const data = [...names].map(([value, label]) => ({ value, label }));
  return <Select {...props} data={data} searchable />;
}
