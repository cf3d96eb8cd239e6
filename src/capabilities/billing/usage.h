#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "capabilities/billing/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::billing {

// By what a report is divided.
struct UsageGrouping {
  bool by_day = true;
  bool by_operation = false;
  bool by_model = false;
  bool by_agent = false;
  bool by_key = false;
};

// Days are of UTC and named by their first instant; `until` is the last day, included.
struct UsageQuery {
  UnixMs from = 0;
  UnixMs until = 0;
  UsageGrouping grouping{};
};

// One line of a report; what it is not divided by is empty.
struct UsageRow {
  UnixMs day = 0;
  std::string operation{};
  std::string model{};
  std::string agent{};
  std::string key{};
  std::int64_t charges = 0;
  std::int64_t refunds = 0;
  MicroUsd base = 0;    // before the margin, refunds taken off
  MicroUsd amount = 0;  // what was taken, refunds taken off
};

// How old entries are when they are summed up. Entries of several processes appear in another order
// than their numbers; none takes this long from getting its number to being there or being waited
// for.
constexpr std::chrono::minutes summed_up_after{1};

// What tenants used: sums of the ledger by day, kept up by add_up() and complete at every moment,
// because a report adds what is not summed up yet.
class Usage {
 public:
  virtual ~Usage() = default;
  // Ordered by its divisions. Fails with `invalid` for more than 366 days, `too_large` for more
  // than 20,000 rows.
  virtual Task<Result<std::vector<UsageRow>>> report(CallContext context, TenantId tenant,
                                                     UsageQuery query) = 0;
  // Sums up what the ledger has since the last time and is old enough, each entry once; answers how
  // many entries that were.
  virtual Task<Result<std::int64_t>> add_up(CallContext context) = 0;
};

}  // namespace aiva::billing
