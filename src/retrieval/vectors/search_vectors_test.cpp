#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
  const VectorScope scope{.block = &block, .mask = mask};
  search_vectors({&scope, 1}, PreparedQuery::prepare(block.shape(), query),
                 {.count_max = count, .is_exact = is_exact}, top);
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
  std::size_t rows = 3000;
  VectorBuildOptions options{};
  double recall_min = 0.99;
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

  EXPECT_GE(found / queries, param.recall_min);
}

constexpr MadeVectors clustered{.dimension = 384};
constexpr MadeVectors half_clustered{
    .dimension = 768, .latent = 128, .clusters = 50, .noise = 1.0F};
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
        RecallCase{.name = "lists",
                   .kind = {.dimension = 128},
                   .rows = 8000,
                   .options = {.lists_from = 1},
                   .recall_min = 0.98},
        RecallCase{.name = "lists_with_tails",
                   .kind = {.dimension = 640, .clusters = 20},
                   .rows = 4000,
                   .options = {.lists_from = 1},
                   .recall_min = 0.98},
        RecallCase{.name = "lists_l2",
                   .kind = raw({.dimension = 128}),
                   .metric = Metric::l2,
                   .rows = 8000,
                   .options = {.lists_from = 1},
                   .recall_min = 0.98},
        RecallCase{.name = "few_rows", .kind = clustered, .rows = 100}),
    [](const auto& info) { return info.param.name; });

constexpr VectorShape small_shape{.dimension = 96, .metric = Metric::cosine};

std::vector<float> small_rows(std::size_t count, unsigned seed = 2) {
  return VectorMaker({.dimension = small_shape.dimension}, seed).make(count);
}

std::vector<std::uint64_t> every(std::size_t rows, std::size_t step) {
  std::vector<std::uint64_t> bits(rows / 64 + 1);
  for (std::size_t row = 0; row < rows; row += step) bits[row / 64] |= std::uint64_t{1} << row % 64;
  return bits;
}

TEST(SearchVectors, finds_the_nearest_of_the_rows_a_mask_shows_and_no_others) {
  const std::size_t count = 7000;
  const auto rows = small_rows(count);
  const auto dead = every(count, 3);
  for (const std::size_t lists_from : {std::size_t{1}, count + 1}) {
    const auto built = build(small_shape, rows, {.lists_from = lists_from});
    ASSERT_EQ(built->block.has_lists(), lists_from == 1);
    for (const std::size_t step : {1, 2, 50}) {
      const auto allowed = every(count, step);
      const RowMask mask{.dead = dead, .allowed = allowed, .allowed_count = (count - 1) / step + 1};
      double found = 0;
      for (std::size_t query = 0; query < 20; ++query) {
        const std::span values(rows.data() + query * 331 * 96, 96);
        const auto entries = search(built->block, values, 10, mask);
        ASSERT_EQ(entries.size(), 10U);
        for (const auto& entry : entries) ASSERT_TRUE(mask.sees(entry.key));
        found += recall(truth(small_shape, rows, values.data(), 10, mask), entries);
      }
      EXPECT_GE(found / 20, 0.98) << "every " << step << ", lists from " << lists_from;
    }
  }
}

TEST(SearchVectors, leaves_nothing_out_when_it_is_exact) {
  const auto rows = small_rows(2000);
  const auto built = build(small_shape, rows);

  for (std::size_t query = 0; query < 10; ++query) {
    const std::span values(rows.data() + query * 96, 96);
    const auto entries = search(built->block, values, 10, {}, true);
    EXPECT_GE(recall(truth(small_shape, rows, values.data(), 10), entries), 0.9);
    EXPECT_EQ(entries[0].key, query);
  }
}

TEST(SearchVectors, answers_all_rows_when_more_are_wanted) {
  for (const std::size_t count : {1, 65, 400}) {
    const auto rows = small_rows(count);
    const auto built = build(small_shape, rows);

    const auto entries = search(built->block, std::span(rows).first(96), 1000);

    std::set<std::uint64_t> keys;
    for (const auto& entry : entries) keys.insert(entry.key);
    EXPECT_EQ(keys.size(), count);
    EXPECT_EQ(entries[0].key, 0U);
  }
}

