#include "retrieval/reciprocal_rank_fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace aiva::retrieval {
namespace {

using testing::ElementsAre;
using Lists = std::vector<RankedList<std::string>>;

std::vector<std::string> keys_of(const std::vector<FusedEntry<std::string>>& fused) {
  std::vector<std::string> keys;
  keys.reserve(fused.size());
  for (const auto& entry : fused) keys.push_back(entry.key);
  return keys;
}

TEST(ReciprocalRankFusion, scores_by_the_published_formula) {
  const Lists lists{{{"a", "b"}}, {{"b", "c"}}};

  const auto fused = fuse_by_reciprocal_rank<std::string>(lists);

  ASSERT_THAT(keys_of(fused), ElementsAre("b", "a", "c"));
  EXPECT_DOUBLE_EQ(fused[0].score, 1.0 / 62 + 1.0 / 61);
  EXPECT_DOUBLE_EQ(fused[1].score, 1.0 / 61);
  EXPECT_DOUBLE_EQ(fused[2].score, 1.0 / 62);
}

TEST(ReciprocalRankFusion, tells_the_rank_in_every_list) {
  const Lists lists{{{"a", "b"}}, {}, {{"b", "c"}}};

  const auto fused = fuse_by_reciprocal_rank<std::string>(lists);

  EXPECT_THAT(fused[0].ranks, ElementsAre(2, 0, 1));
  EXPECT_THAT(fused[1].ranks, ElementsAre(1, 0, 0));
  EXPECT_THAT(fused[2].ranks, ElementsAre(0, 0, 2));
}

TEST(ReciprocalRankFusion, follows_the_weights) {
  const Lists lists{{{"a"}, 1}, {{"b"}, 2}};

  EXPECT_THAT(keys_of(fuse_by_reciprocal_rank<std::string>(lists)), ElementsAre("b", "a"));
}

TEST(ReciprocalRankFusion, counts_a_repeated_key_once_and_keeps_ties_in_order) {
  const Lists lists{{{"a", "a", "b"}}, {{"c"}}};

  const auto fused = fuse_by_reciprocal_rank<std::string>(lists);

  EXPECT_THAT(keys_of(fused), ElementsAre("a", "c", "b"));
  EXPECT_DOUBLE_EQ(fused[0].score, 1.0 / 61);
  EXPECT_THAT(fused[2].ranks, ElementsAre(3, 0));
}

TEST(ReciprocalRankFusion, of_nothing_is_nothing) {
  EXPECT_TRUE(fuse_by_reciprocal_rank<std::string>({}).empty());
  EXPECT_TRUE(fuse_by_reciprocal_rank<std::string>(Lists{{}, {}}).empty());
}

}  // namespace
}  // namespace aiva::retrieval
