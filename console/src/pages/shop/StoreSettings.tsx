import { MultiSelect, NumberInput, PasswordInput, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { FormSection, notifyDone } from "../../parts";
import { productStates, useReloadShop, useTenant, type Store } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

function useCollections(store: Store) {
  const tenantId = useTenant();
  return useQuery({
    queryKey: ["shop", "stores", store.id, "collections"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/shopify/{tenantId}/stores/{storeId}/collections", {
          params: { path: { tenantId, storeId: store.id } },
          signal,
        }),
      ),
    retry: false,
    staleTime: 60_000,
  });
}

/** When a shop is read, and which of its products. */
export function StoreSettings({ store }: { store: Store }) {
  const t = useWords({ en, ar });
  const tenantId = useTenant();
  const reload = useReloadShop();
  const found = useCollections(store);
  const [address, setAddress] = useState(store.address);
  const [token, setToken] = useState("");
  const [isAuto, setAuto] = useState(store.auto_sync);
  const [minutes, setMinutes] = useState(store.interval_minutes);
  const [collections, setCollections] = useState(store.collections);
  const [states, setStates] = useState<string[]>(store.states);
  const known = found.data?.items.map(({ id, title }) => ({ value: id, label: title })) ?? [];
  const lost = collections.filter((id) => !known.some(({ value }) => value === id));
  const save = async () => {
    await ask(
      api.PUT("/api/shopify/{tenantId}/stores/{storeId}", {
        params: { path: { tenantId, storeId: store.id } },
        body: {
          auto_sync: isAuto,
          interval_minutes: minutes,
          collections,
          states: states as Schemas["ProductState"][],
          ...(store.kind === "feed" && address !== store.address ? { address } : {}),
          ...(token !== "" ? { token } : {}),
        },
      }),
    );
    notifyDone(t("saved"));
    await reload();
  };
  return (
    <FormSection title={t("settings")} submit={t("save")} onSubmit={save}>
      {store.kind === "feed" && (
        <TextInput
          label={t("feedAddress")}
          description={t("feedHint")}
          dir="ltr"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          maxLength={2000}
        />
      )}
      <PasswordInput
        label={t("newToken")}
        description={store.has_token ? t("hasToken") : t("hasNoToken")}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        maxLength={500}
        autoComplete="off"
        visibilityToggleButtonProps={{ "aria-label": t("showToken") }}
      />
      <Switch
        label={t("autoSync")}
        checked={isAuto}
        onChange={(event) => setAuto(event.currentTarget.checked)}
      />
      <NumberInput
        label={t("interval")}
        value={minutes}
        onChange={(value) => setMinutes(Number(value) || 5)}
        min={5}
        max={43_200}
        allowDecimal={false}
        disabled={!isAuto}
      />
      <MultiSelect
        label={t("collections")}
        description={found.error?.message ?? t("collectionsHint")}
        data={[...known, ...lost.map((id) => ({ value: id, label: id }))]}
        value={collections}
        onChange={setCollections}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("allCollections") }}
      />
      <MultiSelect
        label={t("productStates")}
        description={t("productStatesHint")}
        data={productStates.map((value) => ({ value, label: t(`product.${value}`) }))}
        value={states}
        onChange={setStates}
        clearable
        clearButtonProps={{ "aria-label": t("all") }}
      />
    </FormSection>
  );
}
