#include "documents/chunker.h"

#include <gtest/gtest.h>

#include "foundation/text/sentences.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

int count_words(std::string_view text) { return static_cast<int>(split_words(text).size()); }

std::vector<Piece> cut(const std::vector<Block>& blocks, int target, int max, int overlap = 0) {
  std::vector<Piece> pieces;
  ChunkerOptions options{
      .measure = count_words, .size_target = target, .size_max = max, .overlap = overlap};
  Chunker chunker(options, [&](Piece piece) -> Result<void> {
    pieces.push_back(std::move(piece));
    return {};
  });
  EXPECT_TRUE(chunker.add(blocks));
  EXPECT_TRUE(chunker.finish());
  return pieces;
}

Block heading(std::string text, int level) {
  return {.kind = BlockKind::heading, .level = level, .text = std::move(text)};
}
Block paragraph(std::string text, int page = 1) { return {.page = page, .text = std::move(text)}; }

TEST(Chunker, keeps_a_heading_with_its_paragraph) {
  auto pieces = cut({heading("Returns", 1), paragraph("Send it back."), heading("Refunds", 2),
                     paragraph("Paid in 14 days.")},
                    50, 60);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "Send it back.");
  EXPECT_EQ(pieces[0].heading_path, "Returns");
  EXPECT_EQ(pieces[1].heading_path, "Returns > Refunds");
}

TEST(Chunker, packs_whole_blocks_up_to_the_target) {
  auto pieces =
      cut({paragraph("one two three"), paragraph("four five six"), paragraph("seven")}, 6, 8);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "one two three\n\nfour five six");
  EXPECT_EQ(pieces[1].text, "seven");
}

TEST(Chunker, splits_a_large_block_between_sentences_with_overlap) {
  auto pieces = cut({paragraph("Aa bb cc. Dd ee ff. Gg hh ii. Jj kk ll.")}, 6, 8, 3);

  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].text, "Aa bb cc. Dd ee ff.");
  EXPECT_EQ(pieces[1].text, "Dd ee ff. Gg hh ii.");
  EXPECT_EQ(pieces[2].text, "Gg hh ii. Jj kk ll.");
}

TEST(Chunker, splits_a_sentence_without_end_between_words) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word" + std::to_string(i) + " ";

  auto pieces = cut({paragraph(text)}, 10, 12);

  std::string joined;
  for (const auto& piece : pieces) {
    EXPECT_LE(piece.size, 12);
    joined += piece.text + " ";
  }
  EXPECT_EQ(joined, text);
}

TEST(Chunker, splits_a_word_without_end_between_characters) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "\xE4\xB8\x80";
  std::vector<Piece> pieces;
  Chunker chunker({.measure = count_characters, .size_target = 100, .size_max = 120, .overlap = 0},
                  [&](Piece piece) -> Result<void> {
                    pieces.push_back(std::move(piece));
                    return {};
                  });

  ASSERT_TRUE(chunker.add({paragraph(text)}));
  ASSERT_TRUE(chunker.finish());

  ASSERT_GT(pieces.size(), 40U);
  for (const auto& piece : pieces) {
    EXPECT_TRUE(is_valid_utf8(piece.text));
    EXPECT_LE(count_characters(piece.text), 120);
  }
}

TEST(Chunker, repeats_the_header_row_of_a_split_table) {
  Block table{.kind = BlockKind::table,
              .header_rows = 1,
              .text = "item | price\na | 1\nb | 2\nc | 3\nd | 4"};

  auto pieces = cut({table}, 6, 6, 2);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "item | price\na | 1\nb | 2");
  EXPECT_EQ(pieces[1].text, "item | price\nc | 3\nd | 4");
  ASSERT_EQ(pieces[1].spans.size(), 1U);
  EXPECT_EQ(pieces[1].spans[0].begin, std::string_view("item | price\n").size());
  EXPECT_EQ(pieces[1].type, "table");
}

TEST(Chunker, repeats_all_header_rows_and_none_where_there_is_none) {
  Block table{.kind = BlockKind::table,
              .header_rows = 2,
              .text = "price\nnet | gross\n1 | 2\n3 | 4\n5 | 6"};
  EXPECT_EQ(cut({table}, 7, 7).at(1).text, "price\nnet | gross\n5 | 6");

  table.header_rows = 0;
  EXPECT_EQ(cut({table}, 7, 7).at(1).text, "5 | 6");
}

TEST(Chunker, repeats_the_header_in_a_table_that_comes_in_parts) {
  std::string rows;
  for (int i = 0; i < 3000; ++i) rows += "row | " + std::to_string(i) + "\n";
  Block first{.kind = BlockKind::table, .header_rows = 1, .text = "name | number\n" + rows};
  Block second{.kind = BlockKind::table, .text = rows};

  auto pieces = cut({first, second}, 50, 60);

  ASSERT_GT(pieces.size(), 100U);
  for (const auto& piece : pieces) EXPECT_TRUE(piece.text.starts_with("name | number\nrow | "));
}

TEST(Chunker, splits_a_row_only_between_cells_and_only_when_it_is_too_large) {
  Block table{.kind = BlockKind::table,
              .header_rows = 1,
              .text = "a | b\none two three | four five six | seven eight\nnine | ten"};

  auto pieces = cut({table}, 8, 8);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "a | b\none two three | four five six");
  EXPECT_EQ(pieces[1].text, "a | b\nseven eight\nnine | ten");
}

