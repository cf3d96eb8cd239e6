#include "documents/tokens/word_scanner.h"

#include <unicode/uchar.h>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::uint8_t upper = 1;     // Lu, Lt
constexpr std::uint8_t lower = 2;     // Ll
constexpr std::uint8_t caseless = 4;  // Lm, Lo
constexpr std::uint8_t mark = 8;      // M: counts as a letter within words, else as punctuation
constexpr std::uint8_t digit = 16;    // N
constexpr std::uint8_t space = 32;    // white space but for line ends
constexpr std::uint8_t line_end = 64;
constexpr std::uint8_t other = 128;

constexpr std::uint8_t beginning = upper | caseless | mark;  // of a word's letters
constexpr std::uint8_t ending = lower | caseless | mark;
constexpr std::uint8_t before_word = space | mark | other;
constexpr std::uint8_t punctuation = mark | other;

std::uint8_t kind_of(char32_t c) {
  if (c == '\r' || c == '\n') return line_end;
  auto code_point = static_cast<UChar32>(c);
  if (u_hasBinaryProperty(code_point, UCHAR_WHITE_SPACE) != 0) return space;
  auto mask = U_GET_GC_MASK(code_point);
  if ((mask & (U_GC_LU_MASK | U_GC_LT_MASK)) != 0) return upper;
  if ((mask & U_GC_LL_MASK) != 0) return lower;
  if ((mask & (U_GC_LM_MASK | U_GC_LO_MASK)) != 0) return caseless;
  if ((mask & U_GC_M_MASK) != 0) return mark;
  return (mask & U_GC_N_MASK) != 0 ? digit : other;
}

char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Where 's, 't, 're, 've, 'm, 'll or 'd ends that begins at `at`; `at` when none does. The long s
// is an s in another case.
std::size_t contraction_end(std::string_view text, std::size_t at) {
  auto rest = text.substr(at, 3);
  if (rest.size() < 2 || rest[0] != '\'') return at;
  char first = lower_ascii(rest[1]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
  if (rest == "'\xC5\xBF") return at + 3;
  if (rest.size() < 3) return at;
  char second = lower_ascii(rest[2]);
  bool is_contraction =
      (second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l');
  return is_contraction ? at + 3 : at;
}

}  // namespace

WordScanner::WordScanner() {
  for (char32_t c = 0; c < kinds_.size(); ++c) kinds_[c] = kind_of(c);
}

WordScanner::Character WordScanner::character(std::string_view text, std::size_t at) const {
  if (at >= text.size()) return {};
  auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {kinds_[byte], 1};
  auto end = at;
  auto c = next_code_point(text, end);
  auto kind = c < kinds_.size() ? kinds_[c] : kind_of(c);
  return {kind, static_cast<std::uint8_t>(end - at)};
}

WordScanner::LetterRun WordScanner::letters(std::string_view text, std::size_t at) const {
  LetterRun run;
  auto c = character(text, at);
  for (; (c.kind & beginning) != 0; c = character(text, at)) {
    at += c.bytes;
    if ((c.kind & upper) == 0) run.mixed_end = at;
  }
  run.upper_end = at;
  if ((c.kind & lower) == 0) return run;
  for (; (c.kind & ending) != 0; c = character(text, at)) at += c.bytes;
  run.mixed_end = at;
  return run;
}

// Of a word of letters that begins at `at`, perhaps with one other character; 0: there is none. The
// order of these attempts is that of the pattern's alternatives.
std::size_t WordScanner::letters_end(std::string_view text, std::size_t at) const {
  auto first = character(text, at);
  auto from = (first.kind & before_word) != 0 ? at + first.bytes : at;
  auto run = letters(text, from);
  if (run.mixed_end != 0) return run.mixed_end;
  if ((first.kind & mark) != 0) return from;
  return run.upper_end > from ? run.upper_end : 0;
}

std::size_t WordScanner::digits_end(std::string_view text, std::size_t at) const {
  for (int count = 0; count < 3; ++count) {
    auto c = character(text, at);
    if ((c.kind & digit) == 0) break;
    at += c.bytes;
  }
  return at;
}

// 0: there is none.
std::size_t WordScanner::punctuation_end(std::string_view text, std::size_t at) const {
  if (text[at] == ' ') ++at;
  auto c = character(text, at);
  if ((c.kind & punctuation) == 0) return 0;
  for (; (c.kind & punctuation) != 0; c = character(text, at)) at += c.bytes;
  while (at < text.size() && (text[at] == '\r' || text[at] == '\n' || text[at] == '/')) ++at;
  return at;
}

// Up to the last line end; without one, the last blank is left to the word that follows.
std::size_t WordScanner::space_end(std::string_view text, std::size_t at) const {
  auto begin = at;
  auto last = at;
  std::size_t line_end_end = 0;
  auto c = character(text, at);
  for (; (c.kind & (space | line_end)) != 0; c = character(text, at)) {
    last = at;
    at += c.bytes;
    if (c.kind == line_end) line_end_end = at;
  }
  if (line_end_end != 0) return line_end_end;
  return at == text.size() || last == begin ? at : last;
}

std::size_t WordScanner::word_end(std::string_view text, std::size_t at) const {
  auto kind = character(text, at).kind;
  if ((kind & (beginning | ending | before_word)) != 0) {
    auto end = letters_end(text, at);
    if (end != 0) return contraction_end(text, end);
  }
  if (kind == digit) return digits_end(text, at);
  auto end = punctuation_end(text, at);
  return end != 0 ? end : space_end(text, at);
}

}  // namespace aiva::documents
