#include "adapters/onnx/internal/spoken_pieces.h"

#include <gtest/gtest.h>

#include <array>

#include "adapters/onnx/internal/spoken_repeats.h"
#include "foundation/crypto.h"

namespace aiva {
namespace {

std::string script_of(const std::string& lines) {
  return "x;\nllama_vocab_base64 = \"" + to_base64(lines) + "\";\n";
}

TEST(SpokenPieces, joins_pieces_and_bytes_to_a_text) {
  auto pieces = SpokenPieces::parse(
      script_of("<unk>\n<s>\n</s>\n\u2581Hello\n,\n\u2581wor\nld\n<0xC3>\n<0xA9>\n\u2581\u2581"));
  ASSERT_TRUE(pieces) << pieces.error().cause;
  EXPECT_EQ(pieces->size(), 10U);
  constexpr std::array<std::int64_t, 7> greeting{1, 3, 4, 5, 6, 9, 2};
  constexpr std::array<std::int64_t, 3> accent{5, 7, 8};
  constexpr std::array<std::int64_t, 2> cut{5, 7};
  constexpr std::array<std::int64_t, 4> unknown{-1, 10, 32'500, 3};

  EXPECT_EQ(pieces->text_of(greeting), "Hello, world");
  EXPECT_EQ(pieces->text_of(accent), "wor\u00e9");
  EXPECT_EQ(pieces->text_of(cut), "wor\ufffd");
  EXPECT_EQ(pieces->text_of(unknown), "Hello");
  EXPECT_EQ(pieces->text_of({}), "");
}

TEST(SpokenPieces, refuse_what_is_no_vocabulary) {
  for (const auto& script : {std::string(), std::string("llama_vocab_base64 = \"abc"),
                             std::string("llama_vocab_base64 = \"@@@@\";"), script_of("a\nb\nc")}) {
    auto pieces = SpokenPieces::parse(script);

    ASSERT_FALSE(pieces) << script;
    EXPECT_EQ(pieces.error().code, ErrorCode::invalid);
  }
  auto absent = SpokenPieces::load("/nowhere/llama-tokenizer.js");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::unavailable);
}

TEST(SpokenRepeats, are_cut_to_one_when_nobody_would_say_them) {
  using Ids = std::vector<std::int64_t>;
  struct Case {
    Ids ids;
    std::optional<std::size_t> length;
  };
  const Ids loop{8, 9, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3};
  const Case cases[] = {
      {{}, std::nullopt},
      {{5, 5, 5, 5, 5, 5, 5, 5, 5}, std::nullopt},  // nine zeros of an order's number
      {{5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, 1},
      {{7, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6}, std::nullopt},
      {{7, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6, 5, 6}, 3},
      {Ids(loop.begin(), loop.end() - 1), std::nullopt},
      {loop, 5},
  };
  for (const auto& [ids, length] : cases) EXPECT_EQ(length_before_repeats(ids), length);
}

}  // namespace
}  // namespace aiva
