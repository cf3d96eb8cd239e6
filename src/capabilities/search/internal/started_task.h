#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "foundation/task.h"

namespace aiva::search {

// A task that runs from now on while its starter does something else; await it once for its value.
// Dropping it unawaited lets the task run to its end with the value thrown away.
template <class T>
class StartedTask {
 public:
  explicit StartedTask(Task<T> task) : state_(std::make_shared<State>()) {
    start(std::move(task), [state = state_](std::exception_ptr exception, std::optional<T> value) {
      state->exception = exception;
      state->value = std::move(value);
      if (state->is_second.exchange(true, std::memory_order_acq_rel)) state->waiter.resume();
    });
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::shared_ptr<State> state;
      bool await_ready() noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
        state->waiter = awaiting;
        return !state->is_second.exchange(true, std::memory_order_acq_rel);
      }
      T await_resume() {
        if (state->exception) std::rethrow_exception(state->exception);
        return std::move(*state->value);
      }
    };
    return Awaiter{state_};
  }

 private:
  // Whoever of the task's end and the waiter comes second continues the waiter.
  struct State {
    std::atomic<bool> is_second = false;
    std::coroutine_handle<> waiter;
    std::exception_ptr exception;
    std::optional<T> value;
  };

  std::shared_ptr<State> state_;
};

}  // namespace aiva::search
