#include "capabilities/search/question.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <utility>

#include "capabilities/search/terms.h"
#include "foundation/crypto.h"
#include "foundation/text/utf8.h"
#include "retrieval/keywords/characters.h"

namespace aiva::search {
namespace {

// Words that are no more than courtesy, sorted.
constexpr auto courtesies = std::to_array<std::string_view>(
    {"explain", "hello", "hey", "hi", "just", "kind", "please", "thank"});
static_assert(std::ranges::is_sorted(courtesies));

// "Have I paid" is about the past, "I have" is not; sorted.
constexpr auto persons =
    std::to_array<std::string_view>({"he", "i", "it", "she", "they", "we", "you"});
static_assert(std::ranges::is_sorted(persons));

// Stop words that make another question of it, and what they stand for; sorted.
using Pair = std::pair<std::string_view, std::string_view>;
constexpr auto tellings = std::to_array<Pair>({
    {"been", "past"},  {"did", "past"},    {"from", "from"}, {"had", "past"},    {"how", "how"},
    {"i", "first"},    {"me", "first"},    {"my", "first"},  {"our", "first"},   {"than", "than"},
    {"their", "they"}, {"them", "they"},   {"they", "they"}, {"us", "first"},    {"was", "past"},
    {"we", "first"},   {"were", "past"},   {"when", "when"}, {"where", "where"}, {"who", "who"},
    {"whom", "who"},   {"whose", "whose"}, {"why", "why"},   {"you", "second"},  {"your", "second"},
});
static_assert(std::ranges::is_sorted(tellings));

constexpr std::string_view ascii_signs = "#+$%&*/=<>@^~|\\";
// As long as terms get: what is longer is cut there.
constexpr std::size_t whole_term_bytes_max = 63;

// Signs that are no punctuation: of currencies, of mathematics, pictures.
bool is_sign(char32_t c) {
  if (c < 0x80) return ascii_signs.find(static_cast<char>(c)) != std::string_view::npos;
  bool is_latin_punctuation = c <= 0xA1 || c == 0xAB || c == 0xB7 || c == 0xBB || c == 0xBF;
  bool is_general_punctuation = (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x303F);
  return !is_latin_punctuation && !is_general_punctuation &&
         retrieval::character_class(c) == retrieval::CharacterClass::separator;
}

// The signs of a normal form in their order, and a minus before a number.
std::string signs_of(std::string_view text) {
  std::string signs;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    auto c = next_code_point(text, at);
    bool is_first = begin == 0 || text[begin - 1] == ' ';
    bool is_minus = c == '-' && is_first && at < text.size() && text[at] >= '0' && text[at] <= '9';
    if (is_minus || is_sign(c)) append_utf8(signs, c);
  }
  return signs;
}

}  // namespace

std::string normal_question(std::string_view query) {
  std::string folded;
  retrieval::normalise_text(query, folded);
  std::string question;
  question.reserve(folded.size());
  for (char c : folded) {
    bool is_space = static_cast<unsigned char>(c) <= ' ';
    if (is_space && (question.empty() || question.back() == ' ')) continue;
    question += is_space ? ' ' : c;
  }
  auto end = question.find_last_not_of(" ?!.");
  if (end != std::string::npos) question.resize(end + 1);
  return question;
}

std::int64_t hash_of_question(std::string_view normal_form) {
  auto digest = sha256(normal_form);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i) bits = bits << 8U | digest[i];
  return bits == 0 ? 1 : static_cast<std::int64_t>(bits);
}

std::string sense_of_question(std::string_view query) {
  auto text = normal_question(query);
  std::string sense;
  std::set<std::string_view> told;
  bool is_after_have = false;
  for (const auto& term : terms_of(text)) {
    if (term.stem.size() > whole_term_bytes_max) return text;
    bool is_person = std::ranges::binary_search(persons, std::string_view(term.stem));
    if (is_after_have && is_person) told.insert("past");
    is_after_have = term.stem == "have" || term.stem == "has";
    if (term.is_stop_word) {
      auto found = std::ranges::lower_bound(tellings, term.stem, {}, &Pair::first);
      if (found != tellings.end() && found->first == term.stem) told.insert(found->second);
    } else if (!std::ranges::binary_search(courtesies, std::string_view(term.stem))) {
      sense.append(term.stem).append(" ");
    }
  }
  for (auto telling : told) sense.append("|").append(telling);
  return sense + signs_of(text);
}

}  // namespace aiva::search
