import { graph, of, sum } from "./words.mjs";

export default {
  uid: "aiva-outside",
  title: "AIVA: shops and deliveries",
  description: "Shops that are followed (S159), and events that are delivered to others",
  rows: [
    {
      title: "Shops",
      panels: [
        graph("Syncs an hour", "none", [
          [`sum by (outcome) (increase(aiva_store_syncs_total{${of}}[1h]))`, "{{outcome}}"],
        ]),
        graph("Syncs that succeed (goal: above 95 %)", "percentunit", [
          [
            `sum(increase(aiva_store_syncs_total{${of},outcome="completed"}[1h])) / ` +
              `sum(increase(aiva_store_syncs_total{${of}}[1h]))`,
            "within an hour",
          ],
        ]),
        graph("Requests to shops", "reqps", [
          [sum("aiva_shop_requests_total"), "requests"],
          [sum("aiva_shop_throttled_total"), "refused for their rate"],
          [sum("aiva_shop_retries_total"), "sent again"],
        ]),
        graph("Wait for a turn at a shop", "s", [
          [
            `histogram_quantile(0.95, sum by (le) (` +
              `increase(aiva_shop_wait_seconds_bucket{${of}}[15m])))`,
            "p95 within 15 minutes",
          ],
        ]),
        graph("Events of shops", "ops", [
          [sum("aiva_store_events_total", "", "outcome"), "{{outcome}}"],
        ]),
        graph("Products", "ops", [
          [sum("aiva_products_written_total"), "written"],
          [sum("aiva_products_embedded_total"), "embedded"],
        ]),
        graph("Tools of shops in chats", "ops", [
          [sum("aiva_shop_tool_calls_total"), "calls"],
          [sum("aiva_shop_tool_failures_total"), "failures"],
        ]),
      ],
    },
    {
      title: "Deliveries",
      panels: [
        graph("Webhooks", "ops", [
          [sum("aiva_webhook_attempts_total", "", "outcome"), "{{outcome}}"],
        ]),
      ],
    },
  ],
};
