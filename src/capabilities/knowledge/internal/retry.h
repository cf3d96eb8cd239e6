#pragma once

#include <chrono>

#include "foundation/call_context.h"
#include "foundation/error.h"

namespace aiva::knowledge {

// How often work on a document may fail for a reason that may pass.
inline constexpr int failures_max = 5;
// After this a job is tried again that could not even tell its failure.
inline constexpr std::chrono::seconds database_retry{5};

// Whether the same document may succeed when it is tried again later.
bool may_pass(ErrorCode code);

// 2 s, 8 s, 32 s, … with up to a fifth more, so that what failed together does not return together;
// not before `retry_after_s`.
std::chrono::milliseconds retry_delay(int failures, int retry_after_s);

// For what must be written although the job itself shall stop.
CallContext without_end(CallContext context);

}  // namespace aiva::knowledge