TEST(SearchVectors, finds_nothing_in_no_rows_or_for_a_query_that_is_none) {
  const auto rows = small_rows(300);
  const auto built = build(small_shape, rows);
  const auto empty = build(small_shape, {});
  std::vector<float> query(rows.begin(), rows.begin() + 96);

  EXPECT_TRUE(search(empty->block, query, 10).empty());
  EXPECT_TRUE(search(VectorBlock(), query, 10).empty());
  EXPECT_TRUE(search(built->block, query, 0).empty());
  EXPECT_TRUE(search(built->block, std::span(query).first(95), 10).empty());
  for (const float odd :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    query[7] = odd;
    EXPECT_TRUE(search(built->block, query, 10).empty()) << odd;
  }
}

TEST(SearchVectors, prefers_the_smaller_row_of_equal_ones) {
  const auto some = small_rows(40);
  std::vector<float> rows;
  for (std::size_t i = 0; i < 3000; ++i) {
    const auto row = std::span(some).subspan(i % 40 * 96, 96);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  for (const std::size_t lists_from : {std::size_t{1}, std::size_t{9999}}) {
    const auto built = build(small_shape, rows, {.lists_from = lists_from});

    const auto entries = search(built->block, std::span(rows).first(96), 5);

    ASSERT_EQ(entries.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(entries[i].key, i * 40);
  }
}

// Blocks of these numbers of rows, cut out of `rows` in their order.
struct Cut {
  std::vector<std::unique_ptr<Built>> blocks;
  std::vector<VectorScope> scopes;
};

Cut cut(const VectorShape& shape, std::span<const float> rows, std::span<const std::size_t> counts,
        const VectorBuildOptions& options = {}) {
  Cut cut;
  std::size_t first = 0;
  for (const auto count : counts) {
    cut.blocks.push_back(
        build(shape, rows.subspan(first * shape.dimension, count * shape.dimension), options));
    cut.scopes.push_back({.block = &cut.blocks.back()->block, .first_key = first});
    first += count;
  }
  return cut;
}

Entries search(const Cut& cut, const VectorShape& shape, std::span<const float> query,
               std::size_t count, bool is_exact = false) {
  TopK<std::uint64_t> top(count);
  search_vectors(cut.scopes, PreparedQuery::prepare(shape, query),
                 {.count_max = count, .is_exact = is_exact}, top);
  return top.take();
}

TEST(SearchVectors, finds_in_many_blocks_what_it_finds_in_one) {
  for (const auto& kind : {clustered, MadeVectors{.dimension = 640, .clusters = 20}}) {
    const VectorShape shape{.dimension = kind.dimension};
    VectorMaker maker(kind, 4);
    const auto rows = maker.make(3000);
    const auto asked = maker.make(20);
    // One with lists, some too small for codes.
    for (const std::size_t lists_from : {std::size_t{1000}, std::size_t{9999}}) {
      const std::array<std::size_t, 8> counts{300, 3, 64, 1500, 200, 600, 1, 332};
      const auto blocks = cut(shape, rows, counts, {.lists_from = lists_from});
      double found = 0;
      for (std::size_t i = 0; i < 20; ++i) {
        const std::span query(asked.data() + i * shape.dimension, shape.dimension);
        const auto entries = search(blocks, shape, query, 10);
        ASSERT_EQ(entries.size(), 10U);
        found += recall(truth(shape, rows, query.data(), 10), entries);
        for (const auto& entry : entries)
          EXPECT_NEAR(entry.score,
                      exact_score(shape.metric, query.data(),
                                  rows.data() + entry.key * shape.dimension, shape.dimension),
                      2e-3);
      }
      EXPECT_GE(found / 20, 0.97) << kind.dimension << ", lists from " << lists_from;
    }
  }
}

TEST(SearchVectors, keeps_to_the_mask_of_each_block) {
  const auto rows = small_rows(4000);
  const std::array<std::size_t, 3> counts{1000, 1000, 2000};
  auto blocks = cut(small_shape, rows, counts);
  const auto dead = every(1000, 2);
  const auto allowed = every(2000, 7);
  const std::vector<std::uint64_t> none(16);
  blocks.scopes[0].mask.dead = dead;
  blocks.scopes[1].mask.allowed = none;
  blocks.scopes[2].mask = {.allowed = allowed, .allowed_count = 286};

  const auto entries = search(blocks, small_shape, std::span(rows).first(96), 4000);

  EXPECT_EQ(entries.size(), 500U + 286U);
  for (const auto& entry : entries) {
    const bool is_first = entry.key < 1000 && entry.key % 2 == 1;
    const bool is_last = entry.key >= 2000 && (entry.key - 2000) % 7 == 0;
    EXPECT_TRUE(is_first || is_last) << entry.key;
  }
  for (const auto& entry : search(blocks, small_shape, std::span(rows).first(96), 5))
    EXPECT_FALSE(entry.key >= 1000 && entry.key < 2000);
}

TEST(SearchVectors, leaves_out_blocks_of_another_shape) {
  const auto rows = small_rows(500);
  const auto fitting = build(small_shape, rows);
  const auto other = build({.dimension = 48}, rows);
  const std::array<VectorScope, 3> scopes{VectorScope{.block = &other->block},
                                          VectorScope{.block = &fitting->block, .first_key = 5000},
                                          VectorScope{.block = &other->block}};
  TopK<std::uint64_t> top(3);

  search_vectors(scopes, PreparedQuery::prepare(small_shape, std::span(rows).first(96)),
                 {.count_max = 3}, top);

  const auto entries = top.take();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].key, 5000U);
}

