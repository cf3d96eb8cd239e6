#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::billing {

using BudgetId = Id<struct BudgetTag>;

enum class BudgetScope { tenant, key, agent };
enum class BudgetPeriod { day, month };  // in UTC

std::string_view to_string(BudgetScope scope);
std::optional<BudgetScope> parse_budget_scope(std::string_view text);
std::string_view to_string(BudgetPeriod period);
std::optional<BudgetPeriod> parse_budget_period(std::string_view text);

// What may be spent in a day or a month by a tenant, one of its API keys or one of its agents. What
// was charged counts, margin included.
struct Budget {
  BudgetId id{};
  BudgetScope scope = BudgetScope::tenant;
  std::string subject{};  // the id of the key or agent; empty for the tenant
  BudgetPeriod period = BudgetPeriod::month;
  MicroUsd amount = 0;
  std::vector<int> alert_percents{80, 100};  // ascending, of the amount
  bool is_hard = false;                      // gates close when it is used up
  MicroUsd spent = 0;                        // in the period that began at `period_started`
  UnixMs period_started = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct BudgetChange {
  std::optional<MicroUsd> amount{};
  std::optional<std::vector<int>> alert_percents{};
  std::optional<bool> is_hard{};
};

// What was worth telling: written once, in the transaction that made it true.
struct Alert {
  std::int64_t sequence = 0;  // ascending with time
  std::string id{};
  std::string type{};                // budget | low_balance
  std::optional<BudgetId> budget{};  // null: low_balance
  int percent = 0;                   // of the budget, that was reached
  MicroUsd amount = 0;               // spent, or the balance
  MicroUsd threshold = 0;            // the budget, or the balance below which to tell
  UnixMs created_at = 0;
};

// A change of a tenant's credits that others want to hear of.
struct CreditEvent {
  std::string type;      // credits.added | credits.low_balance | credits.budget_reached
  MicroUsd amount = 0;   // of credits.added
  MicroUsd balance = 0;  // after it
  std::optional<Alert> alert{};
  UnixMs created_at = 0;
};

// Told inside the transaction that makes it true; a failure undoes that.
using CreditListener = std::function<Result<void>(SqlSession&, TenantId, const CreditEvent&)>;

// Budgets of tenants. They bind whether or not credits are enforced. A tenant has 200 at most, and
// one per scope, subject and period.
class Budgets {
 public:
  virtual ~Budgets() = default;
  // Counts what was charged from now on. `conflict`: there is one for the same.
  virtual Task<Result<Budget>> create(CallContext context, TenantId tenant, Budget budget) = 0;
  virtual Task<Result<std::vector<Budget>>> list(CallContext context, TenantId tenant) = 0;
  virtual Task<Result<Budget>> find(CallContext context, TenantId tenant, BudgetId id) = 0;
  virtual Task<Result<Budget>> change(CallContext context, TenantId tenant, BudgetId id,
                                      BudgetChange change) = 0;
  virtual Task<Result<void>> remove(CallContext context, TenantId tenant, BudgetId id) = 0;
  // An alert is written when the balance falls below it; nothing: never.
  virtual Task<Result<void>> set_low_balance(CallContext context, TenantId tenant,
                                             std::optional<MicroUsd> threshold) = 0;
  virtual Task<Result<std::optional<MicroUsd>>> low_balance(CallContext context,
                                                            TenantId tenant) = 0;
  // Newest first, those with a sequence below `before`.
  virtual Task<Result<std::vector<Alert>>> alerts(CallContext context, TenantId tenant, int limit,
                                                  std::int64_t before) = 0;
};

}  // namespace aiva::billing
