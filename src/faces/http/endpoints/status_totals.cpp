#include "faces/http/endpoints/status_totals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

namespace aiva::http {
namespace {

// What is known of two; not_known only where neither is.
double plus(double a, double b) {
  if (std::isnan(a)) return b;
  return std::isnan(b) ? a : a + b;
}

std::string_view label(const MetricSeries& series, std::string_view name) {
  for (const auto& [key, value] : series.labels)
    if (key == name) return value;
  return {};
}

// Whether it is of what watches the process, which rules and dashboards leave out, too.
bool is_of_probe(const MetricSeries& series) {
  static constexpr std::array<std::string_view, 5> probes{"/metrics", "/livez", "/readyz",
                                                          "/health", "/api/health"};
  return std::ranges::find(probes, label(series, "route")) != probes.end();
}

class Readings {
 public:
  explicit Readings(std::span<const MetricReading> readings) {
    for (const auto& reading : readings) by_name_[reading.name] = &reading;
  }

  // The sum of all series that `fits` takes.
  template <class Fits>
  [[nodiscard]] double sum(std::string_view name, Fits fits) const {
    auto total = not_known;
    for (const auto& series : series_of(name))
      if (fits(series)) total = plus(total, series.value);
    return total;
  }
  [[nodiscard]] double sum(std::string_view name) const {
    return sum(name, [](const MetricSeries&) { return true; });
  }
  // The same of those whose label is, or is not, that.
  [[nodiscard]] double sum_where(std::string_view name, std::string_view key,
                                 std::string_view value, bool is_wanted = true) const {
    return sum(name, [&](const MetricSeries& series) {
      return (label(series, key) == value) == is_wanted;
    });
  }
  [[nodiscard]] double largest(std::string_view name) const {
    auto found = not_known;
    for (const auto& series : series_of(name)) found = std::fmax(found, series.value);
    return found;
  }

  // Of all series but those of probes.
  [[nodiscard]] Distribution distribution(std::string_view name) const {
    Distribution all;
    for (const auto& series : series_of(name)) {
      if (is_of_probe(series)) continue;
      all.count = plus(all.count, static_cast<double>(series.count));
      all.sum = plus(all.sum, series.sum);
      if (all.bounds.empty()) begin(all, series);
      if (all.bounds.size() != series.buckets.size()) continue;
      for (std::size_t i = 0; i < all.counts.size(); ++i)
        all.counts[i] += static_cast<double>(series.buckets[i].count);
    }
    return all;
  }

 private:
  static void begin(Distribution& all, const MetricSeries& series) {
    for (const auto& bucket : series.buckets) all.bounds.push_back(bucket.upper_bound);
    all.counts.assign(all.bounds.size(), 0);
  }

  [[nodiscard]] std::span<const MetricSeries> series_of(std::string_view name) const {
    auto found = by_name_.find(name);
    if (found == by_name_.end()) return {};
    return found->second->series;
  }

  std::map<std::string_view, const MetricReading*> by_name_;
};

// A count that is known to be nothing where its metric is there.
double zero_beside(double count, double known) {
  return std::isnan(count) && !std::isnan(known) ? 0 : count;
}

void add_requests(StatusTotals& totals, const Readings& readings) {
  constexpr std::string_view requests = "aiva_http_requests_total";
  auto of_class = [&](std::string_view first) {
    return readings.sum(requests, [first](const MetricSeries& series) {
      return label(series, "status").starts_with(first) && !is_of_probe(series);
    });
  };
  totals.requests = of_class("");
  totals.client_errors = zero_beside(of_class("4"), totals.requests);
  totals.server_errors = zero_beside(of_class("5"), totals.requests);
  totals.requests_in_flight = readings.sum("aiva_http_in_flight");
  totals.connections = readings.sum("aiva_http_connections");
  totals.request_seconds = readings.distribution("aiva_http_request_duration_seconds");
  totals.chats_active = readings.sum("aiva_chat_turns_active");
  totals.chat_seconds = readings.distribution("aiva_chat_turn_seconds");
  totals.search_seconds = readings.distribution("aiva_search_seconds");
}

// Answers of searches, agents, and whatever is asked of the shared cache.
void add_caches(StatusTotals& totals, const Readings& readings) {
  auto searches = readings.sum("aiva_search_cached_total");
  auto agents = readings.sum_where("aiva_agent_lookups_total", "found", "rows", false);
  auto values = readings.sum_where("aiva_cache_lookups_total", "found", "nowhere", false);
  totals.cache_hits = plus(plus(searches, agents), values);
  totals.cache_lookups =
      plus(plus(totals.search_seconds.count, readings.sum("aiva_agent_lookups_total")),
           readings.sum("aiva_cache_lookups_total"));
}

void add_work(StatusTotals& totals, const Readings& readings) {
  totals.jobs_queued = readings.sum("aiva_jobs_queued");
  totals.jobs_running = readings.sum("aiva_jobs_running");
  totals.documents = readings.sum_where("aiva_documents_ingested_total", "outcome", "completed");
  totals.database_in_use = readings.sum("aiva_database_connections_in_use");
  totals.database_max = readings.sum("aiva_database_connections_max");
  totals.database_waiting = readings.sum("aiva_database_waiting");
  totals.statements = readings.sum("aiva_database_statements_total");
  totals.slow_statements = readings.sum("aiva_database_slow_statements_total");
  totals.redis_memory_ratio = readings.largest("aiva_redis_memory_used_ratio");
}

void add_models(StatusTotals& totals, const Readings& readings) {
  totals.model_requests = readings.sum("aiva_model_requests_total");
  totals.model_failures = readings.sum_where("aiva_model_requests_total", "outcome", "failed");
  totals.model_seconds = readings.distribution("aiva_model_answer_seconds");
  totals.embeddings = readings.sum("aiva_embedding_texts_total");
  totals.image_inferences = readings.sum("aiva_image_inferences_total");
  totals.calls_active = readings.sum("aiva_voice_calls_active");
  totals.call_seconds = readings.distribution("aiva_voice_call_seconds");
  totals.call_mos = readings.distribution("aiva_voice_mos");
}

void add_machine(StatusTotals& totals, const Readings& readings) {
  totals.host_cpu_seconds = readings.sum("aiva_host_cpu_seconds_total");
  totals.host_cores = readings.sum("aiva_host_cpu_cores");
  totals.host_memory = readings.sum("aiva_host_memory_bytes");
  totals.host_memory_used = readings.sum("aiva_host_memory_used_bytes");
  totals.process_memory = readings.sum("process_resident_memory_bytes");
  totals.process_cpu_seconds = readings.sum("process_cpu_seconds_total");
  totals.open_files = readings.sum("process_open_fds");
  totals.disk_bytes = plus(readings.sum("aiva_host_disk_read_bytes_total"),
                           readings.sum("aiva_host_disk_written_bytes_total"));
  totals.network_bytes = plus(readings.sum("aiva_host_network_received_bytes_total"),
                              readings.sum("aiva_host_network_sent_bytes_total"));
  totals.volume = readings.sum("aiva_data_volume_bytes");
  totals.volume_available = readings.sum("aiva_data_volume_available_bytes");
}

}  // namespace

StatusTotals total_up(std::span<const MetricReading> metrics,
                      std::chrono::steady_clock::time_point at) {
  StatusTotals totals{.at = at};
  Readings readings(metrics);
  add_requests(totals, readings);
  add_caches(totals, readings);
  add_work(totals, readings);
  add_models(totals, readings);
  add_machine(totals, readings);
  return totals;
}

}  // namespace aiva::http
