#include "capabilities/evaluation/internal/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stop_token>
#include <thread>
#include <vector>

#include "foundation/thread_pool.h"

namespace aiva::evaluation {
namespace {

class LanesOf : public ::testing::Test {
 protected:
  // Counts itself, on a thread of the pool.
  Task<Result<void>> work(std::size_t index) {
    auto counting = run_on(pool_, context_, [this, index]() -> Result<void> {
      most_ = std::max(most_.load(), ++running_);
      ++done_[index];
      std::this_thread::yield();
      --running_;
      if (index == failing_) return fail(ErrorCode::conflict, "No");
      return {};
    });
    auto outcome = co_await std::move(counting);
    co_return outcome;
  }
  Result<void> run(std::size_t count, std::size_t width) {
    done_ = std::vector<std::atomic<int>>(count);
    return sync_wait(
        run_lanes(context_, count, width, [this](std::size_t index) { return work(index); }));
  }
  int count_done() const {
    int count = 0;
    for (const auto& times : done_) count += times;
    return count;
  }

  ThreadPool pool_{{.name = "lanes", .threads = 4}};
  CallContext context_{.home = &pool_};
  std::atomic<int> running_ = 0;
  std::atomic<int> most_ = 0;
  std::size_t failing_ = 10'000;
  std::vector<std::atomic<int>> done_;
};

TEST_F(LanesOf, a_width_do_everything_once) {
  ASSERT_TRUE(run(500, 3));

  for (const auto& times : done_) EXPECT_EQ(times, 1);
  EXPECT_LE(most_, 3);
}

TEST_F(LanesOf, any_width_end) {
  EXPECT_TRUE(run(0, 4));
  EXPECT_TRUE(run(1, 64));
  EXPECT_TRUE(run(3, 0));
  EXPECT_EQ(count_done(), 3);
}

TEST_F(LanesOf, a_failure_begin_no_more) {
  failing_ = 5;

  auto outcome = run(5000, 4);

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::conflict);
  EXPECT_LT(count_done(), 5000);
  EXPECT_EQ(running_, 0);
}

TEST_F(LanesOf, a_cancelled_call_begin_nothing) {
  std::stop_source stop;
  stop.request_stop();
  context_.cancellation = stop.get_token();

  auto outcome = run(10, 2);

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
  EXPECT_EQ(count_done(), 0);
}

}  // namespace
}  // namespace aiva::evaluation
