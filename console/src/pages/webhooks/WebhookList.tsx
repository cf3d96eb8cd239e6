import { Anchor, Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DataTable, PageTitle, Problem, SecretOnce, StatusBadge, When } from "../../parts";
import { WebhookForm, type Webhook, type WebhookFields } from "./WebhookForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Whether a webhook is on, and whether it gets anything through. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const t = useWords({ en, ar });
  if (!webhook.is_active) return <StatusBadge state="off" text={t("inactive")} />;
  if (webhook.failing_since)
    return <StatusBadge state="failed" text={t("failures", { count: webhook.failures })} />;
  return <StatusBadge state="active" text={t("active")} />;
}

export function WebhookList() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [isAdding, adding] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["webhooks"],
    queryFn: ({ signal }) => ask(api.GET("/api/webhooks", { signal })),
  });
  const add = async (body: WebhookFields) => {
    const made = await ask(api.POST("/api/webhooks", { body }));
    setSecret(made.secret);
    await queries.invalidateQueries({ queryKey: ["webhooks"] });
  };
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        <Button onClick={adding.open}>{t("add")}</Button>
      </PageTitle>
      {error ? (
        <Problem error={error} again={() => void refetch()} />
      ) : (
        <DataTable<Webhook>
          label={t("title")}
          items={data?.items}
          keyOf={(webhook) => webhook.id}
          empty={t("none")}
          columns={[
            {
              key: "url",
              title: t("address"),
              cell: (webhook) => (
                <Anchor component={Link} to={`/webhooks/${webhook.id}`} size="sm">
                  <bdi>{webhook.url}</bdi>
                </Anchor>
              ),
            },
            {
              key: "description",
              title: t("description"),
              cell: (webhook) => webhook.description || "–",
            },
            {
              key: "events",
              title: t("events"),
              cell: (webhook) => (
                <Text size="sm" maw={280}>
                  {webhook.event_types.includes("*")
                    ? t("everyEvent")
                    : webhook.event_types.join(", ")}
                </Text>
              ),
            },
            {
              key: "state",
              title: t("state"),
              cell: (webhook) => <WebhookState webhook={webhook} />,
            },
            {
              key: "created",
              title: t("created"),
              cell: (webhook) => <When at={webhook.created_at} />,
            },
          ]}
        />
      )}
      {isAdding && (
        <WebhookForm
          title={t("add")}
          submit={t("add")}
          isOpen
          onClose={adding.close}
          onSubmit={add}
        />
      )}
      <SecretOnce title={t("newSecret")} secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
