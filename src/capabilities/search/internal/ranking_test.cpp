#include "capabilities/search/internal/ranking.h"

#include <gtest/gtest.h>

namespace aiva::search {
namespace {

const ChunkId a = ChunkId::make();
const ChunkId b = ChunkId::make();
const ChunkId c = ChunkId::make();

TEST(Ranking, puts_first_what_both_lists_have) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}, {b, {}, 0.8F}};
  std::vector<PassageHit> keywords = {{b, {}, 7.5F}, {c, {}, 3.0F}};

  auto ranked = rank_candidates(vectors, keywords, 1);

  ASSERT_EQ(ranked.size(), 3U);
  EXPECT_EQ(ranked[0].chunk, b);
  EXPECT_EQ(ranked[0].vector_rank, 2);
  EXPECT_EQ(ranked[0].keyword_rank, 1);
  EXPECT_FLOAT_EQ(static_cast<float>(*ranked[0].cosine), 0.8F);
  EXPECT_DOUBLE_EQ(*ranked[0].bm25, 7.5);
  EXPECT_EQ(ranked[1].chunk, a);
  EXPECT_EQ(ranked[1].keyword_rank, 0);
  EXPECT_FALSE(ranked[1].bm25);
}

TEST(Ranking, lets_the_heavier_list_decide_between_equal_ranks) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}};
  std::vector<PassageHit> keywords = {{b, {}, 7.5F}};

  EXPECT_EQ(rank_candidates(vectors, keywords, 0.7).front().chunk, b);
  EXPECT_EQ(rank_candidates(vectors, keywords, 1.3).front().chunk, a);
}

TEST(Ranking, scores_one_for_the_first_of_every_list_used) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}, {b, {}, 0.1F}};
  std::vector<PassageHit> keywords = {{a, {}, 2.0F}};

  EXPECT_DOUBLE_EQ(rank_candidates(vectors, keywords, 1).front().score, 1.0);
  EXPECT_DOUBLE_EQ(rank_candidates(vectors, {}, 0.7).front().score, 1.0);
  EXPECT_DOUBLE_EQ(rank_candidates({}, keywords, 0.7).front().score, 1.0);
}

TEST(Ranking, falls_with_the_rank_and_stays_above_zero) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}, {b, {}, 0.1F}, {c, {}, -0.5F}};

  auto ranked = rank_candidates(vectors, {}, 0.7);

  EXPECT_GT(ranked[0].score, ranked[1].score);
  EXPECT_GT(ranked[1].score, ranked[2].score);
  EXPECT_GT(ranked[2].score, 0.0);
}

TEST(Ranking, of_nothing_is_nothing) { EXPECT_TRUE(rank_candidates({}, {}, 1).empty()); }

}  // namespace
}  // namespace aiva::search
