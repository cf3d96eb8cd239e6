#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "foundation/task.h"

namespace aiva {

namespace both_detail {

// Opens once; one coroutine may wait for it.
class Gate {
 public:
  void open() noexcept {
    auto waiting = state_.exchange(opened, std::memory_order_acq_rel);
    if (waiting != shut) std::coroutine_handle<>::from_address(to_pointer(waiting)).resume();
  }

  bool await_ready() const noexcept { return state_.load(std::memory_order_acquire) == opened; }
  bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
    auto expected = shut;
    return state_.compare_exchange_strong(expected, to_number(awaiting.address()),
                                          std::memory_order_acq_rel);
  }
  void await_resume() const noexcept {}

 private:
  static std::uintptr_t to_number(void* address) {
    return reinterpret_cast<std::uintptr_t>(address);
  }
  static void* to_pointer(std::uintptr_t number) { return reinterpret_cast<void*>(number); }

  static constexpr std::uintptr_t shut = 0;
  static constexpr std::uintptr_t opened = 1;  // no address of a coroutine
  std::atomic<std::uintptr_t> state_ = shut;
};

template <class T>
struct Beside {
  Gate gate;
  std::optional<T> value;
  std::exception_ptr exception;
};

}  // namespace both_detail

// Runs two tasks at once and yields what both yield. The second begins first and goes on while the
// first one runs, as far as it waits for something; the caller continues where the later one ends.
// An exception of either is thrown on when both have ended.
template <class First, class Second>
Task<std::pair<First, Second>> both(Task<First> first, Task<Second> second) {
  // Shared with what runs beside: its end may come after this frame's.
  auto beside = std::make_shared<both_detail::Beside<Second>>();
  start(std::move(second), [beside](std::exception_ptr exception, std::optional<Second> value) {
    beside->exception = exception;
    beside->value = std::move(value);
    beside->gate.open();
  });
  std::optional<First> value;
  std::exception_ptr exception;
  try {
    value.emplace(co_await std::move(first));
  } catch (...) {
    exception = std::current_exception();
  }
  co_await beside->gate;
  if (exception) std::rethrow_exception(exception);
  if (beside->exception) std::rethrow_exception(beside->exception);
  co_return std::pair<First, Second>(std::move(*value), std::move(*beside->value));
}

// Runs some tasks at once, at most a few dozen, and yields what they yield, in their order.
template <class T>
Task<std::vector<T>> all(std::vector<Task<T>> tasks) {
  if (tasks.empty()) co_return std::vector<T>();
  Task<T> last = std::move(tasks.back());
  tasks.pop_back();
  auto [value, values] = co_await both(std::move(last), all(std::move(tasks)));
  values.push_back(std::move(value));
  co_return std::move(values);
}

}  // namespace aiva
