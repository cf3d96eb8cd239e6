#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "adapters/onnx/piece_trie.h"
#include "foundation/result.h"

namespace aiva {

// Cuts text into the pieces of a unigram vocabulary so that their scores add up highest (Kudo
// 2018, arXiv:1804.10959), as the sentence encoder was trained. Text is normalised first: NFKC,
// white space of any kind and length counts as one space, invisible characters vanish, ill-formed
// UTF-8 becomes U+FFFD. Immutable; any thread.
class SentencePieceTokenizer {
 public:
  // Reads a `.vocab` file as tools/convert_sentence_encoder writes it. Fails with `unavailable`
  // when it cannot be read and `invalid` when it is malformed.
  static Result<SentencePieceTokenizer> load(const std::filesystem::path& path);
  // The same from the file's text.
  static Result<SentencePieceTokenizer> parse(std::string_view vocab);

  // The ids of the first `tokens_max` pieces. Characters the vocabulary lacks become id 0, one for
  // a run of them.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t tokens_max) const;
  // How many pieces the whole text has.
  [[nodiscard]] std::size_t count_tokens(std::string_view text) const;

 private:
  SentencePieceTokenizer(PieceTrie trie, std::vector<double> scores);

  PieceTrie trie_;
  std::vector<double> scores_;
};

// A function that counts the tokens of a text with the vocabulary at `vocab_path`; it may be
// copied and called from any thread. Fails as SentencePieceTokenizer::load does.
Result<std::function<int(std::string_view)>> make_token_counter(
    const std::filesystem::path& vocab_path);

}  // namespace aiva
