#include "capabilities/evaluation/statistics.h"

#include <gtest/gtest.h>

namespace aiva::evaluation {
namespace {

TEST(Statistics, give_a_mean_an_interval_that_holds_it) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(i < 70 ? 1 : 0);

  auto estimate = estimate_mean(values, {.seed = 3, .rounds = 2000});

  EXPECT_DOUBLE_EQ(estimate.mean, 0.7);
  // The normal approximation says 0.61…0.79.
  EXPECT_NEAR(estimate.interval.low, 0.61, 0.02);
  EXPECT_NEAR(estimate.interval.high, 0.79, 0.02);
}

TEST(Statistics, depend_on_the_seed_alone) {
  std::vector<double> values{0, 1, 0.5, 0.25, 1, 1, 0};

  auto once = estimate_mean(values, {.seed = 9});
  auto again = estimate_mean(values, {.seed = 9});

  EXPECT_EQ(once.interval.low, again.interval.low);
  EXPECT_EQ(once.interval.high, again.interval.high);
  EXPECT_EQ(draw_sample(1000, 5, 4), draw_sample(1000, 5, 4));
  EXPECT_NE(draw_sample(1000, 5, 4), draw_sample(1000, 5, 5));
  EXPECT_EQ(draw_sample(3, 5, 4), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(Statistics, of_nothing_are_zero) {
  auto estimate = estimate_mean({}, {});

  EXPECT_EQ(estimate.mean, 0);
  EXPECT_EQ(estimate.interval.high, 0);
  EXPECT_EQ(percentile({}, 0.5), 0);
  EXPECT_EQ(area_under_roc({}, {}), 0.5);
}

TEST(Statistics, tell_a_clear_difference_from_chance) {
  std::vector<double> before(60, 0.0);
  std::vector<double> better = before;
  for (int i = 0; i < 20; ++i) better[static_cast<std::size_t>(i)] = 1;
  std::vector<double> mixed = before;
  mixed[0] = 1;
  mixed[1] = -1;

  auto clear = compare_pairs(before, better, {});
  auto chance = compare_pairs(before, mixed, {});

  EXPECT_TRUE(clear.is_clear());
  EXPECT_EQ(clear.wins, 20U);
  EXPECT_LT(clear.sign_p, 0.001);
  EXPECT_FALSE(chance.is_clear());
  EXPECT_EQ(chance.ties, 58U);
  EXPECT_EQ(chance.sign_p, 1);
}

TEST(Statistics, count_splits_exactly) {
  EXPECT_EQ(sign_test(0, 0), 1);
  EXPECT_NEAR(sign_test(5, 0), 2.0 / 32, 1e-12);
  EXPECT_NEAR(sign_test(1, 9), 2.0 * 11 / 1024, 1e-12);
  EXPECT_NEAR(sign_test(0, 2000), 0, 1e-12);
}

TEST(Statistics, take_percentiles_by_rank) {
  std::vector<double> values{5, 1, 4, 2, 3};

  EXPECT_EQ(percentile(values, 0.5), 3);
  EXPECT_EQ(percentile(values, 0.95), 5);
  EXPECT_EQ(percentile(values, 0), 1);
}

TEST(Statistics, say_how_well_a_threshold_parts) {
  EXPECT_EQ(area_under_roc(std::vector<double>{3, 4}, std::vector<double>{1, 2}), 1);
  EXPECT_EQ(area_under_roc(std::vector<double>{1, 2}, std::vector<double>{3, 4}), 0);
  EXPECT_EQ(area_under_roc(std::vector<double>{1, 3}, std::vector<double>{1, 3}), 0.5);
}

}  // namespace
}  // namespace aiva::evaluation
