#include "adapters/redis/redis_allowances.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "adapters/redis/testing/redis_server.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

class RedisAllowancesTest : public testing::Test {
 protected:
  milliseconds take(SharedAllowances& allowances, AllowanceRate rate, double cost = 1) {
    auto taken = sync_wait(allowances.take({}, "model:openai", rate, cost));
    EXPECT_TRUE(taken) << taken.error().cause;
    return taken.value_or(milliseconds(-1));
  }

  redis::RedisServer server_;
  std::unique_ptr<Redis> redis_ = redis::connect(server_.url());
  std::unique_ptr<SharedAllowances> here_ = make_redis_allowances(*redis_);
  std::unique_ptr<Redis> other_redis_ = redis::connect(server_.url());
  std::unique_ptr<SharedAllowances> there_ = make_redis_allowances(*other_redis_);
};

TEST_F(RedisAllowancesTest, give_all_processes_no_more_than_a_burst_at_once) {
  AllowanceRate rate{.per_minute = 60, .burst_s = 5};
  int taken = 0;
  for (int i = 0; i < 5; ++i)
    for (auto* allowances : {here_.get(), there_.get()})
      taken += take(*allowances, rate) == milliseconds(0) ? 1 : 0;

  auto wait = take(*there_, rate);

  EXPECT_EQ(taken, 5);
  EXPECT_GT(wait, milliseconds(0));
  EXPECT_LE(wait, milliseconds(1000));
}

TEST_F(RedisAllowancesTest, fill_up_as_time_goes) {
  AllowanceRate rate{.per_minute = 1200, .burst_s = 0};  // one in 50 ms
  ASSERT_EQ(take(*here_, rate), milliseconds(0));
  auto wait = take(*there_, rate);
  ASSERT_GT(wait, milliseconds(0));

  std::this_thread::sleep_for(wait);

  EXPECT_EQ(take(*there_, rate), milliseconds(0));
}

TEST_F(RedisAllowancesTest, let_a_cost_above_the_burst_through_and_have_it_paid_back) {
  AllowanceRate rate{.per_minute = 6000, .burst_s = 10};  // 100 a second, 1000 at once
  ASSERT_EQ(take(*here_, rate, 3000), milliseconds(0));

  auto small = take(*there_, rate, 1);
  auto large = take(*there_, rate, 3000);

  EXPECT_GT(small, milliseconds(19'000));
  EXPECT_LE(small, milliseconds(20'010));
  EXPECT_GT(large, milliseconds(29'000));
}

TEST_F(RedisAllowancesTest, take_nothing_without_a_limit_and_fail_without_a_server) {
  EXPECT_EQ(take(*here_, {.per_minute = 0}, 1e9), milliseconds(0));
  server_.kill();

  auto failed = sync_wait(here_->take({}, "model:openai", {.per_minute = 60}, 1));

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
