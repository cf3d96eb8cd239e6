#include "capabilities/search/internal/started_task.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "foundation/thread_pool.h"

namespace aiva::search {
namespace {

Task<Result<int>> answer_on(ThreadPool& pool, int value) {
  auto running = run_on(pool, {}, [value]() -> Result<int> { return value; });
  auto answer = co_await std::move(running);
  co_return answer;
}

Task<int> answer_at_once(int value) { co_return value; }

Task<int> fail_at_once() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<int> wait_for(Task<int> task) {
  StartedTask started(std::move(task));
  auto value = co_await std::move(started);
  co_return value;
}

Task<int> add_up(ThreadPool& pool, int rounds) {
  int sum = 0;
  for (int i = 0; i < rounds; ++i) {
    StartedTask started(answer_on(pool, i));
    auto beside = co_await answer_on(pool, 1);
    auto value = co_await std::move(started);
    sum += *value * *beside;
  }
  co_return sum;
}

TEST(StartedTask, yields_what_ended_before_anybody_waited) {
  EXPECT_EQ(sync_wait(wait_for(answer_at_once(7))), 7);
}

TEST(StartedTask, yields_what_ends_on_another_thread_whoever_is_first) {
  ThreadPool pool({.name = "other", .threads = 2});

  EXPECT_EQ(sync_wait(add_up(pool, 2000)), 1999 * 1000);
}

TEST(StartedTask, passes_an_exception_on_to_the_waiter) {
  EXPECT_THROW(sync_wait(wait_for(fail_at_once())), std::runtime_error);
}

TEST(StartedTask, may_be_dropped_while_it_runs) {
  ThreadPool pool({.name = "other"});

  for (int i = 0; i < 100; ++i) StartedTask dropped(answer_on(pool, i));

  EXPECT_EQ(sync_wait(answer_on(pool, 5)), 5);
}

}  // namespace
}  // namespace aiva::search
