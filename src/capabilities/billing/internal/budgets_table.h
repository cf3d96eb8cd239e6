#pragma once

#include <optional>
#include <vector>

#include "capabilities/billing/budgets.h"
#include "capabilities/billing/internal/budget_rules.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

struct BudgetRow {
  Budget budget{};
  int alerted_percent = 0;  // the highest told in this period

  // Starts again from nothing where `now` is in another period than the row.
  void begin_period(UnixMs now);
};

// The rows of credit_budgets; lives inside one read or transaction.
class BudgetsTable {
 public:
  explicit BudgetsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(TenantId tenant, const Budget& budget);
  Result<std::optional<BudgetRow>> find(TenantId tenant, BudgetId id);
  // Oldest first.
  Result<std::vector<BudgetRow>> list(TenantId tenant);
  // Those that a charge of the spender counts in.
  Result<std::vector<BudgetRow>> of_spender(TenantId tenant, const Spender& spender);
  Result<void> save_limits(TenantId tenant, const BudgetRow& row);
  Result<void> save_spent(TenantId tenant, const BudgetRow& row);
  Result<bool> remove(TenantId tenant, BudgetId id);
  // What credit_accounts.budget_flags is to be.
  Result<int> flags(TenantId tenant);

 private:
  Result<std::vector<BudgetRow>> rows(std::string_view condition, SqlSession::Parameters values);

  SqlSession& sql_;
};

}  // namespace aiva::billing
