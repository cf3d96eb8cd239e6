#include "capabilities/billing/internal/ledger_table.h"

#include "foundation/ids.h"

namespace aiva::billing {

Result<MicroUsd> LedgerTable::balance(TenantId tenant) {
  MicroUsd balance = 0;
  TRY_VOID(sql_.query("SELECT balance FROM credit_accounts WHERE tenant_id = ?", {tenant},
                      [&](const SqlRow& row) -> Result<void> {
                        balance = row.integer(0);
                        return {};
                      }));
  return balance;
}

Result<bool> LedgerTable::has(TenantId tenant, std::string_view operation,
                              std::string_view reference) {
  bool is_there = false;
  TRY_VOID(
      sql_.query("SELECT 1 FROM credit_transactions WHERE tenant_id = ? AND operation = ? "
                 "AND reference = ?",
                 {tenant, operation, reference}, [&](const SqlRow&) -> Result<void> {
                   is_there = true;
                   return {};
                 }));
  return is_there;
}

Result<MicroUsd> LedgerTable::move(TenantId tenant, const Movement& movement, UnixMs now) {
  TRY(auto before, balance(tenant));
  MicroUsd signed_amount = movement.type == "deduct" ? -movement.amount : movement.amount;
  MicroUsd after = before + signed_amount;
  auto id = Uuid::make().to_string();
  TRY_VOID(
      sql_.execute("INSERT INTO credit_transactions (id, tenant_id, type, amount, balance_before, "
                   "balance_after, operation, reference, note, details, created_at) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {id, tenant, movement.type, movement.amount, before, after, movement.operation,
                    movement.reference, movement.note, movement.details, now}));
  TRY(auto changed, sql_.execute("UPDATE credit_accounts SET balance = ?, updated_at = ? "
                                 "WHERE tenant_id = ?",
                                 {after, now, tenant}));
  if (changed == 0)
    TRY_VOID(
        sql_.execute("INSERT INTO credit_accounts (tenant_id, balance, updated_at) "
                     "VALUES (?, ?, ?)",
                     {tenant, after, now}));
  return after;
}

Result<LedgerPage> LedgerTable::page(TenantId tenant, int limit, std::int64_t offset) {
  LedgerPage page;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM credit_transactions WHERE tenant_id = ?", {tenant},
                      [&](const SqlRow& row) -> Result<void> {
                        page.total = row.integer(0);
                        return {};
                      }));
  TRY_VOID(sql_.query(
      "SELECT id, type, amount, balance_before, balance_after, operation, reference, note, "
      "created_at FROM credit_transactions WHERE tenant_id = ? ORDER BY sequence DESC "
      "LIMIT ? OFFSET ?",
      {tenant, limit, offset}, [&](const SqlRow& row) -> Result<void> {
        page.entries.push_back({.id = std::string(row.text(0)),
                                .type = std::string(row.text(1)),
                                .amount = row.integer(2),
                                .balance_before = row.integer(3),
                                .balance_after = row.integer(4),
                                .operation = std::string(row.text(5)),
                                .reference = std::string(row.text(6)),
                                .note = std::string(row.text(7)),
                                .created_at = row.integer(8)});
        return {};
      }));
  return page;
}

Result<void> LedgerTable::verify() {
  std::string wrong;
  auto note_wrong = [&](const SqlRow& row) -> Result<void> {
    wrong += std::string(row.text(0)) + " ";
    return {};
  };
  TRY_VOID(sql_.query(
      "SELECT a.tenant_id FROM credit_accounts a WHERE a.balance <> (SELECT COALESCE(SUM(CASE "
      "t.type WHEN 'deduct' THEN -t.amount ELSE t.amount END), 0) FROM credit_transactions t "
      "WHERE t.tenant_id = a.tenant_id)",
      {}, note_wrong));
  TRY_VOID(sql_.query(
      "SELECT t.id FROM credit_transactions t WHERE t.balance_after <> t.balance_before + CASE "
      "t.type WHEN 'deduct' THEN -t.amount ELSE t.amount END OR t.balance_before <> COALESCE("
      "(SELECT p.balance_after FROM credit_transactions p WHERE p.tenant_id = t.tenant_id AND "
      "p.sequence < t.sequence ORDER BY p.sequence DESC LIMIT 1), 0)",
      {}, note_wrong));
  if (wrong.empty()) return {};
  return fail(internal_error("the ledger does not add up: " + wrong));
}

}  // namespace aiva::billing
