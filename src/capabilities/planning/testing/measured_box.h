#pragma once

#include "capabilities/planning/types.h"

namespace aiva::planning {

// A machine of two cores, in round figures.
inline Measurement measured_box() {
  return {.machine = "Test processor",
          .program = "0.1.0",
          .measured_at = "2026-01-02T03:04:05.000Z",
          .measured_s = 60,
          .cores = 2,
          .memory_gb = 24,
          .disk_free_gb = 100,
          .cached_request_cpu_ms = 0.02,
          .write_cpu_ms = 0.2,
          .search_cpu_ms = 2,
          .kept_search_cpu_ms = 0.1,
          .turn_cpu_ms = 3,
          .chunk_cpu_ms = 4,
          .chunk_disk_bytes = 2500,
          .program_memory_mb = 90,
          .commits_per_second = 4000,
          .commit_ms = 1.5,
          .disk_write_mb_s = 400,
          .disk_read_mb_s = 900,
          .disk_random_reads_s = 9000};
}

inline PriceTable round_prices() {
  return {.currency = "USD",
          .as_of = "2026-01",
          .machines = {{"2 cores", 2, 4, 20},
                       {"4 cores", 4, 8, 40},
                       {"4 cores, much memory", 4, 32, 120},
                       {"8 cores", 8, 16, 80},
                       {"16 cores", 16, 64, 160}},
          .disk_gb = 0.1,
          .disk_included_gb = 50,
          .object_gb = 0.02,
          .transfer_gb = 0.01,
          .transfer_included_gb = 1000,
          .balancer = 10,
          .models = {{.model = "gpt-4o", .input_million = 2.5, .output_million = 10},
                     {.model = "gpt-4o-mini", .input_million = 0.15, .output_million = 0.6},
                     {.model = "text-embedding-3", .input_million = 0.02},
                     {.model = "gpt-realtime", .minute = 0.05}},
          .model_tiers = {{"free", 3, 40'000},
                          {"tier 1", 500, 200'000},
                          {"tier 2", 5000, 2'000'000},
                          {"tier 3", 10'000, 5'000'000}}};
}

}  // namespace aiva::planning
