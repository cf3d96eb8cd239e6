#include "capabilities/planning/internal/plan_costs.h"

#include <fmt/format.h>

#include <algorithm>

namespace aiva::planning {
namespace {

constexpr double seconds_a_day = 86'400;
constexpr double bits_a_gigabyte = 8e3;  // of megabits

double machines_of(const Sizing& sizing) {
  double count = 0;
  for (const auto& group : sizing.groups)
    if (group.role != "balancer") count += group.count;
  return count;
}

void add_machines(const PlanBasis& basis, std::vector<CostLine>& costs) {
  for (const auto& group : basis.sizing.groups) {
    if (group.role == "balancer" && basis.prices.balancer > 0) {
      costs.push_back({"cost.balancer", "balancer", basis.prices.balancer, "the provider's"});
      continue;
    }
    costs.push_back({"cost." + group.role, group.role, group.count * group.machine.month,
                     fmt::format("{:.0f} x {}", group.count, group.machine.name)});
  }
}

void add_disk(const PlanBasis& basis, std::vector<CostLine>& costs) {
  const auto& prices = basis.prices;
  const auto& sizing = basis.sizing;
  bool is_spread = !sizing.spread_reason.empty();
  double on_disks = is_spread ? sizing.storage.all_rows() * (1 + sizing.database.replicas) /
                                    (1 - basis.wish.headroom)
                              : sizing.disk_wanted_gb;
  double included = prices.disk_included_gb * machines_of(sizing);
  double paid = std::max(0.0, on_disks - included);
  costs.push_back({"cost.disk", "disk", paid * prices.disk_gb,
                   fmt::format("{} GB, {} come with the machines", format_number(on_disks),
                               format_number(included))});
  if (is_spread)
    costs.push_back({"cost.objects", "object store", sizing.storage.files() * prices.object_gb,
                     format_number(sizing.storage.files()) + " GB"});
  costs.push_back({"cost.backups", "backups", sizing.storage.total() * 1.3 * prices.object_gb,
                   format_number(sizing.storage.total() * 1.3) + " GB in an object store"});
}

void add_transfer(const PlanBasis& basis, std::vector<CostLine>& costs) {
  const auto& prices = basis.prices;
  const auto& habits = prices.habits;
  double busiest = basis.sizing.network_mbit_s * (1 - basis.wish.headroom);
  double share = habits.busy_share * habits.busy_hours / 24;
  double month = busiest * share * seconds_a_day * habits.days_a_month / bits_a_gigabyte;
  double included = prices.transfer_included_gb * machines_of(basis.sizing);
  costs.push_back({"cost.transfer", "transfer",
                   std::max(0.0, month - included) * prices.transfer_gb,
                   fmt::format("{} GB, {} come with the machines", format_number(month),
                               format_number(included))});
}

void add_models(const PlanBasis& basis, std::vector<CostLine>& costs) {
  for (const auto& demand : basis.demands) {
    auto month = month_of(basis.prices, demand);
    auto what = demand.minutes_a_month > 0
                    ? format_number(demand.minutes_a_month) + " minutes"
                    : fmt::format("{} million tokens read, {} written",
                                  format_number(demand.input_tokens_a_month / 1e6),
                                  format_number(demand.output_tokens_a_month / 1e6));
    costs.push_back({"cost.model." + demand.model.name, demand.model.name, month,
                     month ? what : what + "; the table has no price"});
  }
}

}  // namespace

std::vector<CostLine> make_costs(const PlanBasis& basis) {
  std::vector<CostLine> costs;
  add_machines(basis, costs);
  add_disk(basis, costs);
  add_transfer(basis, costs);
  add_models(basis, costs);
  return costs;
}

}  // namespace aiva::planning
