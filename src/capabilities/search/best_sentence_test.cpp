#include "capabilities/search/best_sentence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::search {
namespace {

constexpr std::span<const Sentence> no_sample;

using testing::ElementsAre;

knowledge::Chunk chunk_of(std::vector<std::pair<int, std::string>> blocks) {
  knowledge::Chunk chunk;
  for (auto& [page, text] : blocks) {
    if (!chunk.text.empty()) chunk.text += "\n";
    auto begin = chunk.text.size();
    chunk.text += text;
    chunk.spans.push_back({.page = page, .begin = begin, .end = chunk.text.size()});
  }
  chunk.page_first = blocks.front().first;
  chunk.page_last = blocks.back().first;
  return chunk;
}

std::string_view text_of(const knowledge::Chunk& chunk, const BestSentence& best) {
  return std::string_view(chunk.text).substr(best.begin, best.end - best.begin);
}

TEST(BestSentence, names_the_page_of_the_sentence_not_of_the_chunk) {
  auto chunk = chunk_of({{2, "Goods travel by rail. Returns are free."},
                         {3, "Refunds are paid within 14 days. They go to the card."}});

  auto best = best_sentence(chunk, SentenceScorer("when are refunds paid", no_sample));

  EXPECT_EQ(text_of(chunk, best), "Refunds are paid within 14 days.");
  EXPECT_EQ(best.page, 3);
  EXPECT_DOUBLE_EQ(best.coverage, 1.0);
}

TEST(BestSentence, takes_the_first_sentence_when_none_shares_a_word) {
  auto chunk = chunk_of({{5, "One thing. Another thing."}});

  auto best = best_sentence(chunk, SentenceScorer("zebra", no_sample));

  EXPECT_EQ(text_of(chunk, best), "One thing.");
  EXPECT_EQ(best.page, 5);
}

TEST(BestSentence, goes_with_the_heading_above_it) {
  knowledge::Chunk chunk{.text =
                             "Opening hours\n\nNine to five. Not on Sundays.\n\nPlace\n\nHere."};
  chunk.spans = {{.begin = 0, .end = 13},
                 {.begin = 15, .end = 44},
                 {.begin = 46, .end = 51},
                 {.begin = 53, .end = 58}};

  auto best = best_sentence(chunk, SentenceScorer("opening hours", no_sample));

  EXPECT_EQ(text_of(chunk, best), "Opening hours\n\nNine to five.");
}

TEST(BestSentence, survives_an_empty_chunk) {
  auto best = best_sentence(knowledge::Chunk{}, SentenceScorer("zebra", no_sample));

  EXPECT_EQ(best.begin, best.end);
}

TEST(SentencesOf, end_with_their_block) {
  auto chunk = chunk_of({{1, "first item"}, {1, "second item"}, {1, "Last. Words."}});

  EXPECT_THAT(sentences_of(chunk), ElementsAre("first item", "second item", "Last.", "Words."));
}

TEST(SentencesOf, are_the_lines_of_a_table) {
  auto chunk = chunk_of({{1, "Model | Weight\nL1 | 300 g\n\nL2 | 450 g"}});
  chunk.type = "table";

  EXPECT_THAT(sentences_of(chunk), ElementsAre("Model | Weight", "L1 | 300 g", "L2 | 450 g"));
}

TEST(SentencesOf, do_not_trust_spans_that_lead_outside_the_text) {
  knowledge::Chunk chunk;
  chunk.text = "Short.";
  chunk.spans = {{.page = 1, .begin = 4, .end = 900}, {.page = 2, .begin = 800, .end = 2}};

  EXPECT_THAT(sentences_of(chunk), ElementsAre("Short."));
}

TEST(OneLine, joins_lines_and_cuts_at_a_word) {
  EXPECT_EQ(one_line("  a\n\n b\tc ", 100), "a b c");
  EXPECT_EQ(one_line("alpha beta gamma", 12), "alpha beta…");
  EXPECT_EQ(one_line("ééééé", 5), "éé…");
}

}  // namespace
}  // namespace aiva::search
