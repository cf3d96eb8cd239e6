#pragma once

#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// Fails with `internal` when a balance is not the sum of its postings, an entry does not follow
// from the one before, or an account's held credits are not the sum of its open holds.
Result<void> verify_ledger(SqlSession& sql);

}  // namespace aiva::billing
