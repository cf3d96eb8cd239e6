#include "capabilities/search/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "capabilities/search/testing/shelf.h"

namespace aiva::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct LogRow {
  std::string query;
  std::string type;
  std::int64_t results = 0;
  std::int64_t base_cost = 0;
  double top_score = 0;

  bool operator==(const LogRow&) const = default;
};

// All chunks of the shelf are one section.
class WholeShelf final : public knowledge::Sections {
 public:
  explicit WholeShelf(ShelfKnowledge& shelf) : shelf_(shelf) {}

  Task<Result<std::vector<knowledge::Section>>> around(CallContext context,
                                                       std::vector<ChunkId> ids,
                                                       int tokens_max) override {
    tokens_asked = tokens_max;
    CO_TRY(auto chunks, co_await shelf_.chunks(context, ids));
    std::ranges::sort(chunks, {}, &knowledge::Chunk::index);
    std::vector<knowledge::Section> sections;
    for (auto id : ids) {
      auto self = std::ranges::find(chunks, id, &knowledge::Chunk::id);
      sections.push_back({.chunks = chunks, .at = static_cast<std::size_t>(self - chunks.begin())});
    }
    co_return sections;
  }

  int tokens_asked = 0;

 private:
  ShelfKnowledge& shelf_;
};

class SearchTest : public testing::Test {
 protected:
  CallContext context() const { return {.tenant = tenant_}; }

  Result<SearchAnswer> search(std::string query, int top_k = 5,
                              SearchType type = SearchType::hybrid) {
    SearchRequest request{
        .knowledge_base = base_, .query = std::move(query), .top_k = top_k, .type = type};
    return sync_wait(search_->search(context(), std::move(request)));
  }

  void use_billing(billing::BillingSettings settings) {
    search_.reset();
    billing_ = billing::make_billing(*database_, clock_, settings);
    search_ = make();
  }

  // Tests look at what a search does, not at what it remembers, unless they say so.
  std::unique_ptr<Search> make(SearchSettings settings = {.cache_time = std::chrono::seconds(0)}) {
    return make_search({.database = *database_,
                        .knowledge = shelf_,
                        .catalog = shelf_.catalog(),
                        .embedder = embedder_,
                        .index = index_,
                        .billing = *billing_,
                        .clock = clock_,
                        .metrics = metrics_,
                        .sections = sections_},
                       settings);
  }

  // Ends the search, so that its log is written, and reads the log.
  std::vector<LogRow> log_after_the_end() {
    search_.reset();
    std::vector<LogRow> rows;
    auto select = [&rows](SqlSession& sql) {
      return sql.query(
          "SELECT query, search_type, results_count, base_cost, top_score"
          " FROM knowledge_searches ORDER BY id",
          {}, [&rows](const SqlRow& row) -> Result<void> {
            rows.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2),
                            row.integer(3), row.real(4)});
            return {};
          });
    };
    EXPECT_TRUE(sync_wait(read(*database_, {}, select)));
    return rows;
  }

  std::vector<KnowledgeBaseId> bases_in_log() {
    std::vector<KnowledgeBaseId> bases;
    auto select = [&bases](SqlSession& sql) {
      return sql.query("SELECT kb_id FROM knowledge_searches ORDER BY id", {},
                       [&bases](const SqlRow& row) -> Result<void> {
                         bases.push_back(row.id<KnowledgeBaseId>(0));
                         return {};
                       });
    };
    EXPECT_TRUE(sync_wait(read(*database_, {}, select)));
    return bases;
  }

  std::int64_t balance() {
    return sync_wait(billing_->balance(context(), tenant_)).value().available;
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  knowledge::Sections* sections_ = nullptr;
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::unique_ptr<Search> search_ = make();
};

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

  shelf_.after_ensuring([&] { index_.erase(base_); });
  answer = search("refunds");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST_F(SearchTest, looks_once_whether_the_index_follows_its_rows) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});

  ASSERT_TRUE(search("refunds"));

  EXPECT_EQ(shelf_.times_ensured(), 1);
}

