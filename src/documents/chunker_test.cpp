#include "documents/chunker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "documents/table_text.h"
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
                    50, 60);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].text, "One two three four.");
  EXPECT_EQ(pieces[0].page_last, 1);
  EXPECT_EQ(pieces[1].text, "Then run:\n\nmake install");
  EXPECT_EQ(pieces[1].type, "code");
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

// Text of four languages, to be cut anywhere.
std::string sentence(std::minstd_rand& random, int& count_of_words) {
  static const std::vector<std::string> words = {
      "lamp",       "harbour,", "don't",   "Öl",   "Straße", "灯台の",
      "守り手は、", "夜を",     "المنارة", "تضيء", "البحر،", "e.g.",
      "3.5",        "(see",     "below)",  "—",    "x",      "\xF0\x9F\x92\xA1"};
  std::string text;
  for (auto count = 1 + random() % 14; count > 0; --count) {
    if (!text.empty() && random() % 8 != 0) text += ' ';
    text += words[random() % words.size()] + std::to_string(++count_of_words) + "_";
  }
  constexpr std::array<std::string_view, 6> ends = {".", "?", "!", "。", "؟", ":"};
  return text.append(ends[random() % ends.size()]);
}

Block any_block(std::minstd_rand& random, int number) {
  Block block;
  block.page = 1 + number / 5;
  int word = 0;
  block.kind = static_cast<BlockKind>(random() % (static_cast<unsigned>(last_block_kind) + 1));
  // Which block a span is of is told by its box.
  block.box = Box{.left = static_cast<float>(number)};
  auto sentences = 1 + random() % (random() % 5 == 0 ? 40 : 4);
  for (unsigned i = 0; i < sentences; ++i) {
    if (block.kind == BlockKind::table) {
      std::vector<std::string> cells;
      for (auto count = 1 + random() % 5; count > 0; --count)
        cells.push_back(sentence(random, word));
      add_table_row(block.text, cells);
    } else {
      constexpr std::array<std::string_view, 4> gaps = {" ", "\n", "\n\n", ""};
      if (i > 0) block.text += gaps[random() % gaps.size()];
      block.text += sentence(random, word);
    }
  }
  if (block.kind == BlockKind::table) block.header_rows = static_cast<int>(random() % 3);
  if (block.kind == BlockKind::heading) block.level = 1 + static_cast<int>(random() % 4);
  return block;
}

// What must hold of any document, whatever the sizes.
class AnyDocument : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    std::minstd_rand random(GetParam() + 1);
    auto count = 1 + random() % 60;
    for (unsigned i = 0; i < count; ++i) blocks_.push_back(any_block(random, static_cast<int>(i)));
    options_ = {.measure = GetParam() % 2 == 0 ? count_characters : count_words,
                .size_target = 20 + static_cast<int>(random() % 300)};
    options_.size_max = options_.size_target + static_cast<int>(random() % 100);
    options_.overlap = static_cast<int>(random() % 60);
    Chunker chunker(options_, [this](Piece piece) -> Result<void> {
      pieces_.push_back(std::move(piece));
      return {};
    });
    ASSERT_TRUE(chunker.add(blocks_));
    ASSERT_TRUE(chunker.finish());
  }

  std::vector<Block> blocks_;
  ChunkerOptions options_;
  std::vector<Piece> pieces_;
};

TEST_P(AnyDocument, has_spans_that_say_exactly_where_text_stands) {
  for (const auto& piece : pieces_) {
    ASSERT_FALSE(piece.spans.empty());
    ASSERT_TRUE(is_valid_utf8(piece.text));
    std::size_t last = 0;
    int page_first = piece.spans[0].page;
    int page_last = page_first;
    for (const auto& span : piece.spans) {
      ASSERT_TRUE(span.begin >= last && span.begin < span.end && span.end <= piece.text.size());
      last = span.end;
      const auto& block = blocks_.at(static_cast<std::size_t>(span.box->left));
      auto text = piece.text.substr(span.begin, span.end - span.begin);
      EXPECT_NE(block.text.find(text), std::string::npos) << text << "\nis not in\n" << block.text;
      EXPECT_EQ(span.page, block.page);
      page_first = std::min(page_first, span.page);
      page_last = std::max(page_last, span.page);
    }
    EXPECT_EQ(piece.page_first, page_first);
    EXPECT_EQ(piece.page_last, page_last);
  }
}

TEST_P(AnyDocument, keeps_every_word_in_its_order) {
  struct Read {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::map<std::size_t, Read> read;
  auto next_after = [](std::string_view text, std::size_t end) {
    return std::min(text.find_first_not_of(" \n|", end), text.size());
  };
  for (const auto& piece : pieces_)
    for (const auto& span : piece.spans) {
      auto number = static_cast<std::size_t>(span.box->left);
      std::string_view text = blocks_.at(number).text;
      auto part = piece.text.substr(span.begin, span.end - span.begin);
      auto& last = read[number];
      // Parts of a block may overlap, but leave nothing out between them.
      auto begin = next_after(text, last.end);
      if (!text.substr(begin).starts_with(part)) {
        auto overlapping = text.find(part, last.begin);
        ASSERT_LE(overlapping, begin) << part;
        begin = overlapping;
      }
      last = {.begin = begin, .end = begin + part.size()};
    }
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].kind == BlockKind::heading && !read.contains(i)) continue;  // in a path
    EXPECT_EQ(next_after(blocks_[i].text, read[i].end), blocks_[i].text.size()) << i;
  }
}

TEST_P(AnyDocument, has_no_piece_beyond_the_limit) {
  for (const auto& piece : pieces_) EXPECT_LE(piece.size, options_.size_max) << piece.text;
}

TEST_P(AnyDocument, has_every_heading_in_a_path_or_a_text) {
  for (const auto& block : blocks_) {
    if (block.kind != BlockKind::heading) continue;
    auto line = std::string(utf8_prefix(block.text, 200));
    std::ranges::replace(line, '\n', ' ');
    EXPECT_TRUE(std::ranges::any_of(pieces_, [&](const Piece& piece) {
      return piece.heading_path.find(line) != std::string::npos ||
             piece.text.find(utf8_prefix(block.text, 20)) != std::string::npos;
    })) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(Chunker, AnyDocument, ::testing::Range(0U, 120U));

TEST(Chunker, stops_when_delivery_fails) {
  Chunker chunker({.measure = count_words, .size_target = 1, .size_max = 1, .overlap = 0},
                  [](Piece) -> Result<void> { return fail(ErrorCode::too_large, "enough"); });

  auto outcome = chunker.add({paragraph("one"), paragraph("two"), paragraph("three")});

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::documents
