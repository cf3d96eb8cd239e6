#include "capabilities/chat/internal/said_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SaidWords, are_folded_and_leave_out_what_says_little) {
  WordCutter cutter;

  EXPECT_THAT(cutter.cut("When is the Réfund of my CAFÉ paid?"),
              ElementsAre("refund", "cafe", "paid"));
  EXPECT_THAT(cutter.cut("Straße 7"), ElementsAre("strasse", "7"));
}

TEST(SaidWords, are_pairs_of_characters_where_there_are_no_spaces) {
  WordCutter cutter;

  EXPECT_THAT(cutter.cut("我要退款"), ElementsAre("我要", "要退", "退款"));
}

TEST(SaidWords, are_wanted_with_the_last_as_a_beginning) {
  auto wanted = read_wanted_words("the Visitor who asked about a REFUND");

  ASSERT_TRUE(wanted);
  EXPECT_THAT(wanted->whole, ElementsAre("asked", "visitor"));
  EXPECT_EQ(wanted->beginning, "refund");
}

TEST(SaidWords, that_say_little_are_wanted_where_there_is_nothing_else) {
  auto wanted = read_wanted_words("what is it");

  ASSERT_TRUE(wanted);
  EXPECT_THAT(wanted->whole, IsEmpty());
  EXPECT_EQ(wanted->beginning, "it");
}

TEST(SaidWords, are_refused_with_the_reason) {
  for (const auto& text : {std::string("x"), std::string("?!"), std::string("a b c d e f g h i"),
                           std::string(201, 'x'), std::string("\xff")}) {
    auto wanted = read_wanted_words(text);
    ASSERT_FALSE(wanted) << text;
    EXPECT_EQ(wanted.error().code, ErrorCode::invalid) << text;
  }
  EXPECT_TRUE(read_wanted_words("退"));
  EXPECT_TRUE(read_wanted_words("7"));
}

TEST(SaidWords, are_marked_by_characters) {
  auto wanted = read_wanted_words("café refu");
  ASSERT_TRUE(wanted);

  auto words = find_words("Ä CAFE’s Refunds; café", *wanted);

  EXPECT_EQ(words.found, 2U);
  EXPECT_THAT(words.marks, ElementsAre(TextMark{2, 4}, TextMark{9, 7}, TextMark{18, 4}));
}

TEST(SaidWords, that_join_are_one_mark_in_scripts_without_spaces) {
  auto wanted = read_wanted_words("退款政策");
  ASSERT_TRUE(wanted);

  auto words = find_words("请问退款政策是什么", *wanted);

  EXPECT_EQ(words.found, 3U);
  EXPECT_THAT(words.marks, ElementsAre(TextMark{2, 4}));
}

TEST(SaidWords, come_with_what_stands_around_them) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "before ";
  text += "refund";
  for (int i = 0; i < 100; ++i) text += " after";
  auto wanted = read_wanted_words("refund");
  ASSERT_TRUE(wanted);

  auto excerpt = excerpt_of(text, find_words(text, *wanted).marks);

  ASSERT_THAT(excerpt.marks, SizeIs(1));
  EXPECT_THAT(excerpt.text, testing::StartsWith("…before "));
  EXPECT_THAT(excerpt.text, testing::EndsWith("…"));
  EXPECT_LT(excerpt.text.size(), 260U);
  auto start = excerpt.marks[0].start + std::string_view("…").size() - 1;
  EXPECT_EQ(excerpt.text.substr(start, excerpt.marks[0].length), "refund");
}

}  // namespace
}  // namespace aiva::chat
