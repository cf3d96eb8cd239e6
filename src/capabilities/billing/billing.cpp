#include "capabilities/billing/billing.h"

#include <cstdio>

#include "capabilities/billing/internal/ledger_table.h"
#include "foundation/lru_cache.h"

namespace aiva::billing {
namespace {

constexpr std::size_t cached_balances_max = 10'000;
constexpr auto balance_life = std::chrono::seconds(5);
constexpr MicroUsd amount_max = 1'000'000'000'000;  // a million dollars
constexpr int page_limit_max = 200;

std::string in_dollars(MicroUsd amount) {
  char text[40];
  int length = std::snprintf(text, sizeof text, "%.6f", static_cast<double>(amount) / 1e6);
  return {text, static_cast<std::size_t>(length)};
}

Error no_credits(MicroUsd available, MicroUsd least) {
  return Error{.code = ErrorCode::quota_exceeded,
               .message = "Insufficient credits: " + in_dollars(available) + " USD available, " +
                          in_dollars(least) + " USD needed"};
}

class LedgerBilling final : public Billing {
 public:
  LedgerBilling(Database& database, const Clock& clock, BillingSettings settings)
      : database_(database),
        clock_(clock),
        settings_(settings),
        balances_(cached_balances_max, balance_life) {}

  Task<Result<Balance>> balance(CallContext context, TenantId tenant) override {
    auto body = [tenant](SqlSession& sql) { return LedgerTable(sql).balance(tenant); };
    CO_TRY(auto available, co_await read(database_, context, body));
    co_return to_balance(tenant, available);
  }

  Task<Result<void>> require(CallContext context, TenantId tenant, MicroUsd least) override {
    if (!settings_.is_enforced) co_return Result<void>();
    if (auto known = balances_.get(tenant); known && *known >= least) co_return Result<void>();
    CO_TRY(auto current, co_await balance(context, tenant));
    balances_.put(tenant, std::make_shared<MicroUsd>(current.available));
    if (current.available < least) co_return fail(no_credits(current.available, least));
    co_return Result<void>();
  }

  Result<MicroUsd> charge(SqlSession& sql, TenantId tenant, const Charge& charge) override {
    if (charge.base < 0 || charge.base > amount_max)
      return fail(internal_error("a charge of " + std::to_string(charge.base)));
    LedgerTable ledger(sql);
    TRY(bool is_repeated, ledger.has(tenant, charge.operation, charge.reference));
    MicroUsd final_amount = with_margin(charge.base);
    if (is_repeated || final_amount == 0) return MicroUsd{0};
    TRY_VOID(ledger.move(tenant, to_movement(charge, final_amount), clock_.unix_ms()));
    balances_.erase(tenant);
    return final_amount;
  }

  Task<Result<Balance>> add(CallContext context, TenantId tenant, MicroUsd amount,
                            std::string note) override {
    if (amount <= 0 || amount > amount_max)
      co_return fail(invalid_field("amount", "must be above 0 and at most a million dollars"));
    auto reference = Uuid::make().to_string();
    auto now = clock_.unix_ms();
    auto body = [&](SqlSession& sql) {
      return LedgerTable(sql).move(tenant,
                                   {.type = "add",
                                    .amount = amount,
                                    .operation = "add",
                                    .reference = reference,
                                    .note = note},
                                   now);
    };
    auto after = co_await write(database_, context, body);
    balances_.erase(tenant);
    if (!after) co_return fail(unknown_tenant(std::move(after.error())));
    co_return to_balance(tenant, *after);
  }

  Task<Result<Balance>> deduct(CallContext context, TenantId tenant, Charge charge) override {
    if (charge.base <= 0 || charge.base > amount_max)
      co_return fail(invalid_field("amount", "must be above 0 and at most a million dollars"));
    auto now = clock_.unix_ms();
    auto body = [&](SqlSession& sql) -> Result<MicroUsd> {
      LedgerTable ledger(sql);
      TRY(auto available, ledger.balance(tenant));
      TRY(bool is_repeated, ledger.has(tenant, charge.operation, charge.reference));
      if (is_repeated) return available;
      if (settings_.is_enforced && available < charge.base)
        return fail(no_credits(available, charge.base));
      return ledger.move(tenant, to_movement(charge, charge.base), now);
    };
    auto after = co_await write(database_, context, body);
    balances_.erase(tenant);
    if (!after) co_return fail(unknown_tenant(std::move(after.error())));
    co_return to_balance(tenant, *after);
  }

  Task<Result<void>> verify(CallContext context) override {
    auto body = [](SqlSession& sql) { return LedgerTable(sql).verify(); };
    auto outcome = co_await read(database_, context, body);
    co_return outcome;
  }

  Task<Result<LedgerPage>> history(CallContext context, TenantId tenant, int limit,
                                   std::int64_t offset) override {
    if (limit < 1 || limit > page_limit_max)
      co_return fail(invalid_field("limit", "must be between 1 and 200"));
    if (offset < 0) co_return fail(invalid_field("offset", "must not be negative"));
    auto body = [=](SqlSession& sql) { return LedgerTable(sql).page(tenant, limit, offset); };
    auto page = co_await read(database_, context, body);
    co_return page;
  }

 private:
  [[nodiscard]] MicroUsd with_margin(MicroUsd base) const {
    return (base * (100 + settings_.margin_percent) + 99) / 100;
  }
  [[nodiscard]] Balance to_balance(TenantId tenant, MicroUsd available) const {
    return {.tenant = tenant, .available = available, .is_unlimited = !settings_.is_enforced};
  }
  static Movement to_movement(const Charge& charge, MicroUsd amount) {
    return {.type = "deduct",
            .amount = amount,
            .operation = charge.operation,
            .reference = charge.reference,
            .details = charge.details.empty() ? "{}" : std::string_view(charge.details)};
  }
  static Error unknown_tenant(Error error) {
    if (error.code != ErrorCode::conflict) return error;
    return Error{.code = ErrorCode::not_found, .message = "No such tenant"};
  }

  Database& database_;
  const Clock& clock_;
  BillingSettings settings_;
  LruCache<TenantId, MicroUsd> balances_;
};

}  // namespace

std::unique_ptr<Billing> make_billing(Database& database, const Clock& clock,
                                      BillingSettings settings) {
  return std::make_unique<LedgerBilling>(database, clock, settings);
}

}  // namespace aiva::billing
