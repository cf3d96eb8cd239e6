#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/evaluation/report.h"
#include "foundation/result.h"

namespace aiva::cli {

// A value the first run must reach: "hit@5=0.9", of one tag "mrr:table=0.8", or "exact@10=0.95"
// for the vectors beside an exact scan.
struct Bar {
  std::string text;
  std::optional<evaluation::Metric> metric{};  // nothing: exact@10
  std::string tag{};                           // empty: all questions
  double value = 0;
};

// Fails with `invalid`, naming the metrics there are.
Result<Bar> parse_bar(std::string_view text, int top_k);

struct BarOutcome {
  Bar bar;
  double measured = 0;
  bool is_met = false;
};

// Bars of tags that no answerable question has, or of an exact scan that was not made, are missed.
std::vector<BarOutcome> hold_against(const std::vector<Bar>& bars,
                                     const evaluation::Report& report);

}  // namespace aiva::cli
