#include "ports/sliding_window.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace aiva {
namespace {

using std::chrono::milliseconds;

TEST(SlidingWindow, lets_a_burst_through_and_the_next_call_one_window_later) {
  SlidingWindow calls;
  RateWindow window{.length = milliseconds(1000), .calls_max = 3};
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(calls.count_call(5000, window).count, i);

  auto refused = calls.count_call(5000, window);

  EXPECT_EQ(refused.count, 4);
  EXPECT_EQ(refused.resets_in, milliseconds(1000));
  EXPECT_EQ(calls.count_call(5999, window).count, 4);
  EXPECT_LE(calls.count_call(6000, window).count, 3);
  EXPECT_EQ(calls.count_call(6000, window).count, 4) << "the others are not forgotten at once";
}

TEST(SlidingWindow, says_when_the_next_call_is_let_through) {
  std::mt19937 random(7);
  for (std::int64_t calls_max : {1, 2, 5, 100}) {
    SlidingWindow calls;
    RateWindow window{.length = milliseconds(1000), .calls_max = calls_max};
    std::int64_t now = 0;
    for (int i = 0; i < 2000; ++i) {
      auto standing = calls.count_call(now, window);
      if (standing.count <= calls_max) {
        now += static_cast<std::int64_t>(random() % 20);
        continue;
      }
      auto wait = standing.resets_in.count();
      ASSERT_GT(wait, 0);
      ASSERT_LE(wait, 1000);
      auto early = calls;
      ASSERT_GT(early.count_call(now + wait - 1, window).count, calls_max) << now;
      now += wait;
      auto probe = calls;
      ASSERT_LE(probe.count_call(now, window).count, calls_max) << now;
    }
  }
}

TEST(SlidingWindow, lets_no_more_than_the_limit_through_in_the_long_run) {
  SlidingWindow calls;
  RateWindow window{.length = milliseconds(1000), .calls_max = 50};
  int let_through = 0;
  for (std::int64_t now = 0; now < 100'000; ++now)
    if (calls.count_call(now, window).count <= 50) ++let_through;

  EXPECT_LE(let_through, 50 * 101);
  EXPECT_GE(let_through, 50 * 90);
}

TEST(SlidingWindow, does_not_let_a_whole_limit_through_on_each_side_of_a_border) {
  SlidingWindow calls;
  RateWindow window{.length = milliseconds(1000), .calls_max = 10};
  calls.count_call(0, window);
  for (int i = 0; i < 9; ++i) calls.count_call(990, window);

  int let_through = 0;
  for (int i = 0; i < 10; ++i)
    if (calls.count_call(1010, window).count <= 10) ++let_through;

  EXPECT_LE(let_through, 1);
}

TEST(SlidingWindow, does_not_count_what_it_refuses) {
  SlidingWindow calls;
  RateWindow window{.length = milliseconds(1000), .calls_max = 2};
  for (int i = 0; i < 1000; ++i) calls.count_call(i % 900, window);

  EXPECT_LE(calls.count_call(1900, window).count, 2);
}

TEST(SlidingWindow, begins_anew_after_two_windows_and_bears_a_clock_that_goes_back) {
  SlidingWindow calls;
  RateWindow window{.length = milliseconds(1000), .calls_max = 5};
  for (int i = 0; i < 5; ++i) calls.count_call(10'000, window);

  EXPECT_EQ(calls.count_call(9'000, window).count, 6);
  EXPECT_EQ(calls.count_call(12'000, window).count, 1);
}

TEST(SlidingWindow, refuses_everything_where_nothing_is_allowed) {
  SlidingWindow calls;

  EXPECT_EQ(calls.count_call(0, {.length = milliseconds(1000), .calls_max = 0}).count, 1);
  EXPECT_EQ(calls.count_call(0, {.length = milliseconds(0), .calls_max = -1}).count, 1);
}

}  // namespace
}  // namespace aiva
