#include "capabilities/billing/budgets.h"

#include <algorithm>
#include <utility>

#include "capabilities/billing/internal/accounts_table.h"
#include "capabilities/billing/internal/alerts_table.h"
#include "capabilities/billing/internal/book.h"
#include "capabilities/billing/internal/budgets_table.h"
#include "capabilities/billing/internal/make_budgets.h"
#include "capabilities/billing/internal/usage_table.h"

namespace aiva::billing {
namespace {

constexpr std::size_t budgets_max = 200;
constexpr std::size_t percents_max = 10;
constexpr int percent_max = 1000;
constexpr int page_limit_max = 200;

Error no_such_budget() {
  return Error{.code = ErrorCode::not_found, .message = "There is no such budget"};
}

Result<void> check_amount(std::string field, MicroUsd amount) {
  if (amount > 0 && amount <= amount_max) return {};
  return fail(invalid_field(std::move(field), "must be above 0 and at most a million dollars"));
}

Result<void> check_percents(const std::vector<int>& percents) {
  bool is_right =
      percents.size() <= percents_max &&
      std::ranges::all_of(percents, [](int p) { return p >= 1 && p <= percent_max; }) &&
      std::ranges::adjacent_find(percents, std::ranges::greater_equal{}) == percents.end();
  if (is_right) return {};
  return fail(invalid_field("alert_percents",
                            "must be at most 10 different per cents from 1 to 1000, ascending"));
}

Result<void> check_subject(const Budget& budget) {
  bool has_subject = Uuid::parse(budget.subject).has_value();
  if (budget.scope == BudgetScope::tenant ? budget.subject.empty() : has_subject) return {};
  return fail(invalid_field("subject_id", "must be the id of the key or agent, and no other"));
}

class LedgerBudgets final : public Budgets {
 public:
  LedgerBudgets(Database& database, const Clock& clock, std::function<void(TenantId)> forget)
      : database_(database), clock_(clock), forget_(std::move(forget)) {}

  Task<Result<Budget>> create(CallContext context, TenantId tenant, Budget budget) override {
    CO_TRY_VOID(check_amount("amount", budget.amount));
    CO_TRY_VOID(check_percents(budget.alert_percents));
    CO_TRY_VOID(check_subject(budget));
    auto now = clock_.unix_ms();
    budget.id = BudgetId::make();
    budget.created_at = budget.updated_at = now;
    budget.period_started = start_of_period(budget.period, now);
    auto body = [&](SqlSession& sql) -> Result<void> {
      BudgetsTable table(sql);
      TRY(auto others, table.list(tenant));
      if (others.size() >= budgets_max)
        return fail(ErrorCode::conflict, "A tenant has at most 200 budgets");
      TRY(budget.spent,
          UsageTable(sql).spent_since(tenant, budget.scope, budget.subject, budget.period_started));
      budget.spent = std::max(budget.spent, MicroUsd{0});
      TRY_VOID(table.insert(tenant, budget));
      return update_flags(sql, tenant);
    };
    auto outcome = co_await write(database_, context, body);
    if (!outcome && outcome.error().code == ErrorCode::conflict)
      outcome.error().message = "There is a budget for this already, or no such tenant";
    if (!outcome) co_return fail(std::move(outcome.error()));
    forget_(tenant);
    co_return budget;
  }

  Task<Result<std::vector<Budget>>> list(CallContext context, TenantId tenant) override {
    auto now = clock_.unix_ms();
    auto body = [=](SqlSession& sql) -> Result<std::vector<Budget>> {
      TRY(auto rows, BudgetsTable(sql).list(tenant));
      std::vector<Budget> budgets;
      for (auto& row : rows) {
        row.begin_period(now);
        budgets.push_back(std::move(row.budget));
      }
      return budgets;
    };
    auto budgets = co_await read(database_, context, body);
    co_return budgets;
  }

  Task<Result<Budget>> find(CallContext context, TenantId tenant, BudgetId id) override {
    auto body = [=](SqlSession& sql) { return BudgetsTable(sql).find(tenant, id); };
    CO_TRY(auto row, co_await read(database_, context, body));
    if (!row) co_return fail(no_such_budget());
    row->begin_period(clock_.unix_ms());
    co_return std::move(row->budget);
  }

