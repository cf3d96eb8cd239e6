#pragma once

#include <condition_variable>
#include <coroutine>
#include <mutex>
#include <optional>
#include <stop_token>

#include "foundation/call_context.h"
#include "foundation/task.h"

namespace aiva::http::testing {

// Where handlers of a test wait until the test opens it or their call is cancelled. One handler at
// a time; opens once.
class Gate {
 public:
  // Succeeds when opened, fails as the context says when the call was cancelled.
  Task<Result<void>> pass(CallContext context) {
    Wait wait{*this, context, {}};
    co_await wait;
    if (context.cancellation.stop_requested())
      co_return fail(ErrorCode::cancelled, "cancelled at the gate");
    co_return Result<void>{};
  }

  void open() {
    std::unique_lock lock(mutex_);
    is_open_ = true;
    release(lock);
  }
  // Blocks until a handler waits at the gate.
  void wait_for_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_arrived_; });
  }
  // Blocks until a handler left the gate.
  void wait_for_leave() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_left_; });
  }

 private:
  struct Release {
    Gate* gate;
    void operator()() const {
      std::unique_lock lock(gate->mutex_);
      gate->release(lock);
    }
  };
  struct Wait {
    Gate& gate;
    CallContext& context;
    std::optional<std::stop_callback<Release>> on_stop;

    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
      auto token = context.cancellation;
      {
        std::unique_lock lock(gate.mutex_);
        gate.waiting_ = awaiting;
        gate.home_ = context.home;
        gate.has_arrived_ = true;
        gate.changed_.notify_all();
      }
      // From here on the coroutine may be resumed, but only by its home's loop, later.
      on_stop.emplace(token, Release{&gate});
      std::unique_lock lock(gate.mutex_);
      if (gate.is_open_) gate.release(lock);
    }
    void await_resume() {
      on_stop.reset();
      std::unique_lock lock(gate.mutex_);
      gate.has_left_ = true;
      gate.changed_.notify_all();
    }
  };

  void release(std::unique_lock<std::mutex>& lock) {
    auto handle = std::exchange(waiting_, {});
    auto* home = home_;
    lock.unlock();
    if (handle) home->post([handle] { handle.resume(); });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::coroutine_handle<> waiting_;
  Executor* home_ = nullptr;
  bool is_open_ = false;
  bool has_arrived_ = false;
  bool has_left_ = false;
};

}  // namespace aiva::http::testing
