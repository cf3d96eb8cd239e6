#include "capabilities/voice/spoken_words.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace aiva::voice {
namespace {

using testing::ElementsAre;

TEST(SpokenWords, knows_words_that_interrupt_nobody) {
  for (const auto* words : {"", "Mhm.", "Okay.", "Yeah, right.", "Ja, genau.", "I see."})
    EXPECT_TRUE(is_backchannel(words)) << words;
  for (const auto* words : {"Stop.", "No.", "Okay, but how much?", "yes yes yes yes"})
    EXPECT_FALSE(is_backchannel(words)) << words;
}

TEST(SpokenWords, knows_when_more_is_to_come) {
  for (const auto* words : {"I want to", "my number is", "the red one and.", "well,", "so -", "äh"})
    EXPECT_TRUE(looks_unfinished(words)) << words;
  for (const auto* words : {"", "How long is it?", "My name is Ann.", "Is that so?"})
    EXPECT_FALSE(looks_unfinished(words)) << words;
}

TEST(SpokenWords, says_text_without_marks_citations_and_addresses) {
  EXPECT_EQ(
      to_spoken_text("The **warranty** is two years [1], see [the page](https://a.example/x)."),
      "The warranty is two years, see the page.");
  EXPECT_EQ(to_spoken_text("Look at https://shop.example/a?b=c now [2, 3]."), "Look at now.");
  EXPECT_EQ(to_spoken_text("[1]"), "");
}

std::vector<std::string> cut(const std::vector<std::string>& pieces) {
  SentenceCutter cutter;
  std::vector<std::string> sentences;
  for (const auto& piece : pieces) {
    cutter.add(piece);
    for (auto sentence = cutter.take(false); !sentence.empty(); sentence = cutter.take(false))
      sentences.push_back(sentence);
  }
  for (auto sentence = cutter.take(true); !sentence.empty(); sentence = cutter.take(true))
    sentences.push_back(sentence);
  return sentences;
}

TEST(SentenceCutter, gives_sentences_as_soon_as_they_are_whole) {
  EXPECT_THAT(cut({"It lasts two ", "years. It be", "gins today! And", " then?"}),
              ElementsAre("It lasts two years.", "It begins today!", "And then?"));
}

TEST(SentenceCutter, cuts_no_numbers_and_short_words) {
  EXPECT_THAT(cut({"See no. 5 of Dr. Who. It costs 3.50 euros."}),
              ElementsAre("See no. 5 of Dr. Who.", "It costs 3.50 euros."));
}

TEST(SentenceCutter, begins_with_a_clause_when_the_sentence_is_long) {
  EXPECT_THAT(
      cut({"According to the manual of the machine, it is cleaned daily, at night."}),
      ElementsAre("According to the manual of the machine,", "it is cleaned daily, at night."));
}

TEST(SentenceCutter, is_the_same_however_the_text_arrives) {
  std::string text = "One is here [1]. Two are there; three. A line\n\n- Four\n- Five";
  std::vector<std::string> letters;
  for (char letter : text) letters.emplace_back(1, letter);
  EXPECT_EQ(cut(letters), cut({text}));
}

TEST(SentenceCutter, bounds_a_sentence_without_end) {
  for (const auto& sentence : cut({std::string(5'000, 'a') + " " + std::string(5'000, 'b')}))
    EXPECT_LE(sentence.size(), 400U);
}

}  // namespace
}  // namespace aiva::voice
