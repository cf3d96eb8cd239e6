import { Tabs } from "@mantine/core";
import { useWords } from "../../language";
import { PageTitle, useTab } from "../../parts";
import { useRight } from "../../session";
import { AddCredits } from "./AddCredits";
import { Alerts } from "./Alerts";
import { Balance } from "./Balance";
import { Budgets } from "./Budgets";
import { History } from "./History";
import { Usage } from "./Usage";
import { ar } from "./words.ar";
import { en } from "./words.en";

const tabs = [
  { name: "usage", Body: Usage },
  { name: "history", Body: History },
  { name: "budgets", Body: Budgets },
  { name: "alerts", Body: Alerts },
] as const;

export default function Credits() {
  const t = useWords({ en, ar });
  const mayAdd = useRight("tenants.manage");
  const [tab, setTab] = useTab(tabs.map(({ name }) => name));
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        {mayAdd && <AddCredits />}
      </PageTitle>
      <Balance />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {t(name)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ name, Body }) => (
          <Tabs.Panel key={name} value={name}>
            <Body />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
