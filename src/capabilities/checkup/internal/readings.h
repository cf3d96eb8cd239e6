#pragma once

#include <optional>
#include <string>

#include "capabilities/checkup/exposition.h"

namespace aiva::checkup {

// A figure, or why there is none.
struct Reading {
  std::optional<double> value{};
  std::string missing{};
};

// What a server's metrics say. Shares are of 1, times in seconds; what is counted "meanwhile" came
// between the two readings. Requests of probes and scrapes do not count.
Reading request_p50(const LiveReadings& readings);
Reading request_p95(const LiveReadings& readings);
Reading request_p99(const LiveReadings& readings);
Reading successes(const LiveReadings& readings);
Reading client_errors(const LiveReadings& readings);
Reading server_errors(const LiveReadings& readings);
Reading disk_use(const LiveReadings& readings);
Reading network_use(const LiveReadings& readings);
Reading descriptors(const LiveReadings& readings);
Reading replica_lag(const LiveReadings& readings);
Reading redis_away(const LiveReadings& readings);
Reading redis_memory(const LiveReadings& readings);
Reading cache_hits(const LiveReadings& readings);
Reading evictions(const LiveReadings& readings);
Reading model_latency(const LiveReadings& readings);
Reading model_limits(const LiveReadings& readings);
Reading model_errors(const LiveReadings& readings);
Reading open_breakers(const LiveReadings& readings);
Reading completed_syncs(const LiveReadings& readings);
Reading throttled_shops(const LiveReadings& readings);
Reading waiting_jobs(const LiveReadings& readings);
Reading dead_jobs(const LiveReadings& readings);
Reading late_ticks(const LiveReadings& readings);
Reading host_cpu(const LiveReadings& readings);
Reading host_memory(const LiveReadings& readings);
Reading pool_use(const LiveReadings& readings);
Reading slow_statements(const LiveReadings& readings);

}  // namespace aiva::checkup
