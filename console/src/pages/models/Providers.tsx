import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { DataTable, Problem, StatusBadge, Waiting } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Provider = Schemas["ModelProvider"];

const everyMs = 5_000;

export function useModels() {
  return useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => ask(api.GET("/api/models", { signal })),
    refetchInterval: everyMs,
  });
}

function KeyState({ provider }: { provider: Provider }) {
  const t = useWords({ en, ar });
  if (!provider.is_available)
    return <StatusBadge state="none" tone="warn" text={t("unavailable")} />;
  return (
    <StatusBadge
      state="ready"
      text={provider.has_own_key ? t("ownKey") : t("operatorKey")}
      tone="good"
    />
  );
}

/** Who is asked for answers, and how they fare. */
export function Providers() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { data, error, refetch } = useModels();
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      <Group mb="sm" gap="lg">
        {data.default_model !== "" && (
          <Text size="sm">{t("defaultModel", { model: data.default_model })}</Text>
        )}
        {data.fall_back.length > 0 && (
          <Text size="sm">{t("fallBack", { chain: data.fall_back.join(", ") })}</Text>
        )}
      </Group>
      <DataTable<Provider>
        label={t("providers")}
        items={data.providers}
        keyOf={(provider) => provider.name}
        empty={t("noProviders")}
        columns={[
          { key: "name", title: t("provider"), cell: (provider) => <bdi>{provider.name}</bdi> },
          {
            key: "dialect",
            title: t("dialect"),
            cell: (provider) => <bdi>{provider.dialect}</bdi>,
          },
          {
            key: "model",
            title: t("default"),
            cell: (provider) => <bdi>{provider.default_model || "–"}</bdi>,
          },
          { key: "key", title: t("key"), cell: (provider) => <KeyState provider={provider} /> },
          {
            key: "breaker",
            title: t("breaker"),
            cell: (provider) => (
              <StatusBadge
                state={provider.breaker}
                text={t(`breaker.${provider.breaker}`)}
                tone={provider.breaker === "closed" ? "good" : "bad"}
              />
            ),
          },
          {
            key: "running",
            title: t("running"),
            cell: (provider) => formats.number(provider.running),
            isNumber: true,
          },
          {
            key: "waiting",
            title: t("waiting"),
            cell: (provider) => formats.number(provider.waiting),
            isNumber: true,
          },
        ]}
      />
    </>
  );
}
