import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { StatusBadge } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

export type Tenant = Schemas["Tenant"];

export function TenantState({ tenant }: { tenant: Tenant }) {
  const t = useWords({ en, ar });
  return tenant.is_active ? (
    <StatusBadge state="active" text={t("active")} />
  ) : (
    <StatusBadge state="suspended" text={t("suspended")} tone="warn" />
  );
}
