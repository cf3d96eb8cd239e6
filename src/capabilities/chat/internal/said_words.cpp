#include "capabilities/chat/internal/said_words.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "capabilities/search/terms.h"
#include "foundation/text/utf8.h"
#include "retrieval/keywords/characters.h"

namespace aiva::chat {
namespace {

using retrieval::CharacterClass;

constexpr std::size_t wanted_characters_max = 200;
constexpr std::size_t wanted_words_max = 8;
// A word of a script without spaces is several of them.
constexpr std::size_t wanted_terms_max = 24;
constexpr std::size_t searched_bytes_max = std::size_t{64} * 1024;  // of a text, for marks
constexpr std::size_t excerpt_characters_max = 240;
constexpr std::size_t excerpt_characters_before = 60;
constexpr std::string_view ellipsis = "…";

struct Character {
  std::size_t begin = 0;  // in bytes
  std::size_t end = 0;
  CharacterClass kind = CharacterClass::separator;
};

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  characters.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    Character character{.begin = at};
    character.kind = retrieval::character_class(next_code_point(text, at));
    character.end = at;
    characters.push_back(character);
  }
  return characters;
}

bool is_of_word(CharacterClass kind) {
  return kind == CharacterClass::letter || kind == CharacterClass::digit ||
         kind == CharacterClass::mark;
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000 ||
         (c >= 0x2000 && c <= 0x200A);
}

std::size_t count_written_words(std::string_view text) {
  std::size_t count = 0;
  bool was_space = true;
  for (std::size_t at = 0; at < text.size();) {
    bool is_blank = is_space(next_code_point(text, at));
    if (was_space && !is_blank) ++count;
    was_space = is_blank;
  }
  return count;
}

CharacterClass class_of_first(std::string_view word) {
  std::size_t at = 0;
  return retrieval::character_class(next_code_point(word, at));
}

// Looks for the words while it goes through a text.
class Marker {
 public:
  Marker(std::string_view text, const WantedWords& wanted)
      : text_(text), wanted_(wanted), characters_(characters_of(text)) {}

  WordsInText find() {
    for (std::size_t at = 0; at < characters_.size();) {
      auto kind = characters_[at].kind;
      if (kind == CharacterClass::dense)
        at = look_at_pair(at);
      else if (kind == CharacterClass::letter || kind == CharacterClass::digit)
        at = look_at_word(at);
      else
        ++at;
    }
    result_.found = static_cast<std::size_t>(std::ranges::count(is_found_, true));
    return std::move(result_);
  }

 private:
  std::size_t look_at_word(std::size_t first) {
    auto end = first;
    while (end < characters_.size() && is_of_word(characters_[end].kind)) ++end;
    look(first, end);
    return end;
  }

  std::size_t look_at_pair(std::size_t first) {
    auto second = behind_marks(first + 1);
    bool is_pair = second < characters_.size() && characters_[second].kind == CharacterClass::dense;
    look(first, is_pair ? behind_marks(second + 1) : second);
    return second;
  }

  [[nodiscard]] std::size_t behind_marks(std::size_t at) const {
    while (at < characters_.size() && characters_[at].kind == CharacterClass::mark) ++at;
    return at;
  }

  void look(std::size_t first, std::size_t end) {
    auto begin = characters_[first].begin;
    retrieval::normalise_text(text_.substr(begin, characters_[end - 1].end - begin), folded_);
    auto word = retrieval::without_diacritics(folded_);
    bool is_wanted = false;
    for (std::size_t i = 0; i < wanted_.whole.size(); ++i)
      if (wanted_.whole[i] == word) is_wanted = is_found_[i] = true;
    if (word.starts_with(wanted_.beginning)) is_wanted = is_found_.back() = true;
    if (is_wanted) mark(first, end);
  }

  void mark(std::size_t first, std::size_t end) {
    auto& marks = result_.marks;
    if (!marks.empty() && marks.back().start + marks.back().length >= first)
      marks.back().length = end - marks.back().start;
    else
      marks.push_back({.start = first, .length = end - first});
  }

  std::string_view text_;
  const WantedWords& wanted_;
  std::vector<Character> characters_;
  std::vector<bool> is_found_ = std::vector<bool>(wanted_.whole.size() + 1, false);
  std::string folded_;
  WordsInText result_;
};

// The words as they are searched for: those that say little only where there is no other.
std::vector<std::string> terms_of_query(std::string_view text) {
  WordCutter cutter;
  auto words = cutter.cut(text);
  if (words.empty()) {
    auto all = cutter.cut(text, true);
    if (!all.empty()) words = {all.back()};
  }
  return words;
}

}  // namespace

const std::vector<std::string>& WordCutter::cut(std::string_view text, bool all) {
  words_.clear();
  for (const auto& term : analyzer_.analyse(text, {})) {
    if (term.kind != retrieval::TermKind::word) continue;
    if (!all && search::is_stop_word(term.text)) continue;
    auto word = retrieval::without_diacritics(term.text);
    if (!word.empty()) words_.push_back(std::move(word));
  }
  return words_;
}

Result<WantedWords> read_wanted_words(std::string_view text) {
  if (!is_valid_utf8(text)) return fail(invalid_field("q", "must be UTF-8"));
  if (characters_of(text).size() > wanted_characters_max)
    return fail(invalid_field("q", "must have at most 200 characters"));
  if (count_written_words(text) > wanted_words_max)
    return fail(invalid_field("q", "must have at most 8 words"));
  auto words = terms_of_query(text);
  if (words.empty()) return fail(invalid_field("q", "must have a word or a number"));
  if (words.size() > wanted_terms_max) return fail(invalid_field("q", "has too many words"));
  WantedWords wanted{.beginning = std::move(words.back())};
  words.pop_back();
  bool is_letter = characters_of(wanted.beginning).size() == 1 &&
                   class_of_first(wanted.beginning) == CharacterClass::letter;
  if (words.empty() && is_letter)
    return fail(invalid_field("q", "must have a word of at least 2 letters"));
  WordSet whole(std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  wanted.whole.assign(whole.begin(), whole.end());
  return wanted;
}

WordsInText find_words(std::string_view text, const WantedWords& wanted) {
  return Marker(utf8_prefix(text, searched_bytes_max), wanted).find();
}

Excerpt excerpt_of(std::string_view text, const std::vector<TextMark>& marks) {
  auto characters = characters_of(utf8_prefix(text, searched_bytes_max));
  auto first = marks.empty() ? 0 : marks.front().start;
  auto begin = first > excerpt_characters_before ? first - excerpt_characters_before : 0;
  if (begin > 0)  // at a word's beginning, where one is near
    for (auto at = begin; at < first; ++at)
      if (characters[at].kind == CharacterClass::separator) {
        begin = at + 1;
        break;
      }
  auto end = std::min(characters.size(), begin + excerpt_characters_max);
  Excerpt excerpt;
  if (begin > 0) excerpt.text = ellipsis;
  std::size_t shift = begin > 0 ? 1 : 0;
  if (end > begin)
    excerpt.text +=
        text.substr(characters[begin].begin, characters[end - 1].end - characters[begin].begin);
  for (const auto& mark : marks) {
    if (mark.start >= end) break;
    auto length = std::min(mark.length, end - mark.start);
    excerpt.marks.push_back({.start = mark.start - begin + shift, .length = length});
  }
  if (end < characters.size() || text.size() > searched_bytes_max) excerpt.text += ellipsis;
  return excerpt;
}

}  // namespace aiva::chat
