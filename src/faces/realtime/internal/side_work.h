#pragma once

#include <chrono>
#include <coroutine>
#include <stop_token>

#include "foundation/call_context.h"
#include "foundation/executor.h"
#include "foundation/pause.h"
#include "foundation/task.h"

namespace aiva::realtime {

// What a connection does beside reading. It ends before the connection does; all on its home.
class SideWork {
 public:
  // `context` has a home.
  SideWork(const Pause& pause, CallContext context);
  SideWork(const SideWork&) = delete;
  SideWork& operator=(const SideWork&) = delete;

  void run(Task<void> task);
  // Does `work` then, unless it all ends before.
  void after(std::chrono::milliseconds time, Work work);
  // Waits that long; false when it all ends.
  Task<bool> wait(std::chrono::milliseconds time);
  // Lets whatever else waits on the home go first.
  auto yield() {
    struct Awaiter {
      Executor& home;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> awaiting) {
        home.post([awaiting] { awaiting.resume(); });
      }
      void await_resume() noexcept {}
    };
    return Awaiter{*context_.home};
  }
  // Stops what waits and returns when nothing runs any more. Once.
  Task<void> finish();

 private:
  Task<void> do_after(std::chrono::milliseconds time, Work work);
  void leave();

  const Pause& pause_;
  CallContext context_;
  std::stop_source stop_{};
  int running_ = 0;
  std::coroutine_handle<> finishing_{};
};

}  // namespace aiva::realtime
