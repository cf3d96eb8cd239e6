import { Button, Group, PasswordInput, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, DataTable, DialogForm, Problem, Waiting, When } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Secret = Schemas["Secret"];

function SetSecret({ onClose }: { onClose: () => void }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const submit = async () => {
    await ask(api.POST("/api/secrets", { body: { name, value } }));
    await queries.invalidateQueries({ queryKey: ["secrets"] });
  };
  return (
    <DialogForm
      title={t("setSecret")}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <TextInput
        label={t("name")}
        description={t("secretNameHint")}
        dir="ltr"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={64}
        required
        data-autofocus
      />
      <PasswordInput
        label={t("secretValue")}
        dir="ltr"
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autoComplete="off"
        maxLength={8192}
        required
      />
    </DialogForm>
  );
}

/** The secrets of the tenant: names only, for nobody sees a value again. */
export function Secrets() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [isOpen, open] = useDisclosure(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["secrets"],
    queryFn: ({ signal }) => ask(api.GET("/api/secrets", { signal })),
  });
  const remove = async (secretName: string) => {
    await bodyOf(api.DELETE("/api/secrets/{secretName}", { params: { path: { secretName } } }));
    await queries.invalidateQueries({ queryKey: ["secrets"] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      <Group mb="sm">
        <Button onClick={open.open}>{t("setSecret")}</Button>
        <Text size="sm" c="dimmed">
          {t("secretsHint", { example: "{secret:NAME}" })}
        </Text>
      </Group>
      <DataTable<Secret>
        label={t("secrets")}
        items={data.items}
        keyOf={(secret) => secret.name}
        empty={t("noSecrets")}
        columns={[
          { key: "name", title: t("name"), cell: (secret) => <code>{secret.name}</code> },
          {
            key: "hint",
            title: t("ending"),
            cell: (secret) => <bdi>{secret.hint === "" ? "–" : `…${secret.hint}`}</bdi>,
          },
          {
            key: "changed",
            title: t("changedAt"),
            cell: (secret) => <When at={secret.updated_at} />,
          },
          {
            key: "remove",
            title: t("remove"),
            isTitleHidden: true,
            cell: (secret) => (
              <ConfirmButton
                size="xs"
                name={t("removeOf", { name: secret.name })}
                question={t("removeQuestion", { name: secret.name })}
                explain={t("removeSecretExplain")}
                onConfirm={() => remove(secret.name)}
              >
                {t("remove")}
              </ConfirmButton>
            ),
          },
        ]}
      />
      {isOpen && <SetSecret onClose={open.close} />}
    </>
  );
}
