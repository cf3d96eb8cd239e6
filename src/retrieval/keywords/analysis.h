#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::retrieval {

// So much of a text is looked at; what is beyond is not found by keywords.
inline constexpr std::size_t analysed_bytes_max = 1U << 20U;
// So many words of a text count.
inline constexpr std::size_t analysed_words_max = 1U << 14U;
// Longer words are cut to this, in texts and in queries alike.
inline constexpr std::size_t term_bytes_max = 64;
// What the term of a stem begins with, so that it is no written form.
inline constexpr char stem_mark = '\x01';

enum class TermKind : std::uint8_t {
  word,   // as written, case and compatibility forms folded; or a pair of characters
  whole,  // made of several words from its position on: "ab-1234/5", or a word by dictionary
  stem,   // of the word at its position, with the mark
};

// One term of a text. Several terms may share a position: a word and its stem, a code and its
// first part.
struct Term {
  std::string_view text;  // belongs to the analyzer, until it is used again
  std::uint32_t position = 0;
  TermKind kind = TermKind::word;
};

// Text into terms, for indexes and queries alike. Case and compatibility forms are folded (NFKC).
// Scripts with spaces between words yield words, and the stem of a word where it differs from it;
// codes, addresses, file names and versions ("AB-1234/5", "x@y.z", "v1.2.3") both whole and by
// parts. Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese yield pairs of characters and
// words by dictionary. For one thread at a time; costly to make and cheap to use again.
class Analyzer {
 public:
  Analyzer();
  ~Analyzer();
  Analyzer(Analyzer&& other) noexcept;
  Analyzer& operator=(Analyzer&& other) noexcept;

  // The terms of a text in any UTF-8, sound or not, in order of their positions, which begin at 0
  // and grow by at most one. `language` is ISO 639-1 or empty; it decides about stems and
  // diacritics. The result is valid until the next call.
  std::span<const Term> analyse(std::string_view text, std::string_view language);

  // How a written form, as `analyse` puts it out, is stemmed in a language, without the mark.
  // Valid until the next call.
  std::string_view stem(std::string_view word, std::string_view language);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace aiva::retrieval
