#pragma once

#include <optional>
#include <string_view>

#include "capabilities/billing/internal/posting.h"
#include "capabilities/billing/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// The rows of credit_transactions: the ledger, and what the tenant reads of it. Lives inside one
// read or transaction.
class JournalTable {
 public:
  explicit JournalTable(SqlSession& sql) : sql_(sql) {}

  // False when (type, operation, reference) is in the journal already; then nothing is written.
  Result<bool> append(TenantId tenant, const Posting& posting, MicroUsd balance_before, UnixMs now);
  // What was taken for (operation, reference).
  Result<std::optional<LedgerEntry>> find_charge(TenantId tenant, std::string_view operation,
                                                 std::string_view reference);
  Result<bool> has_added(TenantId tenant, std::string_view reference);
  // Newest first.
  Result<LedgerPage> page(TenantId tenant, int limit, std::int64_t offset);
  // The same, those with a sequence below `before`.
  Result<std::vector<LedgerEntry>> before(TenantId tenant, int limit, std::int64_t before);

 private:
  Result<bool> has(TenantId tenant, const Posting& posting);

  SqlSession& sql_;
};

}  // namespace aiva::billing
