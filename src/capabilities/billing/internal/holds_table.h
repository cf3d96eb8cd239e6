#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/budgets.h"
#include "capabilities/billing/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::billing {

enum class HoldState { open, settled, released };

struct HoldRow {
  TenantId tenant{};
  Hold hold{};
  HoldState state = HoldState::open;
};

// The rows of credit_holds; lives inside one read or transaction.
class HoldsTable {
 public:
  explicit HoldsTable(SqlSession& sql) : sql_(sql) {}

  Result<std::optional<HoldRow>> find(TenantId tenant, std::string_view reference);
  // Opens a hold that is not there, or was released.
  Result<void> open(TenantId tenant, const Hold& hold, bool is_there, UnixMs now);
  Result<void> end(TenantId tenant, std::string_view reference, HoldState state, MicroUsd taken,
                   UnixMs now);
  // What a tenant, or its key or agent, holds.
  Result<MicroUsd> sum_open(TenantId tenant, BudgetScope scope, std::string_view subject);
  // Open ones of any tenant, the oldest first.
  Result<std::vector<HoldRow>> open_before(UnixMs made_before, int count_max);
  // Forgets what has ended; answers how many.
  Result<std::int64_t> remove_ended(UnixMs made_before);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::billing
