#include "capabilities/search/internal/shared_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "adapters/memory/memory_signals.h"
#include "capabilities/search/internal/shared_answer_text.h"
#include "capabilities/search/testing/shelf.h"
#include "ports/testing/map_cache.h"

namespace aiva::search {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::SizeIs;

// A cache that remembers its keys and can fail or take its time.
class MoodyCache final : public Cache {
 public:
  explicit MoodyCache(ManualClock& clock) : clock_(clock), map_(clock) {}

  Task<Result<std::optional<std::string>>> get(CallContext context, std::string key) override {
    ++calls;
    has_deadline = context.deadline < std::chrono::steady_clock::time_point::max();
    clock_.advance(delay);
    if (is_broken) co_return fail(ErrorCode::unavailable, "The cache is down");
    auto value = co_await map_.get(context, std::move(key));
    co_return value;
  }
  Task<Result<void>> put(CallContext context, std::string key, std::string value,
                         milliseconds time_to_live) override {
    ++calls;
    if (is_broken) co_return fail(ErrorCode::unavailable, "The cache is down");
    last_key = key;
    last_value = value;
    auto done = co_await map_.put(context, std::move(key), std::move(value), time_to_live);
    co_return done;
  }
  Task<Result<void>> erase(CallContext context, std::string key) override {
    auto done = co_await map_.erase(context, std::move(key));
    co_return done;
  }
  Task<Result<WindowCount>> count_in_window(CallContext context, std::string key,
                                            RateWindow window) override {
    auto count = co_await map_.count_in_window(context, std::move(key), window);
    co_return count;
  }

  void forge(std::string value) {
    ASSERT_TRUE(sync_wait(map_.put({}, last_key, std::move(value), seconds(100))));
  }

  bool is_broken = false;
  bool has_deadline = false;
  milliseconds delay{0};
  int calls = 0;
  std::string last_key;
  std::string last_value;