TEST(BuildVectors, writes_the_same_bytes_from_rows_read_back) {
  for (const std::size_t lists_from : {std::size_t{1}, std::size_t{9999}}) {
    const VectorBuildOptions options{.lists_from = lists_from};
    const auto built = build(small_shape, small_rows(3000), options);
    std::vector<float> read(3000 * 96);
    for (std::size_t row = 0; row < 3000; ++row) built->block.read_row(row, read.data() + row * 96);

    const auto again = build(small_shape, read, options);

    for (const auto& [kind, bytes] : built->sections.table().all())
      EXPECT_TRUE(std::ranges::equal(bytes, again->sections.table().find(kind)));
  }
}

TEST(BuildVectors, keeps_components_that_are_no_numbers_from_spoiling_the_rest) {
  auto rows = small_rows(500);
  rows[96 * 5 + 3] = std::numeric_limits<float>::quiet_NaN();
  rows[96 * 6 + 3] = std::numeric_limits<float>::infinity();
  const auto built = build(small_shape, rows);
  std::vector<float> row(96);

  built->block.read_row(5, row.data());
  EXPECT_EQ(row[3], 0);
  built->block.read_row(6, row.data());
  EXPECT_EQ(row[3], 65504);
  EXPECT_EQ(search(built->block, std::span(rows).first(96), 10).size(), 10U);
}

// Sections of which one is damaged: cut, made longer, missing, or with bytes changed.
TEST(VectorBlock, refuses_or_survives_every_damage) {
  const auto rows = small_rows(3000);
  const auto built = build(small_shape, rows, {.lists_from = 1});
  ASSERT_TRUE(built->block.has_lists());
  std::mt19937 random(1);
  for (const auto& [kind, bytes] : built->sections.table().all()) {
    if (bytes.empty()) continue;
    for (int damage = 0; damage < 40; ++damage) {
      std::vector<std::uint64_t> memory(bytes.size() / 8 + 2);
      const std::span changed(reinterpret_cast<std::byte*>(memory.data()), memory.size() * 8);
      std::ranges::copy(bytes, changed.begin());
      std::size_t size = bytes.size();
      if (damage == 0) size = 0;
      if (damage == 1) --size;
      if (damage == 2) ++size;
      for (int i = 0; damage > 2 && i < 1 + damage % 3; ++i)
        changed[random() % size] = std::byte(damage % 2 == 0 ? 0xff : random() & 0xffU);
      SectionTable table = built->sections.table();
      table.add(kind, changed.first(size));

      const auto block = VectorBlock::open(table);

      if (damage <= 2) EXPECT_FALSE(block) << static_cast<int>(kind);
      if (block) {
        for (const auto& entry : search(*block, std::span(rows).first(96), 10))
          EXPECT_LT(entry.key, block->rows());
      }
    }
  }
}

TEST(VectorBlock, refuses_a_row_that_is_in_two_lists) {
  const auto built = build(small_shape, small_rows(3000), {.lists_from = 1});
  const auto rows = built->sections.table().values<std::uint32_t>(SectionKind::vector_list_rows);
  ASSERT_EQ(rows.size(), 3000U);
  std::vector<std::uint32_t> changed(rows.begin(), rows.end());
  changed[7] = changed[8];
  SectionTable table = built->sections.table();
  table.add(SectionKind::vector_list_rows, std::as_bytes(std::span(changed)));

  EXPECT_FALSE(VectorBlock::open(table));
}

}  // namespace
}  // namespace aiva::retrieval
