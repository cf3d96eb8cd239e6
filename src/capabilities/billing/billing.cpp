#include "capabilities/billing/billing.h"

#include <algorithm>

#include "capabilities/billing/internal/book.h"
#include "capabilities/billing/internal/budget_rules.h"
#include "capabilities/billing/internal/holds_table.h"
#include "capabilities/billing/internal/journal_table.h"
#include "capabilities/billing/internal/make_budgets.h"
#include "capabilities/billing/internal/make_usage.h"
#include "capabilities/billing/internal/meters.h"
#include "capabilities/billing/internal/reconciliation.h"
#include "foundation/lru_cache.h"

namespace aiva::billing {
namespace {

constexpr std::size_t cached_accounts_max = 10'000;
constexpr UnixMs ended_holds_kept_ms = UnixMs{30} * 24 * 3600 * 1000;
constexpr int stale_holds_max = 500;  // in one transaction
constexpr int page_limit_max = 200;

Account account_of(CreditSource source) {
  switch (source) {
    case CreditSource::added: return Account::added;
    case CreditSource::promotion: return Account::promotion;
    case CreditSource::adjustment: return Account::adjustment;
  }
  return Account::added;
}

Error unknown_tenant(Error error) {
  if (error.code != ErrorCode::conflict) return error;
  return Error{.code = ErrorCode::not_found, .message = "No such tenant"};
}

Result<void> check_amount(MicroUsd amount) {
  if (amount > 0 && amount <= amount_max) return {};
  return fail(invalid_field("amount", "must be above 0 and at most a million dollars"));
}

class LedgerBilling final : public Billing {
 public:
  LedgerBilling(Database& database, const Clock& clock, BillingSettings settings,
                CreditListener listener, Metrics* metrics)
      : database_(database),
        clock_(clock),
        settings_(settings),
        listener_(std::move(listener)),
        meters_(metrics),
        accounts_(cached_accounts_max, changes_seen_within),
        budgets_(make_budgets(database, clock, [this](TenantId t) { accounts_.erase(t); })),
        usage_(make_usage(database, clock)) {}

  Task<Result<Balance>> balance(CallContext context, TenantId tenant) override {
    auto body = [tenant](SqlSession& sql) { return AccountsTable(sql).find(tenant); };
    CO_TRY(auto account, co_await read(database_, context, body));
    co_return to_balance(tenant, account);
  }

  Task<Result<void>> require(CallContext context, TenantId tenant, MicroUsd least) override {
    if (auto known = accounts_.get(tenant);
        known && !known->has_hard_budgets() && suffices(*known, least))
      co_return Result<void>();
    auto now = clock_.unix_ms();
    auto body = [&](SqlSession& sql) -> Result<AccountRow> {
      TRY(auto account, AccountsTable(sql).find(tenant));
      if (account.has_hard_budgets())
        TRY_VOID(check_hard_budgets(sql, tenant, {.key = context.api_key}, least, now));
      return account;
    };
    CO_TRY(auto account, co_await read(database_, context, body));
    remember(tenant, account);
    if (!suffices(account, least)) co_return fail(refuse(account, least));
    co_return Result<void>();
  }

  Result<MicroUsd> charge(SqlSession& sql, TenantId tenant, const Charge& charge) override {
    return charge_all(sql, tenant, std::span(&charge, 1));
  }

  Result<MicroUsd> charge_all(SqlSession& sql, TenantId tenant,
                              std::span<const Charge> charges) override {
    if (std::ranges::all_of(charges, [](const Charge& charge) { return charge.base == 0; }))
      return MicroUsd{0};
    TRY(auto book, Book::open(sql, tenant, clock_.unix_ms()));
    TRY(auto taken, book.take(charges, settings_.margin_percent));
    TRY_VOID(close(sql, book, tenant));
    meters_.count_taken(charges, taken);
    return taken;
  }

  Result<void> reserve(SqlSession& sql, TenantId tenant, const Hold& hold) override {
    if (hold.amount < 0 || hold.amount > amount_max)
      return fail(internal_error("a hold of " + std::to_string(hold.amount)));
    auto now = clock_.unix_ms();
    TRY(auto book, Book::open(sql, tenant, now));
    HoldsTable holds(sql);
    TRY(auto earlier, holds.find(tenant, hold.reference));
    if (earlier && earlier->hold.operation != hold.operation)
      return fail(ErrorCode::conflict, "Credits are held for another operation of this reference");
    if (earlier && earlier->state == HoldState::open) return {};
    if (earlier && earlier->state == HoldState::settled)
      return fail(ErrorCode::conflict, "This work is done and paid for");
    if (!suffices(book.account(), hold.amount)) return fail(refuse(book.account(), hold.amount));
    if (book.account().has_hard_budgets())
      TRY_VOID(check_hard_budgets(sql, tenant, {.key = hold.key, .agent = hold.agent}, hold.amount,
                                  now));
    auto opened = holds.open(tenant, hold, earlier.has_value(), now);
    if (!opened) return fail(unknown_tenant(std::move(opened.error())));
    book.hold(hold.amount);
    return close(sql, book, tenant);
  }

