import { Anchor, Button, Group, Text } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, LineInput, Money, PageTitle, When } from "../../parts";
import { Filter } from "../../parts/Filter";
import { useUser } from "../../session";
import { AddCreditsDialog } from "../credits/AddCredits";
import { useBalance } from "../credits/Balance";
import { NewTenant } from "./TenantDialogs";
import { TenantState, type Tenant } from "./TenantState";
import { ar } from "./words.ar";
import { en } from "./words.en";

const balancesMs = 60_000;

type State = "active" | "suspended";

function Available({ tenant }: { tenant: Tenant }) {
  const { data } = useBalance(tenant.id, balancesMs);
  return data === undefined ? "–" : <Money dollars={data.available} />;
}

function Name({ tenant }: { tenant: Tenant }) {
  const t = useWords({ en, ar });
  const me = useUser();
  return (
    <>
      <Anchor component={Link} to={`/tenants/${tenant.id}`} size="sm">
        <bdi>{tenant.name}</bdi>
      </Anchor>
      {tenant.id === me.tenant_id && (
        <Text span size="sm" c="dimmed">
          {` · ${t("yours")}`}
        </Text>
      )}
    </>
  );
}

export function TenantList() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [isAdding, adding] = useDisclosure(false);
  const [paid, setPaid] = useState<Tenant | null>(null);
  const [text, setText] = useState("");
  const [state, setState] = useState<State | null>(null);
  const [search] = useDebouncedValue(text.trim(), 300);
  const tenants = usePages<Tenant>(["tenants", "list", search, state], (query, signal) => {
    const isActive = state === null ? undefined : state === "active";
    const wanted = { ...query, search: search || undefined, is_active: isActive };
    return ask(api.GET("/api/tenants", { params: { query: wanted }, signal }));
  });
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        <Button onClick={adding.open}>{t("add")}</Button>
      </PageTitle>
      <Group mb="md" align="flex-end">
        <LineInput label={t("search")} value={text} onChange={setText} maxLength={200} />
        <Filter
          label={t("state")}
          choices={[
            { value: "active", label: t("active") },
            { value: "suspended", label: t("suspended") },
          ]}
          value={state}
          onChange={setState}
        />
      </Group>
      <DataTable<Tenant>
        label={t("tenants")}
        pages={tenants}
        keyOf={(tenant) => tenant.id}
        empty={t("none")}
        isNarrowed={state !== null || search !== ""}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (tenant) => <Name tenant={tenant} />,
            sortBy: (tenant) => tenant.name,
          },
          {
            key: "company",
            title: t("company"),
            cell: (tenant) => <bdi>{tenant.company_name || "–"}</bdi>,
            sortBy: (tenant) => tenant.company_name,
          },
          { key: "state", title: t("state"), cell: (tenant) => <TenantState tenant={tenant} /> },
          {
            key: "created",
            title: t("created"),
            cell: (tenant) => <When at={tenant.created_at} />,
            sortBy: (tenant) => tenant.created_at,
          },
          {
            key: "people",
            title: t("people"),
            isNumber: true,
            cell: (tenant) => formats.number(tenant.user_count),
            sortBy: (tenant) => tenant.user_count,
          },
          {
            key: "available",
            title: t("available"),
            isNumber: true,
            cell: (tenant) => <Available tenant={tenant} />,
          },
          {
            key: "actions",
            title: t("addCredits"),
            isTitleHidden: true,
            isNumber: true,
            cell: (tenant) => (
              <Button
                size="xs"
                variant="default"
                aria-label={t("addCreditsOf", { name: tenant.name })}
                onClick={() => setPaid(tenant)}
              >
                {t("addCredits")}
              </Button>
            ),
          },
        ]}
      />
      {isAdding && <NewTenant onClose={adding.close} />}
      {paid && <AddCreditsDialog tenant={paid} isOpen onClose={() => setPaid(null)} />}
    </>
  );
}
