#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "faces/load/tally.h"
#include "foundation/result.h"

namespace aiva::load {

enum class Metric : std::uint8_t { p50, p90, p95, p99, p999, max, mean, errors, failed, rps };

// What must not be: `p95>200ms`, `search.p99>1s`, `errors>0.1%`, `5xx>0.1%`, `rps<1000`.
struct Threshold {
  std::string text{};
  std::optional<Operation> operation{};  // none: all together
  Metric metric = Metric::p95;
  bool is_above = true;
  double limit = 0;  // milliseconds, percent, or requests a second
};

// Reads one. Fails with `invalid`.
Result<Threshold> parse_threshold(std::string_view text);

// What the figures of so many seconds have, in the unit of the threshold.
double value_of(Metric metric, const Figures& figures, double seconds);
bool is_crossed(const Threshold& threshold, double value);

}  // namespace aiva::load
