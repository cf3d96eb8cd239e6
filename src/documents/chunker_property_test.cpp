#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "documents/chunker.h"
#include "documents/table_text.h"
#include "documents/testing/find_wrong_span.h"
#include "foundation/text/sentences.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

int count_words(std::string_view text) { return static_cast<int>(split_words(text).size()); }

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
  EXPECT_EQ(find_wrong_span(blocks_, pieces_), "");
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

}  // namespace
}  // namespace aiva::documents
