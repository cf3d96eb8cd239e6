#pragma once

#include <cstddef>
#include <functional>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::evaluation {

// One piece of work of many.
using Step = std::function<Task<Result<void>>(std::size_t index)>;

// Runs step(0) … step(count - 1), `width` of them at a time, and continues at the context's home.
// After the first failure or cancellation no more are begun; it is answered when those begun ended.
Task<Result<void>> run_lanes(CallContext context, std::size_t count, std::size_t width, Step step);

}  // namespace aiva::evaluation
