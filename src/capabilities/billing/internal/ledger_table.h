#pragma once

#include <string>
#include <string_view>

#include "capabilities/billing/billing.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// A transaction to be written; `amount` is positive, `type` says which way it goes.
struct Movement {
  std::string_view type;  // add | deduct | refund
  MicroUsd amount = 0;
  std::string_view operation;
  std::string_view reference;
  std::string_view note{};
  std::string_view details = "{}";
};

// The rows of credit_accounts and credit_transactions; lives inside one read or transaction.
class LedgerTable {
 public:
  explicit LedgerTable(SqlSession& sql) : sql_(sql) {}

  // Zero for a tenant without movements.
  Result<MicroUsd> balance(TenantId tenant);
  Result<bool> has(TenantId tenant, std::string_view operation, std::string_view reference);
  // Writes the movement and the new balance, which is answered.
  Result<MicroUsd> move(TenantId tenant, const Movement& movement, UnixMs now);
  // Newest first.
  Result<LedgerPage> page(TenantId tenant, int limit, std::int64_t offset);
  // Fails with `internal` when a balance is not the sum of its movements or a movement does not
  // follow from the one before.
  Result<void> verify();

 private:
  SqlSession& sql_;
};

}  // namespace aiva::billing
