#include "capabilities/billing/internal/budget_rules.h"

#include <algorithm>
#include <chrono>

#include "capabilities/billing/internal/budgets_table.h"
#include "capabilities/billing/internal/dollars.h"
#include "capabilities/billing/internal/holds_table.h"

namespace aiva::billing {
namespace {

Error used_up(const Budget& budget, MicroUsd used, MicroUsd needed) {
  auto left = in_dollars(std::max(budget.amount - used, MicroUsd{0}));
  std::string whose(to_string(budget.scope));
  std::string period(to_string(budget.period));
  return Error{.code = ErrorCode::quota_exceeded,
               .message = "The " + whose + "'s budget of this " + period + " has " + left +
                          " USD left, " + in_dollars(needed) + " USD needed",
               .details = {{"budget_id", budget.id.to_string()},
                           {"budget", in_dollars(budget.amount)},
                           {"used", in_dollars(used)},
                           {"needed", in_dollars(needed)}}};
}

}  // namespace

UnixMs start_of_period(BudgetPeriod period, UnixMs now) {
  using namespace std::chrono;
  auto day = floor<days>(sys_time<milliseconds>(milliseconds(now)));
  if (period == BudgetPeriod::day) return milliseconds(day.time_since_epoch()).count();
  year_month_day date(day);
  sys_days first(date.year() / date.month() / 1);
  return milliseconds(first.time_since_epoch()).count();
}

int percent_reached(std::span<const int> percents, MicroUsd spent, MicroUsd amount) {
  int reached = 0;
  for (int percent : percents)
    if (spent * 100 >= amount * percent) reached = percent;
  return reached;
}

Result<std::vector<Alert>> count_in_budgets(SqlSession& sql, TenantId tenant,
                                            const Posting& posting, UnixMs now) {
  std::vector<Alert> alerts;
  BudgetsTable table(sql);
  TRY(auto rows, table.of_spender(tenant, {.key = posting.key, .agent = posting.agent}));
  for (auto& row : rows) {
    row.begin_period(now);
    row.budget.spent = std::max(row.budget.spent - posting.change(), MicroUsd{0});
    const auto& budget = row.budget;
    int reached = percent_reached(budget.alert_percents, budget.spent, budget.amount);
    if (reached > row.alerted_percent) {
      row.alerted_percent = reached;
      alerts.push_back({.id = Uuid::make().to_string(),
                        .type = "budget",
                        .budget = budget.id,
                        .percent = reached,
                        .amount = budget.spent,
                        .threshold = budget.amount,
                        .created_at = now});
    }
    TRY_VOID(table.save_spent(tenant, row));
  }
  return alerts;
}

Result<void> check_hard_budgets(SqlSession& sql, TenantId tenant, const Spender& spender,
                                MicroUsd needed, UnixMs now) {
  TRY(auto rows, BudgetsTable(sql).of_spender(tenant, spender));
  for (auto& row : rows) {
    if (!row.budget.is_hard) continue;
    row.begin_period(now);
    TRY(auto held, HoldsTable(sql).sum_open(tenant, row.budget.scope, row.budget.subject));
    auto used = row.budget.spent + held;
    if (used + needed > row.budget.amount) return fail(used_up(row.budget, used, needed));
  }
  return {};
}

}  // namespace aiva::billing
