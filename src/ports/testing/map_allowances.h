#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "ports/clock.h"
#include "ports/shared_allowance.h"

namespace aiva {

// Shared allowances whose time a test steers, and that it may break. One thread.
class MapAllowances final : public SharedAllowances {
 public:
  explicit MapAllowances(const Clock& clock) : clock_(clock) {}

  Task<Result<std::chrono::milliseconds>> take(CallContext, std::string name, AllowanceRate rate,
                                               double cost) override {
    using Seconds = std::chrono::duration<double>;
    if (is_broken) co_return fail(ErrorCode::unavailable, "The allowances are away");
    auto now = Seconds(clock_.steady().time_since_epoch()).count();
    auto unit = 60 / rate.per_minute;
    auto spent = std::max(spent_until_[name], now);
    auto wait = spent - now + std::min(cost * unit - std::max(rate.burst_s, unit), 0.0);
    constexpr double rounding = 1e-6;
    if (wait > rounding)
      co_return std::chrono::ceil<std::chrono::milliseconds>(Seconds(wait - rounding));
    spent_until_[name] = spent + cost * unit;
    co_return std::chrono::milliseconds(0);
  }

  bool is_broken = false;

 private:
  const Clock& clock_;
  std::map<std::string, double> spent_until_;
};

}  // namespace aiva
