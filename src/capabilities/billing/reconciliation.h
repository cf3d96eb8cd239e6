#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "capabilities/billing/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::billing {

// A tenant whose account is not what its rows add up to.
struct LedgerDifference {
  TenantId tenant{};
  std::string what;  // balance | held | usage
  MicroUsd recorded = 0;
  MicroUsd computed = 0;
};

// What looking through the whole ledger came to.
struct Reconciliation {
  std::int64_t tenants = 0;
  std::int64_t entries = 0;
  std::int64_t open_holds = 0;
  // What each account holds: `credit` and `held` of all tenants, and the platform's. They sum to
  // zero.
  std::map<std::string, MicroUsd> accounts{};
  std::vector<LedgerDifference> differences{};
  // Ids of entries that do not follow from the one before, name no two sides or have no amount.
  std::vector<std::string> broken_entries{};

  [[nodiscard]] bool is_right() const;
};

// Adds up every posting and every open hold and compares: balances and held credits of each tenant,
// the sums by day, the chain of balances, and that all accounts sum to zero. One snapshot; at most
// 100 findings of a kind are named.
Task<Result<Reconciliation>> reconcile(Database& database, CallContext context);

}  // namespace aiva::billing
