#include "capabilities/checkup/internal/thresholds.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace aiva::checkup {
namespace {

constexpr std::string_view more_cores =
    "Find what takes the CPU (docs/guides/operating.md), then more cores or another process "
    "(docs/guides/scaling.md, S171)";
constexpr std::string_view slow_parts =
    "See the symptoms below; docs/guides/scaling.md says what to do first";

constexpr std::array all_thresholds{
    Threshold{{"figures.p50", "half of the requests", "S138"},
              request_p50,
              0.5,
              0.5,
              false,
              "s",
              slow_parts},
    Threshold{
        {"figures.p95", "95 % of the requests", "S139"}, request_p95, 2, 2, false, "s", slow_parts},
    Threshold{
        {"figures.p99", "99 % of the requests", "S140"}, request_p99, 5, 5, false, "s", slow_parts},
    Threshold{{"figures.success", "requests that succeed", "S141"},
              successes,
              0.98,
              0.95,
              true,
              "%",
              "Look for the codes: aiva_http_requests_total by route and status"},
    Threshold{
        {"figures.client_errors", "refused requests (4xx)", "S142"},
        client_errors,
        0.01,
        0.05,
        false,
        "%",
        "401 and 404: a client with wrong keys or paths; 429: raise limits.* or slow it down"},
    Threshold{{"figures.server_errors", "failed requests (5xx)", "S143"},
              server_errors,
              0.005,
              0.01,
              false,
              "%",
              "The log has a line with the cause for each; /readyz names parts "
              "that are down"},
    Threshold{{"figures.cpu", "CPU of the machine", "S145, S146"},
              host_cpu,
              0.8,
              0.85,
              false,
              "%",
              more_cores},
    Threshold{{"figures.memory", "memory of the machine", "S147, S148"},
              host_memory,
              0.85,
              0.9,
              false,
              "%",
              "Lower search.index_memory_mb, images.concurrency or "
              "documents.concurrency, or more memory"},
    Threshold{{"figures.disk", "disk of the data folder", "S149"},
              disk_use,
              0.7,
              0.8,
              false,
              "%",
              "A larger disk, objects in an S3 store, or shorter voice.recordings_days and "
              "chat.retention_days"},
    Threshold{{"figures.network", "network", "S150"},
              network_use,
              0.7,
              0.9,
              false,
              "%",
              "A faster link, or gzip and a CDN in front (S118)"},
    Threshold{{"figures.descriptors", "open files", ""},
              descriptors,
              0.7,
              0.9,
              false,
              "%",
              "Raise LimitNOFILE (ulimit -Hn)"},
    Threshold{{"figures.slow_statements", "slow statements", "S152"},
              slow_statements,
              0.01,
              0.05,
              false,
              "%",
              "The log names them; see EXPLAIN (S129) and the buffer pool"},
    Threshold{{"figures.pool", "connections of the database in use", "S153"},
              pool_use,
              0.8,
              0.95,
              false,
              "%",
              "Raise database.pool_max and max_connections, or read from replicas"},
    Threshold{{"figures.replica_lag", "lag of replicas", "S154"},
              replica_lag,
              1,
              5,
              false,
              "s",
              "A replica that is behind is not read from; give it a faster disk or more cores"},
    Threshold{{"figures.redis", "Redis away", ""},
              redis_away,
              0.5,
              0.5,
              false,
              "",
              "Requests go on without it, each process with its own limits; bring it back"},
    Threshold{{"figures.redis_memory", "memory of Redis", "S155"},
              redis_memory,
              0.8,
              0.95,
              false,
              "%",
              "Raise maxmemory; a cluster above 10 GB (S80)"},
    Threshold{{"figures.cache_hits", "values found in the shared cache", "S156"},
              cache_hits,
              0.7,
              0.1,
              true,
              "%",
              "Little is asked for twice; a longer search.cache_s may help"},
    Threshold{{"figures.evictions", "keys that Redis dropped meanwhile", "S157"},
              evictions,
              0,
              100'000,
              false,
              "",
              "Redis has less memory than values: raise maxmemory"},
    Threshold{{"figures.model_latency", "way to the model's provider", "S151"},
              model_latency,
              0.2,
              0.5,
              false,
              "s",
              "Another region of the provider, or a server nearer to it"},
    Threshold{{"figures.model_limits", "refusals for a provider's limits meanwhile", "S158"},
              model_limits,
              0,
              100,
              false,
              "",
              "A higher tier, a smaller model, models.fall_back "
              "(S110, S113)"},
    Threshold{{"figures.model_errors", "failed questions to models", "S158"},
              model_errors,
              0.01,
              0.05,
              false,
              "%",
              "aiva_model_attempt_failures_total says of which kind; "
              "models.fall_back takes over"},
    Threshold{{"figures.breaker", "providers that are not asked", ""},
              open_breakers,
              0.5,
              1.5,
              false,
              "",
              "The provider failed several times in a row; its status page, its key"},
    Threshold{{"figures.store_syncs", "stores that were read", "S159"},
              completed_syncs,
              0.95,
              0.8,
              true,
              "%",
              "The syncs of the store say why: GET /api/shopify/…/syncs"},
    Threshold{{"figures.shop_limits", "refusals of shops meanwhile", "S159"},
              throttled_shops,
              0,
              100,
              false,
              "",
              "Calls wait by themselves; something else uses the shop's allowance"},
    Threshold{{"figures.queue", "jobs that wait", "S187"},
              waiting_jobs,
              50,
              500,
              false,
              "",
              "worker.concurrency, or another --role worker for each 50"},
    Threshold{{"figures.dead_jobs", "jobs given up meanwhile", ""},
              dead_jobs,
              0,
              10,
              false,
              "",
              "The log and the document's error_message say why; they can be retried"},
    Threshold{{"figures.voice_ticks", "frames of calls that are late", ""},
              late_ticks,
              0.01,
              0.02,
              false,
              "s",
              "The machine is too busy for its calls: a --role bridge of their own"},
};

bool is_beyond(const Threshold& threshold, double value, double limit) {
  return threshold.is_floor ? value < limit : value > limit;
}

}  // namespace

std::span<const Threshold> thresholds() { return all_thresholds; }

std::string format_reading(double value, std::string_view unit) {
  if (unit == "%") return fmt::format("{:.1f} %", value * 100);
  if (unit == "s")
    return value < 1 ? fmt::format("{:.1f} ms", value * 1000) : fmt::format("{:.2f} s", value);
  return fmt::format("{:g}", std::round(value * 1000) / 1000);
}

Finding judge(const Threshold& threshold, const LiveReadings& readings) {
  auto reading = threshold.read(readings);
  if (!reading.value) return skip(threshold.name, reading.missing);
  double value = *reading.value;
  auto evidence = fmt::format("{}, {} {}", format_reading(value, threshold.unit),
                              threshold.is_floor ? "at least" : "at most",
                              format_reading(threshold.warning, threshold.unit));
  if (is_beyond(threshold, value, threshold.failure))
    return fault(threshold.name, evidence, std::string(threshold.remedy));
  if (is_beyond(threshold, value, threshold.warning))
    return warn(threshold.name, evidence, std::string(threshold.remedy));
  return pass(threshold.name, evidence);
}

}  // namespace aiva::checkup
