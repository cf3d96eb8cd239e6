#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/conversation_search.h"
#include "foundation/result.h"
#include "retrieval/keywords/analysis.h"

namespace aiva::chat {

// Distinct words in the form in which they are compared: as retrieval cuts and folds them, without
// diacritics; a pair of characters where a script has no spaces. English words that say little are
// left out.
using WordSet = std::set<std::string, std::less<>>;

// Takes texts apart; costly to make. For one thread at a time.
class WordCutter {
 public:
  // The words of a text in their order; with `all` those that say little, too. Valid until the next
  // call.
  const std::vector<std::string>& cut(std::string_view text, bool all = false);

 private:
  retrieval::Analyzer analyzer_;
  std::vector<std::string> words_;
};

// What a conversation is asked for by.
struct WantedWords {
  std::vector<std::string> whole{};  // words it must have
  std::string beginning{};           // of another word of it; never empty
};

// Reads what somebody typed, of which the last word may not be complete. `invalid` beyond 200
// characters or 8 words, without a word, and for a single letter alone.
Result<WantedWords> read_wanted_words(std::string_view text);

// Where a text has wanted words.
struct WordsInText {
  std::vector<TextMark> marks{};  // in their order, apart from each other
  std::size_t found = 0;          // how many of the wanted words
};
WordsInText find_words(std::string_view text, const WantedWords& wanted);

// So much of a text that a reader knows what it is about, with its first mark in it; cut ends are
// replaced by an ellipsis.
struct Excerpt {
  std::string text{};
  std::vector<TextMark> marks{};
};
Excerpt excerpt_of(std::string_view text, const std::vector<TextMark>& marks);

}  // namespace aiva::chat
