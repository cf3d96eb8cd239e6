import { graph, most, of, quantile, stat, sum, sumOrNothing, total } from "./words.mjs";

export default {
  uid: "aiva-cache",
  title: "AIVA: Redis and objects",
  description: "What processes share: Redis (S155 to S157) and a store of the S3 kind",
  rows: [
    {
      title: "Redis",
      panels: [
        stat("Processes that reach it", "none", total("aiva_redis_up")),
        stat("Processes that share it", "none", most("aiva_redis_processes")),
        stat(
          "Memory used (goal: below 80 %)",
          "percentunit",
          most("aiva_redis_memory_used_ratio"),
          {
            bad: 0.8,
          },
        ),
        graph("Memory", "bytes", [
          [most("aiva_redis_memory_used_bytes"), "used"],
          [most("aiva_redis_memory_max_bytes"), "may be (0: no limit)"],
        ]),
        graph("Evictions", "ops", [
          [`max(deriv(aiva_redis_evicted_keys{${of}}[5m]))`, "keys dropped a second"],
        ]),
        graph("Time of calls", "s", [
          [quantile(0.95, "aiva_redis_call_seconds", "command"), "p95 {{command}}"],
        ]),
        graph("Hit rate (goal: above 70 %)", "percentunit", [
          [
            `${sum("aiva_cache_lookups_total", 'found!="nowhere"')} / ` +
              sum("aiva_cache_lookups_total"),
            "found",
          ],
        ]),
        graph("Looked for, by where it was", "ops", [
          [sum("aiva_cache_lookups_total", "", "found"), "{{found}}"],
        ]),
        graph("Failures", "ops", [
          [sumOrNothing("aiva_redis_failures_total"), "calls that failed"],
          [sum("aiva_cache_fallbacks_total", "", "what"), "alone for {{what}}"],
        ]),
        graph("Signals between processes", "ops", [
          [sum("aiva_signals_total", "", "way"), "{{way}}"],
        ]),
      ],
    },
    {
      title: "Objects in S3",
      panels: [
        graph("Requests", "reqps", [
          [sum("aiva_s3_requests_total"), "requests"],
          [sum("aiva_s3_retries_total"), "sent again"],
        ]),
        graph("Copies on the disk", "bytes", [
          [total("aiva_s3_cache_bytes", "instance"), "{{instance}}"],
        ]),
        graph("Found among the copies", "ops", [
          [sum("aiva_s3_cache_hits_total"), "found"],
          [sum("aiva_s3_cache_misses_total"), "not found"],
        ]),
      ],
    },
  ],
};
