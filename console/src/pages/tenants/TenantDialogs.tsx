import { Alert, Fieldset, NumberInput, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { useOnce } from "../../api/once";
import { useWords } from "../../language";
import { DialogForm, LineInput, notifyDone, OnOff } from "../../parts";
import { FirstPassword, NameFields } from "../users/UserDialogs";
import type { Tenant } from "./TenantState";
import { ar } from "./words.ar";
import { en } from "./words.en";

const requestsMax = 1_000_000;

type Fields = Pick<
  Tenant,
  "name" | "company_name" | "registration_enabled" | "requests_per_minute_max"
>;

const blank: Fields = {
  name: "",
  company_name: "",
  registration_enabled: false,
  requests_per_minute_max: 0,
};

/** What can be said of a tenant. */
function TenantFields(props: { fields: Fields; onChange: (fields: Fields) => void }) {
  const { fields, onChange } = props;
  const t = useWords({ en, ar });
  return (
    <>
      <LineInput
        label={t("name")}
        value={fields.name}
        onChange={(name) => onChange({ ...fields, name })}
        maxLength={200}
        required
        data-autofocus
      />
      <LineInput
        label={t("company")}
        value={fields.company_name}
        onChange={(company) => onChange({ ...fields, company_name: company })}
        maxLength={200}
      />
      <NumberInput
        label={t("requests")}
        description={t("requestsHint")}
        value={fields.requests_per_minute_max}
        onChange={(value) => onChange({ ...fields, requests_per_minute_max: Number(value) || 0 })}
        min={0}
        max={requestsMax}
        allowDecimal={false}
      />
      <OnOff
        label={t("registration")}
        value={fields.registration_enabled}
        onChange={(isOpen) => onChange({ ...fields, registration_enabled: isOpen })}
      />
    </>
  );
}

/** Makes a tenant and somebody who can sign in to it. */
export function NewTenant({ onClose }: { onClose: () => void }) {
  const t = useWords({ en, ar });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [fields, setFields] = useState(blank);
  const [person, setPerson] = useState({ name: "", email: "" });
  const [password, setPassword] = useState("");
  const [made, setMade] = useState<Tenant | null>(null);
  const makeTenant = useOnce((body: Schemas["NewTenant"], headers) =>
    ask(api.POST("/api/tenants", { body, headers })),
  );
  const makeUser = useOnce((body: Schemas["Registration"], headers) =>
    ask(api.POST("/api/users", { body, headers })),
  );
  const submit = async () => {
    const company = fields.company_name || undefined;
    const tenant = made ?? (await makeTenant({ ...fields, company_name: company }));
    setMade(tenant); // stays, also where its user is refused
    await queries.invalidateQueries({ queryKey: ["tenants"] });
    await makeUser({ ...person, password, role: "admin", tenant_id: tenant.id });
    notifyDone(t("ready", { name: tenant.name }));
    await queries.invalidateQueries({ queryKey: ["tenants"] });
    await navigate(`/tenants/${tenant.id}`);
  };
  return (
    <DialogForm
      title={t("add")}
      isOpen
      onClose={onClose}
      submit={made ? t("finish") : t("create")}
      onSubmit={submit}
      size="lg"
    >
      {made ? (
        <Alert color="orange" role="status">
          {t("made", { name: made.name })}
        </Alert>
      ) : (
        <Fieldset legend={t("tenant")}>
          <Stack gap="sm">
            <TenantFields fields={fields} onChange={setFields} />
          </Stack>
        </Fieldset>
      )}
      <Fieldset legend={t("firstUser")}>
        <Stack gap="sm">
          <NameFields fields={person} onChange={setPerson} />
          <FirstPassword value={password} onChange={setPassword} />
        </Stack>
      </Fieldset>
    </DialogForm>
  );
}

export function EditTenant({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [fields, setFields] = useState<Fields>(tenant);
  const submit = async () => {
    const { name, company_name, registration_enabled, requests_per_minute_max } = fields;
    const body = { name, company_name, registration_enabled, requests_per_minute_max };
    const params = { path: { tenantId: tenant.id } };
    await ask(api.PUT("/api/tenants/{tenantId}", { params, body }));
    notifyDone(t("saved", { name }));
    // The user's own is told of in the settings and with the account, too.
    for (const key of ["tenants", "tenant", "me", "users"])
      await queries.invalidateQueries({ queryKey: [key] });
  };
  return (
    <DialogForm
      title={t("editOf", { name: tenant.name })}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <TenantFields fields={fields} onChange={setFields} />
    </DialogForm>
  );
}
