import { PasswordInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm, notifyDone } from "../../parts";
import { useSession, type Role, type User } from "../../session";
import { roles } from "../../session/rights";
import { ar } from "./words.ar";
import { en } from "./words.en";

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

export function AddUser({ isOpen, onClose, onDone }: DialogProps & { isOpen: boolean }) {
  const t = useWords({ en, ar });
  const offered = useRoles();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("client");
  const submit = async () => {
    await ask(api.POST("/api/users", { body: { name, email, password, role } }));
    notifyDone(t("added", { name }));
    setName("");
    setEmail("");
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
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
      />
      <TextInput
        label={t("email")}
        type="email"
        dir="ltr"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        maxLength={254}
        required
      />
      <PasswordInput
        label={t("password")}
        description={t("passwordHint")}
        dir="ltr"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
      />
      <Select
        label={t("role")}
        data={offered}
        value={role}
        onChange={(value) => setRole(value as Role)}
        allowDeselect={false}
      />
    </DialogForm>
  );
}

export function EditUser({ user, onClose, onDone }: DialogProps & { user: User }) {
  const t = useWords({ en, ar });
  const offered = useRoles();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const [role, setRole] = useState<Role>(user.role);
  const [isActive, setActive] = useState(user.is_active);
  const submit = async () => {
    const path = { userId: user.id };
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
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
      />
      <TextInput
        label={t("email")}
        type="email"
        dir="ltr"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        maxLength={254}
        required
      />
      <Select
        label={t("role")}
        data={offered}
        value={role}
        onChange={(value) => setRole(value as Role)}
        allowDeselect={false}
      />
      <Switch
        label={t("isActive")}
        checked={isActive}
        onChange={(event) => setActive(event.currentTarget.checked)}
      />
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
