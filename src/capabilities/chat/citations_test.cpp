#include "capabilities/chat/citations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string filtered(std::string_view text, int passages = 3) {
  CitationFilter filter(passages);
  return filter.push(text) + filter.finish();
}

TEST(CitationFilter, treats_markers_as_its_rules_say) {
  struct Case {
    std::string_view given;
    std::string_view expected;
  };
  for (auto [given, expected] : std::vector<Case>{
           {"Paid in 14 days [1].", "Paid in 14 days [1]."},
           {"Paid in 14 days [7].", "Paid in 14 days."},
           {"Paid [0] late [4].", "Paid late."},
           {"Both [1, 3].", "Both [1][3]."},
           {"Both [1; 9].", "Both [1]."},
           {"All [1-3].", "All [1][2][3]."},
           {"Glued[2].", "Glued[2]."},
           {"In [2024] it rained.", "In [2024] it rained."},
           {"See [note] and [].", "See [note] and []."},
           {"Code `list[9]` stays.", "Code `list[9]` stays."},
           {"```\na[8]\n``` [1]", "```\na[8]\n``` [1]"},
           {"An open [1", "An open [1"},
           {"Trailing space \n", "Trailing space"},
           {"[1][9][2]", "[1][2]"},
           {"Nested [[1]].", "Nested [[1]]."},
           {"One\n [9]\n- two", "One\n\n- two"},
           {"Back [3-2].", "Back [2][3]."},
           {"Back [9-8].", "Back."},
           {"Link [9](http://x).", "Link(http://x)."},
           {"", ""},
       })
    EXPECT_EQ(filtered(given), expected) << given;
}

TEST(CitationFilter, says_the_same_in_pieces_as_at_once) {
  const std::string text = "Paid in 14 days [1, 2]. Not so [9] fast [12] — `a[7]` [3";
  CitationFilter filter(3);
  std::string joined;
  for (char c : text) joined += filter.push(std::string_view(&c, 1));
  joined += filter.finish();

  EXPECT_EQ(joined, filtered(text));
  EXPECT_THAT(filter.cited(), ElementsAre(1, 2));
}

TEST(CitationFilter, holds_an_open_marker_back_until_it_closes) {
  CitationFilter filter(3);

  EXPECT_EQ(filter.push("Yes [1"), "Yes");
  EXPECT_EQ(filter.push("]"), " [1]");
}

TEST(CitationFilter, does_not_hold_back_a_bracket_without_end) {
  CitationFilter filter(3);

  auto out = filter.push("[" + std::string(1000, '1'));

  EXPECT_GT(out.size(), 900U);
}

TEST(ListCitations, finds_the_statement_before_each_marker) {
  auto citations =
      list_citations("Returns are free [1]. Refunds take 14 days, by card.[2] Ask us [1][3]!");

  ASSERT_EQ(citations.size(), 4U);
  EXPECT_EQ(citations[0].number, 1);
  EXPECT_EQ(citations[0].statement, "Returns are free");
  EXPECT_EQ(citations[1].statement, "Refunds take 14 days, by card");
  EXPECT_EQ(citations[2].statement, "Ask us");
  EXPECT_EQ(citations[3].number, 3);
  EXPECT_EQ(citations[3].statement, "Ask us");
}

TEST(ListCitations, takes_a_line_as_a_statement) {
  auto citations = list_citations("Steps:\n- Press the button [1]\n- Wait [2]");

  ASSERT_EQ(citations.size(), 2U);
  EXPECT_EQ(citations[0].statement, "- Press the button");
  EXPECT_EQ(citations[1].statement, "- Wait");
}

TEST(ListCitations, finds_none_in_plain_text_and_code) {
  EXPECT_THAT(list_citations("No [x] here."), IsEmpty());
  EXPECT_THAT(list_citations("Take `row[1]`.\n```\nrow[2]\n```"), IsEmpty());
}

}  // namespace
}  // namespace aiva::chat
