#pragma once

#include <string_view>
#include <vector>

#include "capabilities/evaluation/golden_set.h"
#include "capabilities/evaluation/internal/golden_checks.h"

namespace aiva::evaluation {

// One JSON object a line; blank lines are passed over.
std::vector<GoldenQuestion> read_json_lines(std::string_view text, Mistakes& mistakes);

// Rows of RFC 4180 under a row of names; rows of one id are targets of one question.
std::vector<GoldenQuestion> read_csv(std::string_view text, Mistakes& mistakes);

}  // namespace aiva::evaluation
