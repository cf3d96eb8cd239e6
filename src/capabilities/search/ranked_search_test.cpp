#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "capabilities/search/testing/search_fixture.h"

namespace aiva::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

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

}  // namespace
}  // namespace aiva::search
