#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/onnx/internal/text_pieces.h"
#include "foundation/result.h"

namespace aiva {

// Two texts as one input of a model: ids of pieces and marks, and for each which text it is of.
struct TokenPair {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> types;
};

// Makes ready two texts that a model reads together, by a tokenizer.json as Hugging Face's
// tokenizers write it: word pieces (BERT), unigram pieces (XLM-R) or byte pairs (RoBERTa), and its
// template for pairs. Immutable; any thread.
class TextPairTokenizer {
 public:
  // Fails with `unavailable` when the file cannot be read, `invalid` when it is malformed or asks
  // for what is not known here.
  static Result<TextPairTokenizer> load(const std::filesystem::path& tokenizer_json);
  // The same from the file's text.
  static Result<TextPairTokenizer> parse(std::string_view tokenizer_json);

  // The pieces of one text, without marks, as far as `count_max` goes.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t count_max) const;
  // Both with their marks in at most `tokens_max` (more than the marks alone): of the longer one
  // the end is cut off until they are of one length, then of both.
  [[nodiscard]] TokenPair join(std::span<const std::int64_t> first,
                               std::span<const std::int64_t> second, std::size_t tokens_max) const;

  [[nodiscard]] std::size_t marks_count() const;
  // What fills up rows of a batch.
  [[nodiscard]] std::int64_t pad_id() const { return pad_id_; }
  // The most tokens the file says the model reads; 0: it does not say.
  [[nodiscard]] std::size_t tokens_max() const { return tokens_max_; }

 private:
  // A place of the template: marks, or one of the texts.
  struct Place {
    enum class Kind { marks, first, second } kind = Kind::marks;
    std::vector<std::int64_t> ids{};
    std::int64_t type = 0;
  };
  struct Reading;

  std::unique_ptr<TextPieces> pieces_;
  std::vector<Place> places_;
  std::int64_t pad_id_ = 0;
  std::size_t tokens_max_ = 0;
};

}  // namespace aiva
