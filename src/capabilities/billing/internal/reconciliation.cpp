#include "capabilities/billing/internal/reconciliation.h"

#include <string>
#include <string_view>

namespace aiva::billing {
namespace {

// Of every tenant that has an account, entries or holds: what is recorded and what adds up to it.
constexpr std::string_view wrong_balances =
    "SELECT s.tenant_id, COALESCE(a.balance, 0), s.computed FROM (SELECT tenant_id, "
    "SUM(amount) AS computed FROM (SELECT tenant_id, CASE to_account WHEN 'credit' THEN amount "
    "ELSE -amount END AS amount FROM credit_transactions UNION ALL SELECT tenant_id, 0 "
    "FROM credit_accounts) AS postings GROUP BY tenant_id) AS s LEFT JOIN credit_accounts a "
    "ON a.tenant_id = s.tenant_id WHERE COALESCE(a.balance, 0) <> s.computed LIMIT 100";

constexpr std::string_view wrong_holds =
    "SELECT s.tenant_id, COALESCE(a.held, 0), s.computed FROM (SELECT tenant_id, "
    "SUM(amount) AS computed FROM (SELECT tenant_id, amount FROM credit_holds "
    "WHERE state = 'open' UNION ALL SELECT tenant_id, 0 FROM credit_accounts) AS holds "
    "GROUP BY tenant_id) AS s LEFT JOIN credit_accounts a ON a.tenant_id = s.tenant_id "
    "WHERE COALESCE(a.held, 0) <> s.computed LIMIT 100";

constexpr std::string_view wrong_usage =
    "SELECT tenant_id, SUM(summed), SUM(entered) FROM (SELECT tenant_id, amount AS summed, "
    "0 AS entered FROM credit_usage UNION ALL SELECT tenant_id, 0, CASE type WHEN 'deduct' "
    "THEN amount ELSE -amount END FROM credit_transactions WHERE type IN ('deduct', 'refund') "
    "AND sequence <= (SELECT sequence FROM credit_usage_progress WHERE id = 1)) AS used "
    "GROUP BY tenant_id HAVING SUM(summed) <> SUM(entered) LIMIT 100";

constexpr std::string_view wrong_entries =
    "SELECT id FROM (SELECT id, amount, from_account, to_account, balance_before, balance_after, "
    "COALESCE(LAG(balance_after) OVER (PARTITION BY tenant_id ORDER BY sequence), 0) AS before_it "
    "FROM credit_transactions) AS t WHERE (from_account = 'credit') = (to_account = 'credit') "
    "OR amount <= 0 OR balance_before <> before_it OR balance_after <> balance_before + "
    "CASE to_account WHEN 'credit' THEN amount ELSE -amount END LIMIT 100";

// The tenants' side as it is recorded, the platform's side as the postings add up to it.
constexpr std::string_view trial_balance =
    "SELECT 'credit', COALESCE(SUM(balance - held), 0) FROM credit_accounts "
    "UNION ALL SELECT 'held', COALESCE(SUM(held), 0) FROM credit_accounts "
    "UNION ALL SELECT account, SUM(amount) FROM (SELECT to_account AS account, amount "
    "FROM credit_transactions WHERE to_account <> 'credit' UNION ALL SELECT from_account, -amount "
    "FROM credit_transactions WHERE from_account <> 'credit') AS sides GROUP BY account";

constexpr std::string_view counts =
    "SELECT (SELECT COUNT(*) FROM credit_accounts), (SELECT COUNT(*) FROM credit_transactions), "
    "(SELECT COUNT(*) FROM credit_holds WHERE state = 'open')";

}  // namespace

Result<Reconciliation> reconcile_in(SqlSession& sql) {
  Reconciliation found;
  TRY_VOID(sql.query(counts, {}, [&](const SqlRow& row) -> Result<void> {
    found.tenants = row.integer(0);
    found.entries = row.integer(1);
    found.open_holds = row.integer(2);
    return {};
  }));
  TRY_VOID(sql.query(trial_balance, {}, [&](const SqlRow& row) -> Result<void> {
    found.accounts[std::string(row.text(0))] += row.integer(1);
    return {};
  }));
  auto compare = [&](std::string_view what, std::string_view statement) {
    return sql.query(statement, {}, [&](const SqlRow& row) -> Result<void> {
      found.differences.push_back({.tenant = row.id<TenantId>(0),
                                   .what = std::string(what),
                                   .recorded = row.integer(1),
                                   .computed = row.integer(2)});
      return {};
    });
  };
  TRY_VOID(compare("balance", wrong_balances));
  TRY_VOID(compare("held", wrong_holds));
  TRY_VOID(compare("usage", wrong_usage));
  TRY_VOID(sql.query(wrong_entries, {}, [&](const SqlRow& row) -> Result<void> {
    found.broken_entries.emplace_back(row.text(0));
    return {};
  }));
  return found;
}

Result<void> verify_ledger(SqlSession& sql) {
  TRY(auto found, reconcile_in(sql));
  if (found.is_right()) return {};
  std::string wrong;
  for (const auto& difference : found.differences)
    wrong.append(difference.what).append(" of ").append(difference.tenant.to_string()).append(" ");
  for (const auto& id : found.broken_entries) wrong.append("entry ").append(id).append(" ");
  if (wrong.empty()) wrong = "accounts do not sum to zero";
  return fail(internal_error("the ledger does not add up: " + wrong));
}

}  // namespace aiva::billing
