import {
  Alert,
  Autocomplete,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import {
  ConfirmButton,
  DataTable,
  DialogForm,
  notifyDone,
  Problem,
  Waiting,
  When,
} from "../../parts";
import { useModels } from "./Providers";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Key = Schemas["ModelKey"];

function SetKey({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const models = useModels();
  const [provider, setProvider] = useState("");
  const [key, setKey] = useState("");
  const [requests, setRequests] = useState(0);
  const [tokens, setTokens] = useState(0);
  const submit = async () => {
    const body = { provider, key, requests_per_minute: requests, tokens_per_minute: tokens };
    await ask(api.PUT("/api/models/keys", { body }));
    setKey("");
    notifyDone(t("keySet", { provider }));
    await queries.invalidateQueries({ queryKey: ["models"] });
  };
  return (
    <DialogForm
      title={t("setKey")}
      isOpen={isOpen}
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <Autocomplete
        label={t("provider")}
        data={models.data?.providers.map((one) => one.name) ?? []}
        value={provider}
        onChange={setProvider}
        maxLength={32}
        dir="ltr"
        required
        data-autofocus
      />
      <PasswordInput
        label={t("key")}
        dir="ltr"
        autoComplete="off"
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        minLength={8}
        maxLength={512}
        required
      />
      <NumberInput
        label={t("requests")}
        description={t("requestsHint")}
        value={requests}
        onChange={(value) => setRequests(Number(value) || 0)}
        min={0}
        allowDecimal={false}
      />
      <NumberInput
        label={t("tokens")}
        description={t("requestsHint")}
        value={tokens}
        onChange={(value) => setTokens(Number(value) || 0)}
        min={0}
        allowDecimal={false}
      />
    </DialogForm>
  );
}

function TestResult({ test }: { test: ReturnType<typeof useTest> }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  if (test.isPending) return <Waiting text={t("testing", { provider: test.variables })} />;
  if (test.error) return <Problem error={test.error} />;
  if (test.data === undefined) return null;
  const { is_working: works, model, message, time_ms: ms } = test.data;
  return (
    <Alert color={works ? "green" : "red"} role="status" mb="sm">
      {works
        ? t("working", { model, time: formats.number(ms, { maximumFractionDigits: 0 }) })
        : t("notWorking", { message })}
    </Alert>
  );
}

function useTest() {
  return useMutation({
    mutationFn: (provider: string) =>
      ask(api.POST("/api/models/keys/test", { body: { provider } })),
  });
}

/** The tenant's own keys for providers: set, tried, removed. */
export function OwnKeys() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const [isSetting, setting] = useDisclosure(false);
  const test = useTest();
  const { data, error, refetch } = useQuery({
    queryKey: ["models", "keys"],
    queryFn: ({ signal }) => ask(api.GET("/api/models/keys", { signal })),
  });
  const remove = async (provider: string) => {
    await bodyOf(api.DELETE("/api/models/keys", { params: { query: { provider } } }));
    await queries.invalidateQueries({ queryKey: ["models"] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t("keysAbout")}
        </Text>
        <Button onClick={setting.open}>{t("setKey")}</Button>
      </Group>
      <TestResult test={test} />
      <DataTable<Key>
        label={t("keys")}
        items={data?.items}
        keyOf={(key) => key.provider}
        empty={t("noKeys")}
        columns={[
          { key: "provider", title: t("provider"), cell: (key) => <bdi>{key.provider}</bdi> },
          { key: "last4", title: t("last4"), cell: (key) => <bdi>{`…${key.last4}`}</bdi> },
          {
            key: "requests",
            title: t("requests"),
            cell: (key) => formats.number(key.requests_per_minute),
            isNumber: true,
          },
          {
            key: "tokens",
            title: t("tokens"),
            cell: (key) => formats.number(key.tokens_per_minute),
            isNumber: true,
          },
          { key: "set", title: t("setAt"), cell: (key) => <When at={key.updated_at} /> },
          {
            key: "actions",
            title: t("test"),
            isTitleHidden: true,
            cell: (key) => (
              <Group justify="flex-end" gap="xs" wrap="nowrap">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("testOf", { provider: key.provider })}
                  onClick={() => test.mutate(key.provider)}
                >
                  {t("test")}
                </Button>
                <ConfirmButton
                  size="xs"
                  name={t("removeKeyOf", { provider: key.provider })}
                  question={t("removeKeyQuestion", { provider: key.provider })}
                  explain={t("removeKeyExplain")}
                  onConfirm={() => remove(key.provider)}
                >
                  {t("removeKey")}
                </ConfirmButton>
              </Group>
            ),
          },
        ]}
      />
      <SetKey isOpen={isSetting} onClose={setting.close} />
    </>
  );
}
