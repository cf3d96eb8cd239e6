#pragma once

#include <coroutine>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "foundation/executor.h"
#include "foundation/result.h"

namespace aiva {

// The end of one piece of work that several coroutines wait for. Shared by those who wait and
// whoever does the work. Any thread.
class Flight {
 public:
  // Ends the work: everybody waiting continues with `outcome`, as does everybody who comes later.
  void land(Result<void> outcome) {
    std::vector<Waiter> waiters;
    {
      std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
      waiters.swap(waiters_);
    }
    for (auto& waiter : waiters) waiter.resume();
  }

  // Waits for the end and continues at `home` (null: where the work ended).
  auto wait(Executor* home) {
    struct Awaiter {
      Flight& flight;
      Executor* home;
      bool await_ready() noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> awaiting) {
        std::lock_guard lock(flight.mutex_);
        if (flight.outcome_) return false;
        flight.waiters_.push_back({awaiting, home});
        return true;
      }
      Result<void> await_resume() { return *flight.outcome_; }
    };
    return Awaiter{*this, home};
  }

 private:
  struct Waiter {
    std::coroutine_handle<> awaiting;
    Executor* home;

    void resume() {
      if (home == nullptr) return awaiting.resume();
      home->post([handle = awaiting] { handle.resume(); });
    }
  };

  std::mutex mutex_;
  std::optional<Result<void>> outcome_;
  std::vector<Waiter> waiters_;
};

}  // namespace aiva
