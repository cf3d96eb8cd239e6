#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "foundation/call_context.h"
#include "foundation/executor.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

struct ThreadPoolOptions {
  std::string name = "pool";  // thread name, at most 15 characters
  std::size_t threads = 1;
  std::size_t queue_max = 10000;  // try_post refuses beyond it
  int nice = 0;                   // 0 normal … 19 lowest priority
};

// A fixed set of threads for blocking work. The destructor runs what is queued, then joins.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(ThreadPoolOptions options);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void post(Work work) override;
  // Queues `work`, or says false and leaves it untouched when the queue is full.
  bool try_post(Work& work);
  [[nodiscard]] std::size_t queued() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

namespace thread_pool_detail {

// Suspends the awaiting coroutine while `function` runs on the pool, then continues at `home`.
template <class Function>
struct RunOn {
  using R = std::invoke_result_t<Function&>;
  ThreadPool& pool;
  Executor* home;
  Function function;
  std::optional<R> result{};
  std::exception_ptr exception{};

  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting) {
    Work work = [this, awaiting] {
      try {
        result.emplace(function());
      } catch (...) {
        exception = std::current_exception();
      }
      if (home != nullptr)
        home->post([awaiting] { awaiting.resume(); });
      else
        awaiting.resume();
    };
    if (pool.try_post(work)) return true;
    result.emplace(fail(ErrorCode::unavailable, "The server is overloaded; try again"));
    return false;
  }
  R await_resume() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*result);
  }
};

}  // namespace thread_pool_detail

// Runs `function` (returning a Result) on the pool and continues at the context's home. Fails with
// `unavailable` when the pool's queue is full, `cancelled`/`timeout` when the call is already over.
template <class Function>
Task<std::invoke_result_t<Function&>> run_on(ThreadPool& pool, CallContext context,
                                             Function function) {
  CO_TRY_VOID(context.check());
  using Awaiter = thread_pool_detail::RunOn<Function>;
  Awaiter awaiter{pool, context.home, std::move(function)};
  auto result = co_await awaiter;
  co_return result;
}

}  // namespace aiva
