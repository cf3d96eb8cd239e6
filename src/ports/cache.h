#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// A rate limit: so many calls in any stretch of that length.
struct RateWindow {
  std::chrono::milliseconds length{};
  std::int64_t calls_max = std::numeric_limits<std::int64_t>::max();
};

// Where a call stands in a rate limit's window.
struct WindowCount {
  std::int64_t count = 0;  // calls in the window, this one included; more than the limit: refused
  // Until calls that count now begin to be forgotten; of a refused one, until one is let through.
  std::chrono::milliseconds resets_in{};
};

// Short-lived shared state: cached bytes and counters. Losing it costs time, never correctness.
class Cache {
 public:
  virtual ~Cache() = default;

  virtual Task<Result<std::optional<std::string>>> get(CallContext context, std::string key) = 0;
  virtual Task<Result<void>> put(CallContext context, std::string key, std::string value,
                                 std::chrono::milliseconds time_to_live) = 0;
  virtual Task<Result<void>> erase(CallContext context, std::string key) = 0;
  // Counts one call under `key` in a window that slides, as SlidingWindow does, unless it is beyond
  // the limit. In one step: whoever else counts comes before or after.
  virtual Task<Result<WindowCount>> count_in_window(CallContext context, std::string key,
                                                    RateWindow window) = 0;
};

}  // namespace aiva
