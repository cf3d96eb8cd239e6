#include "capabilities/billing/internal/book.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "capabilities/billing/internal/alerts_table.h"
#include "capabilities/billing/internal/budget_rules.h"
#include "capabilities/billing/internal/dollars.h"
#include "capabilities/billing/internal/journal_table.h"

namespace aiva::billing {
namespace {

Posting to_posting(const Charge& charge, MicroUsd amount, const Hold* hold) {
  return {.type = "deduct",
          .amount = amount,
          .base = charge.base,
          .operation = charge.operation,
          .reference = charge.reference,
          .details = charge.details.empty() ? "{}" : std::string_view(charge.details),
          .model = charge.model,
          .agent = charge.agent || hold == nullptr ? charge.agent : hold->agent,
          .key = charge.key || hold == nullptr ? charge.key : hold->key};
}

}  // namespace

Error no_credits(const AccountRow& account, MicroUsd needed) {
  auto available = in_dollars(account.available());
  return Error{.code = ErrorCode::quota_exceeded,
               .message = "Insufficient credits: " + available + " USD available, " +
                          in_dollars(needed) + " USD needed",
               .details = {{"balance", in_dollars(account.balance)},
                           {"held", in_dollars(account.held)},
                           {"available", available},
                           {"needed", in_dollars(needed)}}};
}

MicroUsd with_margin(MicroUsd base, int margin_percent) {
  return (base * (100 + margin_percent) + 99) / 100;
}

Result<Book> Book::open(SqlSession& sql, TenantId tenant, UnixMs now) {
  TRY(auto account, AccountsTable(sql).lock(tenant));
  return Book(sql, tenant, now, account);
}

Result<bool> Book::post(const Posting& posting) {
  TRY(bool is_new, JournalTable(sql_).append(tenant_, posting, account_.balance, now_));
  if (!is_new) return false;
  account_.balance += posting.change();
  is_changed_ = true;
  bool is_use = posting.from == Account::revenue || posting.to == Account::revenue;
  if (!is_use || !account_.has_budgets()) return true;
  TRY(auto reached, count_in_budgets(sql_, tenant_, posting, now_));
  std::ranges::move(reached, std::back_inserter(alerts_));
  return true;
}

Result<MicroUsd> Book::take(std::span<const Charge> charges, int margin_percent, const Hold* hold) {
  MicroUsd sum = 0;
  for (const auto& charge : charges) {
    if (charge.base < 0 || charge.base > amount_max)
      return fail(internal_error("a charge of " + std::to_string(charge.base)));
    auto amount = with_margin(charge.base, margin_percent);
    if (amount == 0) continue;
    TRY(bool is_new, post(to_posting(charge, amount, hold)));
    if (is_new) sum += amount;
  }
  return sum;
}

void Book::hold(MicroUsd amount) {
  account_.held += amount;
  is_changed_ = is_changed_ || amount != 0;
}

Result<void> Book::close() {
  if (!is_changed_) return {};
  TRY_VOID(AccountsTable(sql_).save(tenant_, account_, now_));
  if (account_.low_balance && balance_before_ >= *account_.low_balance &&
      account_.balance < *account_.low_balance)
    alerts_.push_back({.id = Uuid::make().to_string(),
                       .type = "low_balance",
                       .amount = account_.balance,
                       .threshold = *account_.low_balance,
                       .created_at = now_});
  for (const auto& alert : alerts_) TRY_VOID(AlertsTable(sql_).insert(tenant_, alert));
  return {};
}

}  // namespace aiva::billing
