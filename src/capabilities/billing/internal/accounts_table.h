#pragma once

#include <optional>
#include <string_view>

#include "capabilities/billing/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// One row of credit_accounts; all zero for a tenant without movements.
struct AccountRow {
  MicroUsd balance = 0;
  MicroUsd held = 0;
  int budget_flags = 0;
  std::optional<MicroUsd> low_balance{};  // tell when the balance falls below it
  bool exists = false;

  [[nodiscard]] MicroUsd available() const { return balance - held; }
  [[nodiscard]] bool has_budgets() const { return budget_flags != 0; }
  [[nodiscard]] bool has_hard_budgets() const { return (budget_flags & 2) != 0; }
};

// The rows of credit_accounts; lives inside one read or transaction.
class AccountsTable {
 public:
  explicit AccountsTable(SqlSession& sql) : sql_(sql) {}

  Result<AccountRow> find(TenantId tenant);
  // The same for a transaction that is going to save it: keeps others from changing it until then,
  // where there are several writers.
  Result<AccountRow> lock(TenantId tenant);
  // Writes balance and held credits.
  Result<void> save(TenantId tenant, const AccountRow& account, UnixMs now);
  // Writes what an account says of budgets and alerts.
  Result<void> save_limits(TenantId tenant, const AccountRow& account, UnixMs now);

 private:
  Result<AccountRow> read(std::string_view statement, TenantId tenant);

  SqlSession& sql_;
};

}  // namespace aiva::billing
