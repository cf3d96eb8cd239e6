#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "capabilities/billing/budgets.h"
#include "capabilities/billing/internal/accounts_table.h"
#include "capabilities/billing/internal/posting.h"
#include "capabilities/billing/types.h"
#include "foundation/error.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

// No amount of the ledger is larger: a million dollars.
inline constexpr MicroUsd amount_max = 1'000'000'000'000;

// The 402 of every gate: names what is available, what is held and what is needed.
Error no_credits(const AccountRow& account, MicroUsd needed);

// base + margin, rounded up to a micro-dollar.
MicroUsd with_margin(MicroUsd base, int margin_percent);

// The movements of one tenant inside one transaction: its account is read when the book is opened
// and written once, by close(). Without close() only the journal has changed, so that its caller
// must fail.
class Book {
 public:
  static Result<Book> open(SqlSession& sql, TenantId tenant, UnixMs now);

  [[nodiscard]] const AccountRow& account() const { return account_; }
  // Writes the posting unless it is there already, and counts it in the tenant's budgets; answers
  // whether it was written.
  Result<bool> post(const Posting& posting);
  // Takes charges that were not taken before, with their margin; answers the sum. `hold`, if any,
  // says whose they are where they do not.
  Result<MicroUsd> take(std::span<const Charge> charges, int margin_percent,
                        const Hold* hold = nullptr);
  // Moves credits between `credit` and `held`: negative frees.
  void hold(MicroUsd amount);
  Result<void> close();
  // What close() found worth telling.
  [[nodiscard]] const std::vector<Alert>& alerts() const { return alerts_; }

 private:
  Book(SqlSession& sql, TenantId tenant, UnixMs now, AccountRow account)
      : sql_(sql), tenant_(tenant), now_(now), account_(account) {}

  SqlSession& sql_;
  TenantId tenant_;
  UnixMs now_;
  AccountRow account_;
  MicroUsd balance_before_ = account_.balance;
  std::vector<Alert> alerts_{};
  bool is_changed_ = false;
};

}  // namespace aiva::billing
