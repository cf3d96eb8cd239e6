#pragma once

#include <cstdint>
#include <vector>

#include "capabilities/billing/budgets.h"
#include "capabilities/billing/usage.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// The rows of credit_usage, sums of the ledger; lives inside one read or transaction.
class UsageTable {
 public:
  explicit UsageTable(SqlSession& sql) : sql_(sql) {}

  // Sums and, of the ledger, what is not summed up yet; `rows_max` rows at most.
  Result<std::vector<UsageRow>> report(TenantId tenant, const UsageQuery& query, int rows_max);
  // What a tenant, or its key or agent, has used since the first instant of a day.
  Result<MicroUsd> spent_since(TenantId tenant, BudgetScope scope, std::string_view subject,
                               UnixMs day);
  // The number of the last of the next `entries_max` entries before the first that was made later;
  // 0 where there is none.
  Result<std::int64_t> end_of_old(UnixMs made_before, std::int64_t entries_max);
  // Sums up the entries up to a number; answers how many there were. In a transaction that writes
  // it waits for those among them that are not committed.
  Result<std::int64_t> add_up(std::int64_t newest);

 private:
  Result<std::int64_t> progress();
  Result<void> add(TenantId tenant, const UsageRow& row);

  SqlSession& sql_;
};

}  // namespace aiva::billing
