import { Alert, Anchor, Button, FileButton, List, Tabs, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import {
  ConfirmButton,
  notifyDone,
  notifyProblem,
  PageTitle,
  Problem,
  useTab,
  Waiting,
} from "../../parts";
import { Consent } from "./ConnectStore";
import { Jobs } from "./Jobs";
import { Products } from "./Products";
import { Statistics } from "./Statistics";
import { StoreState } from "./StoreList";
import {
  consentOf,
  nameOf,
  sendFeed,
  useReloadShop,
  useStore,
  useTenant,
  type Store,
} from "./stores";
import { StoreSettings } from "./StoreSettings";
import { ar } from "./words.ar";
import { en } from "./words.en";

const tabs = ["jobs", "products", "settings"] as const;

function Report({ report }: { report: Schemas["StoreReport"] }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  return (
    <Alert
      mb="md"
      color={report.reachable ? "green" : "red"}
      title={report.reachable ? t("reachable") : t("unreachable")}
      role="status"
    >
      {report.error && <Text size="sm">{report.error}</Text>}
      {report.reachable && (
        <List size="sm">
          <List.Item>
            <bdi>{`${report.name} · ${report.domain} · ${report.currency}`}</bdi>
          </List.Item>
          <List.Item>
            {t("productsThere", { count: report.products })} ·{" "}
            {t("ms", { ms: formats.number(report.time_ms, { maximumFractionDigits: 0 }) })}
          </List.Item>
          {report.scopes.length > 0 && (
            <List.Item>
              {t("scopes")}: <bdi>{report.scopes.join(", ")}</bdi>
            </List.Item>
          )}
          {report.missing_scopes.length > 0 && (
            <List.Item>
              {t("missingScopes")}: <bdi>{report.missing_scopes.join(", ")}</bdi>
            </List.Item>
          )}
        </List>
      )}
    </Alert>
  );
}

interface ActionsProps {
  store: Store;
  onReport: (report: Schemas["StoreReport"]) => void;
}

function Actions({ store, onReport }: ActionsProps) {
  const t = useWords({ en, ar });
  const tenantId = useTenant();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const reload = useReloadShop();
  const [isTesting, setTesting] = useState(false);
  const [consent, setConsent] = useState<string | null>(null);
  const params = { path: { tenantId, storeId: store.id } };
  const act = (work: Promise<unknown>) =>
    void work.catch(notifyProblem).finally(() => void reload());
  const test = async () => {
    setTesting(true);
    try {
      onReport(await ask(api.POST("/api/shopify/{tenantId}/stores/{storeId}/test", { params })));
    } finally {
      setTesting(false);
    }
  };
  const sync = (type: Schemas["SyncType"]) =>
    act(
      ask(
        api.POST("/api/shopify/{tenantId}/sync", {
          params: { path: { tenantId } },
          body: { store_id: store.id, type },
        }),
      ),
    );
  const give = async (file: File | null) => {
    if (file === null) return;
    await sendFeed(tenantId, store.id, file);
    notifyDone(t("feedStored"));
  };
  const remove = async () => {
    await bodyOf(api.DELETE("/api/shopify/{tenantId}/stores/{storeId}", { params }));
    await queries.invalidateQueries({ queryKey: ["shop"], refetchType: "none" });
    await navigate("/shop");
  };
  return (
    <>
      <Button onClick={() => sync("full")} disabled={store.status === "paused"}>
        {t("syncAll")}
      </Button>
      <Button
        variant="default"
        onClick={() => sync("incremental")}
        disabled={store.status === "paused"}
      >
        {t("syncChanges")}
      </Button>
      <Button variant="default" loading={isTesting} onClick={() => act(test())}>
        {t("test")}
      </Button>
      {store.status === "paused" ? (
        <Button
          variant="default"
          onClick={() =>
            act(ask(api.POST("/api/shopify/{tenantId}/stores/{storeId}/resume", { params })))
          }
        >
          {t("resume")}
        </Button>
      ) : (
        <ConfirmButton
          color="aiva"
          question={t("pauseQuestion")}
          explain={t("pauseExplain")}
          onConfirm={() =>
            ask(api.POST("/api/shopify/{tenantId}/stores/{storeId}/pause", { params })).then(reload)
          }
        >
          {t("pause")}
        </ConfirmButton>
      )}
      {store.kind === "shopify" && (
        <Button
          variant="default"
          onClick={() => act(consentOf(tenantId, store.id).then(setConsent))}
        >
          {t("consent")}
        </Button>
      )}
      {store.kind === "feed" && (
        <FileButton
          accept=".csv,.json,text/csv,application/json"
          inputProps={{ "aria-label": t("feedFile") }}
          onChange={(file) => act(give(file))}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {t("giveFeed")}
            </Button>
          )}
        </FileButton>
      )}
      <ConfirmButton question={t("removeQuestion")} explain={t("removeExplain")} onConfirm={remove}>
        {t("remove")}
      </ConfirmButton>
      <Consent url={consent} onClose={() => setConsent(null)} />
    </>
  );
}

/** One shop: how it is read, what it has, how it is set up. */
export default function StorePage() {
  const t = useWords({ en, ar });
  const { store: id = "" } = useParams();
  const [tab, setTab] = useTab(tabs);
  const [report, setReport] = useState<Schemas["StoreReport"] | null>(null);
  const { data: store, error, refetch } = useStore(id);
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (store === undefined) return <Waiting />;
  return (
    <>
      <Anchor component={Link} to="/shop" size="sm">
        {t("toShops")}
      </Anchor>
      <PageTitle
        title={nameOf(store)}
        about={
          <>
            <StoreState store={store} /> <bdi>{store.address}</bdi>
          </>
        }
      >
        <Actions store={store} onReport={setReport} />
      </PageTitle>
      {report && <Report report={report} />}
      <Statistics store={id} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(name)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="jobs">
          <Jobs store={id} />
        </Tabs.Panel>
        <Tabs.Panel value="products">
          <Products base={store.kb_id} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <StoreSettings key={store.id} store={store} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
