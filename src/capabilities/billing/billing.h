#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "capabilities/billing/budgets.h"
#include "capabilities/billing/types.h"
#include "capabilities/billing/usage.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::billing {

// Credits of tenants: a ledger in integer micro-dollars whose entries carry the balance before and
// after; the sum of the entries is the balance.
class Billing {
 public:
  virtual ~Billing() = default;

  virtual Task<Result<Balance>> balance(CallContext context, TenantId tenant) = 0;
  // Cached for a few seconds while what is available suffices, so that it may be asked on every
  // call. Fails with `quota_exceeded` when less than `least` is available and credits are enforced,
  // or a budget with a hard limit, of the tenant or of the key that calls, has less left.
  virtual Task<Result<void>> require(CallContext context, TenantId tenant, MicroUsd least) = 0;
  // Takes base + margin once per (operation, reference) inside the caller's transaction; the answer
  // is the final amount taken (0 on a repetition).
  virtual Result<MicroUsd> charge(SqlSession& session, TenantId tenant, const Charge& charge) = 0;
  // The same for several charges of a tenant, with one look at its account; answers their sum.
  virtual Result<MicroUsd> charge_all(SqlSession& session, TenantId tenant,
                                      std::span<const Charge> charges) = 0;

  // Sets credits aside until settle() or release(). A repetition changes nothing; after a release
  // the same reference may be held again. Fails with `quota_exceeded` when credits are enforced and
  // too little is available or a budget with a hard limit has too little left, `conflict` when the
  // reference is settled or of another operation.
  virtual Result<void> reserve(SqlSession& session, TenantId tenant, const Hold& hold) = 0;
  // Takes the charges and ends the hold; answers the sum taken, 0 when it is settled already. More
  // than was held may be taken: the work is done. Also after a release or without a hold.
  virtual Result<MicroUsd> settle(SqlSession& session, TenantId tenant, std::string_view reference,
                                  std::span<const Charge> charges) = 0;
  // Ends the hold and takes nothing; nothing happens to one that has ended.
  virtual Result<void> release(SqlSession& session, TenantId tenant,
                               std::string_view reference) = 0;
  // Releases holds made before that instant, whose work died, and forgets ended ones after a month;
  // answers how many were released.
  virtual Task<Result<std::int64_t>> release_stale(CallContext context, UnixMs made_before) = 0;

  // Gives back what was taken for (operation, reference), once; answers the amount, 0 on a
  // repetition. `not_found` when nothing was taken.
  virtual Result<MicroUsd> refund(SqlSession& session, TenantId tenant, std::string_view operation,
                                  std::string_view reference, std::string_view note) = 0;
  // Adds credits once for each reference; `amount` > 0. Empty: each call adds.
  virtual Task<Result<Balance>> add(CallContext context, TenantId tenant, MicroUsd amount,
                                    std::string note, CreditSource source,
                                    std::string reference) = 0;
  Task<Result<Balance>> add(CallContext context, TenantId tenant, MicroUsd amount, std::string note,
                            CreditSource source = CreditSource::added) {
    return add(std::move(context), tenant, amount, std::move(note), source, {});
  }
  // Takes an amount for something outside (a call); `quota_exceeded` beyond what is available.
  virtual Task<Result<Balance>> deduct(CallContext context, TenantId tenant, Charge charge) = 0;
  // Fails with `internal` when the ledger does not add up, naming what is wrong in its cause.
  virtual Task<Result<void>> verify(CallContext context) = 0;
  // Newest first.
  virtual Task<Result<LedgerPage>> history(CallContext context, TenantId tenant, int limit,
                                           std::int64_t offset) = 0;
  // Newest first, those with a sequence below `before`; without the total, so that it is as quick
  // at the millionth entry as at the first.
  virtual Task<Result<std::vector<LedgerEntry>>> history_before(CallContext context,
                                                                TenantId tenant, int limit,
                                                                std::int64_t before) = 0;
  // Limits that tenants set themselves, and what was reported of them.
  virtual Budgets& budgets() = 0;
  // What was used, by day and kind.
  virtual Usage& usage() = 0;
};

// All are borrowed; without `metrics` nothing is counted.
std::unique_ptr<Billing> make_billing(Database& database, const Clock& clock,
                                      BillingSettings settings, CreditListener listener = {},
                                      Metrics* metrics = nullptr);

}  // namespace aiva::billing