 private:
  ManualClock& clock_;
  MapCache map_;
};

class SharedAnswersTest : public testing::Test {
 protected:
  SharedAnswers make() {
    return SharedAnswers(
        {.cache = cache_, .knowledge = shelf_, .clock = clock_, .metrics = metrics_},
        {.time_to_live = seconds(100)});
  }
  SearchAnswer answer_of(ChunkId chunk) {
    SearchAnswer answer{.hits = {}, .total_found = 7, .embedding_model = "m", .chunks_searched = 9};
    TextHit hit{.chunk = {}, .score = 0.75, .cosine = 0.5, .bm25 = 3.25};
    hit.chunk.id = chunk;
    hit.vector_rank = 2;
    hit.keyword_rank = 1;
    hit.rerank_score = 0.875;
    answer.is_reranked = true;
    answer.query_expanded = "money back";
    answer.hits.push_back(std::move(hit));
    return answer;
  }
  NewAnswer given(const std::string& query = "When are refunds paid?") {
    return {.query = query,
            .vector = {0.6F, 0.8F},
            .answer = std::make_shared<const SearchAnswer>(answer_of(chunk_))};
  }
  std::optional<SharedAnswer> find(const std::string& query, TenantId tenant) {
    return sync_wait(mine_.find({.tenant = tenant}, scope_, query));
  }
  std::optional<SharedAnswer> find(const std::string& query) { return find(query, tenant_); }
  std::optional<CachedAnswer> complete(TenantId tenant, KnowledgeBaseId base,
                                       const SharedAnswer& shared) {
    return sync_wait(mine_.complete({.tenant = tenant}, base, shared, 1));
  }
  double counted(const std::string& name) {
    auto text = metrics_.to_prometheus_text();
    auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  MoodyCache cache_{clock_};
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = TenantId::make();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  ChunkId chunk_ = shelf_.add(base_, {"We are kind. Refunds are paid within 14 days.", 3});
  CacheScope scope_{.base = base_, .version = 4, .form = "f", .epoch = 0, .top_k = 5};
  SharedAnswers mine_ = make();
  SharedAnswers theirs_ = make();
};

TEST_F(SharedAnswersTest, gives_what_another_process_answered_with_rows_of_now) {
  theirs_.put({.tenant = tenant_}, scope_, given());
  EXPECT_EQ(cache_.last_value.find("14 days"), std::string::npos) << "no text of documents";
  clock_.advance(seconds(9));

  auto shared = find("when ARE refunds paid");

  ASSERT_TRUE(shared);
  EXPECT_TRUE(cache_.has_deadline);
  EXPECT_EQ(shared->query, "When are refunds paid?");
  EXPECT_EQ(shared->vector, (std::vector{0.6F, 0.8F}));
  auto found = complete(tenant_, base_, *shared);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->age_s, 9);
  EXPECT_EQ(found->answer->total_found, 7);
  EXPECT_EQ(found->answer->chunks_searched, 9);
  ASSERT_THAT(found->answer->hits, SizeIs(1));
  const auto& hit = found->answer->hits.front();
  EXPECT_EQ(hit.chunk.document_name, "Handbook.pdf");
  EXPECT_EQ(hit.highlight, "Refunds are paid within 14 days.");
  EXPECT_EQ(hit.highlight_page, 3);
  EXPECT_EQ(hit.score, 0.75);
  EXPECT_EQ(hit.cosine, 0.5);
  EXPECT_EQ(hit.bm25, 3.25);
  EXPECT_EQ(hit.rerank_score, 0.875);
  EXPECT_TRUE(found->answer->is_reranked);
  EXPECT_EQ(found->answer->query_expanded, "money back");
  EXPECT_EQ(hit.vector_rank, 2);
  EXPECT_EQ(hit.keyword_rank, 1);
}

TEST_F(SharedAnswersTest, keeps_tenants_bases_versions_forms_and_epochs_apart) {
  theirs_.put({.tenant = tenant_}, scope_, given());
  auto query = "When are refunds paid?";
  EXPECT_TRUE(find(query));

  EXPECT_FALSE(find(query, TenantId::make()));
  auto right = scope_;
  for (int change = 0; change < 4; ++change) {
    scope_ = right;
    if (change == 0) scope_.base = KnowledgeBaseId::make();
    if (change == 1) scope_.version = 5;
    if (change == 2) scope_.form = "g";
    if (change == 3) scope_.epoch = 1;
    EXPECT_FALSE(find(query)) << change;
  }
  scope_ = right;
  EXPECT_FALSE(find("When are wages paid?"));
  clock_.advance(seconds(100));
  EXPECT_FALSE(find(query));
}

TEST_F(SharedAnswersTest, leaks_nothing_that_a_forged_entry_names) {
  auto other = TenantId::make();
  auto secret = shelf_.add(shelf_.add_base(other), {"The secret word is albatross."});
  auto elsewhere = shelf_.add(shelf_.add_base(tenant_), {"Another base of the same tenant."});
  theirs_.put({.tenant = tenant_}, scope_, given());
  auto text = cache_.last_value;
  for (auto chunk : {secret, elsewhere, ChunkId::make()}) {
    auto forged = text;
    forged.replace(forged.find(chunk_.to_string()), 36, chunk.to_string());
    cache_.forge(forged);

    auto shared = find("When are refunds paid?");
    ASSERT_TRUE(shared);
    EXPECT_FALSE(complete(tenant_, base_, *shared));
  }
  EXPECT_EQ(counted("aiva_search_shared_answers_refused_total"), 3);
}

TEST_F(SharedAnswersTest, refuses_an_answer_to_another_question_or_with_too_many_hits) {
  auto query = "When are refunds paid?";
  theirs_.put({.tenant = tenant_}, scope_, given());
  auto text = cache_.last_value;
  auto forged = text;
  forged.replace(forged.find("refunds"), 7, "salarys");
  cache_.forge(forged);
  EXPECT_FALSE(find(query));

  cache_.forge(text);
  scope_.top_k = 0;
  EXPECT_FALSE(find(query));
  scope_.top_k = 1;
  EXPECT_TRUE(find(query));
}

TEST_F(SharedAnswersTest, survives_damaged_bytes) {
  theirs_.put({.tenant = tenant_}, scope_, given());
  auto text = cache_.last_value;
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    auto damaged = text;
    for (int change = 0; change < 1 + i % 4; ++change)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    if (i % 3 == 0) damaged.resize(random() % damaged.size());
    cache_.forge(damaged);
    auto shared = find("When are refunds paid?");
    if (shared) complete(tenant_, base_, *shared);
  }
  for (auto wrong : {"", "{}", "[]", "null", "7", "\"x\"", "{\"hits\":[[[[[[[[]]]]]]]]}"}) {
    cache_.forge(wrong);
    EXPECT_FALSE(find("When are refunds paid?")) << wrong;
  }
  cache_.forge(std::string(shared_answer_bytes_max + 1, ' '));
  EXPECT_FALSE(find("When are refunds paid?"));
}

TEST_F(SharedAnswersTest, refuses_vectors_that_are_not_of_unit_length) {
  for (auto vector : {std::vector{3.0F, 4.0F}, std::vector{0.0F, 0.0F},
                      std::vector{std::numeric_limits<float>::quiet_NaN(), 1.0F},
                      std::vector{std::numeric_limits<float>::infinity()}}) {
    SharedAnswer shared{.query = "q", .vector = vector, .answer = answer_of(chunk_)};
    EXPECT_FALSE(read_shared_answer(write_shared_answer(shared)));
  }
  SharedAnswer none{.query = "q", .vector = {}, .answer = answer_of(chunk_)};
  EXPECT_TRUE(read_shared_answer(write_shared_answer(none)));
}

