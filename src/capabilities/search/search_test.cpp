#include "capabilities/search/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "capabilities/search/testing/search_fixture.h"

namespace aiva::search {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(SearchTest, keeps_to_documents_whose_metadata_fit_however_far_down_they_stand) {
  auto add = [&](const std::string& name, const std::string& text, const std::string& metadata) {
    return shelf_.add_chunk(base_, {.text = text,
                                    .page_first = 1,
                                    .page_last = 1,
                                    .document_name = name,
                                    .document_metadata = metadata});
  };
  for (int i = 0; i < 300; ++i)
    add("n" + std::to_string(i), "refunds are paid within days", R"({"year":2024})");
  auto old = add("old", "refunds of long ago", R"({"year":2023,"kind":"report"})");
  SearchRequest request{.knowledge_base = base_, .query = "refunds are paid within days"};

  request.filter.metadata = {{"year", 2023}, {"kind", "report"}};
  auto answer = sync_wait(search_->search(context(), request));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(answer->hits.front().chunk.id, old);

  request.filter.metadata = {{"year", json::Array{2023}}};
  EXPECT_EQ(sync_wait(search_->search(context(), request)).error().code, ErrorCode::invalid);
}

TEST_F(SearchTest, gives_the_same_answer_again_until_the_rows_change) {
  search_ = make({});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  auto first = search("when are refunds paid");
  clock_.advance(std::chrono::minutes(5));

  auto again = search("When are refunds  paid");

  ASSERT_TRUE(first);
  ASSERT_TRUE(again);
  EXPECT_FALSE(first->is_cached);
  EXPECT_TRUE(again->is_cached);
  EXPECT_EQ(again->cache_similarity, 1);
  EXPECT_EQ(again->original_query, "when are refunds paid");
  EXPECT_EQ(again->cache_age_s, 300);
  EXPECT_EQ(again->query_tokens, 0);
  ASSERT_EQ(again->hits.size(), first->hits.size());
  EXPECT_EQ(again->hits[0].chunk.id, first->hits[0].chunk.id);
  EXPECT_FALSE(search("when are refunds paid", 4)->is_cached);

  shelf_.add(base_, {"Refunds of gift cards are paid at once.", 4});
  auto fresh = search("when are refunds paid");
  ASSERT_TRUE(fresh);
  EXPECT_FALSE(fresh->is_cached);
  EXPECT_THAT(fresh->hits, SizeIs(2));
}

TEST_F(SearchTest, answers_a_similar_question_alike_where_it_may) {
  search_ = make({.cache_similarity_min = 0.5});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(search("when are refunds paid"));
  SearchRequest request{.knowledge_base = base_, .query = "when are refunds paid out"};

  request.may_be_similar = false;
  auto strict = sync_wait(search_->search(context(), request));
  ASSERT_TRUE(strict);
  EXPECT_FALSE(strict->is_cached);
  request.query = "so when are refunds paid";
  request.may_be_similar = true;
  auto similar = sync_wait(search_->search(context(), request));

  ASSERT_TRUE(similar);
  EXPECT_TRUE(similar->is_cached);
  EXPECT_GT(similar->cache_similarity, 0.5);
  EXPECT_LT(similar->cache_similarity, 1);
}

TEST_F(SearchTest, keeps_to_pages_and_kinds_of_passages) {
  shelf_.add(base_, {"refunds of tents", 3});
  auto table = shelf_.add(base_, {.text = "refunds | days", .page = 8, .type = "table"});
  SearchRequest request{.knowledge_base = base_, .query = "refunds"};

  for (auto filter : {SearchFilter{.page_min = 5}, SearchFilter{.kinds = {PassageKind::table}}}) {
    request.filter = filter;
    auto answer = sync_wait(search_->search(context(), request));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_THAT(answer->hits, SizeIs(1));
    EXPECT_EQ(answer->hits.front().chunk.id, table);
  }
  request.filter = {.page_min = 9, .page_max = 5};
  EXPECT_EQ(sync_wait(search_->search(context(), request)).error().code, ErrorCode::invalid);
}

TEST_F(SearchTest, sees_the_next_version_of_a_document_that_changes_while_it_looks) {
  auto old = shelf_.add(base_, {"The secret fruit is the mango."});
  ChunkId next;
  shelf_.before_next_fetch([&] {
    shelf_.lose(old);
    next = shelf_.add(base_, {"The secret fruit is the papaya."});
  });

  auto answer = search("secret fruit");

  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(answer->hits.front().chunk.id, next);
}

TEST_F(SearchTest, has_the_index_follow_its_rows_only_when_they_have_changed) {
  auto refunds = shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(search("refunds"));
  ASSERT_TRUE(search("refunds"));
  EXPECT_EQ(shelf_.times_ensured(), 1);

  auto cards = shelf_.add(base_, {"Refunds of gift cards are paid at once.", 4});
  auto answer = search("refunds");

  ASSERT_TRUE(answer) << answer.error().message;
  std::vector<ChunkId> found;
  for (const auto& hit : answer->hits) found.push_back(hit.chunk.id);
  EXPECT_THAT(found, UnorderedElementsAre(refunds, cards));
  EXPECT_EQ(shelf_.times_ensured(), 2);
}

TEST_F(SearchTest, finds_what_came_to_a_knowledge_base_without_a_hit) {
  ASSERT_TRUE(search("refunds"));

  auto refunds = shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  auto answer = search("refunds");

  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(answer->hits.front().chunk.id, refunds);
}

TEST_F(SearchTest, asks_the_rows_before_it_gives_an_answer_again) {
  search_ = make({});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(search("refunds"));
  ASSERT_TRUE(search("refunds")->is_cached);

  shelf_.add(base_, {"Refunds of gift cards are paid at once.", 4});
  auto fresh = search("refunds");
  auto again = search("refunds");

  ASSERT_TRUE(fresh);
  EXPECT_FALSE(fresh->is_cached);
  EXPECT_THAT(fresh->hits, SizeIs(2));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->is_cached);
  EXPECT_THAT(again->hits, SizeIs(2));
}

