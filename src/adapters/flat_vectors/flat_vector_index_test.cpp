#include "adapters/flat_vectors/flat_vector_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

#include "ports/testing/plain_vector_index.h"
#include "ports/testing/vector_index_contract.h"

namespace aiva {
namespace {

INSTANTIATE_TEST_SUITE_P(Flat, VectorIndexContract,
                         testing::Values([] { return make_flat_vector_index({}); }));
INSTANTIATE_TEST_SUITE_P(Plain, VectorIndexContract, testing::Values([] {
                           return std::unique_ptr<VectorIndex>(
                               std::make_unique<PlainVectorIndex>());
                         }));

constexpr std::size_t dimension = 16;

class RandomVectors {
 public:
  explicit RandomVectors(unsigned seed) : generator_(seed) {}

  std::vector<float> rows(std::size_t count) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<float> row(dimension);
      float squares = 0;
      for (auto& value : row) {
        value = normal_(generator_);
        squares += value * value;
      }
      for (auto value : row) values.push_back(value / std::sqrt(squares));
    }
    return values;
  }
  std::size_t number(std::size_t below) { return generator_() % below; }

 private:
  std::mt19937 generator_;
  std::normal_distribution<float> normal_;
};

std::vector<ChunkId> make_ids(std::size_t count) {
  std::vector<ChunkId> ids(count);
  for (auto& id : ids) id = ChunkId::make();
  return ids;
}

TEST(FlatVectorIndex, agrees_with_the_plain_index_through_many_changes) {
  RandomVectors random(11);
  const auto index = make_flat_vector_index({});
  PlainVectorIndex plain;
  const auto base = KnowledgeBaseId::make();
  auto alive = make_ids(50);
  const auto values = random.rows(50);
  ASSERT_TRUE(index->load(base, dimension, 0, alive, values));
  ASSERT_TRUE(plain.load(base, dimension, 0, alive, values));

  for (std::int64_t version = 0; version < 200; ++version) {
    VectorChange change{.from_version = version, .to_version = version + 1};
    change.added = make_ids(random.number(40));
    change.values = random.rows(change.added.size());
    for (std::size_t i = random.number(40); i > 0 && !alive.empty(); --i) {
      const auto place = alive.begin() + static_cast<std::ptrdiff_t>(random.number(alive.size()));
      change.removed.push_back(*place);
      alive.erase(place);
    }
    alive.insert(alive.end(), change.added.begin(), change.added.end());
    ASSERT_TRUE(index->apply(base, change));
    ASSERT_TRUE(plain.apply(base, change));

    ASSERT_EQ(index->size(base), alive.size());
    const auto query = random.rows(1);
    const auto hits = index->search(base, query, 7).value();
    const auto expected = plain.search(base, query, 7).value();
    ASSERT_EQ(hits.size(), expected.size());
    for (std::size_t i = 0; i < hits.size(); ++i) {
      EXPECT_EQ(hits[i].chunk, expected[i].chunk) << version;
      EXPECT_NEAR(hits[i].score, expected[i].score, 1e-5) << version;
    }
  }
}

TEST(FlatVectorIndex, makes_queries_unit_length_and_refuses_those_without_direction) {
  const auto index = make_flat_vector_index({});
  const auto base = KnowledgeBaseId::make();
  ASSERT_TRUE(index->load(base, 2, 1, make_ids(1), {0.6F, 0.8F}));

  const auto hits = index->search(base, std::vector{6.0F, 8.0F}, 1);

  ASSERT_TRUE(hits);
  EXPECT_NEAR(hits->front().score, 1, 1e-6);
  for (float value : {0.0F, NAN, INFINITY}) {
    const auto failed = index->search(base, std::vector{value, 0.0F}, 1);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::invalid);
  }
}

TEST(FlatVectorIndex, drops_what_was_searched_longest_ago_beyond_its_memory) {
  RandomVectors random(2);
  constexpr std::size_t rows = 1000;
  constexpr std::size_t bytes_each = rows * (dimension * sizeof(float) + sizeof(ChunkId));
  const auto index = make_flat_vector_index({.bytes_max = bytes_each * 7 / 2});
  std::vector<KnowledgeBaseId> bases(4);
  for (auto& base : bases) base = KnowledgeBaseId::make();

  for (std::size_t i = 0; i < 3; ++i)
    ASSERT_TRUE(index->load(bases[i], dimension, 1, make_ids(rows), random.rows(rows)));
  ASSERT_TRUE(index->search(bases[0], random.rows(1), 1));
  ASSERT_TRUE(index->search(bases[2], random.rows(1), 1));
  ASSERT_TRUE(index->load(bases[3], dimension, 1, make_ids(rows), random.rows(rows)));

  EXPECT_EQ(index->search(bases[1], random.rows(1), 1).error().code, ErrorCode::not_found);
  for (std::size_t kept : {0, 2, 3}) EXPECT_EQ(index->version(bases[kept]), 1) << kept;
}

