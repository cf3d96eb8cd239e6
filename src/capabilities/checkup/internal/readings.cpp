#include "capabilities/checkup/internal/readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace aiva::checkup {
namespace {

constexpr double requests_min = 20;  // fewer tell nothing
constexpr double statements_min = 100;

constexpr const char* request_seconds = "aiva_http_request_duration_seconds";
constexpr const char* requests_total = "aiva_http_requests_total";

Reading missing(std::string why) { return {.missing = std::move(why)}; }

Reading no_metric(std::string_view name) {
  return missing(fmt::format("the server has no {}", name));
}

// Probes and scrapes would hide what callers wait for.
bool is_of_callers(const Sample& sample) {
  auto route = sample.label("route");
  return route != "/metrics" && route != "/livez" && route != "/readyz" && route != "/health" &&
         route != "/api/health";
}

Reading request_quantile(const LiveReadings& readings, double share) {
  auto times = readings.recent(request_seconds, requests_min, is_of_callers);
  if (times.buckets.empty()) return no_metric(request_seconds);
  if (times.count() < requests_min)
    return missing(fmt::format("only {:.0f} requests were answered so far", times.count()));
  return {.value = times.quantile(share)};
}

// Counted in between where that are enough, else since the start.
double counted(const LiveReadings& readings, const SampleFilter& filter) {
  double grown = readings.growth(requests_total, is_of_callers).value_or(0);
  if (grown >= requests_min) return readings.growth(requests_total, filter).value_or(0);
  return readings.second.sum(requests_total, filter).value_or(0);
}

Reading status_share(const LiveReadings& readings, char first) {
  if (!readings.second.has(requests_total)) return no_metric(requests_total);
  double all = counted(readings, is_of_callers);
  if (all < requests_min)
    return missing(fmt::format("only {:.0f} requests were answered so far", all));
  double some = counted(readings, [first](const Sample& sample) {
    return is_of_callers(sample) && sample.label("status").starts_with(first);
  });
  return {.value = some / all};
}

Reading share_of(const LiveReadings& readings, const char* part, const char* whole) {
  auto some = readings.second.sum(part);
  auto all = readings.second.sum(whole);
  if (!some) return no_metric(part);
  if (!all || *all <= 0) return no_metric(whole);
  return {.value = *some / *all};
}

Reading largest(const LiveReadings& readings, const char* name, std::string_view when_missing) {
  auto value = readings.second.largest(name);
  if (value) return {.value = value};
  return missing(std::string(when_missing));
}

Reading grown(const LiveReadings& readings, const char* name, std::string_view when_missing) {
  auto value = readings.growth(name);
  if (value) return {.value = value};
  return missing(std::string(when_missing));
}

Reading quantile(const LiveReadings& readings, const char* name, double share,
                 std::string_view when_missing) {
  auto times = readings.recent(name, 1);
  if (times.count() < 1) return missing(std::string(when_missing));
  return {.value = times.quantile(share)};
}

}  // namespace

Reading request_p50(const LiveReadings& readings) { return request_quantile(readings, 0.5); }
Reading request_p99(const LiveReadings& readings) { return request_quantile(readings, 0.99); }
Reading successes(const LiveReadings& readings) {
  auto client = status_share(readings, '4');
  auto server = status_share(readings, '5');
  if (!client.value || !server.value) return client;
  return {.value = 1 - *client.value - *server.value};
}
Reading client_errors(const LiveReadings& readings) { return status_share(readings, '4'); }
Reading server_errors(const LiveReadings& readings) { return status_share(readings, '5'); }

Reading disk_use(const LiveReadings& readings) {
  auto left = share_of(readings, "aiva_data_volume_available_bytes", "aiva_data_volume_bytes");
  if (!left.value) return left;
  return {.value = 1 - *left.value};
}

Reading network_use(const LiveReadings& readings) {
  auto speed = readings.second.sum("aiva_host_network_speed_bytes");
  if (!speed || *speed <= 0) return missing("the speed of the network is not known to the server");
  auto sent = readings.growth("aiva_host_network_sent_bytes_total").value_or(0);
  auto received = readings.growth("aiva_host_network_received_bytes_total").value_or(0);
  return {.value = std::max(sent, received) / readings.seconds / *speed};
}

Reading descriptors(const LiveReadings& readings) {
  return share_of(readings, "process_open_fds", "process_max_fds");
}

