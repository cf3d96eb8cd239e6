#pragma once

#include "capabilities/planning/internal/plan_lines.h"

namespace aiva::planning {

// What a month costs, a line each.
std::vector<CostLine> make_costs(const PlanBasis& basis);

}  // namespace aiva::planning
