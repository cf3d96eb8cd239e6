#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

#include "documents/tokens/token_ranks.h"
#include "documents/tokens/word_scanner.h"
#include "foundation/result.h"

namespace aiva::documents {

// Counts the tokens that a language model of the o200k_base encoding (GPT-4o and later) makes of a
// text; special tokens are text like any other. Exact but for words of more than 64 KB without a
// break, which are counted in slices. Takes O(n log n); any thread may use it.
class TokenCounter {
 public:
  explicit TokenCounter(TokenRanks ranks);
  ~TokenCounter();
  TokenCounter(TokenCounter&&) noexcept;
  TokenCounter& operator=(TokenCounter&&) noexcept;

  // Fails as TokenRanks::load does.
  static Result<TokenCounter> load(const std::filesystem::path& ranks_file);

  [[nodiscard]] std::size_t count(std::string_view text) const;

 private:
  class WordCache;

  [[nodiscard]] std::size_t count_word(std::string_view word) const;

  TokenRanks ranks_;
  std::unique_ptr<const WordScanner> scanner_;
  std::unique_ptr<WordCache> cache_;
};

}  // namespace aiva::documents
