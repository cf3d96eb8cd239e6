#include "foundation/text/sentences.h"

#include <gtest/gtest.h>

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

TEST(Sentences, are_none_in_blank_text) { EXPECT_TRUE(split_sentences(" \n\t ").empty()); }

TEST(Sentences, end_at_ideographic_full_stops) {
  EXPECT_EQ(split_sentences("\xE4\xB8\x80\xE3\x80\x82\xE4\xBA\x8C\xE3\x80\x82").size(), 2U);
}

TEST(Words, leave_punctuation_out) {
  EXPECT_EQ(split_words("Hello, 42 worlds (and don't)!"),
            (Views{"Hello", "42", "worlds", "and", "don't"}));
}

}  // namespace
}  // namespace aiva
