#include "faces/load/internal/arrivals.h"

#include <gtest/gtest.h>

#include <chrono>

namespace aiva::load {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

TEST(Arrivals, come_as_often_as_the_rate_says) {
  for (double rate : {0.5, 1.0, 99.0, 3000.0, 7777.7, 100'000.0}) {
    steady_clock::time_point begin{};
    Arrivals arrivals(begin);
    int count = 0;
    int steps = 0;
    while (arrivals.at() < begin + seconds(4)) {
      auto before = arrivals.at();
      count += arrivals.advance(rate) ? 1 : 0;
      ASSERT_GT(arrivals.at(), before) << rate;
      ++steps;
    }
    EXPECT_NEAR(count, 4 * rate, 1.01) << rate;
    EXPECT_LE(steps, 4 * rate + 4 * 100 + 2) << rate;
  }
}

TEST(Arrivals, wait_while_there_is_no_rate) {
  Arrivals arrivals({});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(arrivals.advance(0));

  EXPECT_EQ(arrivals.at(), steady_clock::time_point(seconds(1)));
}

}  // namespace
}  // namespace aiva::load
