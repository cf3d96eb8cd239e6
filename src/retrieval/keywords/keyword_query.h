#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "retrieval/keywords/analysis.h"

namespace aiva::retrieval {

inline constexpr std::size_t query_words_max = 32;
// Prefixes beyond these are words.
inline constexpr std::size_t query_prefixes_max = 8;
inline constexpr std::size_t query_phrases_max = 8;
inline constexpr std::size_t phrase_terms_max = 16;
inline constexpr std::size_t query_bytes_max = 8192;
// Stems are made in so many languages at most, the first of those given.
inline constexpr std::size_t query_languages_max = 8;

// One word of a query. Rows that have the written form count fully, those that only share one of
// the stems a little less; whatever a row has of a word counts once.
struct KeywordWord {
  std::string text{};                // the written form
  std::vector<std::string> stems{};  // without marks; the word itself where it is its own stem
  bool is_prefix = false;            // any word that begins with `text`; has no stems
};

// Terms that must stand in a row at these distances from the first one's position.
struct KeywordPhrase {
  struct Part {
    std::string text;
    std::uint32_t offset = 0;
  };
  std::vector<Part> parts;
};

// What is searched: rows with any of the words, but only those that have every phrase. The words
// of phrases are among the words.
struct KeywordQuery {
  std::vector<KeywordWord> words;
  std::vector<KeywordPhrase> phrases;

  [[nodiscard]] bool is_empty() const { return words.empty(); }
};

// Reads a query. "Quoted words" are a phrase, a * that ends a word of two characters or more makes
// it a prefix; anything else is text, so no query is wrong. Words beyond the limits are left out.
// `languages` are those of the rows to be searched (`languages_of`).
KeywordQuery parse_keyword_query(Analyzer& analyzer, std::string_view text,
                                 std::span<const std::string> languages);

}  // namespace aiva::retrieval
