#include "capabilities/commerce/internal/spelling.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace aiva::commerce {
namespace {

using retrieval::Analyzer;
using retrieval::TermKind;

constexpr std::size_t terms_max = 64;
constexpr std::size_t strange_max = 8;
constexpr std::string_view spaces = " \t\r\n";
constexpr std::size_t beginning_letters_least = 2;

void add_once(std::vector<std::string>& words, std::string word) {
  if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
}

// The one word that a piece of text is; nothing when it is a code, several words or none.
std::optional<std::string> only_word(std::string_view piece, Analyzer& analyzer) {
  std::optional<std::string> word;
  for (const auto& term : analyzer.analyse(piece, {})) {
    if (term.kind == TermKind::stem) continue;
    if (term.kind == TermKind::whole || word) return std::nullopt;
    word = std::string(term.text);
  }
  return word;
}

// "shoe" and "shoes" are forms of one word, none of which is wrong.
bool is_form_of(std::string_view typed, std::string_view word) {
  constexpr std::size_t ending_max = 2;
  auto [shorter, longer] = std::minmax(
      typed, word, [](std::string_view a, std::string_view b) { return a.size() < b.size(); });
  return longer.starts_with(shorter) && longer.size() - shorter.size() <= ending_max;
}

bool is_in(std::span<const Vocabulary* const> vocabularies, std::string_view word) {
  return std::ranges::any_of(vocabularies,
                             [word](const Vocabulary* known) { return known->has(word); });
}

// Calls `each` with every piece between spaces, and whether it is the last one or quoted.
template <class Each>
void for_pieces(std::string_view text, Each each) {
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = text.find_first_not_of(spaces, at);
    if (begin == std::string_view::npos) return;
    auto end = std::min(text.find_first_of(spaces, begin), text.size());
    auto piece = text.substr(begin, end - begin);
    at = end;
    bool is_last = text.find_first_not_of(spaces, end) == std::string_view::npos;
    bool has_quote = piece.find('"') != std::string_view::npos;
    each(piece, is_last, is_quoted || has_quote);
    if (std::ranges::count(piece, '"') % 2 == 1) is_quoted = !is_quoted;
  }
}

// What is made of a piece of the text.
struct Reading {
  std::string words{};
  std::string meaning{};
  bool is_corrected = false;
};

class Reader {
 public:
  Reader(std::span<const Vocabulary* const> vocabularies, std::span<const std::string> known,
         Analyzer& analyzer)
      : vocabularies_(vocabularies), known_(known), analyzer_(analyzer) {}

  Reading read(std::string_view piece, bool is_last) {
    Reading as_it_is{.words = std::string(piece), .meaning = std::string(piece)};
    auto word = only_word(piece, analyzer_);
    if (!word || piece.ends_with('*') || vocabularies_.empty() || is_there(*word)) return as_it_is;
    bool may_begin = is_last && word->size() >= beginning_letters_least;
    if (may_begin && begins(*word)) {
      as_it_is.words = *word + "*";
      return as_it_is;
    }
    auto guess = best([&](const Vocabulary& known) { return known.nearest(*word); });
    if (guess.word.empty() && is_last)
      guess = best([&](const Vocabulary& known) { return known.nearest_beginning(*word); });
    if (guess.word.empty()) return as_it_is;
    if (is_form_of(*word, guess.word)) {
      as_it_is.words += " " + guess.word;
      return as_it_is;
    }
    return {.words = guess.word, .meaning = guess.word, .is_corrected = true};
  }

 private:
  [[nodiscard]] bool is_there(std::string_view word) const {
    return std::ranges::find(known_, word) != known_.end() || is_in(vocabularies_, word);
  }
  [[nodiscard]] bool begins(std::string_view word) const {
    return std::ranges::any_of(
        vocabularies_, [word](const Vocabulary* known) { return known->has_beginning(word); });
  }
  template <class Ask>
  [[nodiscard]] Vocabulary::Guess best(Ask ask) const {
    Vocabulary::Guess best;
    for (const auto* known : vocabularies_) {
      auto guess = ask(*known);
      if (guess.word.empty()) continue;
      bool is_better = best.word.empty() || guess.distance < best.distance ||
                       (guess.distance == best.distance && guess.count > best.count);
      if (is_better) best = std::move(guess);
    }
    return best;
  }

  std::span<const Vocabulary* const> vocabularies_;
  std::span<const std::string> known_;
  Analyzer& analyzer_;
};

}  // namespace

std::vector<std::string> words_of(std::string_view text, Analyzer& analyzer) {
  std::vector<std::string> words;
  for (const auto& term : analyzer.analyse(text, {}))
    if (term.kind == TermKind::word) add_once(words, std::string(term.text));
  return words;
}

std::vector<std::string> names_of(std::string_view text, Analyzer& analyzer) {
  std::vector<std::string> names;
  for (const auto& term : analyzer.analyse(text, {}))
    if (term.kind != TermKind::stem) add_once(names, std::string(term.text));
  return names;
}

std::vector<std::string> strange_words(std::string_view text,
                                       std::span<const Vocabulary* const> vocabularies,
                                       Analyzer& analyzer) {
  std::vector<std::string> strange;
  for_pieces(text, [&](std::string_view piece, bool, bool is_quoted) {
    if (is_quoted || piece.ends_with('*') || strange.size() == strange_max) return;
    auto word = only_word(piece, analyzer);
    bool is_word = word && word->find_first_of("0123456789") == std::string::npos;
    if (is_word && !is_in(vocabularies, *word)) add_once(strange, *std::move(word));
  });
  return strange;
}

Understood understand(std::string_view text, std::span<const Vocabulary* const> vocabularies,
                      std::span<const std::string> known, Analyzer& analyzer) {
  Understood understood;
  Reader reader(vocabularies, known, analyzer);
  bool is_corrected = false;
  for_pieces(text, [&](std::string_view piece, bool is_last, bool is_quoted) {
    Reading reading{.words = std::string(piece), .meaning = std::string(piece)};
    if (!is_quoted) reading = reader.read(piece, is_last);
    is_corrected = is_corrected || reading.is_corrected;
    if (!understood.words.empty()) understood.words += ' ';
    if (!understood.meaning.empty()) understood.meaning += ' ';
    understood.words += reading.words;
    understood.meaning += reading.meaning;
  });
  if (is_corrected) understood.corrected = understood.meaning;
  understood.terms = words_of(understood.meaning, analyzer);
  understood.names = names_of(understood.meaning, analyzer);
  if (understood.terms.size() > terms_max) understood.terms.resize(terms_max);
  if (understood.names.size() > terms_max) understood.names.resize(terms_max);
  return understood;
}

}  // namespace aiva::commerce