TEST_F(SearchTest, ranks_as_the_request_wants) {
  shelf_.add(base_, {.text = "refunds are paid within days", .document = "a"});
  shelf_.add(base_, {.text = "refunds are paid within days", .document = "b"});
  auto other = shelf_.add(base_, {.text = "refunds of cheap tents", .document = "c"});
  SearchRequest request{
      .knowledge_base = base_, .query = "refunds are paid within days", .top_k = 2};

  auto plain = sync_wait(search_->search(context(), request)).value();
  request.ranking.mmr_lambda = 0.5;
  auto diverse = sync_wait(search_->search(context(), request)).value();

  ASSERT_THAT(plain.hits, SizeIs(2));
  EXPECT_NE(plain.hits[1].chunk.id, other);
  EXPECT_FALSE(plain.hits[1].mmr_penalty);
  ASSERT_THAT(diverse.hits, SizeIs(2));
  EXPECT_EQ(diverse.hits[1].chunk.id, other);
  EXPECT_GT(diverse.hits[1].mmr_penalty.value(), 0);

  request.ranking = {.fusion = Fusion::weighted, .weights = FusionWeights{0, 1}};
  auto by_words = sync_wait(search_->search(context(), request)).value();
  EXPECT_FALSE(by_words.used_vectors);
  EXPECT_EQ(by_words.hits.front().vector_rank, 0);
  EXPECT_DOUBLE_EQ(by_words.hits.front().score, 1);
  request.ranking = {.weights = FusionWeights{1, 0}};
  auto by_meaning = sync_wait(search_->search(context(), request)).value();
  EXPECT_FALSE(by_meaning.used_keywords);
  EXPECT_EQ(by_meaning.hits.front().keyword_rank, 0);
}

TEST_F(SearchTest, lifts_a_boosted_document_from_far_down) {
  auto add = [&](const std::string& name, const std::string& text, const std::string& metadata) {
    return shelf_.add_chunk(base_, {.text = text,
                                    .page_first = 1,
                                    .page_last = 1,
                                    .document_name = name,
                                    .document_metadata = metadata});
  };
  for (int i = 0; i < 40; ++i) add("n" + std::to_string(i), "refunds are paid within days", "{}");
  auto wanted = add("faq", "refunds and more", R"({"tags":["faq"]})");
  SearchRequest request{.knowledge_base = base_, .query = "refunds are paid within days"};
  request.ranking.tag_boosts = {{"faq", 10}};

  auto answer = sync_wait(search_->search(context(), request));

  ASSERT_TRUE(answer) << answer.error().message;
  const auto& best = answer->hits.front();
  EXPECT_EQ(best.chunk.id, wanted);
  EXPECT_DOUBLE_EQ(best.boost, 10);
  EXPECT_DOUBLE_EQ(best.score, best.fused_score * 10);
  request.ranking.tag_boosts = {{"faq", 11}};
  EXPECT_EQ(sync_wait(search_->search(context(), request)).error().code, ErrorCode::invalid);
}

TEST_F(SearchTest, names_the_words_that_found_a_hit_when_asked) {
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  SearchRequest request{.knowledge_base = base_, .query = "paid refunds"};

  EXPECT_THAT(sync_wait(search_->search(context(), request))->hits.front().words, IsEmpty());
  request.explain = true;
  auto answer = sync_wait(search_->search(context(), request));

  ASSERT_TRUE(answer);
  std::vector<std::string> words;
  for (const auto& word : answer->hits.front().words) words.push_back(word.word);
  EXPECT_THAT(words, ElementsAre("paid", "refunds"));
}

TEST_F(SearchTest, gives_the_section_around_a_hit_where_it_is_wanted) {
  auto first = shelf_.add(base_, {"Refunds are paid quickly.", 3});
  shelf_.add(base_, {"Refunds take 14 days.", 4});
  SearchRequest request{.knowledge_base = base_, .query = "refunds paid quickly"};
  request.section_tokens_max = 500;

  EXPECT_EQ(sync_wait(search_->search(context(), request)).error().code, ErrorCode::unavailable);
  WholeShelf sections{shelf_};
  sections_ = &sections;
  search_ = make();
  auto answer = sync_wait(search_->search(context(), request));
  request.section_tokens_max = 49;
  auto too_short = sync_wait(search_->search(context(), request));

  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->hits, SizeIs(1)) << "the other chunk stands in the section";
  EXPECT_EQ(answer->hits.front().chunk.id, first);
  ASSERT_TRUE(answer->hits.front().section);
  EXPECT_EQ(answer->hits.front().section->text,
            "Refunds are paid quickly.\n\nRefunds take 14 days.");
  EXPECT_EQ(sections.tokens_asked, 500);
  EXPECT_EQ(too_short.error().code, ErrorCode::invalid);
}

TEST_F(SearchTest, keeps_answers_to_requests_apart_that_rank_differently) {
  search_ = make({});
  shelf_.add(base_, {"Refunds are paid within 14 days.", 3});
  SearchRequest request{.knowledge_base = base_, .query = "when are refunds paid"};
  auto is_cached = [&] { return sync_wait(search_->search(context(), request))->is_cached; };

  EXPECT_FALSE(is_cached());
  request.ranking.fusion = Fusion::weighted;
  EXPECT_FALSE(is_cached());
  request.explain = true;
  EXPECT_FALSE(is_cached());
  EXPECT_TRUE(is_cached());
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
