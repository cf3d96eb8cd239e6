#include "adapters/sqlite/keyword_query.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <vector>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t words_max = 32;
constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t text_bytes_max = 8192;

// English words that stand in nearly every text; sorted.
constexpr std::array<std::string_view, 84> stop_words = {
    "a",     "about", "all",   "also",  "am",   "an",     "and",   "any",    "are",   "as",
    "at",    "be",    "been",  "but",   "by",   "can",    "could", "did",    "do",    "does",
    "for",   "from",  "had",   "has",   "have", "he",     "her",   "his",    "how",   "i",
    "if",    "in",    "into",  "is",    "it",   "its",    "just",  "me",     "my",    "no",
    "not",   "of",    "on",    "or",    "our",  "please", "she",   "should", "so",    "some",
    "such",  "tell",  "than",  "that",  "the",  "their",  "them",  "then",   "there", "these",
    "they",  "this",  "those", "to",    "us",   "very",   "was",   "we",     "were",  "what",
    "when",  "where", "which", "while", "who",  "whom",   "whose", "why",    "will",  "with",
    "would", "you",   "your",  "yours"};
static_assert(std::ranges::is_sorted(stop_words));

// What FTS5's unicode61 takes into a token: letters, numbers and private use; and the marks which
// it strips from letters.
bool is_word_character(char32_t code_point) {
  constexpr std::uint32_t token_categories = U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK | U_GC_M_MASK;
  return (U_MASK(u_charType(static_cast<UChar32>(code_point))) & token_categories) != 0;
}

void add_word(std::vector<std::string>& words, std::string word) {
  if (word.empty() || word.size() > word_bytes_max) return;
  if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
}

// The different words of a text in lower case, in order.
std::vector<std::string> split_words(std::string_view text) {
  text = utf8_prefix(text, text_bytes_max);
  std::vector<std::string> words;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    auto code_point = next_code_point(text, at);
    if (is_word_character(code_point)) {
      append_utf8(word, static_cast<char32_t>(u_tolower(static_cast<UChar32>(code_point))));
    } else {
      add_word(words, std::move(word));
      word.clear();
    }
  }
  add_word(words, std::move(word));
  return words;
}

bool is_stop_word(const std::string& word) {
  return std::ranges::binary_search(stop_words, std::string_view(word));
}

}  // namespace

std::string make_keyword_query(std::string_view scope, std::string_view text) {
  auto words = split_words(text);
  if (!std::ranges::all_of(words, is_stop_word)) std::erase_if(words, is_stop_word);
  if (words.empty()) return {};
  if (words.size() > words_max) words.resize(words_max);
  std::string query = "scope:\"" + std::string(scope) + "\" AND {text heading_path}:(";
  for (const auto& word : words) {
    if (!query.ends_with('(')) query += " OR ";
    query.append("\"").append(word).append("\"");
  }
  return query + ")";
}

}  // namespace aiva
