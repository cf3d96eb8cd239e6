#include "capabilities/evaluation/internal/lanes.h"

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace aiva::evaluation {
namespace {

// What the lanes share; lives in the frame of who waits for them.
class Lanes {
 public:
  Lanes(CallContext context, std::size_t count, std::size_t width, Step step)
      : context_(std::move(context)),
        count_(count),
        width_(std::min(std::max<std::size_t>(width, 1), count)),
        step_(std::move(step)),
        open_(width_ + 1) {}

  bool await_ready() noexcept { return count_ == 0; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    auto width = width_;  // the last lane may end this object before the loop looks again
    for (std::size_t i = 0; i < width; ++i)
      start(run_lane(), [this](const std::exception_ptr& exception) {
        if (exception) note(internal_error("A step of an evaluation threw"));
        if (end_one()) resume();
      });
    return !end_one();
  }
  Result<void> await_resume() {
    if (error_) return fail(*std::move(error_));
    return {};
  }

 private:
  Task<void> run_lane() {
    for (;;) {
      auto index = next_++;
      if (index >= count_ || is_over_) co_return;
      if (auto checked = context_.check(); !checked) {
        note(std::move(checked.error()));
        co_return;
      }
      auto outcome = co_await step_(index);
      if (!outcome) note(std::move(outcome.error()));
    }
  }

  void note(Error error) {
    std::lock_guard lock(mutex_);
    is_over_ = true;
    if (!error_) error_ = std::move(error);
  }

  // Whether that was the last one; nothing of this is touched afterwards otherwise.
  bool end_one() { return --open_ == 0; }

  void resume() {
    auto waiting = waiting_;
    if (context_.home == nullptr) return waiting.resume();
    context_.home->post([waiting] { waiting.resume(); });
  }

  CallContext context_;
  std::size_t count_;
  std::size_t width_;
  Step step_;
  std::atomic<std::size_t> open_;  // lanes that run, and the one who starts them
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> is_over_ = false;
  std::mutex mutex_;
  std::optional<Error> error_;
  std::coroutine_handle<> waiting_;
};

}  // namespace

Task<Result<void>> run_lanes(CallContext context, std::size_t count, std::size_t width, Step step) {
  Lanes lanes(std::move(context), count, width, std::move(step));
  auto outcome = co_await lanes;
  co_return outcome;
}

}  // namespace aiva::evaluation
