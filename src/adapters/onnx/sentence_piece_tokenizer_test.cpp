#include "adapters/onnx/sentence_piece_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "adapters/onnx/internal/piece_text.h"
#include "adapters/onnx/internal/reference_entries.h"

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const SentencePieceTokenizer& english() {
  static const auto tokenizer =
      SentencePieceTokenizer::load(AIVA_TEST_MODELS "/sentence_encoder.vocab").value();
  return tokenizer;
}

// Ids: 0 unknown, 1 "▁", 2 "a", 3 "b", 4 "ab", 5 "▁ab".
SentencePieceTokenizer make_small() {
  return SentencePieceTokenizer::parse(
             "aiva-pieces 1 6 1\n0\t?\n-1\t\xE2\x96\x81\n-2\ta\n-2\tb\n-3\tab\n-3.5\t\xE2\x96\x81"
             "ab\n")
      .value();
}

TEST(MarkWords, treats_white_space_of_any_kind_as_one_boundary) {
  EXPECT_EQ(mark_words(" a\t\n b\r\n\xC2\xA0"
                       "c\xE3\x80\x80"
                       "d\xE2\x80\xA8"
                       "e\xE2\x96\x81"
                       "f  "),
            "▁a▁b▁c▁d▁e▁f");
}

TEST(MarkWords, applies_compatibility_composition_and_drops_the_invisible) {
  EXPECT_EQ(mark_words("\xEF\xBC\xA1\xEF\xAC\x81"), "▁Afi");
  EXPECT_EQ(mark_words("e\xCC\x81"), "▁é");
  EXPECT_EQ(mark_words("so\xC2\xAD"
                       "ft\xE2\x80\x8B\x01\xEF\xBB\xBF"),
            "▁soft");
}

TEST(MarkWords, of_nothing_visible_is_empty) {
  EXPECT_EQ(mark_words(""), "");
  EXPECT_EQ(mark_words(" \n\t\xE2\x80\x8B"), "");
}

TEST(MarkWords, repairs_ill_formed_text) {
  EXPECT_EQ(mark_words("a\xFF"
                       "b\xC3"),
            "▁a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(SentencePieceTokenizer, cuts_every_reference_text_as_the_original_does) {
  for (const auto& entry : read_reference_entries(AIVA_TEST_DATA "/reference.json")) {
    EXPECT_EQ(english().encode(entry.text, 200), entry.ids) << entry.text;
    EXPECT_EQ(english().count_tokens(entry.text), entry.token_count) << entry.text;
  }
}

TEST(SentencePieceTokenizer, prefers_the_cut_with_the_highest_sum) {
  const auto tokenizer = make_small();

  EXPECT_THAT(tokenizer.encode("ab", 10), ElementsAre(5));
  EXPECT_THAT(tokenizer.encode("aab", 10), ElementsAre(1, 2, 4));
  EXPECT_THAT(tokenizer.encode("ab ba", 10), ElementsAre(5, 1, 3, 2));
}

TEST(SentencePieceTokenizer, joins_a_run_of_unknown_characters) {
  const auto tokenizer = make_small();

  EXPECT_THAT(tokenizer.encode("xyza\xE4\xB8\xAD\xE6\x96\x87", 10), ElementsAre(1, 0, 2, 0));
}

TEST(SentencePieceTokenizer, stops_at_the_limit) {
  const auto tokenizer = make_small();

  EXPECT_THAT(tokenizer.encode("a a a", 3), ElementsAre(1, 2, 1));
  EXPECT_THAT(tokenizer.encode("a a a", 0), IsEmpty());
  EXPECT_THAT(tokenizer.encode("", 5), IsEmpty());
  EXPECT_EQ(tokenizer.count_tokens("a a a"), 6U);
}

TEST(SentencePieceTokenizer, reads_a_megabyte_with_and_without_spaces) {
  const std::string solid(1 << 20, 'a');
  std::string words;
  while (words.size() < 1 << 20) words += "word ";

  EXPECT_EQ(make_small().count_tokens(solid), solid.size() + 1);
  EXPECT_EQ(english().count_tokens(words), words.size() / 5);
  EXPECT_EQ(english().encode(words, 128).size(), 128U);
}

TEST(SentencePieceTokenizer, survives_every_byte_value) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>(i * 7 % 256);

  EXPECT_GT(english().count_tokens(bytes), 0U);
}

TEST(SentencePieceTokenizer, refuses_a_malformed_vocabulary) {
  for (const char* text :
       {"", "pieces", "aiva-pieces 1 x 1\n", "aiva-pieces 1 2 2\n0\ta\n0\tb\n",
        "aiva-pieces 1 3 1\n0\ta\n0\tb\n", "aiva-pieces 1 2 1\n0\ta\n0\tb\n0\tc\n",
        "aiva-pieces 1 2 1\n0\ta\nx\tb\n", "aiva-pieces 1 2 1\n0\ta\n0\t\n",
        "aiva-pieces 1 2 1\n0\ta\n0\t\xFF\n", "aiva-pieces 1 2 1\n0\ta\n0\ta\xE2\x96\x81\n"}) {
    const auto tokenizer = SentencePieceTokenizer::parse(text);
    ASSERT_FALSE(tokenizer) << text;
    EXPECT_EQ(tokenizer.error().code, ErrorCode::invalid) << text;
  }
}

TEST(SentencePieceTokenizer, says_that_a_file_is_missing) {
  const auto tokenizer = SentencePieceTokenizer::load("/nowhere/file.vocab");

  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::unavailable);
}

TEST(TokenCounter, outlives_its_origin_and_its_copies) {
  std::function<int(std::string_view)> counter;
  {
    auto made = make_token_counter(AIVA_TEST_MODELS "/sentence_encoder.vocab");
    ASSERT_TRUE(made) << made.error().message;
    counter = *made;
  }

  EXPECT_EQ(counter("How do I reset my password?"), 8);
  EXPECT_EQ(counter(""), 0);
}

}  // namespace
}  // namespace aiva
