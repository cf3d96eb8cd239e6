#include "capabilities/evaluation/internal/exact_comparison.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aiva::evaluation {
namespace {

// Vectors around a quarter of a circle: the larger the number, the farther from (1, 0).
std::vector<IndexedPassage> passages(int count) {
  std::vector<IndexedPassage> made;
  for (int i = 0; i < count; ++i) {
    auto angle = static_cast<float>(i) * 1.5F / static_cast<float>(count);
    made.push_back({.chunk = ChunkId::make(), .vector = {std::cos(angle), std::sin(angle)}});
  }
  return made;
}

std::vector<PassageHit> hits_of(const std::vector<IndexedPassage>& rows, std::size_t first,
                                std::size_t count) {
  std::vector<PassageHit> hits;
  for (std::size_t i = first; i < first + count; ++i) hits.push_back({.chunk = rows[i].chunk});
  return hits;
}

TEST(ExactComparison, counts_what_the_index_missed) {
  auto rows = passages(100);
  ExactComparison comparison(2);
  comparison.add_query({1, 0}, hits_of(rows, 0, 10));
  comparison.add_query({1, 0}, hits_of(rows, 3, 10));
  comparison.add_query({0, 1}, hits_of(rows, 90, 10));

  comparison.offer({rows.begin(), rows.begin() + 40});
  comparison.offer({rows.begin() + 40, rows.end()});
  auto recall = comparison.result();

  EXPECT_EQ(recall.questions, 3U);
  EXPECT_EQ(recall.vectors, 100);
  EXPECT_DOUBLE_EQ(recall.mean, (1 + 0.7 + 1) / 3);
  EXPECT_DOUBLE_EQ(recall.least, 0.7);
}

TEST(ExactComparison, takes_equally_near_rows_for_one_another) {
  auto rows = passages(1);
  rows.resize(30, rows.front());
  for (auto& row : rows) row.chunk = ChunkId::make();
  ExactComparison comparison(2);
  comparison.add_query({1, 0}, hits_of(rows, 20, 10));

  comparison.offer(rows);

  EXPECT_EQ(comparison.result().mean, 1);
}

TEST(ExactComparison, of_fewer_rows_wants_no_more) {
  auto rows = passages(4);
  rows.push_back({.chunk = ChunkId::make()});  // found by words only
  ExactComparison comparison(2);
  comparison.add_query({1, 0}, hits_of(rows, 0, 4));

  comparison.offer(rows);
  auto recall = comparison.result();

  EXPECT_EQ(recall.mean, 1);
  EXPECT_EQ(recall.vectors, 4);
}

}  // namespace
}  // namespace aiva::evaluation
