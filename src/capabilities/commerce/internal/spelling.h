#pragma once

#include <functional>
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
  // The words of it that count, put right, as an analyzer puts them out; each once.
  std::vector<std::string> terms{};
};

// Words the vocabularies lack are taken for the nearest they have. The last one may be the
// beginning of a word. Quoted words, words with a star and codes stay as they are.
Understood understand(std::string_view text, std::span<const Vocabulary* const> vocabularies,
                      retrieval::Analyzer& analyzer);

// The words of a text as a vocabulary counts them, each once.
std::vector<std::string> words_of(std::string_view text, retrieval::Analyzer& analyzer);

}  // namespace aiva::commerce
