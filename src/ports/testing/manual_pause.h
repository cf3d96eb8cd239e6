#pragma once

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "foundation/pause.h"
#include "ports/testing/manual_clock.h"

namespace aiva {

// Pauses that last until a test lets time pass, or until they are cancelled and the test says
// settle(). One thread.
class ManualPause {
 public:
  explicit ManualPause(ManualClock& clock) : clock_(clock) {}

  // This object must outlive the function.
  Pause pause() {
    return [this](CallContext context, std::chrono::milliseconds time) {
      return sleep(std::move(context), time);
    };
  }
  // Continues every pause that is over, and those that this ends.
  void settle() {
    for (;;) {
      auto is_over = [this](const auto& sleeper) {
        return sleeper->is_cancelled || clock_.steady() >= sleeper->until;
      };
      auto found = std::ranges::find_if(sleepers_, is_over);
      if (found == sleepers_.end()) return;
      auto sleeper = *found;
      sleepers_.erase(found);
      sleeper->waiting.resume();
    }
  }
  // Moves the clock in small steps.
  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step(5);
    settle();
    for (auto left = time; left.count() > 0; left -= step) {
      clock_.advance(std::min(step, left));
      settle();
    }
  }
  [[nodiscard]] std::size_t sleepers() const { return sleepers_.size(); }

 private:
  struct Sleeper {
    std::chrono::steady_clock::time_point until{};
    bool is_cancelled = false;
    std::coroutine_handle<> waiting{};
  };
  struct Sleeping {
    ManualPause& owner;
    std::shared_ptr<Sleeper> sleeper;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      sleeper->waiting = waiting;
      owner.sleepers_.push_back(sleeper);
    }
    void await_resume() const noexcept {}
  };

  Task<Result<void>> sleep(CallContext context, std::chrono::milliseconds time) {
    CO_TRY_VOID(context.check());
    auto sleeper = std::make_shared<Sleeper>();
    sleeper->until = clock_.steady() + time;
    std::stop_callback on_stop(context.cancellation, [sleeper] { sleeper->is_cancelled = true; });
    Sleeping sleeping{*this, sleeper};
    co_await sleeping;
    co_return context.check();
  }

  ManualClock& clock_;
  std::vector<std::shared_ptr<Sleeper>> sleepers_;
};

}  // namespace aiva
