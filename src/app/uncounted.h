#pragma once

#include <cstdint>
#include <utility>

#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::app {

// For chores: work that says how much it did, without the number.
inline Task<Result<void>> without_count(Task<Result<std::int64_t>> task) {
  CO_TRY([[maybe_unused]] auto count, co_await std::move(task));
  co_return Result<void>();
}

}  // namespace aiva::app
