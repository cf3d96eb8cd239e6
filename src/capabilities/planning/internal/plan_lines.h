#pragma once

#include "capabilities/planning/internal/model_use.h"
#include "capabilities/planning/internal/sizing.h"

namespace aiva::planning {

// What the lines and costs of a plan are made of.
struct PlanBasis {
  const Wish& wish;
  const Measurement& measured;
  const PriceTable& prices;
  const Sizing& sizing;
  const std::vector<ModelDemand>& demands;
};

// The numbers as lines with their reasons, beside the guide's.
std::vector<PlanLine> make_lines(const PlanBasis& basis);

// "1,234,567", "12.3", "0.045": three figures that count below a thousand.
std::string format_number(double value);

}  // namespace aiva::planning
