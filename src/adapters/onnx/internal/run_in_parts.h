#pragma once

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"

namespace aiva {

// Awaitable: runs part(0) … part(count-1) on a pool, at most `width` at once, and continues at the
// context's home with the first failure, if any. Between two parts other work of the pool gets its
// turn; a call that is over runs no further part.
class RunInParts {
 public:
  using Part = std::function<Result<void>(std::size_t)>;

  RunInParts(ThreadPool& pool, CallContext context, std::size_t count, std::size_t width, Part part)
      : pool_(pool),
        context_(std::move(context)),
        count_(count),
        width_(std::max<std::size_t>(1, std::min(width, count))),
        part_(std::move(part)) {}

  bool await_ready() const noexcept { return count_ == 0; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    active_ = width_;
    // The last post may end everything and destroy this object, so nothing of it is read after.
    auto& pool = pool_;
    for (std::size_t i = width_; i > 0; --i) pool.post([this] { run_next(); });
  }
  Result<void> await_resume() { return std::move(result_); }

 private:
  void run_next() {
    const auto index = next_.fetch_add(1);
    if (index < count_) {
      run_part(index);
      if (next_ < count_) {
        pool_.post([this] { run_next(); });
        return;
      }
    }
    if (active_.fetch_sub(1) != 1) return;
    if (context_.home != nullptr)
      context_.home->post([awaiting = awaiting_] { awaiting.resume(); });
    else
      awaiting_.resume();
  }

  void run_part(std::size_t index) {
    auto done = context_.check();
    if (done) {
      try {
        done = part_(index);
      } catch (const std::exception& exception) {
        done = std::unexpected(internal_error(exception.what()));
      }
    }
    if (done) return;
    next_ = count_;
    std::lock_guard lock(mutex_);
    if (result_) result_ = std::move(done);
  }

  ThreadPool& pool_;
  CallContext context_;
  std::size_t count_;
  std::size_t width_;
  Part part_;
  std::coroutine_handle<> awaiting_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> active_{0};
  std::mutex mutex_;
  Result<void> result_;
};

}  // namespace aiva