TEST_F(SharedAnswersTest, leaves_a_broken_cache_alone_for_a_while) {
  theirs_.put({.tenant = tenant_}, scope_, given());
  cache_.is_broken = true;
  cache_.calls = 0;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(find("When are refunds paid?"));
  EXPECT_EQ(cache_.calls, 3);
  mine_.put({.tenant = tenant_}, scope_, given());
  EXPECT_EQ(sync_wait(mine_.epoch({.tenant = tenant_}, base_)), 0);
  EXPECT_EQ(cache_.calls, 3);

  cache_.is_broken = false;
  EXPECT_FALSE(find("When are refunds paid?"));
  clock_.advance(seconds(5));
  EXPECT_TRUE(find("When are refunds paid?"));
  EXPECT_EQ(counted("aiva_search_shared_cache_failures_total"), 3);
}

TEST_F(SharedAnswersTest, blames_the_cache_for_no_caller_that_is_gone) {
  cache_.is_broken = true;
  std::stop_source gone;
  gone.request_stop();
  CallContext cancelled{.tenant = tenant_, .cancellation = gone.get_token()};
  for (int i = 0; i < 10; ++i) sync_wait(mine_.find(cancelled, scope_, "When are refunds paid?"));

  EXPECT_EQ(cache_.calls, 10);
  EXPECT_EQ(counted("aiva_search_shared_cache_failures_total"), 0);
}

TEST_F(SharedAnswersTest, leaves_a_slow_cache_alone_for_a_while) {
  cache_.delay = milliseconds(51);
  for (int i = 0; i < 10; ++i) find("When are refunds paid?");

  EXPECT_EQ(cache_.calls, 3);
}

TEST_F(SharedAnswersTest, tells_every_process_to_forget) {
  CallContext context{.tenant = tenant_};
  EXPECT_EQ(sync_wait(mine_.epoch(context, base_)), 0);
  EXPECT_EQ(sync_wait(theirs_.epoch(context, base_)), 0);

  ASSERT_TRUE(sync_wait(theirs_.clear(context, base_)));

  auto cleared = sync_wait(theirs_.epoch(context, base_));
  EXPECT_EQ(cleared, clock_.unix_ms());
  EXPECT_EQ(sync_wait(mine_.epoch(context, base_)), 0) << "looked at a moment ago";
  clock_.advance(seconds(5));
  EXPECT_EQ(sync_wait(mine_.epoch(context, base_)), cleared);
  ASSERT_TRUE(sync_wait(mine_.clear(context, base_)));
  EXPECT_GT(sync_wait(mine_.epoch(context, base_)), cleared);
  EXPECT_EQ(sync_wait(mine_.epoch({.tenant = tenant_}, KnowledgeBaseId::make())), 0);
}

TEST_F(SharedAnswersTest, tells_processes_that_hear_of_it_to_forget_at_once) {
  auto signals = make_memory_signals();
  auto make_hearing = [this, &signals] {
    return std::make_unique<SharedAnswers>(
        SharedAnswersParts{cache_, shelf_, clock_, metrics_, signals.get()},
        SharedAnswersSettings{.time_to_live = seconds(100)});
  };
  auto here = make_hearing();
  auto there = make_hearing();
  CallContext context{.tenant = tenant_};
  ASSERT_EQ(sync_wait(there->epoch(context, base_)), 0);

  ASSERT_TRUE(sync_wait(here->clear(context, base_)));
  auto cleared = sync_wait(here->epoch(context, base_));

  EXPECT_EQ(sync_wait(there->epoch(context, base_)), cleared);
  for (auto strange : {"", "x", "x 1", " ", "00000000-0000-0000-0000-000000000000 -1"})
    signals->publish("answers", strange);
  EXPECT_EQ(sync_wait(there->epoch(context, base_)), cleared) << "looked at again";
}

TEST_F(SharedAnswersTest, says_when_others_cannot_be_told_to_forget) {
  cache_.is_broken = true;

  auto cleared = sync_wait(mine_.clear({.tenant = tenant_}, base_));

  ASSERT_FALSE(cleared);
  EXPECT_EQ(cleared.error().code, ErrorCode::unavailable);
}

TEST_F(SharedAnswersTest, takes_no_forged_epoch_from_the_future_or_of_letters) {
  CallContext context{.tenant = tenant_};
  ASSERT_TRUE(sync_wait(theirs_.clear(context, base_)));
  for (auto wrong : {"-1", "9223372036854775807", "99999999999999999999", "12x", "", " 1"}) {
    cache_.forge(wrong);
    clock_.advance(seconds(5));
    EXPECT_EQ(sync_wait(mine_.epoch(context, base_)), 0) << wrong;
  }
}

}  // namespace
}  // namespace aiva::search
