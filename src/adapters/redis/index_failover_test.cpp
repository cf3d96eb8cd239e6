#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "adapters/redis/redis_passage_index.h"
#include "adapters/redis/testing/redis_server.h"
#include "ports/testing/plain_passage_index.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t dimension = 96;

// Vectors spread over three masters, each with a replica, and the index of one process.
class IndexInACluster : public testing::Test {
 protected:
  IndexInACluster() {
    std::mt19937 generator{7};
    std::normal_distribution<float> normal;
    for (int i = 0; i < 40; ++i) {
      IndexedPassage passage{
          .chunk = ChunkId::make(), .document = DocumentId::make(), .text = "passage"};
      for (std::size_t j = 0; j < dimension; ++j) passage.vector.push_back(normal(generator));
      float square = 0;
      for (auto value : passage.vector) square += value * value;
      for (auto& value : passage.vector) value /= std::sqrt(square);
      passages_.push_back(std::move(passage));
    }
  }

  std::int64_t open() {
    CallContext context{.deadline = std::chrono::steady_clock::now() + seconds(2)};
    auto opened = sync_wait(index_->open(context, base_, {"m", dimension}));
    return opened.value_or(-1);
  }

  Result<void> bring_all() {
    CallContext context{.deadline = std::chrono::steady_clock::now() + seconds(5)};
    TRY(auto change, index_->begin(base_));
    auto version = index_->version(base_).value_or(0);
    TRY_VOID(sync_wait(change->add(context, passages_)));
    return sync_wait(change->commit(context, version, 1));
  }

  // Whether each passage is the nearest to its own vector.
  bool finds_all() {
    for (const auto& passage : passages_) {
      auto hits = sync_wait(index_->search_vectors({}, base_, passage.vector, {1, {}}));
      if (!hits || hits->empty() || hits->front().chunk != passage.chunk) return false;
    }
    return true;
  }

  // What a process does that reads rows: it opens the index and brings what is not there.
  bool recovers() {
    for (auto begin = std::chrono::steady_clock::now();
         std::chrono::steady_clock::now() - begin < seconds(60);) {
      if (finds_all()) return true;
      auto version = open();
      if (version == 0) (void)bring_all();
      std::this_thread::sleep_for(milliseconds(100));
    }
    return false;
  }

  redis::RedisClusterServers servers_{true};
  std::unique_ptr<Redis> redis_ =
      redis::connect(servers_.url() + ",127.0.0.1:" + std::to_string(servers_.node(1).port()),
                     {.connect_timeout = milliseconds(500), .backoff_max = milliseconds(200)});
  Metrics metrics_;
  std::unique_ptr<PassageIndex> index_ = make_redis_passage_index(
      *redis_, std::make_unique<PlainPassageIndex>(), {.set_rows_max = 5}, metrics_);
  KnowledgeBaseId base_ = KnowledgeBaseId::make();
  std::vector<IndexedPassage> passages_;
};

TEST_F(IndexInACluster, finds_everything_again_when_masters_died_one_after_the_other) {
  ASSERT_EQ(open(), 0);
  ASSERT_TRUE(bring_all().has_value());
  ASSERT_TRUE(finds_all());

  for (std::size_t master = 0; master < 3; ++master) {
    servers_.node(master).kill();
    EXPECT_TRUE(recovers()) << "without master " << master;
    servers_.node(master).start();
    EXPECT_TRUE(recovers()) << "with node " << master << " again, empty";
  }
}

TEST_F(IndexInACluster, fails_soon_while_a_master_is_frozen) {
  ASSERT_EQ(open(), 0);
  ASSERT_TRUE(bring_all().has_value());
  servers_.node(0).freeze();
  (void)finds_all();

  EXPECT_TRUE(recovers());
  servers_.node(0).thaw();
  EXPECT_TRUE(recovers());
}

}  // namespace
}  // namespace aiva
