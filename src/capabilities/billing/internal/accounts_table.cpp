#include "capabilities/billing/internal/accounts_table.h"

namespace aiva::billing {

Result<AccountRow> AccountsTable::find(TenantId tenant) {
  return read(
      "SELECT balance, held, budget_flags, low_balance FROM credit_accounts "
      "WHERE tenant_id = ?",
      tenant);
}

Result<AccountRow> AccountsTable::lock(TenantId tenant) {
  // SQLite has one writer: nobody else can be between this statement and the next.
  if (sql_.dialect() == SqlDialect::sqlite) return find(tenant);
  return read(
      "SELECT balance, held, budget_flags, low_balance FROM credit_accounts "
      "WHERE tenant_id = ? FOR UPDATE",
      tenant);
}

Result<AccountRow> AccountsTable::read(std::string_view statement, TenantId tenant) {
  AccountRow account;
  TRY_VOID(sql_.query(statement, {tenant}, [&](const SqlRow& row) -> Result<void> {
    account = {.balance = row.integer(0),
               .held = row.integer(1),
               .budget_flags = static_cast<int>(row.integer(2)),
               .exists = true};
    if (!row.is_null(3)) account.low_balance = row.integer(3);
    return {};
  }));
  return account;
}

Result<void> AccountsTable::save(TenantId tenant, const AccountRow& account, UnixMs now) {
  std::string_view statement =
      account.exists ? "UPDATE credit_accounts SET balance = ?, held = ?, updated_at = ? "
                       "WHERE tenant_id = ?"
                     : "INSERT INTO credit_accounts (balance, held, updated_at, tenant_id) "
                       "VALUES (?, ?, ?, ?)";
  TRY_VOID(sql_.execute(statement, {account.balance, account.held, now, tenant}));
  return {};
}

Result<void> AccountsTable::save_limits(TenantId tenant, const AccountRow& account, UnixMs now) {
  if (!account.exists) TRY_VOID(save(tenant, account, now));
  TRY_VOID(
      sql_.execute("UPDATE credit_accounts SET budget_flags = ?, low_balance = ? "
                   "WHERE tenant_id = ?",
                   {account.budget_flags, account.low_balance, tenant}));
  return {};
}

}  // namespace aiva::billing
