import { Tabs } from "@mantine/core";
import { useWords } from "../../language";
import { PageTitle, useTab } from "../../parts";
import { Rights } from "./Rights";
import { UserList } from "./UserList";
import { ar } from "./words.ar";
import { en } from "./words.en";

export default function Users() {
  const t = useWords({ en, ar });
  const [tab, setTab] = useTab(["users", "rights"]);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="users">{t("users")}</Tabs.Tab>
          <Tabs.Tab value="rights">{t("rights")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users">
          <UserList />
        </Tabs.Panel>
        <Tabs.Panel value="rights">
          <Rights />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
