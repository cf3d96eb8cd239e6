#pragma once

#include "capabilities/billing/reconciliation.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

Result<Reconciliation> reconcile_in(SqlSession& sql);

// Fails with `internal` when the ledger does not add up.
Result<void> verify_ledger(SqlSession& sql);

}  // namespace aiva::billing
