import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import { useWords } from "../../language";
import { DataTable, Problem, StatusBadge, Waiting, When } from "../../parts";
import { useBaseNames } from "../../parts/BaseSelect";
import { nameOf, useStores, type Store } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Whether a shop is read, and why not. */
export function StoreState({ store }: { store: Store }) {
  const t = useWords({ en, ar });
  const why = store.error_message;
  return (
    <>
      <StatusBadge state={store.status} text={t(`state.${store.status}`)} />
      {why && (
        <Text size="xs" c="dimmed">
          {why === "uninstalled" || why === "consent_expired" ? t(`error.${why}`) : why}
        </Text>
      )}
    </>
  );
}

/** The shops of the tenant. */
export function StoreList() {
  const t = useWords({ en, ar });
  const { data, error, refetch } = useStores();
  const bases = useBaseNames();
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <DataTable<Store>
      label={t("stores")}
      items={data.items}
      keyOf={(store) => store.id}
      empty={t("noStores")}
      columns={[
        {
          key: "name",
          title: t("store"),
          sortBy: nameOf,
          cell: (store) => (
            <Anchor component={Link} to={`stores/${store.id}`} fw={600} size="sm">
              <bdi>{nameOf(store)}</bdi>
            </Anchor>
          ),
        },
        { key: "kind", title: t("kind"), cell: (store) => t(`kind.${store.kind}`) },
        { key: "state", title: t("state"), cell: (store) => <StoreState store={store} /> },
        {
          key: "base",
          title: t("base"),
          cell: (store) => (
            <Anchor component={Link} to={`/knowledge/${store.kb_id}`} size="sm">
              <bdi>
                {bases.data?.items.find((base) => base.id === store.kb_id)?.name ?? t("open")}
              </bdi>
            </Anchor>
          ),
        },
        { key: "last", title: t("lastSync"), cell: (store) => <When at={store.last_sync_at} /> },
        { key: "next", title: t("nextSync"), cell: (store) => <When at={store.next_sync_at} /> },
      ]}
    />
  );
}
