#include "capabilities/search/question.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <vector>

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

// What a stop word does to a question.
enum class Role {
  question,  // asks for something
  person,    // says who
  past,
  mode,  // tells questions apart that ask for no more than yes or no
  link,  // says how the words around it belong together
};
struct SmallWord {
  std::string_view word;
  Role role;
  std::string_view meaning;
};
constexpr auto small_words = std::to_array<SmallWord>({
    {"about", Role::link, "about"},     {"and", Role::link, "and"},
    {"any", Role::link, "any"},         {"as", Role::link, "as"},
    {"at", Role::link, "at"},           {"been", Role::past, "past"},
    {"but", Role::link, "but"},         {"by", Role::link, "by"},
    {"can", Role::mode, "can"},         {"could", Role::mode, "can"},
    {"did", Role::past, "past"},        {"for", Role::link, "for"},
    {"from", Role::link, "from"},       {"had", Role::past, "past"},
    {"how", Role::question, "how"},     {"i", Role::person, "i"},
    {"if", Role::link, "if"},           {"in", Role::link, "in"},
    {"into", Role::link, "into"},       {"me", Role::person, "me"},
    {"my", Role::person, "i"},          {"of", Role::link, "of"},
    {"on", Role::link, "on"},           {"or", Role::link, "or"},
    {"our", Role::person, "i"},         {"shall", Role::mode, "will"},
    {"should", Role::mode, "should"},   {"some", Role::link, "some"},
    {"than", Role::link, "than"},       {"that", Role::link, "that"},
    {"their", Role::person, "they"},    {"them", Role::person, "they"},
    {"then", Role::link, "then"},       {"they", Role::person, "they"},
    {"those", Role::link, "that"},      {"to", Role::link, "to"},
    {"us", Role::person, "me"},         {"was", Role::past, "past"},
    {"we", Role::person, "i"},          {"were", Role::past, "past"},
    {"what", Role::question, "what"},   {"when", Role::question, "when"},
    {"where", Role::question, "where"}, {"which", Role::question, "what"},
    {"who", Role::question, "who"},     {"whom", Role::question, "who"},
    {"whose", Role::question, "whose"}, {"why", Role::question, "why"},
    {"will", Role::mode, "will"},       {"with", Role::link, "with"},
    {"would", Role::mode, "will"},      {"you", Role::person, "you"},
    {"your", Role::person, "you"},
});
static_assert(std::ranges::is_sorted(small_words, {}, &SmallWord::word));

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

// Gathers what the words of a question say.
class Sense {
 public:
  void add(const Term& term) {
    auto found = std::ranges::lower_bound(small_words, term.stem, {}, &SmallWord::word);
    bool is_small = term.is_stop_word && found != small_words.end() && found->word == term.stem;
    if (is_small)
      add(*found);
    else if (!term.is_stop_word && !is_courtesy(term.stem))
      words_.append(term.stem).append(" ");
    last_ = term.stem;
  }

  // Persons in the order in which they first come, "do you pay me" being another question than "do
  // I pay you".
  [[nodiscard]] std::string text() const {
    std::string text = words_ + "|";
    for (auto person : persons_) text.append(person).append(" ");
    text += "|";
    for (auto asked : asked_) text.append(asked).append(" ");
    if (asked_.empty())
      for (auto mode : modes_) text.append(mode).append(" ");
    return text + (is_past_ ? "|past" : "");
  }

 private:
  static bool is_courtesy(std::string_view stem) {
    return std::ranges::binary_search(courtesies, stem);
  }

  void add(const SmallWord& small) {
    switch (small.role) {
      case Role::question: asked_.insert(small.meaning); return;
      case Role::mode: modes_.insert(small.meaning); return;
      case Role::past: is_past_ = true; return;
      case Role::link: words_.append(small.meaning).append(" "); return;
      case Role::person: break;
    }
    if (small.meaning == "me" && last_ == "tell") return;
    // "Have I paid" is about the past, "I have" is not.
    if (last_ == "have" || last_ == "has") is_past_ = true;
    if (std::ranges::find(persons_, small.meaning) == persons_.end())
      persons_.push_back(small.meaning);
  }

  std::string words_;
  std::vector<std::string_view> persons_;
  std::set<std::string_view> asked_;
  std::set<std::string_view> modes_;
  bool is_past_ = false;
  std::string last_;
};

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
  Sense sense;
  for (const auto& term : terms_of(text)) {
    if (term.stem.size() > whole_term_bytes_max) return text;
    sense.add(term);
  }
  return sense.text() + signs_of(text);
}

}  // namespace aiva::search
