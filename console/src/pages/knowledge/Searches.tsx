import { Anchor, Group, Switch } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, Money, When } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** What was searched in a knowledge base, and with what success. */
export function Searches({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [onlyEmpty, setOnlyEmpty] = useState(false);
  const searches = usePages<Schemas["PastSearch"]>(
    ["bases", base, "searches", onlyEmpty],
    (query, signal) =>
      ask(
        api.GET("/api/knowledge/{kbId}/searches", {
          params: { path: { kbId: base }, query: { ...query, no_results: onlyEmpty } },
          signal,
        }),
      ),
  );
  return (
    <>
      <Group mb="sm">
        <Switch
          label={t("onlyEmpty")}
          checked={onlyEmpty}
          onChange={(event) => setOnlyEmpty(event.currentTarget.checked)}
        />
      </Group>
      <DataTable
        label={t("searches")}
        pages={searches}
        keyOf={(search) => search.id}
        empty={t("noSearches")}
        isNarrowed={onlyEmpty}
        columns={[
          { key: "when", title: t("when"), cell: (search) => <When at={search.created_at} /> },
          {
            key: "query",
            title: t("question"),
            cell: (search) => (
              <Anchor
                component={Link}
                size="sm"
                to={`/search?base=${base}&q=${encodeURIComponent(search.query)}`}
              >
                <bdi>{search.query}</bdi>
              </Anchor>
            ),
          },
          {
            key: "found",
            title: t("results"),
            isNumber: true,
            cell: (search) => formats.number(search.results_count),
          },
          {
            key: "score",
            title: t("topScore"),
            isNumber: true,
            cell: (search) => formats.number(search.top_score, { maximumFractionDigits: 3 }),
          },
          {
            key: "time",
            title: t("time"),
            isNumber: true,
            cell: (search) =>
              search.cached
                ? t("fromCache")
                : t("ms", { ms: formats.number(search.search_time_ms) }),
          },
          {
            key: "cost",
            title: t("cost"),
            isNumber: true,
            cell: (search) => <Money dollars={search.base_cost} />,
          },
        ]}
      />
    </>
  );
}
