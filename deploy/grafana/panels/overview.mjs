import { graph, mean, most, of, probes, rate, stat, sum, sumOrNothing, total } from "./words.mjs";

const answers = sum("aiva_http_requests_total", `${probes},status=~"[245].."`);
const share = (status) =>
  `${sumOrNothing("aiva_http_requests_total", `${probes},status=~"${status}"`)} / ${answers}`;

export default {
  uid: "aiva-overview",
  title: "AIVA: overview",
  description: "The guide's dashboard: API, system, database, AI and voice (S166 to S170)",
  rows: [
    {
      title: "Now",
      panels: [
        stat("Processes that answer", "none", 'sum(up{job=~"$job",instance=~"$instance"})'),
        stat("Alerts", "none", 'count(ALERTS{alertstate="firing"}) or vector(0)', { bad: 1 }),
        stat("Dependencies down", "none", `count(aiva_dependency_up{${of}} == 0) or vector(0)`, {
          bad: 1,
        }),
        stat(
          "Documents an hour",
          "none",
          `sum(increase(aiva_documents_ingested_total{${of},outcome="completed"}[1h]))`,
        ),
        stat("Chat messages a minute", "none", `${sum("aiva_chat_turn_seconds_count")} * 60`),
        stat("Jobs waiting", "none", `sum(${most("aiva_jobs_queued", "kind")})`, { bad: 500 }),
      ],
    },
    {
      title: "API",
      panels: [
        graph("Requests", "reqps", [[sum("aiva_http_requests_total", probes), "requests"]]),
        graph("Average time", "s", [
          [mean("aiva_http_request_duration_seconds", "", probes), "mean"],
        ]),
        graph(
          "Error rate",
          "percentunit",
          [
            [share("5.."), "5xx"],
            [share("4.."), "4xx"],
          ],
          { bad: 0.005 },
        ),
      ],
    },
    {
      title: "System",
      panels: [
        graph("CPU", "none", [
          [rate("aiva_host_cpu_seconds_total"), "cores busy {{instance}}"],
          [`aiva_host_cpu_cores{${of}}`, "cores {{instance}}"],
        ]),
        graph("Memory", "bytes", [
          [`aiva_host_memory_used_bytes{${of}}`, "used {{instance}}"],
          [`aiva_host_memory_bytes{${of}}`, "total {{instance}}"],
        ]),
        graph("Disks", "Bps", [
          [rate("aiva_host_disk_read_bytes_total"), "read {{instance}}"],
          [rate("aiva_host_disk_written_bytes_total"), "written {{instance}}"],
        ]),
      ],
    },
    {
      title: "Database and Redis",
      panels: [
        graph("Connections", "none", [
          [total("aiva_database_connections_in_use", "server"), "used {{server}}"],
          [total("aiva_database_connections_max", "server"), "may be {{server}}"],
        ]),
        graph("Slow statements", "ops", [
          [sum("aiva_database_slow_statements_total", "", "server"), "{{server}}"],
        ]),
        graph("Redis memory", "bytes", [
          [most("aiva_redis_memory_used_bytes"), "used"],
          [most("aiva_redis_memory_max_bytes"), "may be (0: no limit)"],
        ]),
      ],
    },
    {
      title: "AI",
      panels: [
        graph("Requests to models a minute", "none", [
          [`${sum("aiva_model_requests_total", "", "provider")} * 60`, "{{provider}}"],
        ]),
        graph("Average latency of models", "s", [
          [mean("aiva_model_first_token_seconds", "provider"), "first word {{provider}}"],
          [mean("aiva_model_answer_seconds", "provider"), "whole answer {{provider}}"],
        ]),
        graph("Image inferences a minute", "none", [
          [`${sum("aiva_image_inferences_total", "", "kind")} * 60`, "{{kind}}"],
        ]),
      ],
    },
    {
      title: "Voice",
      panels: [
        graph("Active calls", "none", [[total("aiva_voice_calls_active"), "calls"]]),
        graph("Average duration of calls", "s", [
          [
            `sum(increase(aiva_voice_call_seconds_sum{${of}}[1h])) / ` +
              `sum(increase(aiva_voice_call_seconds_count{${of}}[1h]))`,
            "within an hour",
          ],
        ]),
        graph(
          "Call quality",
          "percentunit",
          [
            [
              `1 - sum(increase(aiva_voice_mos_bucket{${of},le="3.6"}[1h])) / ` +
                `sum(increase(aiva_voice_mos_count{${of}}[1h]))`,
              "calls above 3.6 of 4.5",
            ],
          ],
          { description: "The share of calls whose opinion score by the E-model is above 3.6" },
        ),
      ],
    },
  ],
};
