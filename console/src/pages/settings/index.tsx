import {
  PasswordInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  useMantineColorScheme,
  type MantineColorScheme,
} from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { languages, useLanguage, useWords, type Language } from "../../language";
import { FormSection, notifyDone, PageTitle, Problem, Waiting } from "../../parts";
import { useRight, useUser } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Look() {
  const t = useWords({ en, ar });
  const { language, setLanguage } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <FormSection title={t("look")}>
      <Select
        label={t("language")}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        value={language}
        onChange={(value) => setLanguage(value as Language)}
        allowDeselect={false}
      />
      <Select
        label={t("theme")}
        data={[
          { value: "auto", label: t("themeAuto") },
          { value: "light", label: t("themeLight") },
          { value: "dark", label: t("themeDark") },
        ]}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as MantineColorScheme)}
        allowDeselect={false}
      />
    </FormSection>
  );
}

function You() {
  const t = useWords({ en, ar });
  const user = useUser();
  const queries = useQueryClient();
  const [name, setName] = useState(user.name);
  const save = async () => {
    const path = { userId: user.id };
    await ask(api.PUT("/api/users/{userId}", { params: { path }, body: { name } }));
    await queries.invalidateQueries({ queryKey: ["me"] });
    notifyDone(t("saved"));
  };
  return (
    <FormSection title={t("you")} submit={t("save")} onSubmit={save}>
      <TextInput label={t("email")} value={user.email} dir="ltr" readOnly />
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        required
      />
    </FormSection>
  );
}

function Password() {
  const t = useWords({ en, ar });
  const user = useUser();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const save = async () => {
    const path = { userId: user.id };
    const body = { current_password: current, new_password: next };
    await bodyOf(api.POST("/api/users/{userId}/password", { params: { path }, body }));
    setCurrent("");
    setNext("");
    notifyDone(t("passwordDone"));
  };
  return (
    <FormSection title={t("password")} submit={t("passwordSubmit")} onSubmit={save}>
      <PasswordInput
        label={t("current")}
        autoComplete="current-password"
        dir="ltr"
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        required
      />
      <PasswordInput
        label={t("next")}
        autoComplete="new-password"
        dir="ltr"
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        required
      />
    </FormSection>
  );
}

function TenantForm({ tenant }: { tenant: Schemas["Tenant"] }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("users.write");
  const [name, setName] = useState(tenant.name);
  const [company, setCompany] = useState(tenant.company_name);
  const [isOpen, setOpen] = useState(tenant.registration_enabled);
  const save = async () => {
    const path = { tenantId: tenant.id };
    const body = { name, company_name: company, registration_enabled: isOpen };
    await ask(api.PUT("/api/tenants/{tenantId}", { params: { path }, body }));
    await queries.invalidateQueries({ queryKey: ["tenant"] });
    await queries.invalidateQueries({ queryKey: ["me"] });
    notifyDone(t("saved"));
  };
  return (
    <FormSection
      title={t("tenant")}
      submit={mayWrite ? t("save") : undefined}
      onSubmit={mayWrite ? save : undefined}
    >
      <TextInput
        label={t("tenantName")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        readOnly={!mayWrite}
        required
      />
      <TextInput
        label={t("company")}
        value={company}
        onChange={(event) => setCompany(event.currentTarget.value)}
        maxLength={200}
        readOnly={!mayWrite}
      />
      <Switch
        label={t("registration")}
        checked={isOpen}
        onChange={(event) => setOpen(event.currentTarget.checked)}
        disabled={!mayWrite}
      />
      <Text size="sm" c="dimmed">
        {t("people", { count: tenant.user_count })}
      </Text>
    </FormSection>
  );
}

function Tenant() {
  const { tenant_id: tenantId } = useUser();
  const { data, error, refetch } = useQuery({
    queryKey: ["tenant", tenantId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/tenants/{tenantId}", { params: { path: { tenantId } }, signal })),
  });
  if (error) return <Problem error={error} again={() => void refetch()} />;
  return data ? <TenantForm tenant={data} /> : <Waiting />;
}

export default function Settings() {
  const t = useWords({ en, ar });
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Stack>
        <Look />
        <You />
        <Password />
        <Tenant />
      </Stack>
    </>
  );
}
