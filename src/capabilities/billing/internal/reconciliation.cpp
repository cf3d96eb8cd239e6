#include "capabilities/billing/internal/reconciliation.h"

#include <string>

namespace aiva::billing {
namespace {

constexpr std::string_view wrong_balances =
    "SELECT a.tenant_id FROM credit_accounts a WHERE a.balance <> (SELECT COALESCE(SUM(CASE "
    "WHEN t.to_account = 'credit' THEN t.amount ELSE -t.amount END), 0) "
    "FROM credit_transactions t WHERE t.tenant_id = a.tenant_id)";

constexpr std::string_view wrong_holds =
    "SELECT a.tenant_id FROM credit_accounts a WHERE a.held <> (SELECT COALESCE(SUM(h.amount), 0) "
    "FROM credit_holds h WHERE h.tenant_id = a.tenant_id AND h.state = 'open')";

constexpr std::string_view wrong_entries =
    "SELECT t.id FROM credit_transactions t WHERE (t.from_account = 'credit') = "
    "(t.to_account = 'credit') OR t.amount <= 0 OR t.balance_after <> t.balance_before + "
    "CASE WHEN t.to_account = 'credit' THEN t.amount ELSE -t.amount END "
    "OR t.balance_before <> COALESCE((SELECT p.balance_after FROM credit_transactions p "
    "WHERE p.tenant_id = t.tenant_id AND p.sequence < t.sequence "
    "ORDER BY p.sequence DESC LIMIT 1), 0)";

}  // namespace

Result<void> verify_ledger(SqlSession& sql) {
  std::string wrong;
  auto note_wrong = [&](const SqlRow& row) -> Result<void> {
    wrong += std::string(row.text(0)) + " ";
    return {};
  };
  for (auto statement : {wrong_balances, wrong_holds, wrong_entries})
    TRY_VOID(sql.query(statement, {}, note_wrong));
  if (wrong.empty()) return {};
  return fail(internal_error("the ledger does not add up: " + wrong));
}

}  // namespace aiva::billing
