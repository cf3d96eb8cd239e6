#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "foundation/executor.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/trace.h"

namespace aiva {

// For whom, until when and within which trace a call runs; the first parameter of everything that
// waits. Cheap to copy.
struct CallContext {
  TenantId tenant{};
  UserId user{};
  std::optional<ApiKeyId> api_key{};  // the key the caller showed, if it was one
  TraceContext trace{};
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::stop_token cancellation{};
  Executor* home = nullptr;  // where the caller continues after waiting; null: wherever it ended

  // Fails with `cancelled` or `timeout` when the call should not go on.
  [[nodiscard]] Result<void> check() const {
    if (cancellation.stop_requested()) return fail(ErrorCode::cancelled, "The call was cancelled");
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(ErrorCode::timeout, "The call took too long");
    return {};
  }
};

}  // namespace aiva
