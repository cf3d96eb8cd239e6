#pragma once

#include <optional>
#include <span>
#include <vector>

#include "capabilities/billing/budgets.h"
#include "capabilities/billing/internal/posting.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// The first instant, in UTC, of the day or month that `now` is in.
UnixMs start_of_period(BudgetPeriod period, UnixMs now);

// The highest of `percents` (ascending) that `spent` has reached of `amount`; 0: none.
int percent_reached(std::span<const int> percents, MicroUsd spent, MicroUsd amount);

// Whose budgets a charge counts in, besides the tenant's.
struct Spender {
  std::optional<ApiKeyId> key{};
  std::optional<AgentId> agent{};
};

// Adds a charge (or takes off a refund) to the budgets it belongs to, inside its transaction; the
// answer is an alert for each budget that reached the next of its per cents.
Result<std::vector<Alert>> count_in_budgets(SqlSession& sql, TenantId tenant,
                                            const Posting& posting, UnixMs now);

// Fails with `quota_exceeded` when a hard budget of the spender has less left than `needed`; open
// holds count as spent.
Result<void> check_hard_budgets(SqlSession& sql, TenantId tenant, const Spender& spender,
                                MicroUsd needed, UnixMs now);

}  // namespace aiva::billing
