#include "capabilities/billing/internal/budgets_table.h"

#include <charconv>
#include <string>

namespace aiva::billing {
namespace {

constexpr std::string_view budget_columns =
    "SELECT id, scope, subject_id, period, amount, alert_percents, is_hard, period_started, spent, "
    "alerted_percent, created_at, updated_at FROM credit_budgets WHERE ";

std::string join(const std::vector<int>& percents) {
  std::string text;
  for (int percent : percents) text.append(text.empty() ? "" : ",").append(std::to_string(percent));
  return text;
}

std::vector<int> split(std::string_view text) {
  std::vector<int> percents;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    int percent = 0;
    std::from_chars(part.data(), part.data() + part.size(), percent);
    percents.push_back(percent);
  }
  return percents;
}

BudgetRow to_row(const SqlRow& row) {
  return {.budget = {.id = row.id<BudgetId>(0),
                     .scope = parse_budget_scope(row.text(1)).value_or(BudgetScope::tenant),
                     .subject = std::string(row.text(2)),
                     .period = parse_budget_period(row.text(3)).value_or(BudgetPeriod::month),
                     .amount = row.integer(4),
                     .alert_percents = split(row.text(5)),
                     .is_hard = row.integer(6) != 0,
                     .spent = row.integer(8),
                     .period_started = row.integer(7),
                     .created_at = row.integer(10),
                     .updated_at = row.integer(11)},
          .alerted_percent = static_cast<int>(row.integer(9))};
}

}  // namespace

void BudgetRow::begin_period(UnixMs now) {
  auto started = start_of_period(budget.period, now);
  if (started == budget.period_started) return;
  budget.period_started = started;
  budget.spent = 0;
  alerted_percent = 0;
}

Result<void> BudgetsTable::insert(TenantId tenant, const Budget& budget) {
  TRY_VOID(sql_.execute(
      "INSERT INTO credit_budgets (id, tenant_id, scope, subject_id, period, amount, "
      "alert_percents, is_hard, period_started, spent, created_at, updated_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {budget.id, tenant, to_string(budget.scope), budget.subject, to_string(budget.period),
       budget.amount, join(budget.alert_percents), budget.is_hard, budget.period_started,
       budget.spent, budget.created_at, budget.updated_at}));
  return {};
}

Result<std::vector<BudgetRow>> BudgetsTable::rows(std::string_view condition,
                                                  SqlSession::Parameters values) {
  std::vector<BudgetRow> found;
  auto statement = std::string(budget_columns).append(condition);
  TRY_VOID(sql_.query(statement, values, [&](const SqlRow& row) -> Result<void> {
    found.push_back(to_row(row));
    return {};
  }));
  return found;
}

Result<std::optional<BudgetRow>> BudgetsTable::find(TenantId tenant, BudgetId id) {
  TRY(auto found, rows("tenant_id = ? AND id = ?", {tenant, id}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<BudgetRow>> BudgetsTable::list(TenantId tenant) {
  return rows("tenant_id = ? ORDER BY created_at, id", {tenant});
}

Result<std::vector<BudgetRow>> BudgetsTable::of_spender(TenantId tenant, const Spender& spender) {
  return rows(
      "tenant_id = ? AND (scope = 'tenant' OR (scope = 'key' AND subject_id = ?) "
      "OR (scope = 'agent' AND subject_id = ?))",
      {tenant, spender.key, spender.agent});
}

Result<void> BudgetsTable::save_limits(TenantId tenant, const BudgetRow& row) {
  const auto& budget = row.budget;
  TRY_VOID(
      sql_.execute("UPDATE credit_budgets SET amount = ?, alert_percents = ?, is_hard = ?, "
                   "alerted_percent = ?, updated_at = ? WHERE tenant_id = ? AND id = ?",
                   {budget.amount, join(budget.alert_percents), budget.is_hard, row.alerted_percent,
                    budget.updated_at, tenant, budget.id}));
  return {};
}

Result<void> BudgetsTable::save_spent(TenantId tenant, const BudgetRow& row) {
  TRY_VOID(sql_.execute(
      "UPDATE credit_budgets SET spent = ?, period_started = ?, "
      "alerted_percent = ? WHERE tenant_id = ? AND id = ?",
      {row.budget.spent, row.budget.period_started, row.alerted_percent, tenant, row.budget.id}));
  return {};
}

Result<bool> BudgetsTable::remove(TenantId tenant, BudgetId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM credit_budgets WHERE tenant_id = ? AND id = ?", {tenant, id}));
  return removed > 0;
}

Result<int> BudgetsTable::flags(TenantId tenant) {
  int flags = 0;
  TRY_VOID(
      sql_.query("SELECT COUNT(*), COALESCE(SUM(is_hard), 0) FROM credit_budgets "
                 "WHERE tenant_id = ?",
                 {tenant}, [&](const SqlRow& row) -> Result<void> {
                   if (row.integer(0) > 0) flags |= 1;
                   if (row.integer(1) > 0) flags |= 2;
                   return {};
                 }));
  return flags;
}

}  // namespace aiva::billing
