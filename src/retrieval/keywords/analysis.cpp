#include "retrieval/keywords/analysis.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <utility>

#include "foundation/result.h"
#include "foundation/text/utf8.h"
#include "retrieval/keywords/characters.h"
#include "retrieval/keywords/stemming.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t compound_parts_max = 16;
// The dictionary sees so many characters at once.
constexpr std::size_t dense_run_max = 512;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_han(std::string_view character) {
  std::size_t at = 0;
  auto c = next_code_point(character, at);
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000;
}

// A word of a compound.
struct Part {
  std::string_view text;
  bool is_letters = true;
  bool is_beside_apostrophe = false;
};

}  // namespace

class Analyzer::Parts {
 public:
  std::span<const Term> analyse(std::string_view text, std::string_view language) {
    stemming_.forget_some();
    terms_.clear();
    position_ = 0;
    language_ = language;
    normalise_text(utf8_prefix(text, analysed_bytes_max), text_);
    for (std::size_t at = 0; at < text_.size() && position_ < analysed_words_max;) {
      auto begin = at;
      switch (character_class(next_code_point(text_, at))) {
        case CharacterClass::letter:
        case CharacterClass::digit: at = read_compound(begin); break;
        case CharacterClass::dense: at = read_dense(begin); break;
        case CharacterClass::separator:
        case CharacterClass::mark:
        case CharacterClass::joiner: break;
      }
    }
    return terms_;
  }

  std::string_view stem(std::string_view word, std::string_view language) {
    stemming_.forget_some();
    auto marked = stemming_.marked_stem(word, language);
    return marked.empty() ? word : marked.substr(1);
  }

 private:
  // Reads a word that begins at `begin` and all that are joined to it; returns where they end.
  std::size_t read_compound(std::size_t begin) {
    compound_.clear();
    bool has_joiner = false;  // other than apostrophes
    auto end = read_part(begin);
    while (joins(end)) {
      bool is_apostrophe = text_[end] == '\'';
      has_joiner = has_joiner || !is_apostrophe;
      compound_.back().is_beside_apostrophe |= is_apostrophe;
      end = read_part(end + 1);
      compound_.back().is_beside_apostrophe |= is_apostrophe;
      if (compound_.size() == compound_parts_max) break;
    }
    auto suffix = suffix_at(end);
    put_compound(std::string_view(text_).substr(begin, end + suffix - begin),
                 has_joiner || suffix > 0);
    return end + suffix;
  }

  std::size_t read_part(std::size_t begin) {
    Part part;
    auto end = begin;
    for (auto at = begin; at < text_.size(); end = at) {
      auto kind = character_class(next_code_point(text_, at));
      if (kind == CharacterClass::digit) part.is_letters = false;
      if (kind != CharacterClass::letter && kind != CharacterClass::digit &&
          kind != CharacterClass::mark)
        break;
    }
    part.text = std::string_view(text_).substr(begin, end - begin);
    compound_.push_back(part);
    return end;
  }

  // Whether the character at `at` joins the word before it to one behind it.
  [[nodiscard]] bool joins(std::size_t at) const {
    if (at + 1 >= text_.size() || static_cast<unsigned char>(text_[at]) >= 0x80 ||
        character_class(static_cast<unsigned char>(text_[at])) != CharacterClass::joiner)
      return false;
    auto next = at + 1;
    auto kind = character_class(next_code_point(text_, next));
    if (text_[at] == ',')  // only within a number
      return kind == CharacterClass::digit && text_[at - 1] >= '0' && text_[at - 1] <= '9';
    return kind == CharacterClass::letter || kind == CharacterClass::digit;
  }

  // The length of what belongs to the word before it though nothing follows: "c++", "c#".
  [[nodiscard]] std::size_t suffix_at(std::size_t at) const {
    auto rest = std::string_view(text_).substr(at);
    if (rest.starts_with("++")) return 2;
    return rest.starts_with('#') ? 1 : 0;
  }

  void put_compound(std::string_view whole, bool is_term) {
    if (is_term && whole.size() <= term_bytes_max) put(whole, TermKind::whole);
    std::size_t longest = 0;
    for (const auto& part : compound_) longest = std::max(longest, count_characters(part.text));
    for (const auto& part : compound_) {
      // The article of "l'été", the ending of "company's".
      auto length = part.is_beside_apostrophe ? count_characters(part.text) : longest;
      if (length > 2 || length == longest) put_word(part);
    }
  }