TEST_F(SearchTest, does_not_give_the_answer_to_a_similar_question_when_rows_have_changed) {
  search_ = make({.cache_similarity_min = 0.5});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(search("when are refunds paid"));

  shelf_.add(base_, {"Refunds of gift cards are paid at once.", 4});
  auto fresh = search("so when are refunds paid");
  auto again = search("so when are refunds paid");

  ASSERT_TRUE(fresh);
  EXPECT_FALSE(fresh->is_cached);
  EXPECT_THAT(fresh->hits, SizeIs(2));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->is_cached);
}

TEST_F(SearchTest, does_not_know_a_knowledge_base_that_is_gone_meanwhile) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(search("refunds"));
  shelf_.before_next_fetch([&] { sync_wait(shelf_.remove({}, base_)).value(); });

  auto answer = search("refunds");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
}

TEST_F(SearchTest, explains_why_a_hit_stands_where_it_stands) {
  auto refunds = shelf_.add(base_, {"Returns are free. Refunds are paid within 14 days.", 3});
  shelf_.add(base_, {"The lamp floats on water.", 7});

  auto answer = search("when are refunds paid");

  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_FALSE(answer->hits.empty());
  const auto& best = answer->hits.front();
  EXPECT_EQ(best.chunk.id, refunds);
  EXPECT_EQ(best.vector_rank, 1);
  EXPECT_EQ(best.keyword_rank, 1);
  EXPECT_DOUBLE_EQ(best.score, 1.0);
  EXPECT_GT(best.cosine.value_or(0), 0.3);
  EXPECT_GT(best.bm25.value_or(0), 0.0);
  EXPECT_EQ(best.highlight, "Refunds are paid within 14 days.");
  EXPECT_EQ(best.highlight_page, 3);
  EXPECT_EQ(answer->chunks_searched, 2);
  EXPECT_EQ(answer->embedding_model, "fake-words");
  EXPECT_EQ(answer->query_tokens, 4);
  EXPECT_TRUE(answer->used_vectors);
  EXPECT_TRUE(answer->used_keywords);
}

TEST_F(SearchTest, gives_no_more_than_top_k_and_says_how_many_there_were) {
  for (int i = 0; i < 9; ++i)
    shelf_.add(base_, {"Lamp number " + std::to_string(i) + " shines.", i + 1});

  auto answer = search("lamp", 3);

  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->hits, SizeIs(3));
  EXPECT_EQ(answer->total_found, 9);
  EXPECT_GE(answer->hits[0].score, answer->hits[1].score);
}

TEST_F(SearchTest, refuses_what_makes_no_sense_and_names_every_field) {
  struct Case {
    std::string query;
    int top_k;
    SearchType type;
    std::vector<std::string> fields;
  };
  for (const auto& [query, top_k, type, fields] : std::vector<Case>{
           {"", 5, SearchType::text, {"query"}},
           {" \t\n", 5, SearchType::text, {"query"}},
           {"bad \xFF", 5, SearchType::text, {"query"}},
           {std::string(2001, 'a'), 5, SearchType::text, {"query"}},
           {"q", 0, SearchType::text, {"top_k"}},
           {"q", 51, SearchType::text, {"top_k"}},
           {"q", 5, SearchType::image, {"search_type"}},
           {"", 0, SearchType::image, {"query", "top_k", "search_type"}},
       }) {
    auto answer = search(query, top_k, type);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::invalid);
    std::vector<std::string> named;
    for (const auto& detail : answer.error().details) named.push_back(detail.field);
    EXPECT_EQ(named, fields);
  }
}

TEST_F(SearchTest, counts_characters_not_bytes) {
  std::string query;
  for (int i = 0; i < 2000; ++i) query += "é";

  EXPECT_TRUE(search(query));
}

