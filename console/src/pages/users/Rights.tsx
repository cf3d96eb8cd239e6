import { Code, Text } from "@mantine/core";
import { useWords } from "../../language";
import { DataTable } from "../../parts";
import { rightsOf, roles, type Permission } from "../../session/rights";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Which role has which right. */
export function Rights() {
  const t = useWords({ en, ar });
  return (
    <DataTable<Permission>
      label={t("rights")}
      items={[...rightsOf("super_admin")]}
      keyOf={(right) => right}
      columns={[
        { key: "right", title: t("right"), cell: (right) => <Code dir="ltr">{right}</Code> },
        ...roles.map((role) => ({
          key: role,
          title: t(`role.${role}`),
          cell: (right: Permission) => {
            const has = rightsOf(role).has(right);
            return (
              <Text size="sm" c={has ? undefined : "dimmed"} fw={has ? 600 : undefined}>
                {has ? t("yes") : t("no")}
              </Text>
            );
          },
        })),
      ]}
    />
  );
}