  Task<Result<Budget>> change(CallContext context, TenantId tenant, BudgetId id,
                              BudgetChange change) override {
    if (change.amount) CO_TRY_VOID(check_amount("amount", *change.amount));
    if (change.alert_percents) CO_TRY_VOID(check_percents(*change.alert_percents));
    auto now = clock_.unix_ms();
    auto body = [&](SqlSession& sql) -> Result<Budget> {
      BudgetsTable table(sql);
      TRY(auto row, table.find(tenant, id));
      if (!row) return fail(no_such_budget());
      auto& budget = row->budget;
      // What was told of the old limits does not hold of new ones.
      if (change.amount || change.alert_percents) row->alerted_percent = 0;
      budget.amount = change.amount.value_or(budget.amount);
      budget.is_hard = change.is_hard.value_or(budget.is_hard);
      if (change.alert_percents) budget.alert_percents = *change.alert_percents;
      budget.updated_at = now;
      TRY_VOID(table.save_limits(tenant, *row));
      TRY_VOID(update_flags(sql, tenant));
      row->begin_period(now);
      return std::move(budget);
    };
    auto changed = co_await write(database_, context, body);
    forget_(tenant);
    co_return changed;
  }

  Task<Result<void>> remove(CallContext context, TenantId tenant, BudgetId id) override {
    auto body = [&](SqlSession& sql) -> Result<void> {
      TRY(bool was_there, BudgetsTable(sql).remove(tenant, id));
      if (!was_there) return fail(no_such_budget());
      return update_flags(sql, tenant);
    };
    auto outcome = co_await write(database_, context, body);
    forget_(tenant);
    co_return outcome;
  }

  Task<Result<void>> set_low_balance(CallContext context, TenantId tenant,
                                     std::optional<MicroUsd> threshold) override {
    if (threshold) CO_TRY_VOID(check_amount("low_balance", *threshold));
    auto body = [&](SqlSession& sql) -> Result<void> {
      AccountsTable table(sql);
      TRY(auto account, table.lock(tenant));
      account.low_balance = threshold;
      return table.save_limits(tenant, account, clock_.unix_ms());
    };
    auto outcome = co_await write(database_, context, body);
    forget_(tenant);
    co_return outcome;
  }

  Task<Result<std::optional<MicroUsd>>> low_balance(CallContext context, TenantId tenant) override {
    auto body = [=](SqlSession& sql) { return AccountsTable(sql).find(tenant); };
    CO_TRY(auto account, co_await read(database_, context, body));
    co_return account.low_balance;
  }

  Task<Result<std::vector<Alert>>> alerts(CallContext context, TenantId tenant, int limit,
                                          std::int64_t before) override {
    if (limit < 1 || limit > page_limit_max)
      co_return fail(invalid_field("limit", "must be between 1 and 200"));
    auto body = [=](SqlSession& sql) { return AlertsTable(sql).page(tenant, limit, before); };
    auto page = co_await read(database_, context, body);
    co_return page;
  }

 private:
  Result<void> update_flags(SqlSession& sql, TenantId tenant) {
    AccountsTable accounts(sql);
    TRY(auto account, accounts.lock(tenant));
    TRY(account.budget_flags, BudgetsTable(sql).flags(tenant));
    return accounts.save_limits(tenant, account, clock_.unix_ms());
  }

  Database& database_;
  const Clock& clock_;
  std::function<void(TenantId)> forget_;
};

}  // namespace

std::string_view to_string(BudgetScope scope) {
  switch (scope) {
    case BudgetScope::tenant: return "tenant";
    case BudgetScope::key: return "key";
    case BudgetScope::agent: return "agent";
  }
  return "";
}

std::optional<BudgetScope> parse_budget_scope(std::string_view text) {
  for (auto scope : {BudgetScope::tenant, BudgetScope::key, BudgetScope::agent})
    if (text == to_string(scope)) return scope;
  return std::nullopt;
}

std::string_view to_string(BudgetPeriod period) {
  switch (period) {
    case BudgetPeriod::day: return "day";
    case BudgetPeriod::month: return "month";
  }
  return "";
}

std::optional<BudgetPeriod> parse_budget_period(std::string_view text) {
  for (auto period : {BudgetPeriod::day, BudgetPeriod::month})
    if (text == to_string(period)) return period;
  return std::nullopt;
}

std::unique_ptr<Budgets> make_budgets(Database& database, const Clock& clock,
                                      std::function<void(TenantId)> forget) {
  return std::make_unique<LedgerBudgets>(database, clock, std::move(forget));
}

}  // namespace aiva::billing
