#include "adapters/redis/redis_passage_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/redis/testing/redis_server.h"
#include "ports/testing/passage_index_contract.h"
#include "ports/testing/plain_passage_index.h"

namespace aiva {
namespace {

using redis::ask;
using redis::RedisServer;
using std::chrono::milliseconds;

Metrics& metrics() {
  static Metrics all;
  return all;
}

// An index with what it borrows.
class OwningIndex final : public PassageIndex {
 public:
  OwningIndex(const std::string& url, RedisPassageIndexOptions options)
      : redis_(redis::connect(url)) {
    index_ = make_redis_passage_index(*redis_, std::make_unique<PlainPassageIndex>(),
                                      std::move(options), metrics());
  }
  Task<Result<std::int64_t>> open(CallContext context, KnowledgeBaseId base,
                                  PassageVectors vectors) override {
    return index_->open(std::move(context), base, std::move(vectors));
  }
  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId base) const override {
    return index_->version(base);
  }
  Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) override {
    return index_->begin(base);
  }
  void erase(KnowledgeBaseId base) override { index_->erase(base); }
  Task<Result<std::vector<PassageHit>>> search_vectors(CallContext context, KnowledgeBaseId base,
                                                       std::vector<float> vector,
                                                       PassageQuery query) override {
    return index_->search_vectors(std::move(context), base, std::move(vector), std::move(query));
  }
  Task<Result<std::vector<PassageHit>>> search_words(CallContext context, KnowledgeBaseId base,
                                                     std::string text,
                                                     PassageQuery query) override {
    return index_->search_words(std::move(context), base, std::move(text), std::move(query));
  }
  Task<Result<std::vector<PassageHit>>> search_words_across(CallContext context,
                                                            std::vector<KnowledgeBaseId> bases,
                                                            std::string text,
                                                            PassageQuery query) override {
    return index_->search_words_across(std::move(context), std::move(bases), std::move(text),
                                       std::move(query));
  }
  Task<Result<std::vector<KnowledgeBaseId>>> list(CallContext context) override {
    return index_->list(std::move(context));
  }
  [[nodiscard]] std::size_t size(KnowledgeBaseId base) const override { return index_->size(base); }

 private:
  std::unique_ptr<Redis> redis_;
  std::unique_ptr<PassageIndex> index_;
};

template <class Servers>
std::unique_ptr<PassageIndex> make_on(RedisPassageIndexOptions options) {
  static Servers servers;
  return std::make_unique<OwningIndex>(servers.url(), std::move(options));
}
// Every document in a set of its own, and copied as soon as something is hidden.
RedisPassageIndexOptions small_sets() { return {.set_rows_max = 1, .dead_rows_min = 0}; }

INSTANTIATE_TEST_SUITE_P(Redis, PassageIndexContract,
                         testing::Values([] { return make_on<RedisServer>({}); }));
INSTANTIATE_TEST_SUITE_P(RedisInSmallSets, PassageIndexContract,
                         testing::Values([] { return make_on<RedisServer>(small_sets()); }));
INSTANTIATE_TEST_SUITE_P(RedisCluster, PassageIndexContract, testing::Values([] {
                           return make_on<redis::RedisClusterServers>(small_sets());
                         }));

class RedisIndex : public testing::Test {
 protected:
  static constexpr std::size_t dimension = 96;

  std::unique_ptr<PassageIndex> make(RedisPassageIndexOptions options = {}) {
    return std::make_unique<OwningIndex>(server_.url(), std::move(options));
  }
  std::int64_t open(PassageIndex& index) {
    auto opened = sync_wait(index.open({}, base_, {"m", dimension}));
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    return opened.value_or(-1);
  }
  std::vector<float> random_vector() {
    std::normal_distribution<float> normal;
    std::vector<float> vector(dimension);
    double square = 0;
    for (auto& value : vector) {
      value = normal(generator_);
      square += static_cast<double>(value) * value;
    }
    for (auto& value : vector) value /= static_cast<float>(std::sqrt(square));
    return vector;
  }
  // So many documents of one passage each.
  std::vector<IndexedPassage> passages(int count) {
    std::vector<IndexedPassage> made;
    for (int i = 0; i < count; ++i)
      made.push_back({.chunk = ChunkId::make(),
                      .document = DocumentId::make(),
                      .page_first = i + 1,
                      .page_last = i + 1,
                      .text = "passage",
                      .vector = random_vector()});
    return made;
  }
  Result<void> apply(PassageIndex& index, std::vector<IndexedPassage> added, std::int64_t from,
                     std::int64_t to, const std::vector<DocumentId>& removed = {}) {
    auto change = index.begin(base_);
    if (!change) return fail(std::move(change.error()));
    for (auto document : removed) (*change)->remove(document);
    TRY_VOID(sync_wait((*change)->add({}, std::move(added))));
    return sync_wait((*change)->commit({}, from, to));
  }
  Result<std::vector<PassageHit>> nearest(PassageIndex& index, std::vector<float> vector,
                                          std::size_t count, PassageFilter filter = {}) {
    return sync_wait(
        index.search_vectors({}, base_, std::move(vector), {count, std::move(filter)}));
  }
  static std::vector<ChunkId> exact(const std::vector<IndexedPassage>& all,
                                    const std::vector<float>& query, std::size_t count) {
    std::vector<std::pair<float, ChunkId>> scored;
    for (const auto& passage : all) {
      float score = 0;
      for (std::size_t i = 0; i < query.size(); ++i) score += query[i] * passage.vector[i];
      scored.emplace_back(-score, passage.chunk);
    }
    std::ranges::sort(scored);
    std::vector<ChunkId> best;
    for (std::size_t i = 0; i < std::min(count, scored.size()); ++i)
      best.push_back(scored[i].second);
    return best;
  }
  std::vector<std::string> keys() {
    std::vector<std::string> found;
    for (const auto& key : ask(*redis_, {"KEYS", "*"}).list) found.push_back(key.text);
    return found;
  }