TEST_F(SearchTest, shows_a_tenant_nothing_of_another) {
  auto other = shelf_.add_base(database_.add_tenant("Other"));
  shelf_.add(other, {"Refunds are paid within 14 days.", 3});
  base_ = other;

  auto answer = search("refunds");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
  EXPECT_THAT(log_after_the_end(), IsEmpty());
}

TEST_F(SearchTest, finds_nothing_in_an_empty_knowledge_base) {
  auto answer = search("refunds");

  ASSERT_TRUE(answer) << answer.error().message << answer.error().cause;
  EXPECT_THAT(answer->hits, IsEmpty());
  EXPECT_EQ(answer->total_found, 0);
}

TEST_F(SearchTest, searches_by_words_while_the_embedder_is_down) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(sync_wait(shelf_.ensure_indexed(context(), base_)));
  embedder_.fail_next(1, {.code = ErrorCode::unavailable, .message = "down"});

  auto answer = search("refunds");

  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->used_vectors);
  ASSERT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(answer->hits[0].vector_rank, 0);
  EXPECT_FALSE(answer->hits[0].cosine);
  EXPECT_DOUBLE_EQ(answer->hits[0].score, 1.0);
}

TEST_F(SearchTest, searches_by_meaning_when_no_word_is_shared) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});

  auto answer = search("zebra");

  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->used_keywords);
  ASSERT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(answer->hits[0].keyword_rank, 0);
}

TEST_F(SearchTest, passes_over_chunks_that_are_gone_meanwhile) {
  auto lost = shelf_.add(base_, {"Refunds refunds refunds.", 1});
  auto kept = shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  ASSERT_TRUE(search("refunds"));
  shelf_.lose(lost);

  auto answer = search("refunds", 1);

  ASSERT_TRUE(answer);
  ASSERT_THAT(answer->hits, SizeIs(1));
  EXPECT_EQ(answer->hits[0].chunk.id, kept);
}

TEST_F(SearchTest, stops_when_the_caller_is_gone) {
  std::stop_source gone;
  gone.request_stop();
  auto cancelled = context();
  cancelled.cancellation = gone.get_token();

  auto answer =
      sync_wait(search_->search(cancelled, {.knowledge_base = base_, .query = "refunds"}));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
}

TEST_F(SearchTest, logs_and_charges_every_search_by_the_time_it_ends) {
  use_billing({.margin_percent = 20, .is_enforced = true});
  ASSERT_TRUE(sync_wait(billing_->add(context(), tenant_, 100'000, "start")));
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(search("refunds", 5, SearchType::text));

  auto rows = log_after_the_end();

  EXPECT_THAT(rows, SizeIs(40));
  EXPECT_EQ(rows.front(), (LogRow{"refunds", "text", 1, 500, 1.0}));
  EXPECT_EQ(balance(), 100'000 - 40 * 600);
}

TEST_F(SearchTest, leaves_the_charge_to_a_caller_who_asks_for_it) {
  use_billing({.margin_percent = 20, .is_enforced = true});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  auto session = ChatSessionId::make();

  auto answer = sync_wait(search_->search(
      context(),
      {.knowledge_base = base_, .query = "refunds", .session = session, .is_billed = false}));

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->base_cost, 500);
  EXPECT_THAT(log_after_the_end(), SizeIs(1));
  EXPECT_EQ(balance(), 0);
}

TEST_F(SearchTest, needs_credit_where_credit_is_enforced) {
  use_billing({.margin_percent = 20, .is_enforced = true});
  ASSERT_TRUE(sync_wait(billing_->add(context(), tenant_, search_balance_min - 1, "too little")));

  auto answer = search("refunds");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::quota_exceeded);
  EXPECT_THAT(log_after_the_end(), IsEmpty());
}

TEST_F(SearchTest, keeps_the_log_of_others_when_one_row_cannot_be_written) {
  auto unknown = TenantId::make();  // no such row, so no credit account
  auto strange = shelf_.add_base(unknown);
  CallContext stranger{.tenant = unknown};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(sync_wait(search_->search(stranger, {.knowledge_base = strange, .query = "x"})));
    ASSERT_TRUE(search("refunds"));
  }

  auto rows = log_after_the_end();

  EXPECT_THAT(rows, SizeIs(3));
  for (const auto& row : rows) EXPECT_EQ(row.query, "refunds");
}

TEST_F(SearchTest, writes_the_log_itself_when_the_queue_is_full) {
  search_ = make({.unwritten_max = 0, .cache_time = std::chrono::seconds(0)});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});

  for (int i = 0; i < 5; ++i) ASSERT_TRUE(search("refunds"));

  EXPECT_THAT(log_after_the_end(), SizeIs(5));
}

TEST(SearchType, has_names_that_read_back) {
  for (auto type : {SearchType::text, SearchType::image, SearchType::hybrid})
    EXPECT_EQ(parse_search_type(to_string(type)), type);
  EXPECT_FALSE(parse_search_type("Text"));
}

}  // namespace
}  // namespace aiva::search