  void put_word(const Part& part) {
    auto word = utf8_prefix(part.text, term_bytes_max);
    put(word, TermKind::word);
    if (part.is_letters) {
      auto stem = stemming_.marked_stem(word, language_);
      if (!stem.empty()) put(stem, TermKind::stem);
    }
    ++position_;
  }

  // Reads characters of a dense script; returns where they end.
  std::size_t read_dense(std::size_t begin) {
    bounds_.clear();
    auto end = begin;
    for (auto at = begin; at < text_.size(); end = at) {
      auto character = at;
      auto kind = character_class(next_code_point(text_, at));
      if (kind == CharacterClass::dense) {
        if (bounds_.size() == dense_run_max) break;
        bounds_.push_back(character);
      } else if (kind != CharacterClass::mark) {
        break;
      }
    }
    bounds_.push_back(end);
    put_dense(std::string_view(text_).substr(begin, end - begin), begin);
    return end;
  }

  void put_dense(std::string_view run, std::size_t begin) {
    auto characters = bounds_.size() - 1;
    if (characters == 1) {
      put(utf8_prefix(run, term_bytes_max), TermKind::word);
      ++position_;
      return;
    }
    find_dense_words(run, begin);
    std::size_t next_word = 0;
    for (std::size_t i = 0; i + 1 < characters; ++i) {
      put(utf8_prefix(between(i, i + 2), term_bytes_max), TermKind::word);
      bool is_last = i + 2 == characters;
      for (; next_word < dense_words_.size() && (dense_words_[next_word].first <= i || is_last);
           ++next_word) {
        auto [first, last] = dense_words_[next_word];
        put(between(first, last), TermKind::whole);
      }
      ++position_;
    }
  }

  [[nodiscard]] std::string_view between(std::size_t first, std::size_t last) const {
    return std::string_view(text_).substr(bounds_[first], bounds_[last] - bounds_[first]);
  }

  // The words of the run that pairs do not stand for, by their first and last characters.
  void find_dense_words(std::string_view run, std::size_t begin) {
    dense_words_.clear();
    UErrorCode status = U_ZERO_ERROR;
    UText source = UTEXT_INITIALIZER;
    utext_openUTF8(&source, run.data(), static_cast<std::int64_t>(run.size()), &status);
    iterator().setText(&source, status);
    if (U_SUCCESS(status)) {
      std::size_t first = 0;
      iterator().first();
      for (auto at = iterator().next(); at != icu::BreakIterator::DONE; at = iterator().next()) {
        auto last = static_cast<std::size_t>(
            std::ranges::lower_bound(bounds_, begin + static_cast<std::size_t>(at)) -
            bounds_.begin());
        add_dense_word(first, std::min(last, bounds_.size() - 1));
        first = std::min(last, bounds_.size() - 1);
      }
    }
    utext_close(&source);
  }

  void add_dense_word(std::size_t first, std::size_t last) {
    if (first >= last || last - first == 2) return;
    auto word = between(first, last);
    if (word.size() > term_bytes_max || (last - first == 1 && !is_han(word))) return;
    dense_words_.emplace_back(first, last);
  }

  icu::BreakIterator& iterator() {
    if (iterator_ == nullptr) {
      UErrorCode status = U_ZERO_ERROR;
      iterator_.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
      AIVA_ASSERT(U_SUCCESS(status));
    }
    return *iterator_;
  }

  void put(std::string_view text, TermKind kind) {
    terms_.push_back({.text = text, .position = position_, .kind = kind});
  }

  Stemming stemming_;
  std::unique_ptr<icu::BreakIterator> iterator_;  // made for the first dense text
  std::string text_;                              // normalised; terms are views into it
  std::string_view language_;
  std::vector<Term> terms_;
  std::uint32_t position_ = 0;
  std::vector<Part> compound_;
  std::vector<std::size_t> bounds_;  // where the characters of a dense run begin, and its end
  std::vector<std::pair<std::size_t, std::size_t>> dense_words_;
};

Analyzer::Analyzer() : parts_(std::make_unique<Parts>()) {}
Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&& other) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&& other) noexcept = default;

std::span<const Term> Analyzer::analyse(std::string_view text, std::string_view language) {
  return parts_->analyse(text, language);
}

std::string_view Analyzer::stem(std::string_view word, std::string_view language) {
  return parts_->stem(word, language);
}

}  // namespace aiva::retrieval