  RedisServer server_{{"--appendonly", "no"}};
  std::unique_ptr<Redis> redis_ = redis::connect(server_.url());
  KnowledgeBaseId base_ = KnowledgeBaseId::make();
  std::mt19937 generator_{7};
};

TEST_F(RedisIndex, finds_nearly_all_of_the_nearest) {
  auto index = make({.set_rows_max = 700});
  open(*index);
  auto all = passages(2000);
  ASSERT_TRUE(apply(*index, all, 0, 1).has_value());

  std::size_t found = 0;
  for (int i = 0; i < 20; ++i) {
    auto query = random_vector();
    auto wanted = exact(all, query, 10);
    auto hits = nearest(*index, query, 10);
    ASSERT_TRUE(hits.has_value());
    ASSERT_EQ(hits->size(), 10U);
    for (const auto& hit : *hits)
      if (std::ranges::find(wanted, hit.chunk) != wanted.end()) ++found;
  }

  EXPECT_GE(found, 190U);
}

TEST_F(RedisIndex, finds_the_few_that_a_filter_lets_through) {
  auto index = make();
  open(*index);
  auto all = passages(1500);
  ASSERT_TRUE(apply(*index, all, 0, 1).has_value());

  auto hits = nearest(*index, random_vector(), 10, {.page_min = 1498});
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->size(), 3U);

  DocumentSet many;
  for (std::size_t i = 0; i < 600; ++i) many.insert(all[i].document);
  hits = nearest(*index, all[5].vector, 700, {.documents = std::make_shared<DocumentSet>(many)});
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->size(), 600U);
  EXPECT_EQ(hits->front().chunk, all[5].chunk);
  for (int i = 0; i < 5000; ++i) many.insert(DocumentId::make());
  hits = nearest(*index, all[5].vector, 700, {.documents = std::make_shared<DocumentSet>(many)});
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->size(), 600U);
}

TEST_F(RedisIndex, is_shared_by_two_processes) {
  auto first = make();
  auto second = make();
  EXPECT_EQ(open(*first), 0);
  EXPECT_EQ(open(*second), 0);
  auto all = passages(20);
  ASSERT_TRUE(apply(*first, all, 0, 3).has_value());

  EXPECT_EQ(second->version(base_), 0);
  ASSERT_TRUE(apply(*second, all, 0, 3).has_value());

  EXPECT_EQ(second->version(base_), 3);
  EXPECT_EQ(ask(*redis_, {"EVAL", R"(
    local rows = 0
    for _, key in ipairs(redis.call('KEYS', '*:set:*')) do
      rows = rows + redis.call('VCARD', key)
    end
    return rows)",
                          "0"})
                .integer,
            20);
  auto hits = nearest(*second, all[0].vector, 1);
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->front().chunk, all[0].chunk);
}

TEST_F(RedisIndex, is_led_by_one_process_while_another_waits_for_it) {
  auto leader = make();
  auto follower = make();
  open(*leader);
  open(*follower);
  auto all = passages(10);
  auto leading = leader->begin(base_);
  ASSERT_TRUE(leading.has_value());
  ASSERT_TRUE(sync_wait((*leading)->add({}, all)).has_value());

  std::thread following([&] { EXPECT_TRUE(apply(*follower, all, 0, 2).has_value()); });
  std::this_thread::sleep_for(milliseconds(150));
  EXPECT_EQ(follower->version(base_), 0);
  ASSERT_TRUE(sync_wait((*leading)->commit({}, 0, 2)).has_value());
  following.join();

  EXPECT_EQ(follower->version(base_), 2);
  EXPECT_EQ(nearest(*follower, all[3].vector, 1)->front().chunk, all[3].chunk);
}

