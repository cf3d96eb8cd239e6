#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string read_html(std::string_view body) {
  return read_into_text("<!doctype html><html><body>" + std::string(body) + "</body></html>",
                        "page.html")
      .text();
}

TEST(HtmlTable, tells_bars_within_cells_from_those_between_them) {
  EXPECT_EQ(read_html("<table><tr><th>Sign<th>Means</tr><tr><td>a|b<td>or</table>"),
            "p1 table (header 1): Sign | Means\na\\|b | or\n");
}

TEST(HtmlTable, places_cells_over_columns_and_rows_as_a_browser_does) {
  EXPECT_EQ(read_html("<table><thead><tr><th rowspan=2>Town<th colspan=2>Costs</tr>"
                      "<tr><th>2024<th>2025</tr></thead>"
                      "<tr><td rowspan=2>Oslo<td>1<td>2</tr><tr><td>3<td>4</tr></table>"),
            "p1 table (header 2): Town | Costs\nTown | 2024 | 2025\nOslo | 1 | 2\nOslo | 3 | 4\n");
}

TEST(HtmlTable, takes_no_row_with_a_name_at_its_side_for_names_of_columns) {
  EXPECT_EQ(read_html("<table><tr><th>Height<td>very tall</tr><tr><th>Colour<td>red</tr>"
                      "<tr><th>Colour<td>red</tr></table>"),
            "p1 table: Height | very tall\nColour | red\nColour | red\n");
}

TEST(HtmlTable, leaves_the_corner_between_names_of_columns_and_rows_empty) {
  EXPECT_EQ(read_html("<table><tr><td><th>2024<th>2025</tr><tr><th>Oslo<td>1<td>2</table>"),
            "p1 table (header 1):  | 2024 | 2025\nOslo | 1 | 2\n");
}

TEST(HtmlTable, bounds_what_cells_claim_to_cover) {
  std::string rows = "<tr><td rowspan=99999999999 colspan=99999999999>a<td rowspan=0>b</tr>";
  for (int i = 0; i < 300; ++i) rows += "<tr><td rowspan=65534 colspan=1000>x";

  auto text = read_html("<table>" + rows + "</table>");

  EXPECT_TRUE(text.starts_with("p1 table: a | ")) << text.substr(0, 100);
  EXPECT_LT(text.size(), 8UL * 1024 * 1024);
}

TEST(MarkdownTable, names_its_columns_and_keeps_bars_within_cells) {
  auto reading = read_into_text("| Sign | Means |\n|---|---|\n| `a\\|b` | *or* |\n", "a.md");

  EXPECT_EQ(reading.text(), "p1 table (header 1): Sign | Means\na\\|b | or\n");
}

}  // namespace
}  // namespace aiva::documents
