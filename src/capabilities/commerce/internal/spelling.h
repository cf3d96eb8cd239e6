#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/internal/vocabulary.h"
#include "retrieval/keywords/analysis.h"

namespace aiva::commerce {

// How a text is understood by what the products of some knowledge bases are described with.
struct Understood {
  std::string words{};      // what is searched for by words, with its stars
  std::string meaning{};    // what is searched for by meaning
  std::string corrected{};  // the text with its words put right; empty: none was wrong
  // Its words, put right, as an analyzer puts them out; each once. `names` has codes whole, too.
  std::vector<std::string> terms{};
  std::vector<std::string> names{};
};

// The words of a text that the vocabularies lack; at most a few. They may stand elsewhere.
std::vector<std::string> strange_words(std::string_view text,
                                       std::span<const Vocabulary* const> vocabularies,
                                       retrieval::Analyzer& analyzer);

// Words that neither the vocabularies nor `known` have are taken for the nearest of the
// vocabularies. The last one may be the beginning of a word. Quoted words, words with a star and
// codes stay as they are.
Understood understand(std::string_view text, std::span<const Vocabulary* const> vocabularies,
                      std::span<const std::string> known, retrieval::Analyzer& analyzer);

// The words of a text as a vocabulary counts them, each once.
std::vector<std::string> words_of(std::string_view text, retrieval::Analyzer& analyzer);
// The same with codes whole besides.
std::vector<std::string> names_of(std::string_view text, retrieval::Analyzer& analyzer);

}  // namespace aiva::commerce
