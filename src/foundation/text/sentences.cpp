#include "foundation/text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <memory>

#include "foundation/result.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t look_ahead_bytes = 16;

using Iterator = std::unique_ptr<icu::BreakIterator>;

Iterator make_iterator(bool is_words) {
  UErrorCode status = U_ZERO_ERROR;
  auto* iterator = is_words
                       ? icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status)
                       : icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status);
  AIVA_ASSERT(U_SUCCESS(status));
  return Iterator(iterator);
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Whether the break that ends `piece` is only a line break within a paragraph.
bool is_soft_break(std::string_view text, std::string_view piece) {
  if (piece.empty() || piece.back() != '\n') return false;
  auto end = static_cast<std::size_t>(piece.data() + piece.size() - text.data());
  if (end < text.size() && text[end] == '\n') return false;
  auto body = trim(piece);
  if (body.empty()) return false;
  return std::string_view(".!?:").find(body.back()) == std::string_view::npos;
}

bool is_letter(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte | 0x20U) - 'a' < 26U || byte >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Abbreviations that are followed by what they belong to, even when that begins with a capital:
// English, German, French, Spanish and Italian ones, sorted. Those that often end a sentence (etc.,
// usw., Inc.) or are also words (no., art.) are none of them.
constexpr auto abbreviations = std::to_array<std::string_view>(
    {"Abb", "Abs",  "Anm", "Bd",   "Capt", "D.h",  "Dipl",  "Dott", "Dr",     "E.g",  "Eq",
     "Fig", "Figs", "Gov", "Hr",   "Hrn",  "Hrsg", "I.d.R", "I.e",  "Kap",    "Lt",   "Maj",
     "Mio", "Mlle", "Mme", "Mr",   "Mrd",  "Mrs",  "Ms",    "Nr",   "Nrn",    "Prof", "Rev",
     "Sgt", "Sr",   "Sra", "St",   "Tel",  "Vgl",  "Vol",   "Z.B",  "approx", "bspw", "bzw",
     "ca",  "cf",   "d.h", "d.i",  "e.g",  "ehem", "evtl",  "ggf",  "i.d.R",  "i.e",  "inkl",
     "m.E", "o.g",  "p",   "pp",   "resp", "s.o",  "s.u",   "sog",  "u.a",    "v.a",  "vgl",
     "viz", "vs",   "z.B", "z.Hd", "z.T",  "zzgl"});
static_assert(std::ranges::is_sorted(abbreviations));

constexpr auto german_months =
    std::to_array<std::string_view>({"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli",
                                     "August", "September", "Oktober", "November", "Dezember"});

// The last word of `text` before its full stop, dots within it included ("e.g" of "see e.g."), or
// the end of a long one.
std::string_view word_before_stop(std::string_view text) {
  constexpr std::size_t word_bytes_max = 12;
  text.remove_suffix(1);
  auto begin = text.size();
  while (begin > 0 && text.size() - begin < word_bytes_max &&
         (is_letter(text[begin - 1]) || is_digit(text[begin - 1]) || text[begin - 1] == '.'))
    --begin;
  return text.substr(begin);
}

// Whether `text` ends in another initial: "J. " before "R.".
bool is_initial_before(std::string_view text) {
  text = trim(text);
  auto size = text.size();
  if (size < 2 || text[size - 1] != '.' || text[size - 2] < 'A' || text[size - 2] > 'Z')
    return false;
  return size == 2 || !is_letter(text[size - 3]);
}

// The text without opening brackets at its end: where no blank stands before them, the rules take
// them for the end of a sentence and not for the beginning of the next.
std::string_view without_openers(std::string_view text) {
  constexpr auto openers =
      std::to_array<std::string_view>({"「", "『", "（", "【", "〔", "《", "〈"});
  for (bool has_one = true; has_one;) {
    has_one = false;
    for (auto opener : openers)
      if (text.ends_with(opener)) {
        text.remove_suffix(opener.size());
        has_one = true;
      }
  }
  return text;
}

// Whether a Japanese sentence ends only within a quotation: a particle in Hiragana follows it.
bool goes_on_after_quotation(std::string_view sentence, std::string_view next) {
  bool is_quotation =
      sentence.ends_with("」") || sentence.ends_with("』") || sentence.ends_with("）");
  if (!is_quotation || next.empty()) return false;
  std::size_t at = 0;
  auto first = next_code_point(next, at);
  return first >= 0x3041 && first <= 0x3096;
}