TEST(FlatVectorIndex, refuses_what_cannot_fit_at_all) {
  RandomVectors random(3);
  const auto index = make_flat_vector_index({.bytes_max = 100'000});
  const auto base = KnowledgeBaseId::make();

  const auto loaded = index->load(base, dimension, 1, make_ids(2000), random.rows(2000));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::too_large);

  ASSERT_TRUE(index->load(base, dimension, 1, make_ids(1000), random.rows(1000)));
  const auto applied = index->apply(
      base,
      {.from_version = 1, .to_version = 2, .added = make_ids(1000), .values = random.rows(1000)});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::too_large);
  EXPECT_EQ(index->version(base), std::nullopt) << "an index of an old version must not be served";
}

// Every version v holds exactly the chunks of generation v, all equal; a search that mixed two
// versions would see two generations.
TEST(FlatVectorIndex, shows_a_search_one_version_while_changes_go_on) {
  const auto index = make_flat_vector_index({});
  const auto base = KnowledgeBaseId::make();
  constexpr std::size_t rows = 100;
  constexpr std::int64_t versions = 300;
  std::vector<std::vector<ChunkId>> generations;
  for (std::int64_t i = 0; i <= versions; ++i) generations.push_back(make_ids(rows));
  std::unordered_map<ChunkId, std::int64_t> generation_of;
  for (std::int64_t i = 0; i <= versions; ++i)
    for (const auto& id : generations[static_cast<std::size_t>(i)]) generation_of[id] = i;
  std::vector<float> values(rows * dimension);
  for (std::size_t i = 0; i < rows; ++i) values[i * dimension] = 1;
  std::vector<float> query(dimension);
  query[0] = 1;
  ASSERT_TRUE(index->load(base, dimension, 0, generations[0], values));

  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::int64_t newest = 0;
      while (!is_over) {
        const auto hits = index->search(base, query, rows * 2);
        if (!hits || hits->size() != rows) {
          ++wrong;
          continue;
        }
        const auto generation = generation_of.at(hits->front().chunk);
        if (generation < newest) ++wrong;
        newest = generation;
        for (const auto& hit : *hits)
          if (generation_of.at(hit.chunk) != generation || hit.score < 0.999F) ++wrong;
      }
    });
  }
  for (std::int64_t version = 0; version < versions; ++version) {
    const auto from = static_cast<std::size_t>(version);
    ASSERT_TRUE(index->apply(base, {.from_version = version,
                                    .to_version = version + 1,
                                    .added = generations[from + 1],
                                    .values = values,
                                    .removed = generations[from]}));
  }
  is_over = true;
  readers.clear();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(index->version(base), versions);
}

TEST(FlatVectorIndex, survives_loads_drops_and_changes_from_many_threads) {
  const auto index = make_flat_vector_index({.bytes_max = 200'000});
  std::vector<KnowledgeBaseId> bases(6);
  for (auto& base : bases) base = KnowledgeBaseId::make();
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  threads.reserve(4);

  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      RandomVectors random(seed);
      for (int round = 0; round < 300; ++round) {
        const auto base = bases[random.number(bases.size())];
        const auto version = index->version(base).value_or(0);
        const auto rows = 1 + random.number(400);
        switch (random.number(4)) {
          case 0:
            if (!index->load(base, dimension, version + 1, make_ids(rows), random.rows(rows)))
              ++wrong;
            break;
          case 1:
            if (!index->apply(base, {.from_version = version,
                                     .to_version = version + 1,
                                     .added = make_ids(10),
                                     .values = random.rows(10)}))
              ++wrong;
            break;
          case 2: index->drop(base); break;
          default:
            const auto hits = index->search(base, random.rows(1), 10);
            if (!hits && hits.error().code != ErrorCode::not_found) ++wrong;
        }
      }
    });
  }
  threads.clear();

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace aiva
