#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::billing {

// Money in millionths of a US dollar.
using MicroUsd = std::int64_t;

// One thing that costs: `operation` is "search", "document", "chat", …; `base` is the cost before
// the margin. `reference` makes it idempotent: the same (operation, reference) is charged once.
struct Charge {
  std::string operation;
  std::string reference;
  MicroUsd base = 0;
  std::string details{};  // JSON, for the report
};

struct Balance {
  TenantId tenant{};
  MicroUsd available = 0;
  bool is_unlimited = false;  // metering only: the embedded default until credits are switched on
};

struct LedgerEntry {
  std::string id;
  std::string type;  // add | deduct | refund
  MicroUsd amount = 0;
  MicroUsd balance_before = 0;
  MicroUsd balance_after = 0;
  std::string operation;
  std::string reference;
  std::string note;
  UnixMs created_at = 0;
};

struct LedgerPage {
  std::vector<LedgerEntry> entries;
  std::int64_t total = 0;
};

struct BillingSettings {
  int margin_percent = 20;   // final = base * (1 + margin/100), rounded up to a micro-dollar
  bool is_enforced = false;  // false: charges are recorded, gates never close
};

// Credits of tenants: a ledger in integer micro-dollars whose entries carry the balance before and
// after; the sum of the entries is the balance.
class Billing {
 public:
  virtual ~Billing() = default;

  virtual Task<Result<Balance>> balance(CallContext context, TenantId tenant) = 0;
  // Cached for a few seconds while the balance suffices, so that it may be asked on every call.
  // Fails with `quota_exceeded` when less than `least` is available and credits are enforced.
  virtual Task<Result<void>> require(CallContext context, TenantId tenant, MicroUsd least) = 0;
  // Takes base + margin once per (operation, reference) inside the caller's transaction; the answer
  // is the final amount taken (0 on a repetition).
  virtual Result<MicroUsd> charge(SqlSession& session, TenantId tenant, const Charge& charge) = 0;
  // Adds credits; `amount` > 0.
  virtual Task<Result<Balance>> add(CallContext context, TenantId tenant, MicroUsd amount,
                                    std::string note) = 0;
  // Takes an amount for something outside (a call); `quota_exceeded` beyond the balance.
  virtual Task<Result<Balance>> deduct(CallContext context, TenantId tenant, Charge charge) = 0;
  // Fails with `internal` when the ledger does not add up, naming the entries in its cause.
  virtual Task<Result<void>> verify(CallContext context) = 0;
  // Newest first.
  virtual Task<Result<LedgerPage>> history(CallContext context, TenantId tenant, int limit,
                                           std::int64_t offset) = 0;
};

std::unique_ptr<Billing> make_billing(Database& database, const Clock& clock,
                                      BillingSettings settings);

}  // namespace aiva::billing
