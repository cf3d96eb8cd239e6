#include "capabilities/search/terms.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "foundation/text/sentences.h"
#include "foundation/text/utf8.h"

namespace aiva::search {
namespace {

constexpr std::size_t term_bytes_max = 64;

// Sorted, for binary search.
constexpr auto stop_words = std::to_array<std::string_view>({
    "a",    "about",  "am",    "an",     "and",   "any",   "are",   "as",    "at",
    "be",   "been",   "but",   "by",     "can",   "could", "did",   "do",    "does",
    "for",  "from",   "had",   "has",    "have",  "how",   "i",     "if",    "in",
    "into", "is",     "it",    "its",    "me",    "my",    "of",    "on",    "or",
    "our",  "please", "shall", "should", "so",    "some",  "tell",  "than",  "that",
    "the",  "their",  "them",  "then",   "there", "these", "they",  "this",  "those",
    "to",   "us",     "was",   "we",     "were",  "what",  "when",  "where", "which",
    "who",  "whom",   "whose", "why",    "will",  "with",  "would", "you",   "your",
});
static_assert(std::ranges::is_sorted(stop_words));
constexpr std::size_t stop_word_bytes_max =
    std::ranges::max(stop_words, {}, &std::string_view::size).size();

// Where the stop words of each first letter begin, and where those of z end.
constexpr auto stop_words_by_letter = [] {
  std::array<std::uint8_t, 27> begins{};
  for (std::size_t letter = 0; letter < begins.size(); ++letter)
    begins[letter] = static_cast<std::uint8_t>(std::ranges::count_if(
        stop_words, [letter](auto word) { return word[0] < static_cast<char>('a' + letter); }));
  return begins;
}();
static_assert(stop_words.size() <= 255 && stop_words_by_letter.back() == stop_words.size());

bool is_in_stop_words(std::string_view word) {
  if (word.size() > stop_word_bytes_max || word[0] < 'a' || word[0] > 'z') return false;
  auto letter = static_cast<std::size_t>(word[0] - 'a');
  const auto* first = stop_words.data() + stop_words_by_letter[letter];
  const auto* end = stop_words.data() + stop_words_by_letter[letter + 1];
  return std::find(first, end, word) != end;
}

bool is_between(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// Simple case folding for the Latin, Greek and Cyrillic alphabets.
char32_t fold(char32_t c) {
  if (is_between(c, 'A', 'Z')) return c + 32;
  if (c < 0xC0) return c;
  if (is_between(c, 0xC0, 0xDE) && c != 0xD7) return c + 32;
  if (is_between(c, 0x139, 0x148) || is_between(c, 0x179, 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (is_between(c, 0x100, 0x177)) return c | 1U;
  if (is_between(c, 0x391, 0x3A9)) return c + 32;
  if (c == 0x3C2) return 0x3C3;
  if (is_between(c, 0x410, 0x42F)) return c + 32;
  if (is_between(c, 0x400, 0x40F)) return c + 80;
  return c;
}

bool is_vowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

bool has_vowel(std::string_view word) { return std::ranges::any_of(word, is_vowel); }

// Takes `ending` off when a stem of three letters with a vowel stays.
bool drop_ending(std::string& word, std::string_view ending) {
  if (!word.ends_with(ending) || word.size() < ending.size() + 3) return false;
  if (!has_vowel(std::string_view(word).substr(0, word.size() - ending.size()))) return false;
  word.resize(word.size() - ending.size());
  return true;
}

void undouble(std::string& word) {
  auto size = word.size();
  if (size > 3 && word[size - 1] == word[size - 2] && !is_vowel(word.back()) &&
      word.back() != 'l' && word.back() != 's')
    word.pop_back();
}

// Plurals, -ed, -ing, -ly, final e and y: the first steps of a Porter stemmer and no more, because
// a quote must not be found through a far-fetched relation.
void stem_english(std::string& word) {
  if (word.size() < 4 || !std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; }))
    return;
  if (word.ends_with("ies")) {
    word.resize(word.size() - 2);
  } else if (word.ends_with("sses") || word.ends_with("xes") || word.ends_with("ches") ||
             word.ends_with("shes")) {
    word.resize(word.size() - 2);
  } else if (word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") &&
             !word.ends_with("is")) {
    word.pop_back();
  }
  drop_ending(word, "ly");
  if (drop_ending(word, "ing") || drop_ending(word, "ed")) undouble(word);
  if (word.size() > 3 && word.ends_with('e')) word.pop_back();
  if (word.size() > 3 && word.ends_with('y')) word.back() = 'i';
}

// A word in lower case and without apostrophes.
std::string folded(std::string_view word) {
  std::array<char, term_bytes_max> plain{};
  std::size_t count = 0;
  std::size_t at = 0;
  for (; at < word.size() && count < plain.size(); ++at) {
    char c = word[at];
    if (static_cast<unsigned char>(c) >= 0x80) break;
    if (c != '\'') plain[count++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  std::string out(plain.data(), count);
  while (at < word.size() && out.size() < term_bytes_max) {
    auto c = next_code_point(word, at);
    if (c != '\'' && c != 0x2019) append_utf8(out, fold(c));
  }
  return out;
}

}  // namespace

bool is_stop_word(std::string_view word) { return !word.empty() && is_in_stop_words(word); }

std::vector<Term> terms_of(std::string_view text) {
  auto words = split_words(text);
  std::vector<Term> terms;
  terms.reserve(words.size());
  for (auto word : words) {
    auto stem = folded(word);
    if (stem.empty()) continue;
    bool is_stop_word = is_in_stop_words(stem);
    if (!is_stop_word) stem_english(stem);
    terms.push_back({std::move(stem), is_stop_word});
  }
  return terms;
}

}  // namespace aiva::search
