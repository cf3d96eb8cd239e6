#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "retrieval/vectors/vector_fixture.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {
namespace {

using Entries = std::vector<TopK<std::uint64_t>::Entry>;

struct Built {
  HeapSections sections;
  VectorBlock block;
};

std::unique_ptr<Built> build(const VectorShape& shape, std::span<const float> rows,
                             const VectorBuildOptions& options = {}) {
  auto built = std::make_unique<Built>();
  build_vectors(shape, rows.size() / shape.dimension, reader_of(rows, shape.dimension), options,
                built->sections);
  auto block = VectorBlock::open(built->sections.table());
  EXPECT_TRUE(block) << block.error().cause;
  if (block) built->block = *block;
  return built;
}

Entries search(const VectorBlock& block, std::span<const float> query, std::size_t count,
               const RowMask& mask = {}, bool is_exact = false) {
  TopK<std::uint64_t> top(count);
  search_vectors(block, PreparedQuery::prepare(block.shape(), query), mask,
                 {.count_max = count, .is_exact = is_exact}, 0, top);
  return top.take();
}

std::vector<std::uint64_t> truth(const VectorShape& shape, std::span<const float> rows,
                                 const float* query, std::size_t count, const RowMask& mask = {}) {
  TopK<std::uint64_t> top(count);
  for (std::size_t row = 0; row < rows.size() / shape.dimension; ++row) {
    if (!mask.sees(row)) continue;
    top.offer(
        exact_score(shape.metric, query, rows.data() + row * shape.dimension, shape.dimension),
        row);
  }
  std::vector<std::uint64_t> keys;
  for (const auto& entry : top.take()) keys.push_back(entry.key);
  return keys;
}

double recall(const std::vector<std::uint64_t>& wanted, const Entries& found) {
  std::size_t hits = 0;
  for (const auto& entry : found)
    hits += static_cast<std::size_t>(std::ranges::count(wanted, entry.key));
  return static_cast<double>(hits) / static_cast<double>(wanted.size());
}

struct RecallCase {
  std::string name;
  MadeVectors kind;
  Metric metric = Metric::cosine;
  std::size_t rows = 5000;
  VectorBuildOptions options{};
};

class RecallTest : public testing::TestWithParam<RecallCase> {};

TEST_P(RecallTest, finds_the_ten_nearest) {
  const auto& param = GetParam();
  VectorMaker maker(param.kind, 1);
  const auto rows = maker.make(param.rows);
  const std::size_t queries = 40;
  const auto asked = maker.make(queries);
  const VectorShape shape{.dimension = param.kind.dimension, .metric = param.metric};

  const auto built = build(shape, rows, param.options);
  double found = 0;
  for (std::size_t i = 0; i < queries; ++i) {
    const std::span query(asked.data() + i * shape.dimension, shape.dimension);
    found += recall(truth(shape, rows, query.data(), 10), search(built->block, query, 10));
  }

  EXPECT_GE(found / queries, 0.99);
}

constexpr MadeVectors clustered{.dimension = 384};
constexpr MadeVectors half_clustered{
    .dimension = 768, .latent = 256, .clusters = 50, .noise = 1.0F};
constexpr MadeVectors unclustered{.dimension = 1536, .latent = 64, .clusters = 1};

MadeVectors raw(MadeVectors kind) {
  kind.is_unit = false;
  return kind;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, RecallTest,
    testing::Values(
        RecallCase{.name = "clustered", .kind = clustered},
        RecallCase{.name = "clustered_dot", .kind = raw(clustered), .metric = Metric::dot},
        RecallCase{.name = "clustered_l2", .kind = raw(clustered), .metric = Metric::l2},
        RecallCase{.name = "half_clustered", .kind = half_clustered},
        RecallCase{.name = "half_clustered_l2", .kind = raw(half_clustered), .metric = Metric::l2},
        RecallCase{.name = "unclustered", .kind = unclustered},
        RecallCase{.name = "unclustered_dot", .kind = raw(unclustered), .metric = Metric::dot},
        RecallCase{.name = "odd_dimension", .kind = {.dimension = 301}},
        RecallCase{.name = "few_rows", .kind = clustered, .rows = 100}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace aiva::retrieval
