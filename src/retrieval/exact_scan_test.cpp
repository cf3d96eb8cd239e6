#include "retrieval/exact_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace aiva::retrieval {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> keys_of(std::vector<TopK<std::uint64_t>::Entry> entries) {
  std::vector<std::uint64_t> keys;
  keys.reserve(entries.size());
  for (const auto& entry : entries) keys.push_back(entry.key);
  return keys;
}

TEST(TopK, keeps_the_best_whatever_the_order) {
  std::vector<std::pair<float, std::uint64_t>> offers;
  offers.reserve(100);
  for (std::uint64_t key = 0; key < 100; ++key)
    offers.emplace_back(static_cast<float>(key % 10), key);
  std::mt19937 generator(1);

  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(offers, generator);
    TopK<std::uint64_t> top(12);
    for (const auto& [score, key] : offers) top.offer(score, key);
    EXPECT_THAT(keys_of(top.take()), ElementsAre(9, 19, 29, 39, 49, 59, 69, 79, 89, 99, 8, 18));
  }
}

TEST(TopK, gives_fewer_when_fewer_were_offered_and_none_for_zero) {
  TopK<std::uint64_t> top(5);
  top.offer(1, 7);
  top.offer(2, 3);
  TopK<std::uint64_t> none(0);
  none.offer(1, 1);

  EXPECT_THAT(keys_of(top.take()), ElementsAre(3, 7));
  EXPECT_EQ(top.size(), 0U);
  EXPECT_THAT(none.take(), testing::IsEmpty());
}

TEST(TopK, never_keeps_nan) {
  TopK<std::uint64_t> top(2);
  top.offer(NAN, 1);
  top.offer(-1, 2);
  top.offer(NAN, 3);

  EXPECT_THAT(keys_of(top.take()), ElementsAre(2));
}

TEST(ExactScan, finds_what_a_full_sort_finds) {
  constexpr std::size_t dimension = 24;
  std::mt19937 generator(5);
  std::normal_distribution<float> normal;
  for (std::size_t count : {0, 1, 63, 64, 65, 500}) {
    std::vector<float> values(count * dimension);
    for (auto& value : values) value = normal(generator);
    std::vector<float> query(dimension);
    for (auto& value : query) value = normal(generator);
    std::vector<std::uint64_t> dead((count + 63) / 64);
    for (std::size_t row = 0; row < count; row += 3) dead[row / 64] |= 1ULL << row % 64;

    TopK<std::uint64_t> top(10);
    exact_scan({values.data(), count, dimension, dead}, query, 1000, top);

    std::vector<std::pair<double, std::uint64_t>> expected;
    for (std::size_t row = 0; row < count; ++row) {
      if (row % 3 == 0) continue;
      double score = 0;
      for (std::size_t i = 0; i < dimension; ++i)
        score += static_cast<double>(values[row * dimension + i]) * query[i];
      expected.emplace_back(-score, 1000 + row);
    }
    std::ranges::sort(expected);
    expected.resize(std::min<std::size_t>(expected.size(), 10));
    std::vector<std::uint64_t> expected_keys;
    expected_keys.reserve(expected.size());
    for (const auto& [score, key] : expected) expected_keys.push_back(key);
    EXPECT_EQ(keys_of(top.take()), expected_keys) << count;
  }
}

TEST(ExactScan, joins_several_blocks_in_one_ranking) {
  const std::vector<float> first{1, 0, 0.5F, 0};
  const std::vector<float> second{0.75F, 0, 2, 0};
  const std::vector<float> query{1, 0};

  TopK<std::uint64_t> top(3);
  exact_scan({first.data(), 2, 2, {}}, query, 0, top);
  exact_scan({second.data(), 2, 2, {}}, query, 2, top);

  EXPECT_THAT(keys_of(top.take()), ElementsAre(3, 0, 2));
}

}  // namespace
}  // namespace aiva::retrieval
