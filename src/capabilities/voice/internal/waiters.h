#pragma once

#include <coroutine>
#include <utility>
#include <vector>

namespace aiva::voice {

// Coroutines of a call that wait to be woken, mostly by its next beat. On the call's home.
class Waiters {
 public:
  // Awaited: until the next wake().
  auto next() {
    struct Awaiter {
      std::vector<std::coroutine_handle<>>& waiting;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) { waiting.push_back(handle); }
      void await_resume() noexcept {}
    };
    return Awaiter{waiting_};
  }
  // Whoever waits again meanwhile waits for the next time. This may be gone when it returns.
  void wake() {
    for (auto handle : std::exchange(waiting_, {})) handle.resume();
  }

 private:
  std::vector<std::coroutine_handle<>> waiting_{};
};

}  // namespace aiva::voice
