#include "faces/realtime/internal/side_work.h"

#include <exception>
#include <utility>

#include "foundation/log.h"

namespace aiva::realtime {

SideWork::SideWork(const Pause& pause, CallContext context)
    : pause_(pause), context_(std::move(context)) {
  context_.cancellation = stop_.get_token();
}

void SideWork::run(Task<void> task) {
  ++running_;
  start(std::move(task), [this](std::exception_ptr exception) {
    if (exception) log::error("the work of a call's connection ended with an exception");
    leave();
  });
}

void SideWork::leave() {
  if (--running_ == 0 && finishing_) std::exchange(finishing_, {}).resume();
}

void SideWork::after(std::chrono::milliseconds time, Work work) {
  run(do_after(time, std::move(work)));
}

Task<void> SideWork::do_after(std::chrono::milliseconds time, Work work) {
  auto is_time = co_await wait(time);
  if (is_time) work();
}

Task<bool> SideWork::wait(std::chrono::milliseconds time) {
  auto waited = co_await pause_(context_, time);
  co_return waited.has_value();
}

Task<void> SideWork::finish() {
  stop_.request_stop();
  struct Awaiter {
    SideWork& work;
    bool await_ready() noexcept { return work.running_ == 0; }
    void await_suspend(std::coroutine_handle<> awaiting) { work.finishing_ = awaiting; }
    void await_resume() noexcept {}
  };
  co_await Awaiter{*this};
}

}  // namespace aiva::realtime
