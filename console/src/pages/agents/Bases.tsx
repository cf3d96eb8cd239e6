import { MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

const basesMax = 200; // of a page

/** Chooses knowledge bases by their names. */
export function Bases(props: {
  value: string[];
  onChange: (ids: string[]) => void;
  error?: string;
  disabled?: boolean;
}) {
  const t = useWords({ en, ar });
  const { data } = useQuery({
    queryKey: ["knowledge", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/knowledge", { params: { query: { limit: basesMax } }, signal })),
  });
  const known = data?.items.map((base) => ({ value: base.id, label: base.name })) ?? [];
  const others = props.value.filter((id) => !known.some((base) => base.value === id));
  return (
    <MultiSelect
      {...props}
      label={t("knowledge")}
      description={t("knowledgeHint")}
      data={[...known, ...others.map((id) => ({ value: id, label: id }))]}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("noKnowledge") }}
    />
  );
}
