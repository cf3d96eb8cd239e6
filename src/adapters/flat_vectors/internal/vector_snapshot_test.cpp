#include "adapters/flat_vectors/internal/vector_snapshot.h"

#include <gtest/gtest.h>

#include <vector>

namespace aiva {
namespace {

std::vector<ChunkId> make_ids(std::size_t count) {
  std::vector<ChunkId> ids(count);
  for (auto& id : ids) id = ChunkId::make();
  return ids;
}

std::vector<float> make_rows(std::size_t count) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.insert(values.end(), {1, 0});
  return values;
}

TEST(VectorSnapshot, shares_the_rows_of_its_predecessor) {
  const VectorSnapshot first(1, 2, make_ids(10'000), make_rows(10'000));

  const auto second = first.apply({.added = make_ids(100), .values = make_rows(100)});

  EXPECT_EQ(first.size(), 10'000U);
  EXPECT_EQ(second.size(), 10'100U);
  EXPECT_LT(second.bytes() - first.bytes(), first.bytes() / 4)
      << "one block of spare room, no copy of the rows";
}

TEST(VectorSnapshot, stays_as_it_was_while_successors_change) {
  const auto ids = make_ids(3);
  const VectorSnapshot first(1, 2, ids, {1, 0, 0, 1, 0.6F, 0.8F});
  const std::vector<float> query{1, 0};

  auto last = first.apply({.removed = {ids[0]}});
  for (int i = 0; i < 50; ++i) last = last.apply({.added = make_ids(5), .values = make_rows(5)});

  ASSERT_EQ(first.search(query, 10).size(), 3U);
  EXPECT_EQ(first.search(query, 1).front().chunk, ids[0]);
  EXPECT_EQ(last.size(), 252U);
}

TEST(VectorSnapshot, fills_few_blocks_however_small_the_changes) {
  VectorSnapshot snapshot(1, 2, {}, {});

  for (int i = 0; i < 10'000; ++i)
    snapshot = snapshot.apply({.added = make_ids(1), .values = {1, 0}});

  EXPECT_EQ(snapshot.size(), 10'000U);
  EXPECT_LT(snapshot.block_count(), 50U);
}

TEST(VectorSnapshot, gives_memory_back_when_rows_are_removed) {
  auto ids = make_ids(5000);
  VectorSnapshot snapshot(1, 2, ids, make_rows(5000));
  const auto bytes_full = snapshot.bytes();

  while (ids.size() > 100) {
    const std::vector<ChunkId> removed(ids.end() - 100, ids.end());
    ids.resize(ids.size() - 100);
    snapshot = snapshot.apply({.removed = removed});
    EXPECT_EQ(snapshot.size(), ids.size());
  }

  EXPECT_LT(snapshot.bytes(), bytes_full / 10);
  EXPECT_EQ(snapshot.search(std::vector{1.0F, 0.0F}, 1000).size(), 100U);
}

TEST(VectorSnapshot, may_lose_everything_and_grow_again) {
  const auto ids = make_ids(70);
  const VectorSnapshot full(1, 2, ids, make_rows(70));

  const auto empty = full.apply({.removed = ids});
  const auto again = empty.apply({.added = ids, .values = make_rows(70)});

  EXPECT_EQ(empty.size(), 0U);
  EXPECT_TRUE(empty.search(std::vector{1.0F, 0.0F}, 10).empty());
  EXPECT_EQ(again.size(), 70U);
}

}  // namespace
}  // namespace aiva
