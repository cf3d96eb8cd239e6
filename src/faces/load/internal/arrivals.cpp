#include "faces/load/internal/arrivals.h"

#include <algorithm>
#include <cmath>

namespace aiva::load {

bool Arrivals::advance(double rate) {
  constexpr double nanoseconds = 1e9;
  constexpr double step_max = 0.01 * nanoseconds;
  double missing = (1 - owed_) / std::max(rate, 1e-9) * nanoseconds;
  if (missing > step_max) {
    owed_ += rate * step_max / nanoseconds;
    at_ += std::chrono::nanoseconds(static_cast<long long>(step_max));
    return false;
  }
  // Rounded up, so that each step moves; the rest counts for the next request.
  double step = std::max(std::ceil(missing), 1.0);
  owed_ = rate * (step - missing) / nanoseconds;
  at_ += std::chrono::nanoseconds(static_cast<long long>(step));
  return true;
}

}  // namespace aiva::load
