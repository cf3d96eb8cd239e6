import { Button, Code, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import {
  ConfirmButton,
  DataTable,
  notifyDone,
  PageTitle,
  SecretOnce,
  StatusBadge,
  When,
} from "../../parts";
import { CreateKey } from "./CreateKey";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Key = Schemas["ApiKey"];

function stateOf(key: Key): "active" | "revoked" | "ended" {
  if (key.revoked_at) return "revoked";
  return key.expires_at && Date.parse(key.expires_at) < Date.now() ? "ended" : "active";
}

export default function Keys() {
  const t = useWords({ en, ar });
  const [isAsking, asking] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const keys = usePages<Key>(["keys"], (query, signal) =>
    ask(api.GET("/api/keys", { params: { query }, signal })),
  );
  const revoke = async (key: Key) => {
    await bodyOf(api.DELETE("/api/keys/{keyId}", { params: { path: { keyId: key.id } } }));
    notifyDone(t("revokedDone", { name: key.name }));
    keys.reload();
  };
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        <Button onClick={asking.open}>{t("create")}</Button>
      </PageTitle>
      <DataTable
        label={t("title")}
        pages={keys}
        keyOf={(key) => key.id}
        empty={t("none")}
        columns={[
          { key: "name", title: t("name"), cell: (key) => key.name, sortBy: (key) => key.name },
          { key: "key", title: t("key"), cell: (key) => <Code dir="ltr">{key.prefix}</Code> },
          {
            key: "scopes",
            title: t("scopes"),
            cell: (key) => (
              <Text size="sm" dir="ltr" ta="start" maw={280}>
                {key.scopes.join(", ")}
              </Text>
            ),
          },
          {
            key: "state",
            title: t("state"),
            cell: (key) => (
              <StatusBadge
                state={stateOf(key)}
                text={t(stateOf(key))}
                tone={stateOf(key) === "active" ? "good" : "calm"}
              />
            ),
          },
          {
            key: "created",
            title: t("created"),
            cell: (key) => <When at={key.created_at} />,
            sortBy: (key) => key.created_at,
          },
          {
            key: "used",
            title: t("lastUsed"),
            cell: (key) => (key.last_used_at ? <When at={key.last_used_at} /> : t("never")),
          },
          {
            key: "expires",
            title: t("expires"),
            cell: (key) => (key.expires_at ? <When at={key.expires_at} /> : t("never")),
          },
          {
            key: "actions",
            title: t("revoke"),
            isTitleHidden: true,
            cell: (key) =>
              key.revoked_at ? null : (
                <Group justify="flex-end">
                  <ConfirmButton
                    size="xs"
                    name={t("revokeOf", { name: key.name })}
                    question={t("revokeQuestion", { name: key.name })}
                    explain={t("revokeExplain")}
                    onConfirm={() => revoke(key)}
                  >
                    {t("revoke")}
                  </ConfirmButton>
                </Group>
              ),
          },
        ]}
      />
      <CreateKey
        isOpen={isAsking}
        onClose={asking.close}
        onMade={(made) => {
          setSecret(made);
          keys.reload();
        }}
      />
      <SecretOnce title={t("createdTitle")} secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