TEST_F(RedisIndex, refuses_a_writer_that_was_replaced) {
  auto slow = make({.lease = milliseconds(50)});
  auto other = make();
  open(*slow);
  open(*other);
  auto stale = passages(5);
  auto writing = slow->begin(base_);
  ASSERT_TRUE(writing.has_value());
  ASSERT_TRUE(sync_wait((*writing)->add({}, stale)).has_value());
  std::this_thread::sleep_for(milliseconds(100));
  auto fresh = passages(5);
  ASSERT_TRUE(apply(*other, fresh, 0, 1).has_value());

  auto added = sync_wait((*writing)->add({}, passages(1)));
  auto committed = sync_wait((*writing)->commit({}, 0, 1));

  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, ErrorCode::unavailable) << added.error().cause;
  EXPECT_FALSE(committed.has_value());
  auto hits = nearest(*other, stale[0].vector, 10);
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->size(), 5U);
  for (const auto& hit : *hits)
    EXPECT_TRUE(std::ranges::any_of(
        fresh, [&hit](const auto& passage) { return passage.chunk == hit.chunk; }));
}

TEST_F(RedisIndex, hides_what_a_change_left_behind_that_was_given_up) {
  auto index = make();
  open(*index);
  auto old = passages(3);
  ASSERT_TRUE(apply(*index, old, 0, 1).has_value());
  {
    auto given_up = index->begin(base_);
    ASSERT_TRUE(given_up.has_value());
    (*given_up)->remove(old[0].document);
    ASSERT_TRUE(sync_wait((*given_up)->add({}, passages(50))).has_value());
  }
  EXPECT_EQ(nearest(*index, old[0].vector, 100)->size(), 3U);

  auto added = passages(1);
  ASSERT_TRUE(apply(*index, added, 1, 2).has_value());

  auto hits = nearest(*index, old[0].vector, 100);
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->size(), 4U);
  EXPECT_EQ(hits->front().chunk, old[0].chunk);
}

TEST_F(RedisIndex, copies_a_set_that_is_mostly_hidden) {
  auto index = make({.dead_rows_min = 10});
  open(*index);
  auto all = passages(60);
  ASSERT_TRUE(apply(*index, all, 0, 1).has_value());
  std::vector<DocumentId> removed;
  for (std::size_t i = 0; i < 40; ++i) removed.push_back(all[i].document);

  ASSERT_TRUE(apply(*index, {}, 1, 2, removed).has_value());

  auto hits = nearest(*index, all[50].vector, 100);
  ASSERT_TRUE(hits.has_value());
  EXPECT_EQ(hits->size(), 20U);
  EXPECT_EQ(hits->front().chunk, all[50].chunk);
  EXPECT_GT(hits->front().score, 0.999F);
  std::size_t sets = 0;
  for (const auto& key : keys()) sets += key.find(":set:") != std::string::npos ? 1 : 0;
  EXPECT_EQ(sets, 1U);
  auto manual = nearest(*index, all[50].vector, 10, {.page_min = 51, .page_max = 51});
  EXPECT_EQ(manual->size(), 1U);
}

TEST_F(RedisIndex, deletes_vectors_of_a_model_that_nobody_uses) {
  auto index = make();
  auto changed_long_ago = [this](const std::string& pattern) {
    for (const auto& key : keys())
      if (key.find(pattern) != std::string::npos) ask(*redis_, {"HSET", key, "changed_s", "1"});
  };
  ASSERT_EQ(sync_wait(index->open({}, base_, {"older", dimension})), 0);
  ASSERT_TRUE(apply(*index, passages(3), 0, 1).has_value());
  auto older = keys();
  ASSERT_EQ(sync_wait(index->open({}, base_, {"old", dimension})), 0);
  ASSERT_TRUE(apply(*index, passages(3), 0, 1).has_value());
  EXPECT_THAT(keys(), testing::IsSupersetOf(older));
  changed_long_ago(":state");

  open(*index);
  auto all = passages(3);
  ASSERT_TRUE(apply(*index, all, 0, 1).has_value());

  std::size_t states = 0;
  for (const auto& key : keys()) states += key.ends_with(":state") ? 1 : 0;
  EXPECT_EQ(states, 1U);
  EXPECT_EQ(nearest(*index, all[0].vector, 5)->size(), 3U);
}

TEST_F(RedisIndex, leaves_no_key_of_an_erased_base) {
  auto index = make(small_sets());
  open(*index);
  ASSERT_TRUE(apply(*index, passages(5), 0, 1).has_value());
  {
    auto given_up = index->begin(base_);
    ASSERT_TRUE(sync_wait((*given_up)->add({}, passages(3))).has_value());
  }

  index->erase(base_);
  index.reset();

  // The end of the index may have come first; opening it deletes the rest.
  index = make();
  index->erase(base_);
  EXPECT_EQ(open(*index), 0);
  EXPECT_THAT(keys(), testing::IsEmpty());
}

