#pragma once

#include <chrono>
#include <functional>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// Waits that long; fails at once as soon as the call is cancelled.
using Pause = std::function<Task<Result<void>>(CallContext, std::chrono::milliseconds)>;

// Pauses timed by one thread, which starts with the first pause and ends with the last copy of the
// function, which must outlive every pause. A pause continues at its context's home.
Pause make_pause();

}  // namespace aiva
