import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { Figure, When } from "../../parts";
import { useTenant } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 10_000;

/** How many products, variants and pictures there are: of one shop, or of all. */
export function Statistics({ store }: { store?: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const tenantId = useTenant();
  const { data, error } = useQuery({
    queryKey: ["shop", "stats", store ?? null],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/shopify/{tenantId}/stats", {
          params: { path: { tenantId }, query: { store_id: store } },
          signal,
        }),
      ),
    refetchInterval: everyMs,
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} mb="lg">
      <Figure
        title={t("products")}
        error={error}
        value={data && formats.number(data.products)}
        about={
          data &&
          t("productsAre", { active: data.active, draft: data.draft, archived: data.archived })
        }
      />
      <Figure
        title={t("variants")}
        error={error}
        value={data && formats.number(data.variants)}
        about={data && t("inStockAre", { count: data.in_stock })}
      />
      <Figure
        title={t("pictures")}
        error={error}
        value={data && formats.number(data.images)}
        about={
          data && t("picturesAre", { completed: data.images_completed, failed: data.images_failed })
        }
      />
      <Figure
        title={t("lastSync")}
        error={error}
        value={
          data && (
            <Text component="span" fz="lg" fw={700}>
              <When at={data.last_sync_at} />
            </Text>
          )
        }
        about={data && t("embedded", { count: data.embedded })}
      />
    </SimpleGrid>
  );
}
