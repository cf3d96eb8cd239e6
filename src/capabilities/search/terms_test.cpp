#include "capabilities/search/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> stems(std::string_view text) {
  std::vector<std::string> all;
  for (auto& term : terms_of(text)) all.push_back(std::move(term.stem));
  return all;
}

std::vector<std::string> content_words(std::string_view text) {
  std::vector<std::string> all;
  for (auto& term : terms_of(text))
    if (!term.is_stop_word) all.push_back(std::move(term.stem));
  return all;
}

TEST(Terms, brings_forms_of_one_word_together) {
  struct Family {
    std::string_view words;
  };
  for (auto [words] : std::vector<Family>{{"refund refunds refunded refunding"},
                                          {"battery batteries"},
                                          {"charge charges charged charging"},
                                          {"stop stops stopped stopping"},
                                          {"quick quickly"},
                                          {"watch watches watched"},
                                          {"box boxes"}}) {
    auto all = stems(words);
    for (const auto& stem : all) EXPECT_EQ(stem, all.front()) << words;
  }
}

TEST(Terms, keeps_words_apart_that_only_look_alike) {
  EXPECT_THAT(stems("bus glass this string red bring"),
              ElementsAre("bus", "glass", "this", "string", "red", "bring"));
}

TEST(Terms, folds_case_in_latin_greek_and_cyrillic) {
  EXPECT_EQ(stems("ÜBER Žluťoučký ΑΘΗΝΑ МОСКВА"), stems("über žluťoučký αθηνα москва"));
}

TEST(Terms, marks_words_that_say_little) {
  EXPECT_THAT(content_words("How long does the refund take, please?"),
              ElementsAre("long", "refund", "tak"));
}

TEST(Terms, takes_numbers_and_drops_apostrophes) {
  EXPECT_THAT(stems("the customer's 14 lamps"), ElementsAre("the", "customer", "14", "lamp"));
}

TEST(Terms, finds_nothing_in_punctuation) { EXPECT_THAT(stems(" ?! … —"), IsEmpty()); }

TEST(Terms, survives_text_that_is_no_utf8) { EXPECT_FALSE(stems("ab\xFF\xC3 cd").empty()); }

}  // namespace
}  // namespace aiva::search
