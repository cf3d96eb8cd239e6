#include "retrieval/keywords/stemming.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <functional>

#include "retrieval/keywords/analysis.h"
#include "retrieval/keywords/characters.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t remembered_words_max = 1U << 15U;
constexpr std::size_t languages_max = 64;

// Languages in which a letter with a diacritic is another letter to its readers; sorted. (That
// German's are found without theirs is its stemmer's doing.)
constexpr auto unfolded_languages = std::to_array<std::string_view>(
    {"az", "da", "de", "et", "fi", "fo", "hu", "is", "nb", "nn", "no", "sv", "tr"});
static_assert(std::ranges::is_sorted(unfolded_languages));

// German "ae", "oe" and "ue" as the letters that the stemmer makes of umlauts: "mueller" is written
// where "müller" cannot be. Not so the "ue" of "quelle", "bauer" and "feuer".
std::string without_umlaut_digraphs(std::string_view stem) {
  std::string plain;
  for (auto letter : stem) {
    auto size = plain.size();
    bool is_digraph = letter == 'e' && size > 0 &&
                      (plain[size - 1] == 'a' || plain[size - 1] == 'o' || plain[size - 1] == 'u');
    bool is_two_sounds = size > 1 && plain[size - 1] == 'u' &&
                         std::string_view("aeq").find(plain[size - 2]) != std::string_view::npos;
    if (!is_digraph || is_two_sounds) plain.push_back(letter);
  }
  return plain;
}

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

std::unique_ptr<sb_stemmer, StemmerDeleter> make_stemmer(const std::string& code) {
  if (code.empty()) return nullptr;
  bool is_norwegian = code == "nb" || code == "nn";
  return std::unique_ptr<sb_stemmer, StemmerDeleter>(
      sb_stemmer_new(is_norwegian ? "no" : code.c_str(), "UTF_8"));
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace

class Stemming::Language {
 public:
  explicit Language(const std::string& code)
      : folds_(!std::ranges::binary_search(unfolded_languages, std::string_view(code))),
        is_german_(code == "de"),
        stemmer_(make_stemmer(code)) {}

  // The stem with its mark, and whether it was made only now.
  std::pair<std::string_view, bool> find(std::string_view word) {
    auto known = stems_.find(word);
    if (known != stems_.end()) return {known->second, false};
    return {stems_.emplace(word, make(word)).first->second, true};
  }
  void forget() { stems_.clear(); }

 private:
  std::string make(std::string_view word) {
    std::string_view stem = word;
    if (stemmer_ != nullptr) {
      const auto* bytes = sb_stemmer_stem(
          stemmer_.get(), reinterpret_cast<const sb_symbol*>(word.data()), int(word.size()));
      auto size = bytes == nullptr ? 0 : sb_stemmer_length(stemmer_.get());
      if (size > 0) stem = {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
    }
    auto bare = folds_ ? without_diacritics(stem) : std::string(stem);
    if (is_german_) bare = without_umlaut_digraphs(bare);
    return bare == word ? std::string() : stem_mark + bare;
  }

  bool folds_;
  bool is_german_;
  std::unique_ptr<sb_stemmer, StemmerDeleter> stemmer_;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> stems_;
};

Stemming::Stemming() = default;
Stemming::~Stemming() = default;
Stemming::Stemming(Stemming&& other) noexcept = default;
Stemming& Stemming::operator=(Stemming&& other) noexcept = default;

std::string_view Stemming::marked_stem(std::string_view word, std::string_view language) {
  auto [stem, is_new] = this->language(language).find(word);
  if (is_new) ++words_;
  return stem;
}

void Stemming::forget_some() {
  if (words_ < remembered_words_max) return;
  words_ = 0;
  for (auto& [code, language] : languages_) language->forget();
}

// What callers name beyond the limit is treated as unknown, so that memory stays bounded.
Stemming::Language& Stemming::language(std::string_view code) {
  auto known = languages_.find(code);
  if (known != languages_.end()) return *known->second;
  bool is_code =
      code.size() <= 3 && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!code.empty() && (!is_code || languages_.size() >= languages_max)) return this->language("");
  std::string name(code);
  return *languages_.emplace(name, std::make_unique<Language>(name)).first->second;
}

}  // namespace aiva::retrieval