  Result<MicroUsd> settle(SqlSession& sql, TenantId tenant, std::string_view reference,
                          std::span<const Charge> charges) override {
    auto now = clock_.unix_ms();
    TRY(auto book, Book::open(sql, tenant, now));
    HoldsTable holds(sql);
    TRY(auto held, holds.find(tenant, reference));
    if (held && held->state == HoldState::settled) return MicroUsd{0};
    const auto* hold = held ? &held->hold : nullptr;
    TRY(auto taken, book.take(charges, settings_.margin_percent, hold));
    if (held) {
      TRY_VOID(holds.end(tenant, reference, HoldState::settled, taken, now));
      if (held->state == HoldState::open) book.hold(-hold->amount);
    }
    TRY_VOID(close(sql, book, tenant));
    meters_.count_taken(charges, taken);
    return taken;
  }

  Result<void> release(SqlSession& sql, TenantId tenant, std::string_view reference) override {
    auto now = clock_.unix_ms();
    TRY(auto book, Book::open(sql, tenant, now));
    HoldsTable holds(sql);
    TRY(auto held, holds.find(tenant, reference));
    if (!held || held->state != HoldState::open) return {};
    TRY_VOID(holds.end(tenant, reference, HoldState::released, 0, now));
    book.hold(-held->hold.amount);
    return close(sql, book, tenant);
  }

  Task<Result<std::int64_t>> release_stale(CallContext context, UnixMs made_before) override {
    std::int64_t released = 0;
    auto body = [this, made_before](SqlSession& sql) -> Result<std::int64_t> {
      TRY(auto stale, HoldsTable(sql).open_before(made_before, stale_holds_max));
      for (const auto& row : stale) TRY_VOID(release(sql, row.tenant, row.hold.reference));
      return static_cast<std::int64_t>(stale.size());
    };
    for (std::int64_t count = stale_holds_max; count == stale_holds_max; released += count) {
      auto step = co_await write(database_, context, body);
      if (!step) co_return fail(std::move(step.error()));
      count = *step;
    }
    auto forgotten_before = clock_.unix_ms() - ended_holds_kept_ms;
    auto forget = [forgotten_before](SqlSession& sql) {
      return HoldsTable(sql).remove_ended(forgotten_before);
    };
    auto forgotten = co_await write(database_, context, forget);
    if (!forgotten) co_return fail(std::move(forgotten.error()));
    co_return released;
  }

  Result<MicroUsd> refund(SqlSession& sql, TenantId tenant, std::string_view operation,
                          std::string_view reference, std::string_view note) override {
    TRY(auto book, Book::open(sql, tenant, clock_.unix_ms()));
    TRY(auto charged, JournalTable(sql).find_charge(tenant, operation, reference));
    if (!charged) return fail(ErrorCode::not_found, "Nothing was charged for this");
    TRY(bool is_new, book.post({.type = "refund",
                                .from = Account::revenue,
                                .to = Account::credit,
                                .amount = charged->amount,
                                .base = charged->base,
                                .operation = operation,
                                .reference = reference,
                                .note = note,
                                .model = charged->model,
                                .agent = charged->agent,
                                .key = charged->key}));
    TRY_VOID(close(sql, book, tenant));
    if (is_new) meters_.count_refunded(charged->amount);
    return is_new ? charged->amount : 0;
  }

  Task<Result<Balance>> add(CallContext context, TenantId tenant, MicroUsd amount, std::string note,
                            CreditSource source, std::string reference) override {
    CO_TRY_VOID(check_amount(amount));
    if (reference.empty()) reference = Uuid::make().to_string();
    bool is_repeated = false;
    auto body = [&](SqlSession& sql) -> Result<Balance> {
      TRY(auto book, Book::open(sql, tenant, clock_.unix_ms()));
      TRY(is_repeated, JournalTable(sql).has_added(tenant, reference));
      if (is_repeated) return to_balance(tenant, book.account());
      TRY_VOID(book.post({.type = "add",
                          .from = account_of(source),
                          .to = Account::credit,
                          .amount = amount,
                          .operation = "add",
                          .reference = reference,
                          .note = note}));
      TRY_VOID(close(sql, book, tenant));
      if (listener_)
        TRY_VOID(listener_(sql, tenant,
                           {.type = "credits.added",
                            .amount = amount,
                            .balance = book.account().balance,
                            .created_at = clock_.unix_ms()}));
      return to_balance(tenant, book.account());
    };
    auto after = co_await write(database_, context, body);
    if (!after) co_return fail(unknown_tenant(std::move(after.error())));
    if (!is_repeated) meters_.count_added(amount);
    co_return *after;
  }

