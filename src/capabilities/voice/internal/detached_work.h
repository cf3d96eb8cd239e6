#pragma once

#include <exception>
#include <string>
#include <utility>

#include "foundation/call_context.h"
#include "foundation/log.h"
#include "foundation/task.h"

namespace aiva::voice {

// Starts what nobody waits for; an exception of it is logged under `message`, which must be
// literal.
inline void run_detached(const char* message, const CallContext& context, Task<void> task) {
  start(std::move(task), [message, context](std::exception_ptr exception) {
    if (!exception) return;
    try {
      std::rethrow_exception(exception);
    } catch (const std::exception& error) {
      log::failure(message, context, {ErrorCode::internal, "It failed", error.what()});
    } catch (...) {
      log::failure(message, context, {ErrorCode::internal, "It failed", "unknown exception"});
    }
  });
}

}  // namespace aiva::voice
