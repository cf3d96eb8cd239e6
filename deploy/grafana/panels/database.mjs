import { graph, most, quantile, sum, total } from "./words.mjs";

export default {
  uid: "aiva-database",
  title: "AIVA: database",
  description: "SQLite's file, or servers of MariaDB and MySQL (S152 to S154)",
  rows: [
    {
      title: "Connections",
      panels: [
        graph("Used (goal: below 80 %)", "percentunit", [
          [
            `${total("aiva_database_connections_in_use", "server")} / ` +
              total("aiva_database_connections_max", "server"),
            "{{server}}",
          ],
        ]),
        graph("Open, working and possible", "none", [
          [total("aiva_database_connections", "server"), "open {{server}}"],
          [total("aiva_database_connections_in_use", "server"), "working {{server}}"],
          [total("aiva_database_connections_max", "server"), "possible {{server}}"],
        ]),
        graph("Calls that wait", "none", [
          [total("aiva_database_waiting", "server"), "{{server}}"],
        ]),
        graph("Wait for a connection", "s", [
          [quantile(0.5, "aiva_database_acquire_seconds", "server"), "p50 {{server}}"],
          [quantile(0.95, "aiva_database_acquire_seconds", "server"), "p95 {{server}}"],
        ]),
        graph("Without a connection in time", "ops", [
          [sum("aiva_database_acquire_timeouts_total", "", "server"), "{{server}}"],
        ]),
        graph("Connections that broke", "ops", [
          [sum("aiva_database_connections_lost_total", "", "server"), "{{server}}"],
        ]),
      ],
    },
    {
      title: "Statements",
      panels: [
        graph("Slow (goal: below 1 %)", "percentunit", [
          [
            `${sum("aiva_database_slow_statements_total", "", "server")} / ` +
              sum("aiva_database_statements_total", "", "server"),
            "{{server}}",
          ],
        ]),
        graph("Statements", "ops", [
          [sum("aiva_database_statements_total", "", "server"), "{{server}}"],
        ]),
        graph("Time of transactions", "s", [
          [quantile(0.95, "aiva_database_transaction_seconds", "kind"), "p95 {{kind}}"],
        ]),
        graph("Transactions", "ops", [
          [sum("aiva_database_transaction_seconds_count", "", "kind"), "{{kind}}"],
        ]),
        graph("Run again after a deadlock", "ops", [
          [sum("aiva_database_retries_total", "", "server"), "{{server}}"],
        ]),
        graph("Lag of replicas (goal: below 1 s)", "s", [
          [most("aiva_database_replica_lag_seconds", "server"), "{{server}}"],
        ]),
        graph("Replicas that are read from", "none", [
          [most("aiva_database_replica_usable", "server"), "{{server}}"],
        ]),
        graph("Reads that a replica was too late for", "ops", [
          [sum("aiva_database_replica_late_total", "", "server"), "{{server}}"],
        ]),
      ],
    },
  ],
};
