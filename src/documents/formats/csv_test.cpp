#include <gtest/gtest.h>

#include <string>

#include "documents/formats/csv_rows.h"
#include "documents/formats/table_blocks.h"
#include "documents/table_text.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string read(std::string_view bytes, std::string_view name = "a.csv") {
  auto reading = read_into_text(bytes, name);
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

TEST(Csv, reads_rows_and_marks_the_header) {
  EXPECT_EQ(read("Part,Price\r\nBolt,1.50\r\nNut,0.20\r\n"),
            "p1 table (header 1): Part | Price\nBolt | 1.50\nNut | 0.20\n");
}

TEST(Csv, understands_quotes_as_rfc_4180_does) {
  EXPECT_EQ(read("a,b\n\"1,5\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"x|y\"\n"),
            "p1 table (header 1): a | b\n1,5 | say \"hi\"\ntwo lines | x\\|y\n");
}

TEST(Csv, finds_the_separator_in_the_content) {
  for (std::string separator : {",", ";", "\t", "|"}) {
    auto rows = "name" + separator + "size\nbolt" + separator + "4\nnut" + separator + "5\n";
    EXPECT_EQ(read(rows, "a.txt"), "p1 table (header 1): name | size\nbolt | 4\nnut | 5\n")
        << separator;
  }
}

TEST(Csv, prefers_the_separator_all_rows_agree_on) {
  EXPECT_EQ(read("name;price\nbolt;1,50\nnut;0,20\nwasher, flat;0,10\n"),
            "p1 table (header 1): name | price\nbolt | 1,50\nnut | 0,20\nwasher, flat | 0,10\n");
}

TEST(Csv, obeys_the_separator_note_of_spreadsheet_programs) {
  EXPECT_EQ(read("sep=;\na;b,c\n1;2\n"), "p1 table (header 1): a | b,c\n1 | 2\n");
}

TEST(Csv, keeps_rows_apart_when_a_quote_is_never_closed) {
  EXPECT_EQ(read("name,size\n\"5 inch,1\npipe,2\nhose,3\n"),
            "p1 table (header 1): name | size\n\"5 inch | 1\npipe | 2\nhose | 3\n");
}

TEST(Csv, takes_a_quote_that_meets_a_later_one_across_lines_as_text) {
  EXPECT_EQ(read("name,size\n\"5 inch,1\npipe,\"2\"\n"),
            "p1 table (header 1): name | size\n\"5 inch | 1\npipe | 2\n");
}

TEST(Csv, keeps_what_stands_behind_a_closing_quote) {
  EXPECT_EQ(read("a,b\n\"x\"y,2\n3,4\n"), "p1 table (header 1): a | b\nxy | 2\n3 | 4\n");
}

TEST(Csv, reads_other_charsets) {
  EXPECT_EQ(read("Stra\xDF"
                 "e;Gr\xF6\xDF"
                 "e\nH\xF6he;1\nL\xE4nge;2\nBreite f\xFCr T\xFCren;3\n"),
            "p1 table (header 1): Straße | Größe\nHöhe | 1\nLänge | 2\nBreite für Türen | 3\n");
}

TEST(Csv, repeats_the_header_in_each_block_and_never_splits_a_row) {
  std::string rows = "id,text\n";
  for (int i = 0; i < 5000; ++i)
    rows += std::to_string(i) + ",some words to fill the row number " + std::to_string(i) + "\n";

  auto reading = read_into_text(rows, "a.csv");

  ASSERT_FALSE(reading.error);
  ASSERT_GE(reading.blocks.size(), 3U);
  int next = 0;
  for (const auto& block : reading.blocks) {
    EXPECT_EQ(block.header_rows, 1);
    EXPECT_TRUE(block.text.starts_with("id | text\n"));
    std::string_view lines = block.text;
    lines.remove_prefix(lines.find('\n') + 1);
    while (!lines.empty()) {
      auto line = lines.substr(0, lines.find('\n'));
      EXPECT_EQ(split_table_row(line).front(), std::to_string(next++));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
  }
  EXPECT_EQ(next, 5000);
}

TEST(Csv, stops_at_a_million_cells_and_says_so) {
  std::string rows = "a,b,c,d,e,f,g,h,i,j\n";
  for (int i = 0; i < 120'000; ++i) rows += "1,2,3,4,5,6,7,8,9,0\n";

  auto reading = read_into_text(rows, "a.csv");

  ASSERT_FALSE(reading.error);
  EXPECT_TRUE(reading.summary.partial_reason.contains("1000000 cells"))
      << reading.summary.partial_reason;
}

TEST(Csv, survives_a_million_opening_quotes) {
  std::string rows;
  for (int i = 0; i < 1'000'000; ++i) rows += i % 2 == 0 ? "\"a,\n" : "b,\"\"\"\n";
  auto reading = read_into_text(rows, "a.csv");
  EXPECT_FALSE(reading.blocks.empty());
}

TEST(Csv, collects_links) {
  EXPECT_EQ(read("name,page\nbolt,https://example.com/bolt\n"),
            "p1 table (header 1): name | page\nbolt | https://example.com/bolt\n"
            "  -> https://example.com/bolt\n");
}

TEST(TableHeader, is_a_row_of_names_above_values) {
  using Rows = std::vector<std::vector<std::string>>;
  EXPECT_TRUE(has_header_row(Rows{{"Name", "Price"}, {"Bolt", "1.50 €"}}));
  EXPECT_FALSE(has_header_row(Rows{{"", "2023", "2024"}, {"North", "1", "2"}}));
  EXPECT_TRUE(has_header_row(Rows{{"Region", "2023", "2024"}, {"North", "1", "2"}}));
  EXPECT_TRUE(has_header_row(Rows{{"Term", "Meaning"}, {"bolt", "a screw with a head"}}));
  EXPECT_FALSE(has_header_row(Rows{{"Bolt", "1.50"}, {"Nut", "0.20"}}));
  EXPECT_FALSE(has_header_row(Rows{{"yes", "no"}, {"no", "yes"}}));
  EXPECT_FALSE(has_header_row(Rows{{"red", "green"}, {"blue", "green"}}));
  EXPECT_FALSE(has_header_row(Rows{{"one row only", "x"}}));
}

}  // namespace
}  // namespace aiva::documents
