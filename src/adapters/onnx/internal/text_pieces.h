#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva {

// Cuts text into the pieces of a vocabulary. What looks like one of a model's marks ("[SEP]") is
// text like any other: whoever writes a text must not be able to end it. Immutable; any thread.
class TextPieces {
 public:
  virtual ~TextPieces() = default;
  // The ids of the first `count_max` pieces.
  [[nodiscard]] virtual std::vector<std::int64_t> encode(std::string_view text,
                                                         std::size_t count_max) const = 0;
};

// The families of a tokenizer.json, each made from the whole file; they fail with `invalid` where
// it asks for what they cannot do.
Result<std::unique_ptr<TextPieces>> make_word_pieces(const json::Object& tokenizer);
Result<std::unique_ptr<TextPieces>> make_unigram_pieces(const json::Object& tokenizer);
Result<std::unique_ptr<TextPieces>> make_byte_pair_pieces(const json::Object& tokenizer);

}  // namespace aiva
