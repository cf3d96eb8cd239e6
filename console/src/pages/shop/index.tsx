import { Tabs } from "@mantine/core";
import { lazy } from "react";
import { Route, Routes } from "react-router";
import { useWords } from "../../language";
import { PageTitle, useTab } from "../../parts";
import { ConnectStore } from "./ConnectStore";
import { Jobs } from "./Jobs";
import { Products } from "./Products";
import { Statistics } from "./Statistics";
import { StoreList } from "./StoreList";
import { ar } from "./words.ar";
import { en } from "./words.en";

const StorePage = lazy(() => import("./StorePage"));
const ProductPage = lazy(() => import("./ProductPage"));

const tabs = ["stores", "products", "jobs"] as const;

function Overview() {
  const t = useWords({ en, ar });
  const [tab, setTab] = useTab(tabs);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        <ConnectStore />
      </PageTitle>
      <Statistics />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(name)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="stores">
          <StoreList />
        </Tabs.Panel>
        <Tabs.Panel value="products">
          <Products />
        </Tabs.Panel>
        <Tabs.Panel value="jobs">
          <Jobs />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

export default function Shop() {
  return (
    <Routes>
      <Route index element={<Overview />} />
      <Route path="stores/:store" element={<StorePage />} />
      <Route path="products/:product" element={<ProductPage />} />
    </Routes>
  );
}
