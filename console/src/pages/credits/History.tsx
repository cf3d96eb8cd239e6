import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, Money, StatusBadge, When } from "../../parts";
import { useNames } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Entry = Schemas["LedgerEntry"];

/** Every movement of the ledger. */
export function History() {
  const t = useWords({ en, ar });
  const names = useNames();
  const entries = usePages<Entry>(["credits", "history"], (query, signal) =>
    ask(api.GET("/api/credits/history", { params: { query }, signal })),
  );
  return (
    <DataTable
      label={t("history")}
      pages={entries}
      keyOf={(entry) => entry.id}
      empty={t("noHistory")}
      columns={[
        { key: "when", title: t("when"), cell: (entry) => <When at={entry.created_at} /> },
        {
          key: "type",
          title: t("type"),
          cell: (entry) => (
            <StatusBadge
              state={entry.type}
              text={t(`type.${entry.type}`)}
              tone={entry.type === "deduct" ? "calm" : "good"}
            />
          ),
        },
        {
          key: "operation",
          title: t("operation"),
          cell: (entry) => <bdi>{entry.operation_type.replaceAll("_", " ") || "–"}</bdi>,
        },
        { key: "model", title: t("model"), cell: (entry) => <bdi>{entry.model || "–"}</bdi> },
        {
          key: "agent",
          title: t("agent"),
          cell: (entry) => (entry.agent_id && names.agents.get(entry.agent_id)) || "–",
        },
        { key: "note", title: t("note"), cell: (entry) => entry.note || "–" },
        {
          key: "amount",
          title: t("amount"),
          isNumber: true,
          cell: (entry) => <Money dollars={entry.amount} />,
        },
        {
          key: "after",
          title: t("after"),
          isNumber: true,
          cell: (entry) => <Money dollars={entry.balance_after} />,
        },
      ]}
    />
  );
}
