import { Tabs } from "@mantine/core";
import { useWords } from "../../language";
import { PageTitle, useTab } from "../../parts";
import { DoNotCall } from "./DoNotCall";
import { Numbers } from "./Numbers";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** The numbers agents answer, and those nobody calls. */
export default function NumbersPage() {
  const t = useWords({ en, ar });
  const [tab, setTab] = useTab(["numbers", "doNotCall"] as const);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="numbers">{t("answered")}</Tabs.Tab>
          <Tabs.Tab value="doNotCall">{t("doNotCall")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="numbers">
          <Numbers />
        </Tabs.Panel>
        <Tabs.Panel value="doNotCall">
          <DoNotCall />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
