#include "foundation/both.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "foundation/result.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

Task<int> give(int value) { co_return value; }

Task<std::string> fail_with(std::string what) {
  throw std::runtime_error(what);
  co_return what;
}

// Waits until the other one is on its way, too; alone it would wait for ever.
Task<Result<int>> meet(ThreadPool& pool, std::atomic<int>& arrived, int value) {
  auto function = [&arrived, value]() -> Result<int> {
    ++arrived;
    arrived.notify_all();
    while (arrived.load() < 2) arrived.wait(1);
    return value;
  };
  auto outcome = co_await run_on(pool, {}, function);
  co_return outcome;
}

TEST(Both, yields_what_both_yield) {
  auto [first, second] = sync_wait(both(give(1), give(2)));

  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
}

TEST(Both, lets_them_run_at_the_same_time) {
  ThreadPool pool({.threads = 2});
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> arrived = 0;

    auto [first, second] = sync_wait(both(meet(pool, arrived, 1), meet(pool, arrived, 2)));

    ASSERT_EQ(first.value(), 1);
    ASSERT_EQ(second.value(), 2);
  }
}

TEST(Both, continues_whichever_ends_later) {
  ThreadPool pool({.threads = 1});
  auto slow = [](ThreadPool& where, int value) -> Task<Result<int>> {
    auto function = [value]() -> Result<int> { return value; };
    auto outcome = co_await run_on(where, {}, function);
    co_return outcome;
  };

  auto first_later = sync_wait(both(slow(pool, 1), give(2)));
  auto second_later = sync_wait(both(give(1), slow(pool, 2)));

  EXPECT_EQ(first_later.first.value(), 1);
  EXPECT_EQ(second_later.second.value(), 2);
}

TEST(Both, throws_what_either_throws_when_both_have_ended) {
  EXPECT_THROW((void)sync_wait(both(fail_with("a"), give(2))), std::runtime_error);
  EXPECT_THROW((void)sync_wait(both(give(1), fail_with("b"))), std::runtime_error);
}

}  // namespace
}  // namespace aiva