Reading replica_lag(const LiveReadings& readings) {
  return largest(readings, "aiva_database_replica_lag_seconds", "there are no replicas");
}
Reading redis_away(const LiveReadings& readings) {
  auto up = readings.second.sum("aiva_redis_up");
  if (!up) return missing("Redis is not used");
  return {.value = 1 - *up};
}
Reading redis_memory(const LiveReadings& readings) {
  auto used = largest(readings, "aiva_redis_memory_used_ratio", "Redis is not used");
  if (used.value && *used.value <= 0)
    return missing("Redis has no maxmemory: set one, with maxmemory-policy allkeys-lru");
  return used;
}
Reading cache_hits(const LiveReadings& readings) {
  constexpr const char* name = "aiva_cache_lookups_total";
  auto all = readings.second.sum(name);
  if (!all || *all < requests_min) return missing("nothing was looked for in a shared cache yet");
  auto found = readings.second.sum(
      name, [](const Sample& sample) { return sample.label("found") == "shared"; });
  return {.value = found.value_or(0) / *all};
}
Reading evictions(const LiveReadings& readings) {
  return grown(readings, "aiva_redis_evicted_keys", "Redis is not used");
}

Reading model_latency(const LiveReadings& readings) {
  return quantile(readings, "aiva_model_connect_seconds", 0.95, "no model of a provider was asked");
}
Reading model_limits(const LiveReadings& readings) {
  return grown(readings, "aiva_model_rate_limited_total", "no model of a provider was asked");
}
Reading model_errors(const LiveReadings& readings) {
  constexpr const char* name = "aiva_model_requests_total";
  auto all = readings.second.sum(name);
  if (!all || *all < requests_min) return missing("too few questions went to a model's provider");
  auto failed = readings.second.sum(
      name, [](const Sample& sample) { return sample.label("outcome") == "failed"; });
  return {.value = failed.value_or(0) / *all};
}
Reading open_breakers(const LiveReadings& readings) {
  return largest(readings, "aiva_model_breaker", "no model of a provider is set up");
}

Reading completed_syncs(const LiveReadings& readings) {
  constexpr const char* name = "aiva_store_syncs_total";
  auto all = readings.second.sum(name);
  if (!all || *all <= 0) return missing("no store was read yet");
  auto good = readings.second.sum(
      name, [](const Sample& sample) { return sample.label("outcome") == "completed"; });
  return {.value = good.value_or(0) / *all};
}
Reading throttled_shops(const LiveReadings& readings) {
  return grown(readings, "aiva_shop_throttled_total", "no shop was asked");
}

Reading waiting_jobs(const LiveReadings& readings) {
  auto value = readings.second.sum("aiva_jobs_queued");
  if (value) return {.value = value};
  return missing("this process has no figures of the queue");
}
Reading dead_jobs(const LiveReadings& readings) {
  if (!readings.second.has("aiva_jobs_total")) return missing("this process works on no jobs");
  return {.value =
              readings
                  .growth("aiva_jobs_total",
                          [](const Sample& sample) { return sample.label("outcome") == "dead"; })
                  .value_or(0)};
}
Reading late_ticks(const LiveReadings& readings) {
  return quantile(readings, "aiva_voice_tick_lateness_seconds", 0.99, "no call was answered yet");
}

Reading request_p95(const LiveReadings& readings) { return request_quantile(readings, 0.95); }

Reading host_cpu(const LiveReadings& readings) {
  auto cores = readings.second.sum("aiva_host_cpu_cores");
  auto used = readings.growth("aiva_host_cpu_seconds_total");
  if (!cores || !used || *cores <= 0) return no_metric("aiva_host_cpu_seconds_total");
  if (readings.seconds <= 0) return missing("it was read only once");
  return {.value = *used / readings.seconds / *cores};
}

Reading host_memory(const LiveReadings& readings) {
  return share_of(readings, "aiva_host_memory_used_bytes", "aiva_host_memory_bytes");
}

Reading pool_use(const LiveReadings& readings) {
  if (!readings.second.has("aiva_database_connections_max"))
    return missing("the rows are in SQLite, which needs no pool");
  return share_of(readings, "aiva_database_connections_in_use", "aiva_database_connections_max");
}

Reading slow_statements(const LiveReadings& readings) {
  auto all = readings.second.sum("aiva_database_statements_total");
  if (!all || *all < statements_min) return missing("too few statements were counted");
  auto slow = readings.second.sum("aiva_database_slow_statements_total");
  return {.value = slow.value_or(0) / *all};
}

}  // namespace aiva::checkup
