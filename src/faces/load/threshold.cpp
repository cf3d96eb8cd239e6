#include "faces/load/threshold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace aiva::load {
namespace {

constexpr std::array<std::pair<std::string_view, Metric>, 11> metrics{{
    {"p50", Metric::p50},
    {"p90", Metric::p90},
    {"p95", Metric::p95},
    {"p99", Metric::p99},
    {"p99.9", Metric::p999},
    {"max", Metric::max},
    {"mean", Metric::mean},
    {"errors", Metric::errors},
    {"5xx", Metric::failed},
    {"rps", Metric::rps},
    {"p999", Metric::p999},
}};

bool is_percent(Metric metric) { return metric == Metric::errors || metric == Metric::failed; }

std::optional<Operation> operation_named(std::string_view name) {
  for (std::size_t i = 0; i < operation_count; ++i)
    if (name_of(static_cast<Operation>(i)) == name) return static_cast<Operation>(i);
  return std::nullopt;
}

// A limit in the metric's own unit: times as 200ms or 1.5s, shares as 0.1 or 0.1%.
std::optional<double> limit_in(std::string_view text, Metric metric) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  if (metric == Metric::rps) return unit.empty() ? std::optional(number) : std::nullopt;
  if (is_percent(metric)) return unit.empty() || unit == "%" ? std::optional(number) : std::nullopt;
  if (unit == "ms") return number;
  if (unit == "s") return number * 1000;
  return std::nullopt;
}

}  // namespace

Result<Threshold> parse_threshold(std::string_view text) {
  auto wrong = [text] {
    return fail(ErrorCode::invalid,
                fmt::format("\"{}\" is no threshold: p95>200ms, search.p99>1s, errors>0.1%, "
                            "5xx>0.1%, rps<1000",
                            text));
  };
  auto sign = text.find_first_of("<>");
  if (sign == std::string_view::npos) return wrong();
  auto name = text.substr(0, sign);
  Threshold threshold{.text = std::string(text), .is_above = text[sign] == '>'};
  if (auto dot = name.find('.'); dot != std::string_view::npos && name != "p99.9") {
    threshold.operation = operation_named(name.substr(0, dot));
    if (!threshold.operation) return wrong();
    name.remove_prefix(dot + 1);
  }
  auto metric = std::ranges::find(metrics, name, &std::pair<std::string_view, Metric>::first);
  if (metric == metrics.end()) return wrong();
  threshold.metric = metric->second;
  auto limit = limit_in(text.substr(sign + 1), threshold.metric);
  if (!limit) return wrong();
  threshold.limit = *limit;
  return threshold;
}

double value_of(Metric metric, const Figures& figures, double seconds) {
  auto milliseconds = [&figures](double share) {
    return static_cast<double>(figures.latency.percentile(share)) / 1000;
  };
  switch (metric) {
    case Metric::p50: return milliseconds(0.5);
    case Metric::p90: return milliseconds(0.9);
    case Metric::p95: return milliseconds(0.95);
    case Metric::p99: return milliseconds(0.99);
    case Metric::p999: return milliseconds(0.999);
    case Metric::max: return static_cast<double>(figures.latency.max()) / 1000;
    case Metric::mean: return figures.latency.mean() / 1000;
    case Metric::errors: return figures.error_percent();
    case Metric::failed: return figures.failed_percent();
    case Metric::rps: return seconds > 0 ? static_cast<double>(figures.requests) / seconds : 0;
  }
  return 0;
}

bool is_crossed(const Threshold& threshold, double value) {
  return threshold.is_above ? value > threshold.limit : value < threshold.limit;
}

}  // namespace aiva::load
