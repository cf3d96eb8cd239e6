#include "capabilities/checkup/internal/symptoms.h"

#include <fmt/format.h>

#include <initializer_list>
#include <optional>
#include <string_view>

#include "capabilities/checkup/internal/thresholds.h"

namespace aiva::checkup {
namespace {

constexpr double busy = 0.85;            // of the cores
constexpr double search_max_s = 0.8;     // S36
constexpr double embedding_max_s = 0.3;  // S37
constexpr double rerank_max_s = 0.5;
constexpr double upload_max_s = 0.5;  // S20
constexpr double latency_max_s = 2;   // S139
constexpr double first_word_max_s = 2;
constexpr double acquire_max_s = 0.05;
constexpr double write_max_s = 0.05;  // S67
constexpr double queue_max = 50;      // S187
constexpr double memory_max = 0.9;    // S148
constexpr double slow_max = 0.01;     // S152
constexpr double pool_max = 0.8;      // S153
constexpr double enough = 5;          // values tell something

constexpr const char* search_seconds = "aiva_search_seconds";
constexpr const char* request_seconds = "aiva_http_request_duration_seconds";

// A possible cause: whether its figure points at it, and what to do then.
struct Cause {
  std::optional<double> value{};
  double limit = 0;
  std::string_view unit{};
  std::string_view what{};
  std::string_view cure{};
};

std::optional<double> p95(const LiveReadings& readings, const char* name,
                          const SampleFilter& filter = {}) {
  auto times = readings.recent(name, enough, filter);
  return times.count() < enough ? std::nullopt : times.quantile(0.95);
}

// The symptom with the first cause that its figure points at.
Finding explain(const CheckName& name, const std::string& evidence,
                std::initializer_list<Cause> causes, std::string_view otherwise) {
  for (const auto& cause : causes)
    if (cause.value && *cause.value > cause.limit)
      return fault(
          name,
          fmt::format("{}; {}: {}", evidence, cause.what, format_reading(*cause.value, cause.unit)),
          std::string(cause.cure));
  return fault(name, evidence, std::string(otherwise));
}

bool is_upload(const Sample& sample) {
  auto route = sample.label("route");
  return route.ends_with("/documents") || route.ends_with("/documents/upload") ||
         route.ends_with("/images/upload");
}

}  // namespace

Finding find_slow_searches(const LiveReadings& readings) {
  constexpr CheckName name{"symptom.slow_searches", "slow searches", "S211"};
  auto slow = p95(readings, search_seconds);
  if (!slow) return skip(name, "too few searches to tell");
  auto evidence = fmt::format("95 % within {:.3f} s, at most {} s wanted", *slow, search_max_s);
  if (*slow <= search_max_s) return pass(name, evidence);
  return explain(
      name, evidence,
      {{p95(readings, "aiva_embedding_seconds"), embedding_max_s, "s", "questions wait for vectors",
        "The embedding provider is slow or at its limit: a higher tier, or embedder.provider = "
        "\"packaged\"; embedder.threads for documents beside"},
       {p95(readings, "aiva_search_rerank_seconds"), rerank_max_s, "s", "the reranker takes long",
        "Lower search.rerank_candidates or search.rerank_timeout_ms"},
       {host_cpu(readings).value, busy, "%", "the CPU is busy",
        "More cores, or documents to a --role worker elsewhere"},
       {readings.growth("aiva_index_catch_ups_total"), 10, "", "indexes are read anew",
        "Raise search.index_memory_mb: indexes are closed and opened again"},
       {pool_use(readings).value, pool_max, "%", "connections of the database are short",
        "Raise database.pool_max, or read from replicas (S177)"}},
      "Keep answers longer (search.cache_s), look at timings in the answer of POST /api/v1/search, "
      "and at search.expand_queries");
}

Finding find_slow_uploads(const LiveReadings& readings) {
  constexpr CheckName name{"symptom.slow_uploads", "slow uploads", "S211"};
  auto slow = p95(readings, request_seconds, is_upload);
  auto waiting = readings.second.sum("aiva_jobs_queued");
  if (!slow && !waiting) return skip(name, "nothing was uploaded");
  bool is_slow = slow && *slow > upload_max_s;
  bool is_behind = waiting && *waiting > queue_max;
  auto evidence = slow ? fmt::format("95 % acknowledged within {:.3f} s, at most {} s wanted",
                                     *slow, upload_max_s)
                       : std::string("too few uploads to tell their time");
  if (waiting) evidence += fmt::format("; {:.0f} documents and other jobs wait", *waiting);
  if (!is_slow && !is_behind) return pass(name, evidence);
  return explain(
      name, evidence,
      {{host_cpu(readings).value, busy, "%", "the CPU is busy",
        "More cores, or another --role worker (S176)"},
       {p95(readings, "aiva_embedding_seconds"), embedding_max_s, "s", "passages wait for vectors",
        "The embedding provider is slow or at its limit: say its limits in embedder.*, a higher "
        "tier, or the packaged encoder (S112)"},
       {is_behind ? waiting : std::nullopt, queue_max, "", "documents wait",
        "Raise worker.concurrency and documents.concurrency up to the cores (S83); or workers"}},
      "The disk of the data folder or the way of the uploads is slow: aiva plan measures the disk");
}

Finding find_high_latency(const LiveReadings& readings) {
  constexpr CheckName name{"symptom.high_latency", "high latency", "S211"};
  auto reading = request_p95(readings);
  if (!reading.value) return skip(name, reading.missing);
  auto evidence = fmt::format("95 % of requests within {:.3f} s, at most {} s wanted",
                              *reading.value, latency_max_s);
  if (*reading.value <= latency_max_s) return pass(name, evidence);
  return explain(
      name, evidence,
      {{p95(readings, "aiva_model_queue_seconds"), 0.5, "s", "turns wait for the model's limits",
        "A higher tier of the provider, models.fall_back, or a smaller model (S110, S113)"},
       {p95(readings, "aiva_model_first_token_seconds"), first_word_max_s, "s",
        "the model is slow to begin",
        "A smaller model (S113), streaming answers (S47), models.first_token_timeout_ms with "
        "models.fall_back"},
       {host_cpu(readings).value, busy, "%", "the CPU is busy", "More cores or processes (S171)"},
       {p95(readings, "aiva_database_acquire_seconds"), acquire_max_s, "s",
        "calls wait for a connection of the database", "Raise database.pool_max (S115)"},
       {p95(readings, "aiva_function_call_seconds"), latency_max_s, "s", "functions are slow",
        "The servers that functions call are slow: shorter timeout_ms, fewer retries (S55)"}},
      "Look at aiva_http_request_duration_seconds by route, and at the log of slow requests");
}

Finding find_scarce_memory(const LiveReadings& readings) {
  constexpr CheckName name{"symptom.out_of_memory", "scarce memory", "S211"};
  auto reading = host_memory(readings);
  if (!reading.value) return skip(name, reading.missing);
  auto whole = readings.second.sum("aiva_host_memory_bytes").value_or(0);
  auto own = readings.second.sum("process_resident_memory_bytes").value_or(0);
  auto evidence = fmt::format("{:.1f} % of the machine used, {:.0f} MB by this process",
                              *reading.value * 100, own / 1e6);
  if (*reading.value <= memory_max) return pass(name, evidence);
  auto share = [whole](std::optional<double> bytes) -> std::optional<double> {
    if (!bytes || whole <= 0) return std::nullopt;
    return *bytes / whole;
  };
  auto others = share(whole * *reading.value - own);
  return explain(
      name, evidence,
      {{share(readings.second.sum("aiva_index_resident_bytes")), 0.4, "%", "open indexes",
        "Lower search.index_memory_mb, or more memory; the guide shards vectors (S117)"},
       {others, 0.6, "%", "other programs",
        "Another program on the machine has it: databases and AIVA on machines of their own"},
       {readings.second.sum("aiva_jobs_running"), 4, "", "documents being read",
        "Lower worker.concurrency, documents.concurrency and images.concurrency (S134)"},
       {readings.second.sum("aiva_http_connections"), 5000, "", "open connections",
        "Streams take 55 kB each: another process behind the balancer (S174)"}},
      "More memory (16, 32, 64 GB: S171), or the parts on machines of their own");
}

Finding find_slow_database(const LiveReadings& readings) {
  constexpr CheckName name{"symptom.slow_database", "slow database", "S211"};
  auto write = p95(readings, "aiva_database_transaction_seconds",
                   [](const Sample& sample) { return sample.label("kind") == "write"; });
  auto slow = slow_statements(readings);
  if (!write && !slow.value) return skip(name, slow.missing);
  std::string evidence;
  if (write) evidence = fmt::format("95 % of transactions within {:.3f} s", *write);
  if (slow.value)
    evidence +=
        fmt::format("{}{:.2f} % slow statements", evidence.empty() ? "" : ", ", *slow.value * 100);
  bool is_slow = (write && *write > write_max_s) || (slow.value && *slow.value > slow_max);
  if (!is_slow) return pass(name, evidence);
  return explain(
      name, evidence,
      {{pool_use(readings).value, pool_max, "%", "connections are short",
        "Raise database.pool_max and max_connections (S153)"},
       {readings.growth("aiva_database_retries_total"), 10, "", "transactions deadlock",
        "Fewer writers at a time: worker.concurrency"},
       {readings.second.largest("aiva_database_replica_lag_seconds"), 1, "s", "replicas are behind",
        "Reads go to the primary meanwhile: faster replicas (S154)"},
       {host_cpu(readings).value, busy, "%", "the CPU is busy", "The database on its own machine"}},
      "The log names slow statements; EXPLAIN (S129), a larger innodb_buffer_pool_size, a disk "
      "that flushes faster (aiva plan measures this one's)");
}

}  // namespace aiva::checkup