  Task<Result<Balance>> deduct(CallContext context, TenantId tenant, Charge charge) override {
    CO_TRY_VOID(check_amount(charge.base));
    auto body = [&](SqlSession& sql) -> Result<Balance> {
      TRY(auto book, Book::open(sql, tenant, clock_.unix_ms()));
      TRY(auto earlier, JournalTable(sql).find_charge(tenant, charge.operation, charge.reference));
      if (earlier) return to_balance(tenant, book.account());
      if (!suffices(book.account(), charge.base)) return fail(refuse(book.account(), charge.base));
      TRY(auto taken, book.take(std::span(&charge, 1), 0));
      TRY_VOID(close(sql, book, tenant));
      meters_.count_taken(std::span(&charge, 1), taken);
      return to_balance(tenant, book.account());
    };
    auto after = co_await write(database_, context, body);
    if (!after) co_return fail(unknown_tenant(std::move(after.error())));
    co_return *after;
  }

  Task<Result<void>> verify(CallContext context) override {
    auto body = [](SqlSession& sql) { return verify_ledger(sql); };
    auto outcome = co_await read(database_, context, body);
    co_return outcome;
  }

  Task<Result<LedgerPage>> history(CallContext context, TenantId tenant, int limit,
                                   std::int64_t offset) override {
    if (limit < 1 || limit > page_limit_max)
      co_return fail(invalid_field("limit", "must be between 1 and 200"));
    if (offset < 0) co_return fail(invalid_field("offset", "must not be negative"));
    auto body = [=](SqlSession& sql) { return JournalTable(sql).page(tenant, limit, offset); };
    auto page = co_await read(database_, context, body);
    co_return page;
  }

  Task<Result<std::vector<LedgerEntry>>> history_before(CallContext context, TenantId tenant,
                                                        int limit, std::int64_t before) override {
    if (limit < 1 || limit > page_limit_max)
      co_return fail(invalid_field("limit", "must be between 1 and 200"));
    auto body = [=](SqlSession& sql) { return JournalTable(sql).before(tenant, limit, before); };
    auto entries = co_await read(database_, context, body);
    co_return entries;
  }

  Budgets& budgets() override { return *budgets_; }
  Usage& usage() override { return *usage_; }

 private:
  [[nodiscard]] bool suffices(const AccountRow& account, MicroUsd needed) const {
    return !settings_.is_enforced || account.available() >= needed;
  }
  Error refuse(const AccountRow& account, MicroUsd needed) {
    meters_.count_refusal();
    return no_credits(account, needed);
  }
  [[nodiscard]] Balance to_balance(TenantId tenant, const AccountRow& account) const {
    return {.tenant = tenant,
            .balance = account.balance,
            .held = account.held,
            .available = account.available(),
            .is_unlimited = !settings_.is_enforced};
  }
  // What a transaction wrote is known to the gates even before it is committed: should it fail,
  // they are wrong for the life of the cache at most.
  Result<void> close(SqlSession& sql, Book& book, TenantId tenant) {
    TRY_VOID(book.close());
    remember(tenant, book.account());
    if (!listener_) return {};
    for (const auto& alert : book.alerts()) {
      bool is_budget = alert.type == "budget";
      TRY_VOID(listener_(sql, tenant,
                         {.type = is_budget ? "credits.budget_reached" : "credits.low_balance",
                          .balance = book.account().balance,
                          .alert = alert,
                          .created_at = alert.created_at}));
    }
    return {};
  }
  void remember(TenantId tenant, const AccountRow& account) {
    accounts_.put(tenant, std::make_shared<AccountRow>(account));
  }

  Database& database_;
  const Clock& clock_;
  BillingSettings settings_;
  CreditListener listener_;
  Meters meters_;
  LruCache<TenantId, AccountRow> accounts_;
  std::unique_ptr<Budgets> budgets_;
  std::unique_ptr<Usage> usage_;
};

}  // namespace

std::unique_ptr<Billing> make_billing(Database& database, const Clock& clock,
                                      BillingSettings settings, CreditListener listener,
                                      Metrics* metrics) {
  return std::make_unique<LedgerBilling>(database, clock, settings, std::move(listener), metrics);
}

}  // namespace aiva::billing
