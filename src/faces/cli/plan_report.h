#pragma once

#include <string>

#include "capabilities/planning/types.h"

namespace aiva::cli {

// A plan for people: sections of lines beside the guide's figures, and what it costs; with the
// reason of each line where `has_reasons`.
std::string format_plan(const planning::Plan& plan, const planning::Measurement& measured,
                        bool has_reasons);

// The same for programs.
std::string plan_json(const planning::Plan& plan, const planning::Measurement& measured);

}  // namespace aiva::cli
