#include "retrieval/vectors/candidates.h"

#include <gtest/gtest.h>

#include <random>

namespace aiva::retrieval {
namespace {

// What sorting everything gives.
std::vector<Candidate> best_of(std::vector<Candidate> all, std::size_t count) {
  std::ranges::sort(all, Candidate::is_better);
  all.resize(std::min(count, all.size()));
  return all;
}

void expect_the_best(const std::vector<float>& scores, std::size_t count) {
  std::vector<Candidate> all;
  Candidates kept(count);
  for (const float score : scores) {
    all.push_back({score, static_cast<std::uint32_t>(all.size())});
    kept.offer(score, all.back().place);
  }

  auto found = kept.finish();

  std::ranges::sort(found, Candidate::is_better);
  const auto wanted = best_of(all, count);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].score, wanted[i].score) << i << " of " << count;
    ASSERT_EQ(found[i].place, wanted[i].place) << i << " of " << count;
  }
}

TEST(Candidates, are_the_best_of_any_number) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (const std::size_t count : {1, 10, 100, 400, 1000}) {
    for (const std::size_t offered : {0, 1, 99, 511, 512, 513, 1600, 5000, 30'000}) {
      std::vector<float> scores(offered);
      for (auto& score : scores) score = normal(random);
      expect_the_best(scores, count);
      std::ranges::sort(scores);
      expect_the_best(scores, count);
      std::ranges::reverse(scores);
      expect_the_best(scores, count);
    }
  }
}

TEST(Candidates, prefer_the_smaller_place_of_equal_scores) {
  for (const std::size_t kinds : {1, 3, 700}) {
    std::vector<float> scores(6000);
    for (std::size_t i = 0; i < scores.size(); ++i)
      scores[i] = static_cast<float>(i * 7919 % kinds);
    for (const std::size_t count : {1, 100, 400}) expect_the_best(scores, count);
  }
}

TEST(Candidates, survive_scores_of_every_size) {
  std::mt19937 random(2);
  std::uniform_int_distribution<int> exponent(-120, 120);
  std::normal_distribution<float> normal;
  std::vector<float> scores(9000);
  for (auto& score : scores) score = std::ldexp(normal(random), exponent(random));
  expect_the_best(scores, 300);
  for (auto& score : scores) score *= 1e-38F;
  expect_the_best(scores, 300);
}

TEST(Candidates, never_keep_what_is_no_number) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  Candidates kept(2);
  for (std::uint32_t i = 0; i < 3000; ++i) {
    kept.offer(nan, i);
    kept.offer(-infinity, i);
    if (i % 1000 == 5) kept.offer(i == 5 ? infinity : 1.0F, i);
  }

  auto found = kept.finish();

  std::ranges::sort(found, Candidate::is_better);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].place, 5U);
  EXPECT_EQ(found[1].place, 1005U);
  EXPECT_TRUE(Candidates(0).finish().empty());
}

}  // namespace
}  // namespace aiva::retrieval
