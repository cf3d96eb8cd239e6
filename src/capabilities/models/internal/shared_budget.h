#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "capabilities/models/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/shared_allowance.h"

namespace aiva::models {

// How much of a minute's allowance may be spent at once: providers enforce what they allow a minute
// over shorter times, requests by the second.
inline constexpr double request_burst_s = 1;
inline constexpr double token_burst_s = 10;

// What calls with one key may take of its limits, all processes together. Any thread.
class SharedBudget {
 public:
  // `allowances` is borrowed; null: this process is alone, and nothing is asked.
  SharedBudget(SharedAllowances* allowances, std::string name, KeyLimits limits)
      : allowances_(allowances), name_(std::move(name)), limits_(limits) {}

  [[nodiscard]] bool is_shared() const { return allowances_ != nullptr; }
  // Each takes what a call needs: zero when it has it, else how long that will take at least.
  Task<Result<std::chrono::milliseconds>> take_request(CallContext context);
  Task<Result<std::chrono::milliseconds>> take_tokens(CallContext context, double tokens);
  // A call took so many more tokens than were taken for it, or fewer; the next one settles that.
  void correct(double more);

 private:
  SharedAllowances* allowances_;
  std::string name_;
  KeyLimits limits_;
  std::mutex mutex_;
  double owed_ = 0;  // tokens; negative when too many were taken
};

}  // namespace aiva::models
