#include "capabilities/models/internal/breaker.h"

#include <gtest/gtest.h>

#include "ports/testing/manual_clock.h"

namespace aiva::models {
namespace {

using std::chrono::seconds;

class Breaking : public ::testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      breaker_.allow();
      breaker_.fail();
    }
  }

  ManualClock clock_;
  Breaker breaker_{{.failures_max = 3, .rest = seconds(10)}, clock_};
};

TEST_F(Breaking, opens_after_failures_in_a_row_only) {
  fail(2);
  breaker_.succeed();
  fail(2);
  EXPECT_TRUE(breaker_.allow());

  breaker_.fail();

  EXPECT_FALSE(breaker_.allow());
  EXPECT_EQ(breaker_.state(), Breaker::State::open);
  EXPECT_EQ(breaker_.rest_left(), seconds(10));
}

TEST_F(Breaking, lets_one_call_try_after_the_rest) {
  fail(3);
  clock_.advance(seconds(10));

  EXPECT_EQ(breaker_.state(), Breaker::State::half_open);
  EXPECT_TRUE(breaker_.allow());
  EXPECT_FALSE(breaker_.allow());
  breaker_.succeed();

  EXPECT_EQ(breaker_.state(), Breaker::State::closed);
  EXPECT_TRUE(breaker_.allow());
  EXPECT_TRUE(breaker_.allow());
}

TEST_F(Breaking, rests_longer_after_each_trial_that_fails) {
  fail(3);
  for (int rest : {20, 40, 80, 160, 160}) {
    clock_.advance(breaker_.rest_left());
    ASSERT_TRUE(breaker_.allow());
    breaker_.fail();
    EXPECT_EQ(breaker_.rest_left(), seconds(rest));
  }
  clock_.advance(seconds(160));
  ASSERT_TRUE(breaker_.allow());
  breaker_.succeed();
  fail(3);
  EXPECT_EQ(breaker_.rest_left(), seconds(10));
}

TEST_F(Breaking, lets_another_try_when_a_trial_says_nothing) {
  fail(3);
  clock_.advance(seconds(10));
  ASSERT_TRUE(breaker_.allow());
  breaker_.abandon();
  EXPECT_TRUE(breaker_.allow());

  clock_.advance(seconds(40));
  EXPECT_TRUE(breaker_.allow());
}

TEST_F(Breaking, ignores_late_failures_of_calls_from_before) {
  fail(3);
  auto left = breaker_.rest_left();

  breaker_.fail();
  breaker_.fail();

  EXPECT_EQ(breaker_.rest_left(), left);
}

}  // namespace
}  // namespace aiva::models
