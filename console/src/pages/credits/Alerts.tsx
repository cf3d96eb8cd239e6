import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, Money, When } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Alert = Schemas["CreditAlert"];

/** What was worth telling: budgets that were reached, balances that fell low. */
export function Alerts() {
  const t = useWords({ en, ar });
  const alerts = usePages<Alert>(["credits", "alerts"], (query, signal) =>
    ask(api.GET("/api/credits/alerts", { params: { query }, signal })),
  );
  return (
    <DataTable
      label={t("alerts")}
      pages={alerts}
      keyOf={(alert) => alert.id}
      empty={t("noAlerts")}
      columns={[
        { key: "when", title: t("when"), cell: (alert) => <When at={alert.created_at} /> },
        {
          key: "alert",
          title: t("alert"),
          cell: (alert) =>
            alert.type === "budget" ? t("budgetReached", { percent: alert.percent }) : t("lowTold"),
        },
        {
          key: "amount",
          title: t("amount"),
          isNumber: true,
          cell: (alert) => <Money dollars={alert.amount} />,
        },
        {
          key: "threshold",
          title: t("limit"),
          isNumber: true,
          cell: (alert) => <Money dollars={alert.threshold} />,
        },
      ]}
    />
  );
}
