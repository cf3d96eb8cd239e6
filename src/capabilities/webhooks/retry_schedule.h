#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace aiva::webhooks {

// How long after the `attempts`-th failure (from 1) to try again: 5 s, then three times as long
// each, six hours at most, and up to a quarter more or less by `chance` (0…1), so that what failed
// together does not come back together. Nothing when a day has passed since `age` 0.
std::optional<std::chrono::milliseconds> retry_delay(std::int64_t attempts,
                                                     std::chrono::milliseconds age, double chance);

}  // namespace aiva::webhooks
