#include "capabilities/planning/planning.h"

#include "capabilities/planning/guide.h"
#include "capabilities/planning/internal/plan_costs.h"
#include "capabilities/planning/internal/plan_lines.h"

namespace aiva::planning {

Result<Plan> make_plan(const Wish& wish, const Measurement& measured, const PriceTable& prices) {
  TRY(auto sizing, size_up(wish, measured, prices));
  auto demands = model_demands(wish, sizing.whole.load, prices.habits);
  PlanBasis basis{wish, measured, prices, sizing, demands};
  Plan plan{.tier = sizing.whole.tier,
            .load = sizing.whole.load,
            .is_one_machine = sizing.spread_reason.empty(),
            .fits_measured_machine = sizing.fits_measured_machine,
            .lines = make_lines(basis),
            .currency = prices.currency,
            .costs = make_costs(basis),
            .guide_cost = std::string(guide_of(sizing.whole.tier).month)};
  for (const auto& cost : plan.costs) plan.cost += cost.month.value_or(0);
  return plan;
}

}  // namespace aiva::planning
