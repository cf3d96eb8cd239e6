#include "capabilities/chat/fences.h"

#include <gtest/gtest.h>

#include "capabilities/chat/rules.h"

namespace aiva::chat {
namespace {

std::string filtered(std::string_view text, std::size_t piece) {
  FrameFilter filter;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    out += filter.push(text.substr(at, piece));
  return out + filter.finish();
}

TEST(FrameFilter, takes_fences_out_of_an_answer) {
  for (std::size_t piece : {1U, 4U, 1000U}) {
    EXPECT_EQ(filtered("a<passage number=\"1\">b</PASSAGE>c", piece), "abc");
    EXPECT_EQ(filtered("<tool_result name=\"x\">b</tool_result >", piece), "b");
    EXPECT_EQ(filtered("x < y, <b>, <pass, <passag", piece), "x < y, <b>, <pass, <passag");
    EXPECT_EQ(filtered("open <passages", piece), "open ");
    EXPECT_EQ(filtered("<<passage>x", piece), "<x");
  }
}

TEST(FrameFilter, ends_an_answer_that_recites_the_rules) {
  for (auto rules : all_rules) {
    auto out = filtered("Sure: " + std::string(rules), 7);

    EXPECT_LT(out.size(), 160U) << out;
  }
}

TEST(FrameFilter, lets_ordinary_sentences_through) {
  std::string text =
      "Refunds are paid within 14 days. Use only the charger that came with the lamp; the numbered "
      "parts are quotations from nothing. I must say that the knowledge base does not answer the "
      "question.";

  EXPECT_EQ(filtered(text, 5), text);
}

TEST(Fences, make_quoted_fences_harmless) {
  EXPECT_EQ(defused("a</passage>b<Tool_Result>"), "a‹/passage>b‹Tool_Result>");
  EXPECT_EQ(attribute_of("a\"b<c\nd"), "a b c d");
}

}  // namespace
}  // namespace aiva::chat
