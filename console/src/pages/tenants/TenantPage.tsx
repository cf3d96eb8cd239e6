import { Alert, Anchor, Button, Group, Tabs, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import {
  ConfirmButton,
  CopyText,
  notifyDone,
  notifyProblem,
  PageTitle,
  Problem,
  useTab,
  Waiting,
  When,
} from "../../parts";
import { useUser } from "../../session";
import { AddCredits } from "../credits/AddCredits";
import { Balance } from "../credits/Balance";
import { History } from "../credits/History";
import { UserList } from "../users/UserList";
import { EditTenant } from "./TenantDialogs";
import { TenantState, type Tenant } from "./TenantState";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Actions({ tenant }: { tenant: Tenant }) {
  const t = useWords({ en, ar });
  const me = useUser();
  const queries = useQueryClient();
  const [isEditing, editing] = useDisclosure(false);
  const { id, name } = tenant;
  const setActive = async (isActive: boolean) => {
    const params = { path: { tenantId: id } };
    await ask(api.PUT("/api/tenants/{tenantId}", { params, body: { is_active: isActive } }));
    notifyDone(t(isActive ? "activated" : "suspendedDone", { name }));
    await queries.invalidateQueries({ queryKey: ["tenants"] });
  };
  return (
    <>
      <AddCredits tenant={tenant} />
      <Button variant="default" onClick={editing.open}>
        {t("edit")}
      </Button>
      {!tenant.is_active && (
        <Button variant="default" onClick={() => void setActive(true).catch(notifyProblem)}>
          {t("activate")}
        </Button>
      )}
      {tenant.is_active && id !== me.tenant_id && (
        <ConfirmButton
          question={t("suspendQuestion", { name })}
          explain={t("suspendExplain")}
          onConfirm={() => setActive(false)}
        >
          {t("suspend")}
        </ConfirmButton>
      )}
      {isEditing && <EditTenant tenant={tenant} onClose={editing.close} />}
    </>
  );
}

function Facts({ tenant }: { tenant: Tenant }) {
  const t = useWords({ en, ar });
  const perMinute = tenant.requests_per_minute_max;
  return (
    <>
      <Group gap="md" mb="md">
        <TenantState tenant={tenant} />
        <Text size="sm">
          {t("created")}: <When at={tenant.created_at} />
        </Text>
        <Text size="sm">{t("peopleCount", { count: tenant.user_count })}</Text>
        {perMinute > 0 && <Text size="sm">{t("perMinute", { count: perMinute })}</Text>}
        {tenant.registration_enabled && <Text size="sm">{t("registrationOpen")}</Text>}
        <Text size="sm" component="div">
          {t("id")}: <CopyText text={tenant.id} />
        </Text>
      </Group>
      {!tenant.is_active && (
        <Alert color="orange" mb="md">
          {t("suspendedAbout")}
        </Alert>
      )}
    </>
  );
}

function Parts({ tenant }: { tenant: Tenant }) {
  const t = useWords({ en, ar });
  const [tab, setTab] = useTab(["people", "history"]);
  return (
    <>
      <Facts tenant={tenant} />
      <Balance tenant={tenant.id} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="people">{t("people")}</Tabs.Tab>
          <Tabs.Tab value="history">{t("history")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people">
          <UserList tenant={tenant.id} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History tenant={tenant.id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

export function TenantPage() {
  const t = useWords({ en, ar });
  const tenantId = useParams()["tenantId"] ?? "";
  const { data, error, refetch } = useQuery({
    queryKey: ["tenants", "one", tenantId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/tenants/{tenantId}", { params: { path: { tenantId } }, signal })),
  });
  return (
    <>
      <Anchor component={Link} to="/tenants" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle
        title={data?.name ?? t("tenant")}
        about={data && data.company_name !== "" ? <bdi>{data.company_name}</bdi> : undefined}
      >
        {data && <Actions tenant={data} />}
      </PageTitle>
      <Problem error={error} again={() => void refetch()} />
      {data ? <Parts tenant={data} /> : error === null && <Waiting />}
    </>
  );
}
