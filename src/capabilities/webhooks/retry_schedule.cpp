#include "capabilities/webhooks/retry_schedule.h"

#include <algorithm>

namespace aiva::webhooks {

using std::chrono::hours;
using std::chrono::milliseconds;

std::optional<milliseconds> retry_delay(std::int64_t attempts, milliseconds age, double chance) {
  if (age >= hours(24)) return std::nullopt;
  double delay_ms = 5000;
  const double delay_ms_max = static_cast<double>(milliseconds(hours(6)).count());
  for (std::int64_t i = 1; i < attempts && delay_ms < delay_ms_max; ++i) delay_ms *= 3;
  delay_ms = std::min(delay_ms, delay_ms_max) * (0.75 + chance / 2);
  // The last attempt is at the end of the day, not after it.
  auto left = milliseconds(hours(24)) - age;
  return std::min(milliseconds(static_cast<std::int64_t>(delay_ms)), left);
}

}  // namespace aiva::webhooks
