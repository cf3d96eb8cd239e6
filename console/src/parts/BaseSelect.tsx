import { MultiSelect, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, ask } from "../api/client";

const basesMax = 200;

/** The newest knowledge bases, by name, for a choice. */
export function useBaseNames() {
  return useQuery({
    queryKey: ["bases", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/knowledge", { params: { query: { limit: basesMax } }, signal })),
    staleTime: 30_000,
  });
}

interface OneProps {
  label: string;
  value: string | null;
  onChange: (base: string) => void;
}

/** Chooses a knowledge base; the newest where none is chosen. */
export function BaseSelect({ label, value, onChange }: OneProps) {
  const bases = useBaseNames();
  const first = bases.data?.items[0]?.id;
  useEffect(() => {
    if (value === null && first !== undefined) onChange(first);
  }, [value, first, onChange]);
  return (
    <Select
      label={label}
      data={bases.data?.items.map((base) => ({ value: base.id, label: base.name }))}
      value={value}
      onChange={(base) => base && onChange(base)}
      error={bases.error?.message}
      searchable
      allowDeselect={false}
    />
  );
}

interface SomeProps {
  label: string;
  values: string[];
  onChange: (bases: string[]) => void;
}

/** Chooses knowledge bases; the newest where none is chosen. */
export function BasesSelect({ label, values, onChange }: SomeProps) {
  const bases = useBaseNames();
  const first = bases.data?.items[0]?.id;
  const isEmpty = values.length === 0;
  useEffect(() => {
    if (isEmpty && first !== undefined) onChange([first]);
  }, [isEmpty, first, onChange]);
  return (
    <MultiSelect
      label={label}
      data={bases.data?.items.map((base) => ({ value: base.id, label: base.name }))}
      value={values}
      onChange={onChange}
      error={bases.error?.message}
      searchable
      hidePickedOptions
    />
  );
}
