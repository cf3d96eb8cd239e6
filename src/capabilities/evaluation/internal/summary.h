#pragma once

#include <optional>
#include <span>
#include <vector>

#include "capabilities/evaluation/report.h"

namespace aiva::evaluation {

// The means of the answerable questions: of all, then of each tag in the order of their names.
std::vector<Slice> make_slices(const std::vector<AskedQuestion>& questions,
                               const std::vector<Outcome>& outcomes, const Resampling& resampling);

Latency latency_of(const std::vector<Outcome>& outcomes);

// Nothing unless there are both answerable and unanswerable questions and a search had vectors.
std::optional<Separation> separation_of(const std::vector<AskedQuestion>& questions,
                                        const std::vector<Outcome>& outcomes);

// Run `index` beside run 0.
Comparison compare_runs(const Report& report, std::size_t index);

}  // namespace aiva::evaluation
