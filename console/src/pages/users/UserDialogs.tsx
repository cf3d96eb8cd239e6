import { PasswordInput, Select } from "@mantine/core";
import { useState } from "react";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm, LineInput, notifyDone, OnOff } from "../../parts";
import { useSession, type Role, type User } from "../../session";
import { roles } from "../../session/rights";
import { ar } from "./words.ar";
import { en } from "./words.en";

const nobody: Fields = { name: "", email: "", role: "client" };

/** The roles that this user may give. */
function useRoles(): { value: Role; label: string }[] {
  const t = useWords({ en, ar });
  const { can } = useSession();
  const given = roles.filter((role) => role !== "super_admin" || can("tenants.manage"));
  return given.map((role) => ({ value: role, label: t(`role.${role}`) }));
}

interface DialogProps {
  onClose: () => void;
  onDone: () => void;
}

interface Named {
  name: string;
  email: string;
}

interface Fields extends Named {
  role: Role;
}

interface FieldsProps<Of> {
  fields: Of;
  onChange: (fields: Of) => void;
}

/** Who a user is. */
export function NameFields<Of extends Named>({ fields, onChange }: FieldsProps<Of>) {
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
        label={t("email")}
        type="email"
        dir="ltr"
        value={fields.email}
        onChange={(email) => onChange({ ...fields, email })}
        maxLength={254}
        required
      />
    </>
  );
}

/** The password that somebody gives another. */
export function FirstPassword(props: { value: string; onChange: (value: string) => void }) {
  const t = useWords({ en, ar });
  return (
    <PasswordInput
      label={t("password")}
      description={t("passwordHint")}
      dir="ltr"
      autoComplete="new-password"
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      required
    />
  );
}

function UserFields({ fields, onChange }: FieldsProps<Fields>) {
  const t = useWords({ en, ar });
  const offered = useRoles();
  return (
    <>
      <NameFields fields={fields} onChange={onChange} />
      <Select
        label={t("role")}
        data={offered}
        value={fields.role}
        onChange={(role) => onChange({ ...fields, role: role as Role })}
        allowDeselect={false}
      />
    </>
  );
}

interface AddProps extends DialogProps {
  isOpen: boolean;
  tenant?: string; // the user's own when absent
}

export function AddUser({ isOpen, tenant, onClose, onDone }: AddProps) {
  const t = useWords({ en, ar });
  const [fields, setFields] = useState<Fields>(nobody);
  const [password, setPassword] = useState("");
  const submit = async () => {
    await ask(api.POST("/api/users", { body: { ...fields, password, tenant_id: tenant } }));
    notifyDone(t("added", { name: fields.name }));
    setFields(nobody);
    setPassword("");
    onDone();
  };
  return (
    <DialogForm
      title={t("add")}
      isOpen={isOpen}
      onClose={onClose}
      submit={t("add")}
      onSubmit={submit}
    >
      <UserFields fields={fields} onChange={setFields} />
      <FirstPassword value={password} onChange={setPassword} />
    </DialogForm>
  );
}

export function EditUser({ user, onClose, onDone }: DialogProps & { user: User }) {
  const t = useWords({ en, ar });
  const [fields, setFields] = useState<Fields>(user);
  const [isActive, setActive] = useState(user.is_active);
  const submit = async () => {
    const path = { userId: user.id };
    const { name, email, role } = fields;
    const body = { name, email, role, is_active: isActive };
    await ask(api.PUT("/api/users/{userId}", { params: { path }, body }));
    notifyDone(t("saved", { name }));
    onDone();
  };
  return (
    <DialogForm
      title={t("editOf", { name: user.name })}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <UserFields fields={fields} onChange={setFields} />
      <OnOff label={t("isActive")} value={isActive} onChange={setActive} />
    </DialogForm>
  );
}

export function SetPassword({ user, onClose, onDone }: DialogProps & { user: User }) {
  const t = useWords({ en, ar });
  const [password, setPassword] = useState("");
  const submit = async () => {
    const path = { userId: user.id };
    const body = { new_password: password };
    await bodyOf(api.POST("/api/users/{userId}/password", { params: { path }, body }));
    notifyDone(t("setPasswordDone", { name: user.name }));
    onDone();
  };
  return (
    <DialogForm
      title={t("setPasswordOf", { name: user.name })}
      isOpen
      onClose={onClose}
      submit={t("setPassword")}
      onSubmit={submit}
    >
      <PasswordInput
        label={t("newPassword")}
        dir="ltr"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
        data-autofocus
      />
    </DialogForm>
  );
}
