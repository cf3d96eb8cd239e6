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
  Block table{.kind = BlockKind::table, .text = "item | price\na | 1\nb | 2\nc | 3\nd | 4"};

  auto pieces = cut({table}, 6, 6, 2);

  ASSERT_GE(pieces.size(), 2U);
  for (const auto& piece : pieces) {
    EXPECT_TRUE(piece.text.starts_with("item | price\n")) << piece.text;
    EXPECT_EQ(piece.type, "table");
  }
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

  auto outcome = chunker.add({paragraph("one"), paragraph("two")});

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::documents
