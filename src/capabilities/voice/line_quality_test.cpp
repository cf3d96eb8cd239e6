#include <gtest/gtest.h>

#include "capabilities/voice/internal/line_quality.h"

namespace aiva::voice {
namespace {

constexpr CallMs minute = 60'000;

// A minute of frames both ways, begun so late by turns.
LineQuality kept_time(double late_ms = 0) {
  LineQuality quality;
  for (CallMs now = 20; now <= minute; now += 20) {
    quality.heard(now, 20);
    quality.begun(now % 40 == 0 ? late_ms : 0);
  }
  return quality;
}

TEST(LineQuality, of_a_call_that_kept_time_is_that_of_a_good_line) {
  auto carried = kept_time().carried(minute);

  EXPECT_EQ(carried.loss, 0);
  EXPECT_EQ(carried.jitter_ms, 0);
  EXPECT_EQ(carried.delay_ms, 40);
  EXPECT_GT(opinion_of(carried, minute), 4.3);
}

TEST(LineQuality, counts_pauses_of_the_network_but_not_silence_that_was_not_sent) {
  auto quality = kept_time();
  quality.heard(minute + 40, 20);      // two frames at once are no pause
  quality.heard(minute + 640, 20);     // 600 ms
  quality.heard(minute + 10'640, 20);  // somebody was silent

  auto carried = quality.carried(minute);
  EXPECT_NEAR(carried.loss, 0.01, 0.0005);
  EXPECT_EQ(carried.burst_ratio, 2);
}

TEST(LineQuality, tells_frames_that_were_missing_in_a_row_from_those_here_and_there) {
  auto apart = kept_time();
  auto in_a_row = kept_time();
  for (int i = 0; i < 30; ++i) {
    apart.begun(0);
    if (i % 3 == 0) apart.missed();
    in_a_row.begun(0);
    if (i < 10) in_a_row.missed();
  }

  EXPECT_DOUBLE_EQ(apart.carried(minute).loss, in_a_row.carried(minute).loss);
  EXPECT_NEAR(apart.carried(minute).burst_ratio, 1, 0.01);
  EXPECT_EQ(in_a_row.carried(minute).burst_ratio, 2) << "as much as the model is made for";
}

TEST(LineQuality, is_worse_the_more_is_missing_and_the_later_frames_are) {
  auto good = opinion_of(kept_time().carried(minute), minute);
  auto late = opinion_of(kept_time(60).carried(minute), minute);
  auto stalled = kept_time();
  stalled.skipped(300);
  auto missing = opinion_of(stalled.carried(minute), minute);

  EXPECT_LT(late, good);
  EXPECT_LT(missing, late);
  EXPECT_EQ(opinion_of(kept_time().carried(minute), 500), 0) << "too short to tell";
}

}  // namespace
}  // namespace aiva::voice
