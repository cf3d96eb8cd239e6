#pragma once

#include "capabilities/billing/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// One row of credit_accounts; all zero for a tenant without movements.
struct AccountRow {
  MicroUsd balance = 0;
  MicroUsd held = 0;
  bool exists = false;

  [[nodiscard]] MicroUsd available() const { return balance - held; }
};

// The rows of credit_accounts; lives inside one read or transaction.
class AccountsTable {
 public:
  explicit AccountsTable(SqlSession& sql) : sql_(sql) {}

  Result<AccountRow> find(TenantId tenant);
  // The same for a transaction that is going to save it: keeps others from changing it until then,
  // where there are several writers.
  Result<AccountRow> lock(TenantId tenant);
  Result<void> save(TenantId tenant, const AccountRow& account, UnixMs now);

 private:
  Result<AccountRow> read(std::string_view statement, TenantId tenant);

  SqlSession& sql_;
};

}  // namespace aiva::billing
