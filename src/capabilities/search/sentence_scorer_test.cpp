#include "capabilities/search/sentence_scorer.h"

#include <gtest/gtest.h>

#include <array>

namespace aiva::search {
namespace {

constexpr std::array<std::string_view, 4> sentences = {"The lamp is charged over night.",
                                                       "The lamp floats.", "The lamp weighs 300 g.",
                                                       "A refund is paid within 14 days."};

TEST(SentenceScorer, gives_one_to_a_sentence_with_every_word) {
  SentenceScorer scorer("When is the refund paid?", sentences);

  EXPECT_DOUBLE_EQ(scorer.coverage("Refunds are paid on Monday."), 1.0);
  EXPECT_DOUBLE_EQ(scorer.coverage("Nothing of the kind."), 0.0);
}

TEST(SentenceScorer, weighs_rare_words_more_than_frequent_ones) {
  SentenceScorer scorer("lamp refund", sentences);

  EXPECT_GT(scorer.coverage("refund"), scorer.coverage("lamp"));
  EXPECT_NEAR(scorer.coverage("refund") + scorer.coverage("lamp"), 1.0, 1e-9);
}

TEST(SentenceScorer, counts_a_word_once_however_often_it_stands) {
  SentenceScorer scorer("lamp refund", sentences);

  EXPECT_DOUBLE_EQ(scorer.coverage("lamp lamp lamps"), scorer.coverage("lamp"));
}

TEST(SentenceScorer, counts_words_of_the_heading_half) {
  SentenceScorer scorer("refund", sentences);

  EXPECT_DOUBLE_EQ(scorer.coverage("It takes 14 days.", "Payments > Refunds"), 0.5);
  EXPECT_DOUBLE_EQ(scorer.coverage("The refund takes 14 days.", "Refunds"), 1.0);
}

TEST(SentenceScorer, counts_the_beginning_of_a_longer_word_half) {
  SentenceScorer scorer("water", sentences);

  EXPECT_DOUBLE_EQ(scorer.coverage("It is waterproof."), 0.5);
  EXPECT_DOUBLE_EQ(SentenceScorer("tea", sentences).coverage("A teapot."), 0.0);
}

TEST(SentenceScorer, tells_how_much_of_the_questions_phrases_a_sentence_keeps) {
  SentenceScorer scorer("list the files of an installed package", sentences);

  EXPECT_DOUBLE_EQ(scorer.phrase_share(terms_of("It can list files of each installed package.")),
                   1.0);
  EXPECT_DOUBLE_EQ(scorer.phrase_share(terms_of("The package is installed; files are on a list.")),
                   0.0);
  EXPECT_DOUBLE_EQ(SentenceScorer("lamp", sentences).phrase_share(terms_of("lamp")), 0.0);
}

TEST(SentenceScorer, falls_back_to_stop_words_when_the_question_has_no_others) {
  SentenceScorer scorer("who are you?", sentences);

  EXPECT_EQ(scorer.term_count(), 3U);
  EXPECT_GT(scorer.coverage("We are a company."), 0.0);
}

TEST(SentenceScorer, scores_nothing_without_words) {
  SentenceScorer scorer("?!", std::span<const Sentence>());

  EXPECT_DOUBLE_EQ(scorer.coverage("Anything at all."), 0.0);
}

}  // namespace
}  // namespace aiva::search
