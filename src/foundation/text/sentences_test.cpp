#include "foundation/text/sentences.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace aiva {
namespace {

using Views = std::vector<std::string_view>;

TEST(Sentences, end_at_full_stops_and_keep_their_text) {
  EXPECT_EQ(split_sentences("Refunds take 14 days. Who asks? He said so!"),
            (Views{"Refunds take 14 days.", "Who asks?", "He said so!"}));
}

TEST(Sentences, go_on_over_a_line_break_and_end_at_a_blank_line) {
  EXPECT_EQ(split_sentences("The keeper of\nthe light sleeps.\n\nA title\n\nNext one."),
            (Views{"The keeper of\nthe light sleeps.", "A title", "Next one."}));
}

TEST(Sentences, do_not_end_inside_numbers_or_before_lower_case) {
  EXPECT_EQ(split_sentences("It costs 3.50 euros, e.g. for members."),
            (Views{"It costs 3.50 euros, e.g. for members."}));
}

TEST(Sentences, do_not_end_after_abbreviations) {
  for (std::string_view text :
       {"Ask Dr. Weber about it.", "Use a solvent, e.g. Acetone.", "See Fig. A and pp. 3 to 5.",
        "J. R. Smith wrote it.", "Das gilt z.B. Montags.", "Am 3. Oktober ist geschlossen.",
        "1. Open the box.", "Siehe Nr. 5 und Abs. 2.", "M. Dupont et Mme. Durand arrivent."})
    EXPECT_EQ(split_sentences(text), Views{text});
}

TEST(Sentences, end_after_words_that_only_look_like_abbreviations) {
  EXPECT_EQ(split_sentences("Take vitamin C. It helps. Wait 20 ms. Press Tab. Did it? No. Go on."),
            (Views{"Take vitamin C.", "It helps.", "Wait 20 ms.", "Press Tab.", "Did it?", "No.",
                   "Go on."}));
  EXPECT_EQ(split_sentences("It took until 2019. Then it ended. Pay in May, etc. Nothing else."),
            (Views{"It took until 2019.", "Then it ended.", "Pay in May, etc.", "Nothing else."}));
}

TEST(Sentences, go_on_after_a_japanese_quotation) {
  EXPECT_EQ(split_sentences("彼は「浮くんだ！」と言いました。「本当ですか？」彼女は笑った。"),
            (Views{"彼は「浮くんだ！」と言いました。", "「本当ですか？」", "彼女は笑った。"}));
}

TEST(Sentences, end_where_arabic_ones_end) {
  EXPECT_EQ(split_sentences("هل يمكن الإرجاع؟ نعم، خلال أسبوعين. شكرًا!"),
            (Views{"هل يمكن الإرجاع؟", "نعم، خلال أسبوعين.", "شكرًا!"}));
}

TEST(Sentences, are_none_in_blank_text) { EXPECT_TRUE(split_sentences(" \n\t ").empty()); }

TEST(Sentences, end_at_ideographic_full_stops) {
  EXPECT_EQ(split_sentences("\xE4\xB8\x80\xE3\x80\x82\xE4\xBA\x8C\xE3\x80\x82").size(), 2U);
}

TEST(Words, leave_punctuation_out) {
  EXPECT_EQ(split_words("Hello, 42 worlds (and don't)!"),
            (Views{"Hello", "42", "worlds", "and", "don't"}));
}

// A word beyond ASCII has the Unicode rules split the whole text.
TEST(Words, are_the_same_with_and_without_the_unicode_rules) {
  constexpr std::string_view characters = "abZ019.,;:'\"-_ \n\t@/()%$#+*=!?&<>[]{}|\\^~`";
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    auto length = random() % 24;
    for (std::size_t i = 0; i < length; ++i) text += characters[random() % characters.size()];
    auto with_rules = text + " \u00e9t\u00e9";
    auto expected = split_words(with_rules);
    ASSERT_FALSE(expected.empty());
    expected.pop_back();

    ASSERT_EQ(split_words(text), expected) << text;
  }
}

}  // namespace
}  // namespace aiva
