#pragma once

#include <vector>

#include "capabilities/billing/budgets.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// The rows of credit_alerts; lives inside one read or transaction.
class AlertsTable {
 public:
  explicit AlertsTable(SqlSession& sql) : sql_(sql) {}

  // `sequence` is made here.
  Result<void> insert(TenantId tenant, const Alert& alert);
  // Newest first, those with a sequence below `before`.
  Result<std::vector<Alert>> page(TenantId tenant, int limit, std::int64_t before);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::billing