TEST(Chunker, splits_code_at_blank_lines) {
  Block code{.kind = BlockKind::code, .text = "one two\nthree\n\n  four\n  five\n\nsix seven"};

  auto pieces = cut({code}, 5, 5);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "one two\nthree\n\n  four\n  five");
  EXPECT_EQ(pieces[1].text, "six seven");
  EXPECT_EQ(pieces[1].type, "code");
}

TEST(Chunker, keeps_a_list_with_the_sentence_that_announces_it) {
  auto item = [](std::string text) {
    return Block{.kind = BlockKind::list_item, .level = 1, .text = std::move(text)};
  };

  auto pieces = cut({paragraph("One two three four."), paragraph("You need:"), item("A lamp and"),
                     item("a bulb")},
                    8, 10);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "One two three four.");
  EXPECT_EQ(pieces[1].text, "You need:\n\nA lamp and\na bulb");
}

TEST(Chunker, keeps_code_with_the_sentence_that_announces_it) {
  auto pieces = cut({paragraph("One two three four."), paragraph("Then run:", 2),
                     Block{.kind = BlockKind::code, .page = 2, .text = "make install"}},
                    7, 10);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "One two three four.");
  EXPECT_EQ(pieces[0].page_last, 1);
  EXPECT_EQ(pieces[1].text, "Then run:\n\nmake install");
  EXPECT_EQ(pieces[1].type, "code");
}

TEST(Chunker, keeps_short_listings_with_the_prose_around_them) {
  Block code{.kind = BlockKind::code, .text = "make install"};

  auto pieces = cut({paragraph("Build it first."), code, paragraph("Then look at it.")}, 50, 60);

  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].text, "Build it first.\n\nmake install\n\nThen look at it.");
  EXPECT_EQ(pieces[0].type, "text");
}

TEST(Chunker, keeps_tables_by_themselves) {
  Block table{.kind = BlockKind::table, .header_rows = 1, .text = "a | b\none | two"};

  auto pieces = cut({paragraph("Before the table."), table, paragraph("After the table.")}, 50, 60);

  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].type, "table");
}

TEST(Chunker, sends_a_footnote_with_the_text_of_its_page) {
  Block note{.kind = BlockKind::footnote, .page = 1, .text = "1 A note."};

  auto pieces = cut({paragraph("One two three four five six.", 1), heading("Next", 1), note,
                     paragraph("Seven eight nine ten eleven twelve.", 2)},
                    6, 10);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "One two three four five six.\n\n1 A note.");
  EXPECT_EQ(pieces[1].heading_path, "Next");
}

TEST(Chunker, joins_short_sections_under_one_parent) {
  auto pieces =
      cut({heading("Shop", 1), heading("Hours", 2), paragraph("Nine to five."), heading("Place", 2),
           paragraph("At the harbour."), heading("Staff", 1), paragraph("Two keepers.")},
          100, 120);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "Hours\n\nNine to five.\n\nPlace\n\nAt the harbour.");
  EXPECT_EQ(pieces[0].heading_path, "Shop");
  EXPECT_EQ(pieces[0].size, 8);
  EXPECT_EQ(pieces[1].text, "Two keepers.");
  EXPECT_EQ(pieces[1].heading_path, "Staff");
}

TEST(Chunker, joins_no_section_that_stands_well_alone) {
  std::string words;
  for (int i = 0; i < 30; ++i) words += "word ";

  auto pieces = cut({heading("A", 1), paragraph(words), heading("B", 1), paragraph("Short."),
                     heading("C", 1), paragraph(words)},
                    100, 120);

  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].text, "Short.");
  EXPECT_EQ(pieces[1].heading_path, "B");
}

TEST(Chunker, joins_a_short_rest_with_what_it_follows) {
  std::string words;
  for (int i = 0; i < 99; ++i) words += "word ";

  auto pieces = cut({paragraph(words), paragraph("The short rest.")}, 100, 120);

  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_TRUE(pieces[0].text.ends_with("\n\nThe short rest."));
}

TEST(Chunker, loses_nothing_of_a_heading_too_long_for_a_path) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "headingword" + std::to_string(i) + " ";

  auto pieces = cut({heading(text, 1), paragraph("Text.")}, 100, 120);

  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].text, text + "\n\nText.");
}

TEST(Chunker, says_which_bytes_come_from_which_page) {
  auto pieces = cut({paragraph("First page.", 1), paragraph("Second page.", 2)}, 50, 60);

  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].page_first, 1);
  EXPECT_EQ(pieces[0].page_last, 2);
  ASSERT_EQ(pieces[0].spans.size(), 2U);
  const auto& second = pieces[0].spans[1];
  EXPECT_EQ(second.page, 2);
  EXPECT_EQ(pieces[0].text.substr(second.begin, second.end - second.begin), "Second page.");
}

TEST(Chunker, loses_no_heading_that_has_no_content) {
  auto pieces = cut({heading("Alpha", 1), heading("Beta", 1), heading("Gamma", 2)}, 50, 60);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "Alpha");
  EXPECT_EQ(pieces[1].text, "Gamma");
  EXPECT_EQ(pieces[1].heading_path, "Beta > Gamma");
}

TEST(Chunker, stops_when_delivery_fails) {
  Chunker chunker({.measure = count_words, .size_target = 1, .size_max = 1, .overlap = 0},
                  [](Piece) -> Result<void> { return fail(ErrorCode::too_large, "enough"); });

  auto outcome = chunker.add({paragraph("one"), paragraph("two"), paragraph("three")});

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::documents
