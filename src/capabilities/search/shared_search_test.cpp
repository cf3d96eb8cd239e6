#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "capabilities/search/search.h"
#include "capabilities/search/testing/shelf.h"
#include "ports/testing/map_cache.h"

namespace aiva::search {
namespace {

using testing::SizeIs;

// Two processes over the same rows and one shared cache.
class SharedSearch : public testing::Test {
 protected:
  std::unique_ptr<Search> make(Cache* shared) {
    return make_search({.database = *database_,
                        .knowledge = shelf_,
                        .catalog = shelf_.catalog(),
                        .embedder = embedder_,
                        .index = index_,
                        .billing = *billing_,
                        .clock = clock_,
                        .metrics = metrics_,
                        .shared_cache = shared},
                       {.cache_similarity_min = 0.5});
  }
  SearchAnswer ask(Search& search, std::string query, bool may_be_similar = true) {
    auto answer = sync_wait(search.search(
        context_,
        {.knowledge_base = base_, .query = std::move(query), .may_be_similar = may_be_similar}));
    EXPECT_TRUE(answer);
    return answer ? *answer : SearchAnswer{};
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  MapCache cache_{clock_};
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = database_.add_tenant();
  CallContext context_{.tenant = tenant_};
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::unique_ptr<Search> first_ = make(&cache_);
  std::unique_ptr<Search> second_ = make(&cache_);
  std::unique_ptr<Search> alone_ = make(nullptr);
};

TEST_F(SharedSearch, gives_the_answer_of_another_process_without_embedding) {
  auto chunk = shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  auto fresh = ask(*first_, "When are refunds paid?");
  embedder_.fail_next(1, {.code = ErrorCode::unavailable, .message = "must not be asked"});

  auto again = ask(*second_, "when are refunds paid");

  EXPECT_FALSE(fresh.is_cached);
  EXPECT_TRUE(again.is_cached);
  EXPECT_EQ(again.cache_similarity, 1);
  EXPECT_EQ(again.query_tokens, 0);
  ASSERT_THAT(again.hits, SizeIs(1));
  EXPECT_EQ(again.hits[0].chunk.id, chunk);
  EXPECT_EQ(again.hits[0].chunk.text, "Refunds are paid within 14 days.");
  EXPECT_EQ(again.hits[0].highlight, fresh.hits[0].highlight);
  EXPECT_EQ(again.hits[0].score, fresh.hits[0].score);
  EXPECT_EQ(again.total_found, fresh.total_found);
}

TEST_F(SharedSearch, confirms_a_similar_question_by_its_vector) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ask(*first_, "when are refunds paid");

  EXPECT_FALSE(ask(*second_, "so when are refunds paid", false).is_cached);
  second_ = make(&cache_);
  ask(*first_, "when are refunds paid");
  auto similar = ask(*second_, "please, when are the refunds paid");

  EXPECT_TRUE(similar.is_cached);
  EXPECT_LT(similar.cache_similarity, 1);
  EXPECT_GT(similar.cache_similarity, 0.5);
  EXPECT_FALSE(ask(*second_, "when are no refunds paid").is_cached);
}

TEST_F(SharedSearch, knows_no_answer_from_before_a_change_of_the_rows) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ask(*first_, "when are refunds paid");
  shelf_.add(base_, {"Refunds of gift cards are paid at once.", 4});

  auto fresh = ask(*second_, "when are refunds paid");

  EXPECT_FALSE(fresh.is_cached);
  EXPECT_THAT(fresh.hits, SizeIs(2));
}

TEST_F(SharedSearch, searches_when_a_row_of_a_shared_answer_is_gone) {
  auto lost = shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ask(*first_, "when are refunds paid");
  shelf_.lose(lost);

  auto fresh = ask(*second_, "when are refunds paid");

  EXPECT_FALSE(fresh.is_cached);
  EXPECT_THAT(fresh.hits, SizeIs(0));
}

TEST_F(SharedSearch, forgets_on_demand_here_at_once_and_elsewhere_soon) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ask(*first_, "when are refunds paid");
  EXPECT_TRUE(ask(*second_, "when are refunds paid").is_cached);

  auto forgotten = sync_wait(first_->forget_answers(context_, base_));

  ASSERT_TRUE(forgotten);
  EXPECT_EQ(*forgotten, 1);
  clock_.advance(std::chrono::seconds(5));
  EXPECT_FALSE(ask(*first_, "when are refunds paid").is_cached);
  EXPECT_TRUE(ask(*second_, "when are refunds paid").is_cached) << "the new answer of the first";
}

TEST_F(SharedSearch, forgets_answers_of_several_bases_with_each_of_them) {
  auto other = shelf_.add_base(tenant_);
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  shelf_.add(other, {"Refunds of gift cards are paid at once.", 4});
  auto is_known = [&](KnowledgeBaseId one, KnowledgeBaseId two) {
    auto answer = sync_wait(second_->search(
        context_, {.knowledge_base = one, .query = "when are refunds paid", .other_bases = {two}}));
    EXPECT_TRUE(answer);
    return answer && answer->is_cached;
  };
  for (auto forgotten : {base_, other}) {
    is_known(base_, other);
    EXPECT_TRUE(is_known(other, base_));

    ASSERT_TRUE(sync_wait(first_->forget_answers(context_, forgotten)));

    clock_.advance(std::chrono::seconds(5));
    EXPECT_FALSE(is_known(base_, other));
  }
}

TEST_F(SharedSearch, forgets_only_what_belongs_to_the_tenant) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ask(*alone_, "when are refunds paid");
  CallContext stranger{.tenant = database_.add_tenant("Other")};

  EXPECT_EQ(sync_wait(alone_->forget_answers(stranger, base_)).error().code, ErrorCode::not_found);
  EXPECT_TRUE(ask(*alone_, "when are refunds paid").is_cached);
  EXPECT_EQ(sync_wait(alone_->forget_answers(context_, base_)).value(), 1);
  EXPECT_FALSE(ask(*alone_, "when are refunds paid").is_cached);
}

}  // namespace
}  // namespace aiva::search
