import { Button, Menu, Text } from "@mantine/core";
import IconLogout from "@tabler/icons-react/icons/IconLogout";
import IconUser from "@tabler/icons-react/icons/IconUser";
import { useWords } from "../language";
import { useSession, useUser } from "../session";
import { ar, en } from "./words";

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const t = useWords({ en, ar });
  const user = useUser();
  const { signOut } = useSession();
  const name = user.name || user.email;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          leftSection={<IconUser size={20} aria-hidden />}
          aria-label={t("account", { name })}
        >
          <Text size="sm" truncate maw={160} visibleFrom="sm">
            {name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} truncate>
            {user.tenant_name}
          </Text>
          <Text size="xs" truncate dir="ltr">
            {user.email}
          </Text>
        </Menu.Label>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => void signOut()}
        >
          {t("signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
