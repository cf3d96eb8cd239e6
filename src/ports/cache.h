#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// Where a call stands in a rate limit's window.
struct WindowCount {
  std::int64_t count = 0;                 // calls in the window, this one included
  std::chrono::milliseconds resets_in{};  // until the window is empty again
};

// Short-lived shared state: cached bytes and counters. Losing it costs time, never correctness.
class Cache {
 public:
  virtual ~Cache() = default;

  virtual Task<Result<std::optional<std::string>>> get(CallContext context, std::string key) = 0;
  virtual Task<Result<void>> put(CallContext context, std::string key, std::string value,
                                 std::chrono::milliseconds time_to_live) = 0;
  virtual Task<Result<void>> erase(CallContext context, std::string key) = 0;
  // Atomically counts one call under `key` in a fixed window that starts with its first call.
  virtual Task<Result<WindowCount>> count_in_window(CallContext context, std::string key,
                                                    std::chrono::milliseconds window) = 0;
};

}  // namespace aiva
