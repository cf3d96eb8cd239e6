import { graph, percentiles, quantile, sum, total } from "./words.mjs";

export default {
  uid: "aiva-search",
  title: "AIVA: search",
  description: "Searches in documents and products, and the indexes behind them",
  rows: [
    {
      title: "Searches",
      panels: [
        graph("Searches", "ops", [
          [sum("aiva_search_seconds_count"), "in documents"],
          [sum("aiva_product_search_seconds_count"), "for products"],
        ]),
        graph("Time of searches in documents", "s", percentiles("aiva_search_seconds")),
        graph("Time of searches for products", "s", [
          [quantile(0.5, "aiva_product_search_seconds"), "p50"],
          [quantile(0.95, "aiva_product_search_seconds"), "p95"],
        ]),
        graph("Answered again", "ops", [
          [sum("aiva_search_cached_total", "", "question"), "{{question}} question"],
        ]),
        graph("By words alone", "ops", [
          [sum("aiva_search_degraded_total"), "documents"],
          [sum("aiva_product_search_degraded_total"), "products"],
        ]),
        graph("Beside the search itself", "ops", [
          [sum("aiva_search_reranked_total", "", "outcome"), "reranked: {{outcome}}"],
          [sum("aiva_search_reworded_total", "", "outcome"), "reworded: {{outcome}}"],
          [sum("aiva_search_records_lost_total"), "not in the history"],
        ]),
      ],
    },
    {
      title: "Indexes",
      panels: [
        graph("Memory", "bytes", [
          [total("aiva_index_resident_bytes", "instance"), "documents {{instance}}"],
          [total("aiva_product_shelf_bytes", "instance"), "products {{instance}}"],
        ]),
        graph("Following the rows", "ops", [
          [sum("aiva_index_catch_ups_total"), "documents"],
          [sum("aiva_product_index_catch_ups_total"), "products"],
          [sum("aiva_product_shelf_catch_ups_total"), "shelves"],
        ]),
        graph("Passages taken up", "ops", [
          [sum("aiva_index_passages_total"), "of documents"],
          [sum("aiva_product_index_products_total"), "products"],
        ]),
        graph("Merges of segments", "ops", [[sum("aiva_index_merges_total"), "merges"]]),
      ],
    },
  ],
};
