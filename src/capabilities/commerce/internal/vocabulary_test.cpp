#include "capabilities/commerce/internal/vocabulary.h"

#include <gtest/gtest.h>

#include "capabilities/commerce/internal/edit_distance.h"

namespace aiva::commerce {
namespace {

TEST(EditDistance, counts_letters_that_differ_and_swaps_as_one) {
  struct Case {
    std::u32string_view typed;
    std::u32string_view word;
    std::size_t distance;
  };
  const Case cases[] = {Case{U"shoe", U"shoe", 0}, {U"sheo", U"shoe", 1}, {U"shoee", U"shoe", 1},
                        {U"sho", U"shoe", 1},      {U"shoa", U"shoe", 1}, {U"hsoee", U"shoe", 2},
                        {U"abcd", U"shoe", 3},     {U"a", U"shoes", 3},   {U"", U"", 0}};
  for (const auto& [typed, word, distance] : cases)
    EXPECT_EQ(edit_distance(typed, word, 2), distance);
}

TEST(EditDistance, compares_with_the_beginning_of_a_word) {
  EXPECT_EQ(prefix_distance(U"sneka", U"sneakers", 2), 1U);
  EXPECT_EQ(prefix_distance(U"snea", U"sneakers", 2), 0U);
  EXPECT_EQ(prefix_distance(U"boots", U"sneakers", 2), 3U);
}

TEST(EditDistance, leaves_words_that_are_very_long_alone) {
  std::u32string word(100, U'a');

  EXPECT_EQ(edit_distance(word, word, 2), 3U);
  EXPECT_EQ(prefix_distance(word, word, 2), 3U);
  EXPECT_EQ(prefix_distance(U"aaaa", word, 2), 0U);
}

TEST(Vocabulary, knows_words_and_beginnings) {
  Vocabulary words({{"boots", 2}, {"sneakers", 1}});

  EXPECT_TRUE(words.has("boots"));
  EXPECT_FALSE(words.has("boot"));
  EXPECT_TRUE(words.has_beginning("snea"));
  EXPECT_FALSE(words.has_beginning("snow"));
}

TEST(Vocabulary, guesses_the_nearest_and_of_these_the_most_frequent) {
  Vocabulary words({{"boots", 2}, {"books", 5}, {"sneakers", 1}, {"kühlschrank", 3}});

  EXPECT_EQ(words.nearest("boods").word, "books");
  EXPECT_EQ(words.nearest("bootts").word, "boots");
  EXPECT_EQ(words.nearest("snaekres").word, "sneakers");
  EXPECT_EQ(words.nearest("kuhlschrnak").word, "kühlschrank");
  EXPECT_EQ(words.nearest_beginning("snaek").word, "sneakers");
}

TEST(Vocabulary, guesses_nothing_of_short_words_and_codes) {
  Vocabulary words({{"cup", 1}, {"iphone15", 1}, {"boots", 1}});

  EXPECT_EQ(words.nearest("cub").word, "");
  EXPECT_EQ(words.nearest("iphone14").word, "");
  EXPECT_EQ(words.nearest("bxxts").word, "");
  EXPECT_EQ(words.nearest("").word, "");
}

TEST(Vocabulary, grows_without_changing) {
  Vocabulary words({{"boots", 2}});

  auto more = words.with({{"boots", 1}, {"cups", 1}});

  EXPECT_EQ(words.size(), 1U);
  EXPECT_EQ(more->size(), 2U);
  EXPECT_EQ(more->nearest("bootss").count, 3U);
}

}  // namespace
}  // namespace aiva::commerce
