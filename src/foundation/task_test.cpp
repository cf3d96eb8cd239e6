#include "foundation/task.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "foundation/thread_pool.h"

namespace aiva {
namespace {

Task<int> make_number(int number) { co_return number; }

Task<int> add_all(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    auto number = co_await make_number(i);
    sum += number;
  }
  co_return sum;
}

Task<int> throw_error() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<Result<std::thread::id>> thread_of(ThreadPool& pool, CallContext context) {
  auto id = co_await run_on(pool, context,
                            []() -> Result<std::thread::id> { return std::this_thread::get_id(); });
  co_return id;
}

Task<std::thread::id> thread_after(ThreadPool& pool, CallContext context) {
  auto ignored = co_await thread_of(pool, context);
  static_cast<void>(ignored);
  co_return std::this_thread::get_id();
}

TEST(Task, returns_the_values_of_many_awaited_tasks) {
  EXPECT_EQ(sync_wait(add_all(1000)), 499500);
}

TEST(Task, carries_exceptions_to_its_awaiter) {
  EXPECT_THROW(sync_wait(throw_error()), std::runtime_error);
}

TEST(RunOn, runs_on_the_pool_and_returns_to_the_home_executor) {
  ThreadPool work({.name = "work"});
  ThreadPool home({.name = "home"});
  CallContext context{.home = &home};

  auto worker = sync_wait(thread_of(work, context));
  auto after = sync_wait(thread_after(work, context));

  ASSERT_TRUE(worker);
  EXPECT_NE(*worker, std::this_thread::get_id());
  EXPECT_NE(after, *worker);
  EXPECT_NE(after, std::this_thread::get_id());
}

TEST(RunOn, refuses_when_the_queue_is_full) {
  ThreadPool pool({.name = "full", .threads = 1, .queue_max = 0});

  auto outcome = sync_wait(thread_of(pool, {}));

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
}

TEST(RunOn, does_not_start_a_call_that_is_over) {
  ThreadPool pool({.name = "late"});
  std::stop_source stop;
  stop.request_stop();
  CallContext late{.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1)};
  CallContext cancelled{.cancellation = stop.get_token()};

  EXPECT_EQ(sync_wait(thread_of(pool, late)).error().code, ErrorCode::timeout);
  EXPECT_EQ(sync_wait(thread_of(pool, cancelled)).error().code, ErrorCode::cancelled);
}

TEST(ThreadPool, finishes_queued_work_before_it_ends) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool({.name = "drain", .threads = 3});
    for (int i = 0; i < 100; ++i) pool.post([&done] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace aiva
