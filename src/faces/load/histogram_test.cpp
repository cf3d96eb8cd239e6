#include "faces/load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace aiva::load {
namespace {

TEST(Histogram, is_exact_for_small_numbers) {
  Histogram histogram;

  for (std::uint64_t value = 1; value <= 200; ++value) histogram.record(value);

  EXPECT_EQ(histogram.percentile(0.5), 100U);
  EXPECT_EQ(histogram.percentile(0.99), 198U);
  EXPECT_EQ(histogram.percentile(1), 200U);
  EXPECT_EQ(histogram.max(), 200U);
  EXPECT_DOUBLE_EQ(histogram.mean(), 100.5);
}

TEST(Histogram, keeps_to_its_error_over_all_magnitudes) {
  auto histogram = std::make_unique<Histogram>();
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> magnitude(0, 31.9);
  std::vector<std::uint64_t> values;

  for (int i = 0; i < 50'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(std::exp2(magnitude(random))));
    histogram->record(values.back());
  }

  std::ranges::sort(values);
  for (double share : {0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    auto right = values[rank - 1];
    auto told = histogram->percentile(share);
    EXPECT_GE(told, right) << share;
    EXPECT_LE(static_cast<double>(told - right), static_cast<double>(right) * Histogram::error_max)
        << share;
  }
}

TEST(Histogram, is_empty_at_first_and_when_cleared) {
  Histogram histogram;
  EXPECT_EQ(histogram.percentile(0.5), 0U);
  EXPECT_EQ(histogram.mean(), 0);

  histogram.record(5);
  histogram.clear();

  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.percentile(0.99), 0U);
}

TEST(Histogram, added_to_another_is_as_if_both_had_been_one) {
  Histogram one;
  Histogram other;
  Histogram both;
  for (std::uint64_t value : {3U, 70'000U, 12U}) {
    one.record(value);
    both.record(value);
  }
  for (std::uint64_t value : {9'000'000U, 4U}) {
    other.record(value);
    both.record(value);
  }

  one.add(other);

  EXPECT_EQ(one.count(), 5U);
  for (double share : {0.2, 0.5, 0.8, 1.0})
    EXPECT_EQ(one.percentile(share), both.percentile(share)) << share;
  EXPECT_EQ(one.mean(), both.mean());
}

TEST(Histogram, counts_what_is_beyond_its_range_as_its_largest) {
  Histogram histogram;

  histogram.record(~std::uint64_t{0});

  EXPECT_EQ(histogram.max(), 0xFFFFFFFFU);
  EXPECT_EQ(histogram.percentile(0.5), 0xFFFFFFFFU);
}

}  // namespace
}  // namespace aiva::load
