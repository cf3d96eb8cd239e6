import { Alert, Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { PageTitle, Problem, Waiting, When } from "../../parts";
import { Deliveries } from "./Deliveries";
import { WebhookActions } from "./WebhookActions";
import type { Webhook } from "./WebhookForm";
import { WebhookState } from "./WebhookList";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Facts({ webhook }: { webhook: Webhook }) {
  const t = useWords({ en, ar });
  const events = webhook.event_types.includes("*")
    ? t("everyEvent")
    : webhook.event_types.join(", ");
  return (
    <>
      <Group gap="sm">
        <WebhookState webhook={webhook} />
        <Text size="sm">
          {t("events")}: <bdi>{events}</bdi>
        </Text>
      </Group>
      {webhook.description !== "" && (
        <Text size="sm" mt="xs">
          {webhook.description}
        </Text>
      )}
      {webhook.disabled_reason !== "" && (
        <Alert color="red" mt="sm">
          {t("disabled", { reason: webhook.disabled_reason })}
        </Alert>
      )}
      {webhook.failing_since && (
        <Alert color="orange" mt="sm">
          {t("failing")}: <When at={webhook.failing_since} />
        </Alert>
      )}
    </>
  );
}

export function WebhookPage() {
  const t = useWords({ en, ar });
  const webhookId = useParams()["webhookId"] ?? "";
  const { data, error, refetch } = useQuery({
    queryKey: ["webhooks", webhookId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/webhooks/{webhookId}", { params: { path: { webhookId } }, signal })),
  });
  return (
    <>
      <Anchor component={Link} to="/webhooks" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle title={t("webhook")} about={data && <bdi>{data.url}</bdi>}>
        {data && <WebhookActions webhook={data} />}
      </PageTitle>
      <Problem error={error} again={() => void refetch()} />
      {data ? <Facts webhook={data} /> : error === null && <Waiting />}
      {data && <Deliveries webhook={data.id} />}
    </>
  );
}
