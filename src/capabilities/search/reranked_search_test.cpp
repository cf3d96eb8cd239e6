#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "capabilities/search/search.h"
#include "capabilities/search/testing/shelf.h"
#include "ports/testing/fake_reranker.h"
#include "ports/testing/map_cache.h"

namespace aiva::search {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RerankedSearch : public testing::Test {
 protected:
  void SetUp() override {
    shelf_.add(base_, {"returns returns returns of parcels", 1});
    shelf_.add(base_, {"you may return goods within thirty days", 2});
    shelf_.add_chunk(base_, {.text = "the hall opens at nine",
                             .page_first = 3,
                             .page_last = 3,
                             .document_name = "hall.md",
                             .document_metadata = R"({"tags":["faq"]})"});
  }

  std::unique_ptr<Search> make(Reranker* reranker) {
    return make_search({.database = *database_,
                        .knowledge = shelf_,
                        .catalog = shelf_.catalog(),
                        .embedder = embedder_,
                        .index = index_,
                        .billing = *billing_,
                        .clock = clock_,
                        .metrics = metrics_,
                        .shared_cache = &cache_,
                        .reranker = reranker},
                       {});
  }
  SearchAnswer search(std::string query) { return search(*search_, std::move(query)); }
  SearchAnswer search(Search& search, std::string query, RankingOptions ranking = {}) {
    SearchRequest request{.knowledge_base = base_,
                          .query = std::move(query),
                          .top_k = 2,
                          .ranking = std::move(ranking)};
    auto answer = sync_wait(search.search({.tenant = tenant_}, std::move(request)));
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(SearchAnswer{});
  }
  static std::vector<int> pages(const SearchAnswer& answer) {
    std::vector<int> found;
    for (const auto& hit : answer.hits) found.push_back(hit.chunk.page_first);
    return found;
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  MapCache cache_{clock_};
  FakeTextEmbedder embedder_;
  FakeReranker reranker_;
  PlainPassageIndex index_;
  ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::unique_ptr<Search> search_ = make(&reranker_);
};

TEST_F(RerankedSearch, gives_hits_in_the_order_of_the_reranker) {
  auto answer = search("may return hall nine days");

  EXPECT_TRUE(answer.is_reranked);
  ASSERT_THAT(pages(answer), ElementsAre(2, 3));
  EXPECT_DOUBLE_EQ(answer.hits[0].rerank_score.value(), 0.6);
  EXPECT_DOUBLE_EQ(answer.hits[1].rerank_score.value(), 0.4);
  EXPECT_GE(answer.hits[0].score, answer.hits[1].score);
}

TEST_F(RerankedSearch, boosts_what_the_reranker_said) {
  auto answer =
      search(*search_, "may return hall nine days", {.tag_boosts = {{.tag = "faq", .factor = 2}}});

  ASSERT_THAT(pages(answer), ElementsAre(3, 2));
  EXPECT_DOUBLE_EQ(answer.hits[0].rerank_score.value(), 0.4);
  EXPECT_DOUBLE_EQ(answer.hits[0].score, 0.8);
  EXPECT_DOUBLE_EQ(answer.hits[1].score, 0.6);
}

TEST_F(RerankedSearch, shares_answers_with_its_like_only) {
  auto fresh = search("may return hall nine days");
  auto plain = make(nullptr);
  auto alike = make(&reranker_);

  auto fused = search(*plain, "may return hall nine days");
  auto shared = search(*alike, "may return hall nine days");

  EXPECT_FALSE(fused.is_cached);
  EXPECT_FALSE(fused.is_reranked);
  EXPECT_FALSE(fused.hits[0].rerank_score.has_value());
  EXPECT_TRUE(shared.is_cached);
  EXPECT_TRUE(shared.is_reranked);
  ASSERT_EQ(pages(shared), pages(fresh));
  EXPECT_EQ(shared.hits[0].rerank_score, fresh.hits[0].rerank_score);
  EXPECT_EQ(reranker_.calls(), 1U);
}

TEST_F(RerankedSearch, keeps_the_answer_that_there_is_nothing) {
  base_ = shelf_.add_base(tenant_);

  EXPECT_TRUE(search("may return hall nine days").hits.empty());
  EXPECT_TRUE(search("may return hall nine days").is_cached);
}

TEST_F(RerankedSearch, gives_the_fused_order_when_the_reranker_fails_and_does_not_keep_it) {
  reranker_.fail_next(1, {.code = ErrorCode::timeout, .message = "The call took too long"});
  auto failed = search("may return hall nine days");

  auto again = search("may return hall nine days");

  EXPECT_FALSE(failed.is_reranked);
  EXPECT_EQ(failed.hits.size(), 2U);
  EXPECT_FALSE(failed.hits[0].rerank_score.has_value());
  EXPECT_FALSE(again.is_cached);
  EXPECT_TRUE(again.is_reranked);
  EXPECT_TRUE(search("may return hall nine days").is_cached);
  EXPECT_EQ(reranker_.calls(), 2U);
  EXPECT_THAT(metrics_.to_prometheus_text(),
              HasSubstr("aiva_search_reranked_total{outcome=\"failed\"} 1"));
}

}  // namespace
}  // namespace aiva::search
