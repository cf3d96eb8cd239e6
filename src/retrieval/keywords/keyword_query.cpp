#include "retrieval/keywords/keyword_query.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t prefix_bytes_min = 2;

constexpr auto quotation_marks = std::to_array<std::string_view>({"\"", "“", "”", "„"});

// The length of the quotation mark that stands at `at`; zero when there is none.
std::size_t quotation_mark_at(std::string_view text, std::size_t at) {
  for (auto mark : quotation_marks)
    if (text.substr(at).starts_with(mark)) return mark.size();
  return 0;
}

// Where the next quotation mark begins, or the text ends.
std::size_t find_quotation_mark(std::string_view text, std::size_t from) {
  while (from < text.size() && quotation_mark_at(text, from) == 0) ++from;
  return from;
}

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

class QueryReader {
 public:
  QueryReader(Analyzer& analyzer, std::span<const std::string> languages)
      : analyzer_(analyzer),
        languages_(languages.first(std::min(languages.size(), query_languages_max))) {}

  KeywordQuery read(std::string_view text) {
    text = utf8_prefix(text, query_bytes_max);
    while (!text.empty()) {
      auto open = find_quotation_mark(text, 0);
      auto inside = open + quotation_mark_at(text, std::min(open, text.size()));
      auto close = find_quotation_mark(text, inside);
      if (open == text.size() || close == text.size()) {
        add_plain(text);
        break;
      }
      add_plain(text.substr(0, open));
      add_phrase(text.substr(inside, close - inside));
      text.remove_prefix(close + quotation_mark_at(text, close));
    }
    return std::move(query_);
  }

 private:
  // Text outside of quotation marks: words, some of which a * makes prefixes.
  void add_plain(std::string_view text) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      bool is_end = at + 1 == text.size() || is_space(text[at + 1]);
      if (text[at] != '*' || !is_end || at == begin || is_space(text[at - 1])) continue;
      auto word = at;
      while (word > begin && !is_space(text[word - 1])) --word;
      add_text(text.substr(begin, word - begin));
      add_prefix(text.substr(word, at - word));
      begin = at + 1;
    }
    add_text(text.substr(begin));
  }

  void add_text(std::string_view text) {
    for (auto& term : analyse(text)) add_word(std::move(term));
  }

  // Of "ab-12", "ab-12" is the prefix, else the last word of what has no space within.
  void add_prefix(std::string_view text) {
    auto terms = analyse(text);
    if (terms.empty()) return;
    auto whole = std::ranges::find(terms, TermKind::whole, &Part::kind);
    auto prefix = whole == terms.end() ? terms.back() : *whole;
    for (auto& term : terms)
      if (term.text != prefix.text && &term != &terms.back()) add_word(std::move(term));
    auto prefixes = std::ranges::count_if(query_.words, &KeywordWord::is_prefix);
    bool is_too_many = static_cast<std::size_t>(prefixes) >= query_prefixes_max;
    if (prefix.text.size() < prefix_bytes_min || is_too_many)
      add_word(std::move(prefix));
    else
      add({.text = std::move(prefix.text), .is_prefix = true});
  }

  void add_phrase(std::string_view text) {
    KeywordPhrase phrase;
    std::optional<std::uint32_t> first;
    for (auto& term : analyse(text)) {
      if (term.kind == TermKind::word && phrase.parts.size() < phrase_terms_max) {
        if (!first) first = term.position;
        phrase.parts.push_back({.text = term.text, .offset = term.position - *first});
      }
      add_word(std::move(term));
    }
    if (!phrase.parts.empty() && query_.phrases.size() < query_phrases_max)
      query_.phrases.push_back(std::move(phrase));
  }

  struct Part {
    std::string text;
    std::uint32_t position = 0;
    TermKind kind = TermKind::word;
  };

  // The written forms; copies, as stems are asked for afterwards.
  std::vector<Part> analyse(std::string_view text) {
    std::vector<Part> parts;
    for (const auto& term : analyzer_.analyse(text, {}))
      if (term.kind != TermKind::stem)
        parts.push_back({std::string(term.text), term.position, term.kind});
    return parts;
  }

  void add_word(Part part) {
    KeywordWord word{.text = std::move(part.text)};
    bool has_stems =
        part.kind == TermKind::word && word.text.find_first_of("0123456789") == std::string::npos;
    if (has_stems) {
      add_stem(word, {});
      for (const auto& language : languages_) add_stem(word, language);
    }
    add(std::move(word));
  }

  void add_stem(KeywordWord& word, std::string_view language) {
    std::string stem(analyzer_.stem(word.text, language));
    if (std::ranges::find(word.stems, stem) == word.stems.end())
      word.stems.push_back(std::move(stem));
  }

  void add(KeywordWord word) {
    bool is_known = std::ranges::any_of(query_.words, [&](const KeywordWord& known) {
      return known.text == word.text && known.is_prefix == word.is_prefix;
    });
    if (!is_known && query_.words.size() < query_words_max) query_.words.push_back(std::move(word));
  }

  Analyzer& analyzer_;
  std::span<const std::string> languages_;
  KeywordQuery query_;
};

}  // namespace

KeywordQuery parse_keyword_query(Analyzer& analyzer, std::string_view text,
                                 std::span<const std::string> languages) {
  return QueryReader(analyzer, languages).read(text);
}

}  // namespace aiva::retrieval
