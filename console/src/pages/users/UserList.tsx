import { Button, Group, Menu } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import {
  ConfirmButton,
  DataTable,
  LineInput,
  notifyDone,
  StatusBadge,
  When,
  type Column,
} from "../../parts";
import { Filter } from "../../parts/Filter";
import { useRight, useUser, type Role, type User } from "../../session";
import { roles } from "../../session/rights";
import { AddUser, EditUser, SetPassword } from "./UserDialogs";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface RowProps {
  user: User;
  onEdit: () => void;
  onPassword: () => void;
  onChanged: () => void;
}

function RowActions({ user, onEdit, onPassword, onChanged }: RowProps) {
  const t = useWords({ en, ar });
  const me = useUser();
  const { name } = user;
  const deactivate = async () => {
    await bodyOf(api.DELETE("/api/users/{userId}", { params: { path: { userId: user.id } } }));
    notifyDone(t("deactivated", { name }));
    onChanged();
  };
  return (
    <Group justify="flex-end" gap="xs" wrap="nowrap">
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" aria-label={t("editOf", { name })}>
            {t("edit")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onEdit}>{t("editOf", { name })}</Menu.Item>
          <Menu.Item onClick={onPassword}>{t("setPasswordOf", { name })}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {user.is_active && user.id !== me.id && (
        <ConfirmButton
          size="xs"
          name={t("deactivateOf", { name })}
          question={t("deactivateQuestion", { name })}
          explain={t("deactivateExplain")}
          onConfirm={deactivate}
        >
          {t("deactivate")}
        </ConfirmButton>
      )}
    </Group>
  );
}

/** Users, of one tenant where it is named. */
export function UserList({ tenant }: { tenant?: string }) {
  const t = useWords({ en, ar });
  const mayWrite = useRight("users.write");
  const seesTenants = useRight("tenants.manage") && tenant === undefined;
  const queries = useQueryClient();
  const [isAdding, adding] = useDisclosure(false);
  const [edited, setEdited] = useState<User | null>(null);
  const [passwordOf, setPasswordOf] = useState<User | null>(null);
  const [text, setText] = useState("");
  const [role, setRole] = useState<Role | null>(null);
  const [search] = useDebouncedValue(text.trim(), 300);
  const users = usePages<User>(["users", tenant, search, role], (query, signal) => {
    const filter = { tenant_id: tenant, search: search || undefined, role: role ?? undefined };
    const wanted = { ...query, ...filter };
    return ask(api.GET("/api/users", { params: { query: wanted }, signal }));
  });
  const columns: Column<User>[] = [
    { key: "name", title: t("name"), cell: (user) => user.name, sortBy: (user) => user.name },
    {
      key: "email",
      title: t("email"),
      cell: (user) => <bdi>{user.email}</bdi>,
      sortBy: (user) => user.email,
    },
    { key: "role", title: t("role"), cell: (user) => t(`role.${user.role}`) },
    {
      key: "state",
      title: t("state"),
      cell: (user) => (
        <StatusBadge
          state={user.is_active ? "active" : "ended"}
          text={user.is_active ? t("active") : t("inactive")}
        />
      ),
    },
    {
      key: "seen",
      title: t("lastSeen"),
      cell: (user) => (user.last_login_at ? <When at={user.last_login_at} /> : t("never")),
      sortBy: (user) => user.last_login_at ?? "",
    },
  ];
  if (seesTenants)
    columns.splice(3, 0, { key: "tenant", title: t("tenant"), cell: (user) => user.tenant_name });
  if (mayWrite)
    columns.push({
      key: "actions",
      title: t("edit"),
      isTitleHidden: true,
      cell: (user) => (
        <RowActions
          user={user}
          onEdit={() => setEdited(user)}
          onPassword={() => setPasswordOf(user)}
          onChanged={users.reload}
        />
      ),
    });
  const reload = () => {
    users.reload();
    void queries.invalidateQueries({ queryKey: ["tenants"] }); // they tell how many users there are
  };
  return (
    <>
      <Group mb="md" align="flex-end" justify="space-between">
        <Group align="flex-end">
          <LineInput label={t("search")} value={text} onChange={setText} maxLength={200} />
          <Filter
            label={t("role")}
            choices={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            value={role}
            onChange={setRole}
          />
        </Group>
        {mayWrite && <Button onClick={adding.open}>{t("add")}</Button>}
      </Group>
      <DataTable
        label={t("users")}
        pages={users}
        keyOf={(user) => user.id}
        empty={t("none")}
        isNarrowed={role !== null || search !== ""}
        columns={columns}
      />
      <AddUser tenant={tenant} isOpen={isAdding} onClose={adding.close} onDone={reload} />
      {edited && <EditUser user={edited} onClose={() => setEdited(null)} onDone={reload} />}
      {passwordOf && (
        <SetPassword user={passwordOf} onClose={() => setPasswordOf(null)} onDone={reload} />
      )}
    </>
  );
}
