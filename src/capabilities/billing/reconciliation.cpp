#include "capabilities/billing/reconciliation.h"

#include "capabilities/billing/internal/reconciliation.h"

namespace aiva::billing {

bool Reconciliation::is_right() const {
  MicroUsd sum = 0;
  for (const auto& [account, amount] : accounts) sum += amount;
  return sum == 0 && differences.empty() && broken_entries.empty();
}

Task<Result<Reconciliation>> reconcile(Database& database, CallContext context) {
  auto found = co_await read(database, context, [](SqlSession& sql) { return reconcile_in(sql); });
  co_return found;
}

}  // namespace aiva::billing
