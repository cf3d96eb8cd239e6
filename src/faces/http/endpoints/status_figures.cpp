#include "faces/http/endpoints/status_figures.h"

#include <array>
#include <cmath>

namespace aiva::http {
namespace {

constexpr double ms_per_s = 1000;
constexpr double mos_worst = 1;
constexpr double mos_best = 4.5;

// Growth of a total; one that fell began anew.
double grown(double before, double now) {
  if (std::isnan(now)) return not_known;
  return std::isnan(before) || now < before ? now : now - before;
}

double share(double part, double whole) {
  return std::isnan(part) || std::isnan(whole) || whole <= 0 ? not_known : part / whole;
}

// Two moments, and the time between them.
class Stretch {
 public:
  Stretch(const StatusTotals& before, const StatusTotals& now)
      : before_(before),
        now_(now),
        seconds_(std::chrono::duration<double>(now.at - before.at).count()) {}

  [[nodiscard]] double growth(double StatusTotals::* total) const {
    return grown(before_.*total, now_.*total);
  }
  [[nodiscard]] double rate(double StatusTotals::* total) const {
    return share(growth(total), seconds_);
  }
  [[nodiscard]] double part(double StatusTotals::* of, double StatusTotals::* whole) const {
    return share(growth(of), growth(whole));
  }
  [[nodiscard]] double average(Distribution StatusTotals::* of) const {
    const auto& was = before_.*of;
    const auto& is = now_.*of;
    return share(grown(was.sum, is.sum), grown(was.count, is.count));
  }
  [[nodiscard]] double count(Distribution StatusTotals::* of) const {
    return grown((before_.*of).count, (now_.*of).count);
  }
  [[nodiscard]] double quantile(Distribution StatusTotals::* of, double at) const {
    return quantile_between(before_.*of, now_.*of, at);
  }
  [[nodiscard]] double seconds() const { return seconds_; }
  [[nodiscard]] const StatusTotals& now() const { return now_; }

