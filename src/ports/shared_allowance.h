#pragma once

#include <chrono>
#include <string>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// How an allowance fills up: steadily, and so much may be spent at once.
struct AllowanceRate {
  double per_minute = 0;
  double burst_s = 1;  // what comes together in that time, at least 1, may be spent at once
};

// Allowances that all processes of an installation take from together. Losing them costs a burst.
class SharedAllowances {
 public:
  virtual ~SharedAllowances() = default;

  // Takes `cost` (0 or more) of the allowance of that name; zero when it was taken, else nothing
  // was and the answer is how long that will take at least. A cost above the burst is let through
  // when the allowance is full and is paid back before the next.
  virtual Task<Result<std::chrono::milliseconds>> take(CallContext context, std::string name,
                                                       AllowanceRate rate, double cost) = 0;
};

}  // namespace aiva
