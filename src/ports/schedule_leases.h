#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// The right to do once, now, what a schedule says.
struct ScheduleTurn {
  std::string name;             // of the schedule: "sum up usage"
  std::string holder;           // who has it
  std::int64_t generation = 0;  // one more with every turn
};

// Who of all processes on a database does what recurs. Each turn has one holder; when that one
// dies, another takes the turn after its lease. Any thread.
class ScheduleLeases {
 public:
  virtual ~ScheduleLeases() = default;

  // The schedule's turn for `lease`, or nothing: it is not due, or another process is at it. A
  // schedule that nobody knows yet is due.
  virtual Task<Result<std::optional<ScheduleTurn>>> take(CallContext context, std::string name,
                                                         std::string holder,
                                                         std::chrono::milliseconds lease) = 0;
  // Keeps the turn for `lease` from now. Fails with `conflict` when another has taken it.
  virtual Task<Result<void>> prolong(CallContext context, ScheduleTurn turn,
                                     std::chrono::milliseconds lease) = 0;
  // Ends the turn; the next is due after so long. Fails with `conflict` when another has taken it.
  virtual Task<Result<void>> finish(CallContext context, ScheduleTurn turn,
                                    std::chrono::milliseconds until_next) = 0;
};

}  // namespace aiva