 private:
  const StatusTotals& before_;
  const StatusTotals& now_;
  double seconds_;
};

// A MOS of 1 is none of what a line can carry, 4.5 all.
double quality(double mos) {
  return std::isnan(mos) ? not_known : (mos - mos_worst) / (mos_best - mos_worst);
}

using Totals = StatusTotals;

struct Row {
  StatusFigure figure;
  double (*value)(const Stretch&);
};

constexpr auto per_s = "/s";
constexpr auto per_min = "/min";

// The dashboard of the guide (S166 – S170), and what else an operator asks first.
const auto& rows() {
  static constexpr std::array table{
      Row{{"requests_per_second", "API", "Requests", per_s},
          [](const Stretch& time) { return time.rate(&Totals::requests); }},
      Row{{"latency_average_ms", "API", "Average time", "ms"},
          [](const Stretch& time) { return ms_per_s * time.average(&Totals::request_seconds); }},
      Row{{"latency_p50_ms", "API", "Half within", "ms", 500, 2000},
          [](const Stretch& time) {
            return ms_per_s * time.quantile(&Totals::request_seconds, 0.5);
          }},
      Row{{"latency_p95_ms", "API", "95 % within", "ms", 2000, 5000},
          [](const Stretch& time) {
            return ms_per_s * time.quantile(&Totals::request_seconds, 0.95);
          }},
      Row{{"latency_p99_ms", "API", "99 % within", "ms", 5000, 10000},
          [](const Stretch& time) {
            return ms_per_s * time.quantile(&Totals::request_seconds, 0.99);
          }},
      Row{{"client_error_ratio", "API", "Refused (4xx)", "ratio", 0.01, 0.1},
          [](const Stretch& time) { return time.part(&Totals::client_errors, &Totals::requests); }},
      Row{{"server_error_ratio", "API", "Failed (5xx)", "ratio", 0.005, 0.02},
          [](const Stretch& time) { return time.part(&Totals::server_errors, &Totals::requests); }},
      Row{{"requests_in_flight", "API", "Being answered", ""},
          [](const Stretch& time) { return time.now().requests_in_flight; }},
      Row{{"connections", "API", "Connections", ""},
          [](const Stretch& time) { return time.now().connections; }},
      Row{{"chats_active", "Chat", "Turns under way", ""},
          [](const Stretch& time) { return time.now().chats_active; }},
      Row{{"chat_turns_per_minute", "Chat", "Turns", per_min},
          [](const Stretch& time) {
            return 60 * share(time.count(&Totals::chat_seconds), time.seconds());
          }},
      Row{{"chat_p95_ms", "Chat", "95 % within", "ms", 10000, 30000},
          [](const Stretch& time) {
            return ms_per_s * time.quantile(&Totals::chat_seconds, 0.95);
          }},
      Row{{"searches_per_second", "Search", "Searches", per_s},
          [](const Stretch& time) {
            return share(time.count(&Totals::search_seconds), time.seconds());
          }},
      Row{{"search_p95_ms", "Search", "95 % within", "ms", 500, 2000},
          [](const Stretch& time) {
            return ms_per_s * time.quantile(&Totals::search_seconds, 0.95);
          }},
      Row{{"cache_hit_ratio", "Search", "Cache hits", "ratio"},
          [](const Stretch& time) {
            return time.part(&Totals::cache_hits, &Totals::cache_lookups);
          }},
      Row{{"jobs_queued", "Documents", "Jobs that wait", "", 1000, 10000},
          [](const Stretch& time) { return time.now().jobs_queued; }},
      Row{{"jobs_running", "Documents", "Jobs under way", ""},
          [](const Stretch& time) { return time.now().jobs_running; }},
      Row{{"documents_per_hour", "Documents", "Documents", "/h"},
          [](const Stretch& time) { return 3600 * time.rate(&Totals::documents); }},
      Row{{"calls_active", "Voice", "Calls", ""},
          [](const Stretch& time) { return time.now().calls_active; }},
      Row{{"call_average_s", "Voice", "Average length", "s"},
          [](const Stretch& time) { return time.average(&Totals::call_seconds); }},
      Row{{"call_quality_ratio", "Voice", "Quality", "ratio", 0.7, 0.5, true},
          [](const Stretch& time) { return quality(time.average(&Totals::call_mos)); }},
      Row{{"model_requests_per_minute", "Models", "Answers", per_min},
          [](const Stretch& time) { return 60 * time.rate(&Totals::model_requests); }},
      Row{{"model_average_ms", "Models", "Average time", "ms"},
          [](const Stretch& time) { return ms_per_s * time.average(&Totals::model_seconds); }},
      Row{{"model_error_ratio", "Models", "Failed", "ratio", 0.01, 0.05},
          [](const Stretch& time) {
            return time.part(&Totals::model_failures, &Totals::model_requests);
          }},
      Row{{"embeddings_per_minute", "Models", "Texts embedded", per_min},
          [](const Stretch& time) { return 60 * time.rate(&Totals::embeddings); }},
      Row{{"images_per_minute", "Models", "Images looked at", per_min},
          [](const Stretch& time) { return 60 * time.rate(&Totals::image_inferences); }},
      Row{{"database_connections_in_use", "Database", "Connections", ""},
          [](const Stretch& time) { return time.now().database_in_use; }},
      Row{{"database_pool_ratio", "Database", "Of the pool", "ratio", 0.8, 0.95},
          [](const Stretch& time) {
            return share(time.now().database_in_use, time.now().database_max);
          }},
      Row{{"database_waiting", "Database", "Calls that wait", "", 1, 20},
          [](const Stretch& time) { return time.now().database_waiting; }},
      Row{{"slow_statement_ratio", "Database", "Slow statements", "ratio", 0.01, 0.05},
          [](const Stretch& time) {
            return time.part(&Totals::slow_statements, &Totals::statements);
          }},
      Row{{"redis_memory_ratio", "Database", "Redis memory", "ratio", 0.8, 0.9},
          [](const Stretch& time) { return time.now().redis_memory_ratio; }},
      Row{{"cpu_ratio", "System", "Processors", "ratio", 0.8, 0.85},
          [](const Stretch& time) {
            return share(time.rate(&Totals::host_cpu_seconds), time.now().host_cores);
          }},
      Row{{"process_cpu_cores", "System", "Own cores", ""},
          [](const Stretch& time) { return time.rate(&Totals::process_cpu_seconds); }},
      Row{{"memory_ratio", "System", "Memory", "ratio", 0.85, 0.9},
          [](const Stretch& time) {
            return share(time.now().host_memory_used, time.now().host_memory);
          }},
      Row{{"process_memory_bytes", "System", "Own memory", "bytes"},
          [](const Stretch& time) { return time.now().process_memory; }},
      Row{{"disk_bytes_per_second", "System", "Disks", "bytes/s"},
          [](const Stretch& time) { return time.rate(&Totals::disk_bytes); }},
      Row{{"network_bytes_per_second", "System", "Network", "bytes/s"},
          [](const Stretch& time) { return time.rate(&Totals::network_bytes); }},
      Row{{"volume_ratio", "System", "Data volume", "ratio", 0.8, 0.9},
          [](const Stretch& time) {
            return share(time.now().volume - time.now().volume_available, time.now().volume);
          }},
      Row{{"open_files", "System", "Open files", ""},
          [](const Stretch& time) { return time.now().open_files; }},
  };
  return table;
}

}  // namespace

double quantile_between(const Distribution& before, const Distribution& now, double part) {
  std::vector<double> counts = now.counts;
  bool is_later = before.counts.size() == counts.size() && !(now.count < before.count);
  for (std::size_t i = 0; is_later && i < counts.size(); ++i) counts[i] -= before.counts[i];
  if (counts.empty() || !(counts.back() > 0)) return not_known;
  auto wanted = part * counts.back();
  std::size_t at = 0;
  while (at + 1 < counts.size() && counts[at] < wanted) ++at;
  // What lies beyond the last bound is told as that bound.
  if (std::isinf(now.bounds[at])) return at > 0 ? now.bounds[at - 1] : not_known;
  auto low = at > 0 ? now.bounds[at - 1] : 0;
  auto below = at > 0 ? counts[at - 1] : 0;
  auto within = counts[at] - below;
  return within > 0 ? low + (now.bounds[at] - low) * (wanted - below) / within : now.bounds[at];
}

std::span<const StatusFigure> status_figures() {
  static const auto figures = [] {
    std::vector<StatusFigure> all;
    for (const auto& row : rows()) all.push_back(row.figure);
    return all;
  }();
  return figures;
}

std::vector<double> figures_between(const StatusTotals& before, const StatusTotals& now) {
  Stretch time(before, now);
  std::vector<double> values;
  values.reserve(rows().size());
  for (const auto& row : rows()) values.push_back(row.value(time));
  return values;
}

}  // namespace aiva::http
