#pragma once

#include <coroutine>

#include "foundation/executor.h"

namespace aiva {

// The awaiting coroutine continues on that executor, which must outlive it.
inline auto hop(Executor& executor) {
  struct Awaiter {
    Executor& executor;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const {
      executor.post([awaiting] { awaiting.resume(); });
    }
    void await_resume() const noexcept {}
  };
  return Awaiter{executor};
}

}  // namespace aiva
