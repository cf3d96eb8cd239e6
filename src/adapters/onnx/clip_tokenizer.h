#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "adapters/onnx/internal/byte_pairs.h"
#include "foundation/result.h"

namespace aiva {

// CLIP's byte-level byte pair encoding (Radford et al. 2021, arXiv:2103.00020): lower case, words
// by its pattern, each word's bytes joined by rank. Any thread.
class ClipTokenizer {
 public:
  // Reads a tokenizer.json as Hugging Face's tokenizers write it. Fails with `unavailable` when it
  // cannot be read and `invalid` when it is none of CLIP's.
  static Result<ClipTokenizer> load(const std::filesystem::path& tokenizer_json);

  // The ids of a text between the marks of start and end, at most `count_max` (2 or more).
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t count_max) const;
  [[nodiscard]] std::int64_t end_id() const { return end_; }

 private:
  BytePairs pairs_;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace aiva
