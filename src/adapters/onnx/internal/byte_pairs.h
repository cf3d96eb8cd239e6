#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva {

// Byte-level byte pair encoding (Sennrich et al. 2016, arXiv:1508.07909; Radford et al. 2019): a
// word's bytes are joined by rank. Immutable; any thread.
class BytePairs {
 public:
  // Reads the `model` of a tokenizer.json. Fails with `invalid`.
  static Result<BytePairs> read(const json::Object& model);

  [[nodiscard]] std::optional<std::int64_t> id_of(const std::string& token) const;
  // Appends the ids of a word's pieces, `unknown` for those the vocabulary lacks; `ending` marks
  // the last byte. Of an endless word 512 bytes are read: joining takes time by the square of it.
  void append(std::string_view word, std::string_view ending, std::int64_t unknown,
              std::vector<std::int64_t>& ids) const;

 private:
  std::unordered_map<std::string, std::int64_t> ids_;
  std::unordered_map<std::string, std::size_t> ranks_;  // "a b": when a and b are joined
};

}  // namespace aiva
