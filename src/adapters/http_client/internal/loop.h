#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

#include "adapters/http_client/internal/asio.h"
#include "foundation/call_context.h"
#include "foundation/result.h"

namespace aiva::http_client {

class Call;

// An event loop on a thread of its own.
class Loop {
 public:
  Loop();
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  asio::io_context& context() { return context_; }
  // Cancels every call, runs `last` on the loop and ends the thread once all is quiet.
  void stop(std::function<void()> last = {});

 private:
  friend class Call;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::set<Call*> calls_;  // on the loop's thread only
  bool is_stopping_ = false;
  std::thread thread_;
};

// What can end a call early: its deadline, its caller, or the end of the loop. Lives on the loop's
// thread, except for its constructor.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(Loop& loop, std::chrono::steady_clock::time_point deadline, std::stop_token cancellation);

  void begin();
  void end();
  [[nodiscard]] asio::cancellation_slot slot() { return signal_.slot(); }
  // Ends it early, unless it has ended.
  void cancel(ErrorCode code, std::string message);
  // Why the call ended early, if it did.
  [[nodiscard]] const std::optional<Error>& ended_by() const { return ended_by_; }

 private:
  Loop& loop_;
  std::chrono::steady_clock::time_point deadline_;
  std::stop_token cancellation_;
  asio::steady_timer timer_;
  asio::cancellation_signal signal_;
  std::optional<Error> ended_by_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

// What an exception that nobody expected says.
Error describe(const std::exception_ptr& exception);

// Awaited in a Task: runs the coroutine that `work` makes on the loop, until it ends or the
// deadline or the context's cancellation end it, then continues at the context's home.
template <class T, class Work>
class OnLoop {
 public:
  OnLoop(Loop& loop, const CallContext& context, std::chrono::steady_clock::time_point deadline,
         Work work)
      : loop_(loop),
        home_(context.home),
        call_(std::make_shared<Call>(loop, deadline, context.cancellation)),
        work_(std::move(work)) {}

  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    asio::post(loop_.context(), [this, awaiting] { begin(awaiting); });
  }
  Result<T> await_resume() { return std::move(*result_); }

 private:
  void begin(std::coroutine_handle<> awaiting) {
    call_->begin();
    auto done = [this, awaiting](std::exception_ptr exception, Result<T> result) {
      finish(exception, std::move(result), awaiting);
    };
    asio::co_spawn(loop_.context(), std::move(work_),
                   asio::bind_cancellation_slot(call_->slot(), std::move(done)));
  }

  // The awaiting coroutine owns this object: after resuming it nothing here may be touched.
  void finish(const std::exception_ptr& exception, Result<T> result,
              std::coroutine_handle<> awaiting) {
    call_->end();
    if (exception) result = fail(describe(exception));
    if (!result && call_->ended_by()) result = fail(*call_->ended_by());
    result_.emplace(std::move(result));
    if (home_ != nullptr)
      home_->post([awaiting] { awaiting.resume(); });
    else
      awaiting.resume();
  }

  Loop& loop_;
  Executor* home_;
  std::shared_ptr<Call> call_;
  Work work_;
  std::optional<Result<T>> result_;
};

}  // namespace aiva::http_client
