#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva {

// The vocabulary a recognizer of speech writes with: LLaMA's SentencePiece pieces, by id.
class SpokenPieces {
 public:
  // Reads them out of the package llama-tokenizer-js: a string of JavaScript with the pieces in
  // base64. Fails with `unavailable` when the file cannot be read, `invalid` when it is malformed.
  static Result<SpokenPieces> load(const std::filesystem::path& script);
  static Result<SpokenPieces> parse(std::string_view script);

  // The text of these pieces, well-formed UTF-8 without spaces around it; ids that are marks or not
  // known have none.
  [[nodiscard]] std::string text_of(std::span<const std::int64_t> ids) const;
  [[nodiscard]] std::size_t size() const { return pieces_.size(); }

 private:
  std::vector<std::string> pieces_;  // as bytes, spaces as such
};

}  // namespace aiva