// Whether the full stop that ends `sentence` only ends an abbreviation, an initial, the number of a
// list's item or a German ordinal before what follows.
bool is_false_end(std::string_view sentence, std::string_view next) {
  if (goes_on_after_quotation(sentence, next)) return true;
  sentence = trim(sentence);
  if (!sentence.ends_with('.')) return false;
  auto word = word_before_stop(sentence);
  if (word.empty()) return false;
  if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z')
    return sentence.size() == 2 || is_initial_before(sentence.substr(0, sentence.size() - 2));
  bool is_number = std::ranges::all_of(word, [](char c) { return is_digit(c) || c == '.'; });
  if (!is_number) return std::ranges::binary_search(abbreviations, word);
  if (word.size() + 1 == sentence.size()) return true;
  next = trim(next);
  return word.size() <= 2 && std::ranges::any_of(german_months, [next](std::string_view month) {
           return next.starts_with(month);
         });
}

// Letters and digits, and whatever is not ASCII.
constexpr auto word_bytes = [] {
  std::array<bool, 256> bytes{};
  for (std::size_t byte = 0; byte < bytes.size(); ++byte)
    bytes[byte] = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                  (byte >= 'a' && byte <= 'z') || byte >= 0x80;
  return bytes;
}();

bool is_letter_or_digit(char c) { return word_bytes[static_cast<unsigned char>(c)]; }

// Whether the words of the text can be told without the Unicode rules: ASCII without the two
// marks that these take for letters.
bool has_simple_words(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0 && c != '_' && c != '@'; });
}

// What the rules come to then: letters and digits, joined by one mark that stands between two
// letters (' .) or two digits (' . , ;).
std::vector<std::string_view> split_simple_words(std::string_view text) {
  auto is_joint = [text](std::size_t at) {
    if (at == 0 || at + 1 >= text.size()) return false;
    char before = text[at - 1];
    char after = text[at + 1];
    bool is_within_number = is_digit(before) && is_digit(after);
    if (text[at] == ',' || text[at] == ';') return is_within_number;
    if (text[at] != '.' && text[at] != '\'') return false;
    return is_within_number || (is_letter(before) && is_letter(after));
  };
  constexpr std::size_t bytes_a_word = 6;  // of usual text, the blank included
  std::vector<std::string_view> words;
  words.reserve(text.size() / bytes_a_word + 1);
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    while (at < text.size() && (is_letter_or_digit(text[at]) || (at > begin && is_joint(at)))) ++at;
    if (at > begin)
      words.push_back(text.substr(begin, at - begin));
    else
      ++at;
  }
  return words;
}

// Calls `each(begin, end, rule status)` for every piece between two boundaries.
template <class Each>
void walk(icu::BreakIterator& iterator, std::string_view text, Each each) {
  UErrorCode status = U_ZERO_ERROR;
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &status);
  iterator.setText(&source, status);
  if (U_SUCCESS(status)) {
    auto begin = iterator.first();
    for (auto end = iterator.next(); end != icu::BreakIterator::DONE;
         begin = end, end = iterator.next())
      each(static_cast<std::size_t>(begin), static_cast<std::size_t>(end),
           iterator.getRuleStatus());
  }
  utext_close(&source);
}

}  // namespace

std::vector<std::string_view> split_sentences(std::string_view text) {
  thread_local Iterator iterator = make_iterator(false);
  std::vector<std::string_view> sentences;
  std::size_t open_from = 0;
  walk(*iterator, text, [&](std::size_t begin, std::size_t end, int) {
    auto piece = text.substr(begin, end - begin);
    auto sentence = text.substr(open_from, end - open_from);
    if (end < text.size()) {
      if (is_soft_break(text, piece)) return;
      sentence = without_openers(sentence);
      if (is_false_end(sentence, text.substr(open_from + sentence.size(), look_ahead_bytes)))
        return;
    }
    open_from += sentence.size();
    sentence = trim(sentence);
    if (!sentence.empty()) sentences.push_back(sentence);
  });
  return sentences;
}

std::vector<std::string_view> split_words(std::string_view text) {
  if (has_simple_words(text)) return split_simple_words(text);
  thread_local Iterator iterator = make_iterator(true);
  std::vector<std::string_view> words;
  walk(*iterator, text, [&](std::size_t begin, std::size_t end, int rule) {
    if (rule >= UBRK_WORD_NUMBER) words.push_back(text.substr(begin, end - begin));
  });
  return words;
}

}  // namespace aiva
