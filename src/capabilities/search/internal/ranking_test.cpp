#include "capabilities/search/internal/ranking.h"

#include <gtest/gtest.h>

namespace aiva::search {
namespace {

const ChunkId a = ChunkId::make();
const ChunkId b = ChunkId::make();
const ChunkId c = ChunkId::make();

FusionRule rrf(double vector_weight) { return {.weights = {vector_weight, 1}}; }

FusionRule weighted(double vector_weight, double keyword_weight, std::size_t list_max = 50) {
  return {
      .fusion = Fusion::weighted, .weights = {vector_weight, keyword_weight}, .list_max = list_max};
}

TEST(Ranking, puts_first_what_both_lists_have) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}, {b, {}, 0.8F}};
  std::vector<PassageHit> keywords = {{b, {}, 7.5F}, {c, {}, 3.0F}};

  auto ranked = rank_candidates(vectors, keywords, rrf(1));

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

  EXPECT_EQ(rank_candidates(vectors, keywords, rrf(0.7)).front().chunk, b);
  EXPECT_EQ(rank_candidates(vectors, keywords, rrf(1.3)).front().chunk, a);
}

TEST(Ranking, scores_one_for_the_first_of_every_list_used) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}, {b, {}, 0.1F}};
  std::vector<PassageHit> keywords = {{a, {}, 2.0F}};

  EXPECT_DOUBLE_EQ(rank_candidates(vectors, keywords, rrf(1)).front().score, 1.0);
  EXPECT_DOUBLE_EQ(rank_candidates(vectors, {}, rrf(0.7)).front().score, 1.0);
  EXPECT_DOUBLE_EQ(rank_candidates({}, keywords, rrf(0.7)).front().score, 1.0);
}

TEST(Ranking, falls_with_the_rank_and_stays_above_zero) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F}, {b, {}, 0.1F}, {c, {}, -0.5F}};

  auto ranked = rank_candidates(vectors, {}, rrf(0.7));

  EXPECT_GT(ranked[0].score, ranked[1].score);
  EXPECT_GT(ranked[1].score, ranked[2].score);
  EXPECT_GT(ranked[2].score, 0.0);
}

TEST(Ranking, of_nothing_is_nothing) { EXPECT_TRUE(rank_candidates({}, {}, rrf(1)).empty()); }

TEST(Ranking, weighs_scores_and_not_places) {
  // By places a and b are level; b is far ahead by words and hardly behind by meaning.
  std::vector<PassageHit> vectors = {{a, {}, 0.90F}, {b, {}, 0.88F}};
  std::vector<PassageHit> keywords = {{b, {}, 8.0F}, {a, {}, 1.0F}};

  auto ranked = rank_candidates(vectors, keywords, weighted(1, 1));

  ASSERT_EQ(ranked.size(), 2U);
  EXPECT_EQ(ranked[0].chunk, b);
  EXPECT_NEAR(ranked[0].score, (0.88 / 0.90 + 1) / 2, 1e-6);
  EXPECT_NEAR(ranked[1].score, (1 + 1.0 / 8) / 2, 1e-6);
  EXPECT_EQ(ranked[0].vector_rank, 2);
  EXPECT_EQ(rank_candidates(vectors, keywords, weighted(10, 0.1)).front().chunk, a);
}

TEST(Ranking, spreads_a_full_list_from_its_last_to_its_best) {
  std::vector<PassageHit> vectors = {{a, {}, 0.90F}, {b, {}, 0.85F}, {c, {}, 0.80F}};

  auto full = rank_candidates(vectors, {}, weighted(1, 1, 3));
  auto whole = rank_candidates(vectors, {}, weighted(1, 1, 4));

  EXPECT_NEAR(full[0].score, 1, 1e-6);
  EXPECT_NEAR(full[1].score, 0.5, 1e-5);
  EXPECT_NEAR(full[2].score, 0, 1e-6);
  EXPECT_NEAR(whole[2].score, 0.80 / 0.90, 1e-6);
}

TEST(Ranking, knows_what_to_do_with_lists_that_say_nothing) {
  std::vector<PassageHit> same = {{a, {}, 0.5F}, {b, {}, 0.5F}};
  std::vector<PassageHit> opposite = {{a, {}, -0.2F}, {b, {}, -0.5F}};

  for (const auto& candidate : rank_candidates(same, {}, weighted(1, 1, 2)))
    EXPECT_EQ(candidate.score, 1);
  auto ranked = rank_candidates(opposite, {}, weighted(1, 1));
  EXPECT_EQ(ranked[0].chunk, a);
  EXPECT_EQ(ranked[0].score, 1);
  EXPECT_EQ(ranked[1].score, 0);
  EXPECT_TRUE(rank_candidates({}, {}, weighted(1, 1)).empty());
}

TEST(Ranking, keeps_what_explains_a_candidate) {
  std::vector<PassageHit> vectors = {{a, {}, 0.9F, {1, 0}, {}}};
  std::vector<PassageHit> keywords = {{a, {}, 2.0F, {1, 0}, {{.word = "lamp"}}},
                                      {b, {}, 1.0F, {0, 1}, {{.word = "sea"}}}};

  auto ranked = rank_candidates(vectors, keywords, rrf(1));

  EXPECT_EQ(ranked[0].vector, (std::vector<float>{1, 0}));
  EXPECT_EQ(ranked[0].words.at(0).word, "lamp");
  EXPECT_EQ(ranked[1].vector, (std::vector<float>{0, 1}));
  EXPECT_EQ(ranked[1].words.at(0).word, "sea");
}

TEST(Ranking, lets_other_lists_move_candidates_and_bring_up_more) {
  std::vector<ChunkId> ids(3);
  for (auto& id : ids) id = ChunkId::make();
  std::vector<PassageHit> keywords = {{.chunk = ids[0], .score = 3}, {.chunk = ids[1], .score = 2}};
  std::vector<OtherList> others = {
      {.hits = {{.chunk = ids[1], .score = 9}, {.chunk = ids[2], .score = 8}}, .weight = 0.3},
      {.hits = {}, .weight = 0.3}};

  auto ranked = rank_candidates({}, keywords, rrf(0.7), others);

  ASSERT_EQ(ranked.size(), 3U);
  EXPECT_EQ(ranked[0].chunk, ids[1]);
  EXPECT_EQ(ranked[1].chunk, ids[0]);
  EXPECT_EQ(ranked[2].chunk, ids[2]);
  EXPECT_EQ(ranked[0].keyword_rank, 2);
  EXPECT_EQ(ranked[2].keyword_rank, 0);
  EXPECT_LT(ranked[0].score, 1);
  EXPECT_FALSE(ranked[2].bm25.has_value());
}

TEST(Ranking, weighs_the_scores_of_other_lists_too) {
  std::vector<PassageHit> keywords = {{a, {}, 4.0F}, {b, {}, 2.0F}};
  std::vector<OtherList> others = {{.hits = {{c, {}, 8.0F}, {b, {}, 8.0F}}, .weight = 0.5}};

  auto ranked = rank_candidates({}, keywords, weighted(0, 1), others);

  ASSERT_EQ(ranked.size(), 3U);
  EXPECT_EQ(ranked[0].chunk, a);
  EXPECT_NEAR(ranked[0].score, 1 / 1.5, 1e-6);
  EXPECT_EQ(ranked[1].chunk, b);
  EXPECT_NEAR(ranked[1].score, 1 / 1.5, 1e-6);
  EXPECT_EQ(ranked[2].chunk, c);
  EXPECT_NEAR(ranked[2].score, 0.5 / 1.5, 1e-6);
}

}  // namespace
}  // namespace aiva::search
