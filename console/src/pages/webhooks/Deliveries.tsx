import { Button, Group, Select, Text, Title } from "@mantine/core";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, notifyDone, notifyProblem, StatusBadge, When } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Delivery = Schemas["Delivery"];
type State = Schemas["DeliveryState"];

const states: State[] = ["queued", "delivered", "failed", "cancelled"];
const everyMs = 5_000;

function Replay({ webhook, delivery }: { webhook: string; delivery: Delivery }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [isBusy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      const path = { webhookId: webhook, deliveryId: delivery.id };
      await ask(
        api.POST("/api/webhooks/{webhookId}/deliveries/{deliveryId}/replay", { params: { path } }),
      );
      notifyDone(t("replayed"));
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const time = formats.instant(delivery.created_at);
  return (
    <Group justify="flex-end">
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        aria-label={t("replayOf", { event: delivery.event_type, time })}
        onClick={() => void replay()}
      >
        {t("replay")}
      </Button>
    </Group>
  );
}

function Answer({ delivery }: { delivery: Delivery }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  if (delivery.attempts === 0) return <>–</>;
  const duration = t("duration", { ms: formats.number(delivery.last_duration_ms) });
  return (
    <>
      <bdi>{delivery.last_status === 0 ? "" : `${delivery.last_status} · `}</bdi>
      {duration}
      {delivery.last_error !== "" && (
        <Text size="xs" c="dimmed" maw={320}>
          {delivery.last_error}
        </Text>
      )}
    </>
  );
}

/** What became of the events of a webhook. */
export function Deliveries({ webhook }: { webhook: string }) {
  const t = useWords({ en, ar });
  const [state, setState] = useState<State | null>(null);
  const deliveries = usePages<Delivery>(
    ["webhooks", webhook, "deliveries", state],
    (query, signal) =>
      ask(
        api.GET("/api/webhooks/{webhookId}/deliveries", {
          params: {
            path: { webhookId: webhook },
            query: { ...query, state: state ?? undefined },
          },
          signal,
        }),
      ),
    { everyMs },
  );
  return (
    <section>
      <Group justify="space-between" align="flex-end" mt="xl" mb="sm">
        <Title order={2} size="h4">
          {t("deliveries")}
        </Title>
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={states.map((value) => ({ value, label: t(value) }))}
          value={state}
          onChange={(value) => setState(value as State | null)}
          clearable
          clearButtonProps={{ "aria-label": t("all") }}
        />
      </Group>
      <DataTable
        label={t("deliveries")}
        pages={deliveries}
        keyOf={(delivery) => delivery.id}
        empty={t("noDeliveries")}
        isNarrowed={state !== null}
        columns={[
          { key: "when", title: t("when"), cell: (delivery) => <When at={delivery.created_at} /> },
          {
            key: "event",
            title: t("event"),
            cell: (delivery) => (
              <>
                <bdi>{delivery.event_type}</bdi>
                {delivery.is_replay && ` (${t("replayMark")})`}
              </>
            ),
          },
          {
            key: "state",
            title: t("state"),
            cell: (delivery) => <StatusBadge state={delivery.state} text={t(delivery.state)} />,
          },
          {
            key: "attempts",
            title: t("attempts"),
            cell: (delivery) => delivery.attempts,
            isNumber: true,
          },
          { key: "answer", title: t("error"), cell: (delivery) => <Answer delivery={delivery} /> },
          {
            key: "replay",
            title: t("replay"),
            isTitleHidden: true,
            cell: (delivery) => <Replay webhook={webhook} delivery={delivery} />,
          },
        ]}
      />
    </section>
  );
}
