#include "capabilities/models/internal/shared_budget.h"

#include <algorithm>
#include <utility>

namespace aiva::models {

using std::chrono::milliseconds;

Task<Result<milliseconds>> SharedBudget::take_request(CallContext context) {
  if (!is_shared() || limits_.requests_per_minute <= 0) co_return milliseconds(0);
  AllowanceRate rate{.per_minute = static_cast<double>(limits_.requests_per_minute),
                     .burst_s = request_burst_s};
  auto taking = allowances_->take(context, name_ + ":requests", rate, 1);
  auto wait = co_await std::move(taking);
  co_return wait;
}

Task<Result<milliseconds>> SharedBudget::take_tokens(CallContext context, double tokens) {
  if (!is_shared() || limits_.tokens_per_minute <= 0) co_return milliseconds(0);
  AllowanceRate rate{.per_minute = static_cast<double>(limits_.tokens_per_minute),
                     .burst_s = token_burst_s};
  double settled = 0;
  {
    std::lock_guard lock(mutex_);
    settled = std::max(owed_, -tokens);
    owed_ -= settled;
  }
  auto taking = allowances_->take(context, name_ + ":tokens", rate, tokens + settled);
  auto wait = co_await std::move(taking);
  if (!wait || *wait > milliseconds(0)) correct(settled);
  co_return wait;
}

void SharedBudget::correct(double more) {
  if (!is_shared()) return;
  auto burst = static_cast<double>(limits_.tokens_per_minute) * token_burst_s / 60;
  std::lock_guard lock(mutex_);
  owed_ = std::max(owed_ + more, -burst);
}

}  // namespace aiva::models
