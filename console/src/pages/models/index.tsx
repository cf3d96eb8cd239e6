import { Tabs } from "@mantine/core";
import { useWords } from "../../language";
import { PageTitle, useTab } from "../../parts";
import { useSession } from "../../session";
import { OwnKeys } from "./OwnKeys";
import { Prices } from "./Prices";
import { Providers } from "./Providers";
import { ar } from "./words.ar";
import { en } from "./words.en";

export default function Models() {
  const t = useWords({ en, ar });
  const { can } = useSession();
  const [tab, setTab] = useTab(["providers", "keys", "prices"]);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="providers">{t("providers")}</Tabs.Tab>
          {can("keys.manage") && <Tabs.Tab value="keys">{t("keys")}</Tabs.Tab>}
          {can("billing.read") && <Tabs.Tab value="prices">{t("prices")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="providers">
          <Providers />
        </Tabs.Panel>
        {can("keys.manage") && (
          <Tabs.Panel value="keys">
            <OwnKeys />
          </Tabs.Panel>
        )}
        {can("billing.read") && (
          <Tabs.Panel value="prices">
            <Prices />
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  );
}
