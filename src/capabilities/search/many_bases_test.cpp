#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "capabilities/search/testing/search_fixture.h"

namespace aiva::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(SearchTest, searches_several_knowledge_bases_as_one) {
  search_ = make({});
  auto other = shelf_.add_base(tenant_);
  auto third = shelf_.add_base(tenant_);
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  auto best = shelf_.add(other, {"Refunds of gift cards are paid at once.", 3});
  shelf_.add(third, {"Gift cards are refunded, say others.", 3});
  SearchRequest request{.knowledge_base = base_,
                        .query = "refunds of gift cards",
                        .other_bases = {other, base_, other}};

  auto answer = sync_wait(search_->search(context(), request));

  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->hits, SizeIs(2));
  EXPECT_EQ(answer->hits[0].chunk.id, best);
  EXPECT_EQ(answer->hits[0].chunk.knowledge_base, other);
  EXPECT_EQ(answer->hits[1].chunk.knowledge_base, base_);
  EXPECT_EQ(answer->hits[0].vector_rank, 1);
  EXPECT_EQ(answer->hits[1].vector_rank, 2);
  EXPECT_EQ(answer->chunks_searched, 2);
  EXPECT_EQ(answer->query_tokens, 4);
  EXPECT_EQ(shelf_.times_ensured(), 1);
  EXPECT_EQ(embedder_.texts_embedded(), 3U) << "two chunks and the query";
}

TEST_F(SearchTest, answers_again_for_the_same_knowledge_bases_in_any_order_until_one_changes) {
  search_ = make({});
  auto other = shelf_.add_base(tenant_);
  auto third = shelf_.add_base(tenant_);
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  auto ask = [&](KnowledgeBaseId first, std::vector<KnowledgeBaseId> others) {
    return sync_wait(search_->search(context(), {.knowledge_base = first,
                                                 .query = "when are refunds paid",
                                                 .other_bases = std::move(others)}))
        .value();
  };

  EXPECT_FALSE(ask(base_, {other}).is_cached);
  EXPECT_TRUE(ask(other, {base_}).is_cached);
  EXPECT_FALSE(ask(base_, {}).is_cached);
  EXPECT_FALSE(ask(base_, {third}).is_cached);
  EXPECT_TRUE(ask(base_, {}).is_cached);

  for (auto changed : {base_, other}) {
    shelf_.add(changed, {"Refunds of gift cards are paid at once.", 4});
    EXPECT_FALSE(ask(base_, {other}).is_cached);
    EXPECT_TRUE(ask(base_, {other}).is_cached);
  }
}

TEST_F(SearchTest, filters_documents_of_all_knowledge_bases) {
  auto other = shelf_.add_base(tenant_);
  auto add = [&](KnowledgeBaseId base, const std::string& metadata) {
    return shelf_.add_chunk(base, {.text = "refunds are paid",
                                   .page_first = 1,
                                   .page_last = 1,
                                   .document_name = metadata,
                                   .document_metadata = metadata});
  };
  add(base_, R"({"year":2024})");
  auto first = add(base_, R"({"year":2023})");
  add(other, R"({"year":2022})");
  auto second = add(other, R"({"year":2023})");
  SearchRequest request{.knowledge_base = base_, .query = "refunds", .other_bases = {other}};
  request.filter.metadata = {{"year", 2023}};

  auto answer = sync_wait(search_->search(context(), request));

  ASSERT_TRUE(answer) << answer.error().message;
  std::vector<ChunkId> found;
  for (const auto& hit : answer->hits) found.push_back(hit.chunk.id);
  EXPECT_THAT(found, testing::UnorderedElementsAre(first, second));
}

TEST_F(SearchTest, charges_and_logs_a_search_of_several_knowledge_bases_once) {
  use_billing({.margin_percent = 20, .is_enforced = true});
  ASSERT_TRUE(sync_wait(billing_->add(context(), tenant_, 100'000, "start")));
  auto other = shelf_.add_base(tenant_);
  shelf_.add(other, {"Refunds are paid within 14 days.", 3});
  for (std::string query : {"refunds", "zebra"})
    ASSERT_TRUE(sync_wait(search_->search(
        context(), {.knowledge_base = base_, .query = query, .other_bases = {other}})));

  EXPECT_THAT(log_after_the_end(), SizeIs(2));
  EXPECT_EQ(balance(), 100'000 - 2 * 600);
  EXPECT_THAT(bases_in_log(), ElementsAre(other, other));
}

TEST_F(SearchTest, refuses_all_for_one_knowledge_base_that_is_not_the_tenants) {
  auto foreign = shelf_.add_base(database_.add_tenant("Other"));
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});

  auto answer = sync_wait(search_->search(
      context(), {.knowledge_base = base_, .query = "refunds", .other_bases = {foreign}}));
  auto too_many = sync_wait(search_->search(
      context(), {.knowledge_base = base_,
                  .query = "refunds",
                  .other_bases = std::vector<KnowledgeBaseId>(100, KnowledgeBaseId::make())}));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, ErrorCode::invalid);
  EXPECT_THAT(log_after_the_end(), IsEmpty());
}

TEST_F(SearchTest, brings_an_index_up_again_that_was_closed_meanwhile) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  int closed = 0;
  shelf_.after_ensuring([&] {
    if (closed++ == 0) index_.erase(base_);
  });

  auto answer = search("refunds");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(shelf_.times_ensured(), 2);

  index_.erase(base_);
  shelf_.after_ensuring([&] { index_.erase(base_); });
  answer = search("refunds");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva::search
