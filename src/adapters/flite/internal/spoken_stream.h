#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "foundation/executor.h"
#include "foundation/result.h"

namespace aiva {

// Samples on their way from the thread that makes them to the one coroutine that takes them.
class SpokenStream {
 public:
  // Adds samples; false: nobody wants any more.
  bool put(std::vector<std::int16_t> samples) {
    return change([&] { waiting_.insert(waiting_.end(), samples.begin(), samples.end()); });
  }
  // No more will come, of which the last may be an error.
  void end(Result<void> outcome) {
    change([&] { outcome_ = std::move(outcome); });
  }
  // Nobody takes what comes from now on.
  void cancel() {
    std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    waiting_.clear();
  }
  [[nodiscard]] bool is_cancelled() const {
    std::lock_guard lock(mutex_);
    return is_cancelled_;
  }

  // Whether the maker should stop for now because `samples_max` wait; then take() will say that it
  // should go on.
  bool park(std::size_t samples_max) {
    std::lock_guard lock(mutex_);
    is_parked_ = waiting_.size() > samples_max;
    return is_parked_;
  }

  struct Taken {
    std::vector<std::int16_t> samples{};  // none: the end, or `outcome` tells why
    Result<void> outcome{};
    bool should_go_on = false;  // the maker had stopped
  };

  // Waits until there is something to take and continues at `home` (null: where it came).
  auto take(Executor* home) {
    struct Awaiter {
      SpokenStream& stream;
      Executor* home;
      bool await_ready() noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> awaiting) {
        std::lock_guard lock(stream.mutex_);
        if (stream.has_something()) return false;
        stream.taker_ = awaiting;
        stream.home_ = home;
        return true;
      }
      Taken await_resume() {
        std::lock_guard lock(stream.mutex_);
        return stream.take_now();
      }
    };
    return Awaiter{*this, home};
  }

 private:
  [[nodiscard]] bool has_something() const { return !waiting_.empty() || outcome_; }

  Taken take_now() {
    Taken taken{.samples = std::exchange(waiting_, {}),
                .should_go_on = std::exchange(is_parked_, false)};
    if (taken.samples.empty() && outcome_) taken.outcome = *outcome_;
    return taken;
  }

  template <class Change>
  bool change(Change make_change) {
    std::coroutine_handle<> taker;
    Executor* home = nullptr;
    {
      std::lock_guard lock(mutex_);
      if (is_cancelled_) return false;
      make_change();
      if (has_something()) taker = std::exchange(taker_, {});
      home = home_;
    }
    if (!taker) return true;
    if (home != nullptr)
      home->post([taker] { taker.resume(); });
    else
      taker.resume();
    return true;
  }

  mutable std::mutex mutex_;
  std::vector<std::int16_t> waiting_;
  std::optional<Result<void>> outcome_;
  bool is_cancelled_ = false;
  bool is_parked_ = false;
  std::coroutine_handle<> taker_;
  Executor* home_ = nullptr;
};

}  // namespace aiva
