import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, Money, StatusBadge, When, type Column } from "../../parts";
import { useNames } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Entry = Schemas["LedgerEntry"];

/** Every movement of the ledger; of the user's own tenant when none is named. */
export function History({ tenant }: { tenant?: string }) {
  const t = useWords({ en, ar });
  const names = useNames();
  const entries = usePages<Entry>(["credits", "history", tenant], (query, signal) => {
    const params = { query: { ...query, tenant_id: tenant } };
    return ask(api.GET("/api/credits/history", { params, signal }));
  });
  const columns: Column<Entry>[] = [
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
      cell: (entry) => <bdi>{names.operation(entry.operation_type) || "–"}</bdi>,
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
  ];
  // What the agents of another tenant are called is not known here.
  const isOwn = tenant === undefined;
  return (
    <DataTable
      label={t("history")}
      pages={entries}
      keyOf={(entry) => entry.id}
      empty={t("noHistory")}
      columns={isOwn ? columns : columns.filter(({ key }) => key !== "agent")}
    />
  );
}