TEST_F(RedisIndex, is_made_anew_from_the_rows_when_redis_comes_back_empty) {
  auto index = make();
  open(*index);
  auto all = passages(20);
  ASSERT_TRUE(apply(*index, all, 0, 5).has_value());
  server_.kill();
  server_.start();

  auto lost = nearest(*index, all[0].vector, 1);
  for (int tries = 0; tries < 100 && index->version(base_); ++tries) {
    std::this_thread::sleep_for(milliseconds(30));
    lost = nearest(*index, all[0].vector, 1);
  }
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::unavailable);
  EXPECT_EQ(index->version(base_), std::nullopt);
  EXPECT_EQ(open(*index), 0);
  ASSERT_TRUE(apply(*index, all, 0, 5).has_value());

  EXPECT_EQ(index->version(base_), 5);
  EXPECT_EQ(index->size(base_), 20U);
  EXPECT_EQ(nearest(*index, all[0].vector, 1)->front().chunk, all[0].chunk);
}

TEST_F(RedisIndex, notices_that_a_set_is_gone) {
  auto index = make();
  open(*index);
  auto all = passages(20);
  ASSERT_TRUE(apply(*index, all, 0, 5).has_value());
  for (const auto& key : keys())
    if (key.find(":set:") != std::string::npos) ask(*redis_, {"DEL", key});

  auto lost = nearest(*index, all[0].vector, 1);

  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(open(*index), 0);
}

TEST_F(RedisIndex, shows_the_old_state_when_redis_dies_in_a_change) {
  auto index = make();
  open(*index);
  auto old = passages(5);
  ASSERT_TRUE(apply(*index, old, 0, 1).has_value());
  ask(*redis_, {"CONFIG", "SET", "appendonly", "yes"});
  auto change = index->begin(base_);
  ASSERT_TRUE(change.has_value());
  ASSERT_TRUE(sync_wait((*change)->add({}, passages(5))).has_value());
  ask(*redis_, {"CONFIG", "SET", "save", "3600 1"});
  ask(*redis_, {"SAVE"});
  ask(*redis_, {"CONFIG", "SET", "appendonly", "no"});
  server_.kill();

  auto committed = sync_wait((*change)->commit({}, 1, 2));
  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(index->version(base_), 1);
  server_.start();

  change->reset();
  for (int tries = 0; tries < 100 && !nearest(*index, old[0].vector, 100); ++tries)
    std::this_thread::sleep_for(milliseconds(30));
  auto hits = nearest(*index, old[0].vector, 100);
  ASSERT_TRUE(hits.has_value()) << hits.error().message;
  EXPECT_EQ(hits->size(), 5U);
  auto next = passages(2);
  ASSERT_TRUE(apply(*index, next, 1, 2).has_value());
  EXPECT_EQ(nearest(*index, old[0].vector, 100)->size(), 7U);
}

TEST_F(RedisIndex, answers_one_version_while_changes_go_on) {
  auto index = make({.dead_rows_min = 20});
  open(*index);
  const int documents = 12;
  std::vector<DocumentId> ids;
  for (int i = 0; i < documents; ++i) ids.push_back(DocumentId::make());
  auto version_of = [&](int page) {
    std::vector<IndexedPassage> made;
    for (auto id : ids)
      made.push_back({.chunk = ChunkId::make(),
                      .document = id,
                      .page_first = page,
                      .page_last = page,
                      .text = "x",
                      .vector = random_vector()});
    return made;
  };
  ASSERT_TRUE(apply(*index, version_of(1), 0, 1).has_value());
  std::atomic<bool> is_over = false;
  std::atomic<int> searches = 0;
  std::atomic<int> wrong = 0;
  auto query = random_vector();
  std::thread searcher([&] {
    while (!is_over) {
      auto hits = nearest(*index, query, 100);
      if (!hits) continue;
      std::unordered_set<DocumentId> seen;
      for (const auto& hit : *hits) seen.insert(hit.document);
      if (hits->size() != ids.size() || seen.size() != ids.size()) ++wrong;
      ++searches;
    }
  });

  for (int version = 2; version <= 15 || (searches <= 5 && version <= 500); ++version)
    ASSERT_TRUE(apply(*index, version_of(version), version - 1, version, ids).has_value());
  is_over = true;
  searcher.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_GT(searches, 5);
}

TEST_F(RedisIndex, needs_vector_sets) {
  EXPECT_TRUE(sync_wait(check_vector_sets({}, *redis_)).has_value());
}

}  // namespace
}  // namespace aiva
