#include "retrieval/keywords/keyword_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aiva::retrieval {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

KeywordQuery parse(std::string_view text) {
  Analyzer analyzer;
  const std::vector<std::string> languages = {"en", "de"};
  return parse_keyword_query(analyzer, text, languages);
}

// The words of a query, prefixes with their *.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& word : parse(text).words)
    words.push_back(word.text + (word.is_prefix ? "*" : ""));
  return words;
}

TEST(ParseKeywordQuery, reads_words_once_with_their_stems) {
  auto query = parse("Running houses running");

  ASSERT_EQ(query.words.size(), 2U);
  EXPECT_EQ(query.words[0].text, "running");
  EXPECT_THAT(query.words[0].stems, ElementsAre("running", "run"));
  EXPECT_THAT(query.words[1].stems, ElementsAre("houses", "hous"));
  EXPECT_THAT(query.phrases, IsEmpty());
}

TEST(ParseKeywordQuery, makes_no_stems_of_codes) {
  auto query = parse("AB-12");

  EXPECT_THAT(words_of("AB-12"), ElementsAre("ab-12", "ab", "12"));
  EXPECT_THAT(query.words[0].stems, IsEmpty());
  EXPECT_THAT(query.words[2].stems, IsEmpty());
}

TEST(ParseKeywordQuery, reads_phrases) {
  auto query = parse("say \"no more\" and “once again” done");

  EXPECT_THAT(words_of("say \"no more\" now"), ElementsAre("say", "no", "more", "now"));
  ASSERT_EQ(query.phrases.size(), 2U);
  ASSERT_EQ(query.phrases[1].parts.size(), 2U);
  EXPECT_EQ(query.phrases[1].parts[0].text, "once");
  EXPECT_EQ(query.phrases[1].parts[1].text, "again");
  EXPECT_EQ(query.phrases[1].parts[1].offset, 1U);
}

TEST(ParseKeywordQuery, reads_prefixes) {
  EXPECT_THAT(words_of("conf* of it"), ElementsAre("conf*", "of", "it"));
  EXPECT_THAT(words_of("see AB-12*"), ElementsAre("see", "ab", "ab-12*"));
  EXPECT_THAT(words_of("a* x"), ElementsAre("a", "x"));
}

TEST(ParseKeywordQuery, takes_all_else_for_text) {
  EXPECT_THAT(words_of("* a*b \" x"), ElementsAre("a", "b", "x"));
  EXPECT_THAT(words_of("a AND (b OR NOT c) title:d ^2"),
              ElementsAre("a", "and", "b", "or", "not", "c", "title:d", "title", "d", "2"));
  EXPECT_THAT(words_of("\"\"\"\""), IsEmpty());
  EXPECT_THAT(words_of("\xFF\xC3\x01"), IsEmpty());
}

TEST(ParseKeywordQuery, limits_what_it_takes) {
  std::string many;
  std::string phrases;
  std::string phrase = "\"";
  std::string prefixes;
  for (int i = 0; i < 1000; ++i) {
    many += "w" + std::to_string(i) + " ";
    phrases += "\"p" + std::to_string(i % 10) + " q\" ";
    phrase += "r ";
    prefixes += "w" + std::to_string(i) + "* ";
  }

  EXPECT_EQ(parse(many).words.size(), query_words_max);
  auto words = parse(prefixes).words;
  EXPECT_EQ(std::ranges::count_if(words, &KeywordWord::is_prefix), query_prefixes_max);
  EXPECT_EQ(parse(phrases).phrases.size(), query_phrases_max);
  EXPECT_EQ(parse(phrase + '"').phrases[0].parts.size(), phrase_terms_max);
  EXPECT_LE(parse(std::string(1U << 22U, 'x')).words[0].text.size(), term_bytes_max);
}

}  // namespace
}  // namespace aiva::retrieval
