#include "adapters/onnx/internal/batch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace aiva {
namespace {

using testing::ElementsAre;

TEST(BatchPlan, puts_rows_of_like_length_together) {
  const auto batches = plan_batches({100, 10, 99, 11, 0}, {});

  ASSERT_EQ(batches.size(), 3U);
  EXPECT_THAT(batches[0].rows, ElementsAre(4));
  EXPECT_EQ(batches[0].length, 1U) << "an empty row is computed as one of padding";
  EXPECT_THAT(batches[1].rows, ElementsAre(1, 3));
  EXPECT_THAT(batches[2].rows, ElementsAre(2, 0));
  EXPECT_EQ(batches[2].length, 100U);
}

TEST(BatchPlan, keeps_the_limits_and_loses_no_row) {
  std::mt19937 generator(3);
  std::vector<std::size_t> lengths(500);
  for (auto& length : lengths) length = generator() % 129;

  const auto batches = plan_batches(lengths, {.tokens_max = 512, .rows_max = 16});

  std::set<std::size_t> seen;
  for (const auto& batch : batches) {
    EXPECT_LE(batch.rows.size(), 16U);
    EXPECT_LE(batch.rows.size() * batch.length, 512U);
    for (auto row : batch.rows) {
      EXPECT_TRUE(seen.insert(row).second);
      EXPECT_LE(lengths[row], batch.length);
    }
  }
  EXPECT_EQ(seen.size(), lengths.size());
}

TEST(BatchPlan, gives_a_row_beyond_the_limit_its_own_batch) {
  const auto batches = plan_batches({600, 601}, {.tokens_max = 512});

  EXPECT_EQ(batches.size(), 2U);
}

TEST(BatchPlan, of_nothing_is_nothing) { EXPECT_TRUE(plan_batches({}, {}).empty()); }

}  // namespace
}  // namespace aiva
