#include "faces/rtp/internal/loss_runs.h"

#include <gtest/gtest.h>

#include <random>

namespace aiva::rtp {
namespace {

// Of ten thousand packets, those that come.
template <class IsLost>
double burst_ratio(IsLost is_lost) {
  LossRuns runs;
  for (int i = 0; i < 10'000; ++i)
    if (!is_lost(i)) runs.note(static_cast<std::uint16_t>(60'000 + i));
  return runs.burst_ratio();
}

TEST(LossRuns, are_none_where_all_packets_come) {
  EXPECT_EQ(LossRuns().burst_ratio(), 1);
  EXPECT_EQ(burst_ratio([](int) { return false; }), 1);
}

TEST(LossRuns, of_chance_have_a_ratio_of_one) {
  std::mt19937 random(1);
  EXPECT_NEAR(burst_ratio([&](int) { return random() % 10 == 0; }), 1, 0.1);
  EXPECT_NEAR(burst_ratio([&](int) { return random() % 3 == 0; }), 1, 0.1);
}

TEST(LossRuns, in_a_row_have_their_length) {
  EXPECT_NEAR(burst_ratio([](int i) { return i % 100 >= 50 && i % 100 < 55; }), 5 * 0.95, 0.01);
}

TEST(LossRuns, are_not_those_that_come_late_or_twice) {
  LossRuns runs;
  for (std::uint16_t i = 0; i < 1'000; i += 4)
    for (int number : {i + 1, i + 3, i + 2, i + 2, i + 0})
      runs.note(static_cast<std::uint16_t>(number));
  // All came: of the first four the one before the very first is not known of.
  EXPECT_EQ(runs.burst_ratio(), 1);
  LossRuns late;
  for (std::uint16_t i = 0; i < 200; ++i)
    if (i != 50 && i != 51) late.note(i);
  late.note(50);
  EXPECT_NEAR(late.burst_ratio(), 2 * 198.0 / 200, 1e-9) << "64 numbers later it is lost";
}

TEST(LossRuns, are_not_where_the_numbering_begins_anew) {
  LossRuns runs;
  for (std::uint16_t i = 0; i < 100; ++i) runs.note(i);
  for (std::uint16_t i = 0; i < 100; ++i) runs.note(static_cast<std::uint16_t>(20'000 + i));
  runs.restart();
  for (std::uint16_t i = 0; i < 100; ++i) runs.note(i);
  EXPECT_EQ(runs.burst_ratio(), 1);
}

}  // namespace
}  // namespace aiva::rtp
