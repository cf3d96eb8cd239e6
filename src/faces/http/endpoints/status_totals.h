#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "foundation/metrics.h"

namespace aiva::http {

inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

// A histogram over all series of its name.
struct Distribution {
  std::vector<double> bounds{};  // of the first series; others count where theirs are the same
  std::vector<double> counts{};  // of each bucket and all lower ones
  double count = not_known;
  double sum = not_known;
};

// What all of a process' metrics come to at one moment; not_known where there are none.
struct StatusTotals {
  std::chrono::steady_clock::time_point at{};
  double requests = not_known;
  double client_errors = not_known;
  double server_errors = not_known;
  double requests_in_flight = not_known;
  double connections = not_known;
  Distribution request_seconds{};
  double chats_active = not_known;
  Distribution chat_seconds{};
  Distribution search_seconds{};
  double cache_hits = not_known;
  double cache_lookups = not_known;
  double jobs_queued = not_known;
  double jobs_running = not_known;
  double documents = not_known;
  double database_in_use = not_known;
  double database_max = not_known;
  double database_waiting = not_known;
  double statements = not_known;
  double slow_statements = not_known;
  double redis_memory_ratio = not_known;
  double model_requests = not_known;
  double model_failures = not_known;
  Distribution model_seconds{};
  double embeddings = not_known;
  double image_inferences = not_known;
  double calls_active = not_known;
  Distribution call_seconds{};
  Distribution call_mos{};
  double host_cpu_seconds = not_known;
  double host_cores = not_known;
  double host_memory = not_known;
  double host_memory_used = not_known;
  double process_memory = not_known;
  double process_cpu_seconds = not_known;
  double open_files = not_known;
  double disk_bytes = not_known;
  double network_bytes = not_known;
  double volume = not_known;
  double volume_available = not_known;
};

StatusTotals total_up(std::span<const MetricReading> readings,
                      std::chrono::steady_clock::time_point at);

}  // namespace aiva::http
