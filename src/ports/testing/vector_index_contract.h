#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "ports/vector_index.h"

namespace aiva {

// What every VectorIndex promises. An adapter's test includes this header in one file and says
// `INSTANTIATE_TEST_SUITE_P(Flat, VectorIndexContract, ::testing::Values(make_subject));`.
using VectorIndexFactory = std::function<std::unique_ptr<VectorIndex>()>;

class VectorIndexContract : public ::testing::TestWithParam<VectorIndexFactory> {
 protected:
  void SetUp() override { index_ = GetParam()(); }

  // Three chunks on the axes of a space of three dimensions, at version 1.
  void load_axes(KnowledgeBaseId id) {
    ASSERT_TRUE(index_->load(id, 3, 1, axes_, {1, 0, 0, 0, 1, 0, 0, 0, 1}).has_value());
  }
  std::vector<ChunkId> nearest(KnowledgeBaseId id, const std::vector<float>& query,
                               std::size_t count_max) {
    std::vector<ChunkId> chunks;
    const auto hits = index_->search(id, query, count_max);
    EXPECT_TRUE(hits.has_value());
    if (hits)
      for (const auto& hit : *hits) chunks.push_back(hit.chunk);
    return chunks;
  }
  // The code of how a search failed, or nothing.
  std::optional<ErrorCode> search_failure(KnowledgeBaseId id, const std::vector<float>& query) {
    const auto hits = index_->search(id, query, 1);
    return hits ? std::nullopt : std::optional(hits.error().code);
  }

  const KnowledgeBaseId base_ = KnowledgeBaseId::make();
  const std::vector<ChunkId> axes_{ChunkId::make(), ChunkId::make(), ChunkId::make()};
  std::unique_ptr<VectorIndex> index_;
};

TEST_P(VectorIndexContract, finds_the_nearest_best_first_with_their_cosines) {
  load_axes(base_);

  const auto hits = index_->search(base_, std::vector{0.6F, 0.0F, 0.8F}, 2);

  ASSERT_TRUE(hits.has_value());
  ASSERT_EQ(hits->size(), 2U);
  EXPECT_EQ((*hits)[0].chunk, axes_[2]);
  EXPECT_NEAR((*hits)[0].score, 0.8, 1e-6);
  EXPECT_EQ((*hits)[1].chunk, axes_[0]);
  EXPECT_NEAR((*hits)[1].score, 0.6, 1e-6);
}

TEST_P(VectorIndexContract, gives_all_when_fewer_than_asked_for) {
  load_axes(base_);

  EXPECT_EQ(nearest(base_, {1, 0, 0}, 100).size(), 3U);
  EXPECT_EQ(nearest(base_, {1, 0, 0}, 0).size(), 0U);
}

TEST_P(VectorIndexContract, tells_version_and_size_of_what_is_loaded) {
  EXPECT_EQ(index_->version(base_), std::nullopt);
  EXPECT_EQ(index_->size(base_), 0U);

  load_axes(base_);

  EXPECT_EQ(index_->version(base_), 1);
  EXPECT_EQ(index_->size(base_), 3U);
}

TEST_P(VectorIndexContract, loads_an_empty_knowledge_base) {
  ASSERT_TRUE(index_->load(base_, 3, 7, {}, {}).has_value());

  EXPECT_EQ(index_->version(base_), 7);
  EXPECT_TRUE(nearest(base_, {1, 0, 0}, 5).empty());
}

TEST_P(VectorIndexContract, replaces_everything_on_load) {
  load_axes(base_);
  const auto chunk = ChunkId::make();

  ASSERT_TRUE(index_->load(base_, 2, 9, std::vector{chunk}, {0, 1}).has_value());

  EXPECT_EQ(index_->version(base_), 9);
  EXPECT_THAT(nearest(base_, {1, 0}, 5), testing::ElementsAre(chunk));
}

TEST_P(VectorIndexContract, refuses_values_that_do_not_fit) {
  const auto loaded = index_->load(base_, 3, 1, axes_, {1, 0, 0});

  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::invalid);
  EXPECT_EQ(index_->version(base_), std::nullopt);
}

TEST_P(VectorIndexContract, applies_a_change_to_its_version) {
  load_axes(base_);
  const auto added = ChunkId::make();

  ASSERT_TRUE(index_
                  ->apply(base_, {.from_version = 1,
                                  .to_version = 4,
                                  .added = {added},
                                  .values = {0.8F, 0.6F, 0},
                                  .removed = {axes_[0]}})
                  .has_value());

  EXPECT_EQ(index_->version(base_), 4);
  EXPECT_EQ(index_->size(base_), 3U);
  EXPECT_THAT(nearest(base_, {1, 0, 0}, 1), testing::ElementsAre(added));
}

TEST_P(VectorIndexContract, replaces_a_chunk_that_is_added_again) {
  load_axes(base_);

  ASSERT_TRUE(index_
                  ->apply(base_, {.from_version = 1,
                                  .to_version = 2,
                                  .added = {axes_[0]},
                                  .values = {0, 0.6F, 0.8F},
                                  .removed = {axes_[0]}})
                  .has_value());

  EXPECT_EQ(index_->size(base_), 3U);
  const auto hits = index_->search(base_, std::vector{1.0F, 0.0F, 0.0F}, 3);
  ASSERT_TRUE(hits.has_value());
  for (const auto& hit : *hits) EXPECT_NEAR(hit.score, 0, 1e-6);
}

TEST_P(VectorIndexContract, drops_what_is_of_another_version_than_a_change) {
  load_axes(base_);

  ASSERT_TRUE(index_->apply(base_, {.from_version = 2, .to_version = 3}).has_value());

  EXPECT_EQ(index_->version(base_), std::nullopt);
  EXPECT_EQ(search_failure(base_, {1, 0, 0}), ErrorCode::not_found);
}

TEST_P(VectorIndexContract, ignores_a_change_to_what_is_not_loaded) {
  ASSERT_TRUE(index_->apply(base_, {.from_version = 1, .to_version = 2}).has_value());

  EXPECT_EQ(index_->version(base_), std::nullopt);
}

TEST_P(VectorIndexContract, ignores_the_removal_of_an_unknown_chunk) {
  load_axes(base_);

  ASSERT_TRUE(
      index_->apply(base_, {.from_version = 1, .to_version = 2, .removed = {ChunkId::make()}})
          .has_value());

  EXPECT_EQ(index_->size(base_), 3U);
}

TEST_P(VectorIndexContract, keeps_knowledge_bases_apart) {
  const auto other = KnowledgeBaseId::make();
  const auto secret = ChunkId::make();
  load_axes(base_);
  ASSERT_TRUE(index_->load(other, 3, 1, std::vector{secret}, {1, 0, 0}).has_value());

  EXPECT_THAT(nearest(base_, {1, 0, 0}, 10), testing::Not(testing::Contains(secret)));
  index_->drop(base_);

  EXPECT_EQ(index_->version(base_), std::nullopt);
  EXPECT_THAT(nearest(other, {1, 0, 0}, 10), testing::ElementsAre(secret));
}

TEST_P(VectorIndexContract, fails_precisely) {
  EXPECT_EQ(search_failure(base_, {1, 0, 0}), ErrorCode::not_found);

  load_axes(base_);

  EXPECT_EQ(search_failure(base_, {1, 0}), ErrorCode::invalid);
  const auto applied = index_->apply(
      base_, {.from_version = 1, .to_version = 2, .added = {ChunkId::make()}, .values = {1, 0}});
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, ErrorCode::invalid);
}

}  // namespace aiva
