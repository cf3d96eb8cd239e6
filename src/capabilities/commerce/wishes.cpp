#include "capabilities/commerce/wishes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "capabilities/commerce/internal/folded.h"

namespace aiva::commerce {
namespace {

constexpr auto fillers = std::to_array<std::string_view>({
    "a",      "about",  "ai",      "al",        "algo",     "alguna",   "also",     "am",
    "an",     "and",    "any",     "are",       "as",       "at",       "auch",     "aus",
    "avec",   "avere",  "avete",   "avez",      "be",       "bei",      "best",     "bitte",
    "but",    "buy",    "by",      "can",       "ce",       "cerco",    "cet",      "cette",
    "che",    "com",    "comprar", "con",       "could",    "cuanto",   "da",       "danke",
    "das",    "dat",    "de",      "dei",       "dem",      "den",      "der",      "des",
    "deze",   "di",     "die",     "dies",      "diese",    "diesen",   "dieses",   "dit",
    "do",     "does",   "du",      "een",       "ein",      "eine",     "einen",    "einer",
    "el",     "en",     "es",      "est",       "esta",     "este",     "esto",     "et",
    "etwas",  "euro",   "euros",   "find",      "finde",    "for",      "from",     "für",
    "get",    "gibt",   "give",    "good",      "got",      "haben",    "habt",     "hallo",
    "has",    "hast",   "have",    "heb",       "hebben",   "hello",    "help",     "het",
    "hi",     "how",    "i",       "ich",       "ihr",      "ik",       "il",       "im",
    "in",     "is",     "ist",     "isto",      "it",       "items",    "its",      "je",
    "jullie", "kann",   "kaufen",  "koop",      "la",       "las",      "le",       "les",
    "like",   "lo",     "looking", "los",       "me",       "mi",       "mich",     "mir",
    "mit",    "mochte", "montre",  "montrez",   "mostra",   "mostrame", "muestra",  "muestrame",
    "my",     "möchte", "need",    "nice",      "no",       "not",      "nur",      "oder",
    "of",     "on",     "one",     "only",      "or",       "ou",       "our",      "para",
    "per",    "please", "por",     "pour",      "products", "produkte", "que",      "quero",
    "questa", "questo", "quiero",  "recommend", "search",   "see",      "sell",     "show",
    "sie",    "so",     "some",    "something", "suche",    "sucht",    "tell",     "tem",
    "than",   "thanks", "that",    "the",       "them",     "there",    "these",    "they",
    "this",   "tiene",  "tienen",  "tienes",    "to",       "toon",     "um",       "un",
    "una",    "und",    "une",     "uno",       "uns",      "us",       "verkauft", "vi",
    "voglio", "von",    "voor",    "vorrei",    "vous",     "wanna",    "want",     "was",
    "we",     "welche", "what",    "where",     "which",    "wie",      "will",     "wir",
    "with",   "wo",     "would",   "y",         "yes",      "you",      "your",     "zeig",
    "zeige",  "zeigen", "zoek",    "zu",        "zum",      "zur",
});

constexpr auto upper_bounds = std::to_array<std::string_view>({
    "under",        "below",      "max",         "maximum",
    "cheaper than", "less than",  "up to",       "at most",
    "within",       "unter",      "bis",         "bis zu",
    "höchstens",    "maximal",    "weniger als", "günstiger als",
    "hasta",        "menos de",   "como máximo", "debajo de",
    "moins de",     "jusqu'à",    "sous",        "maximum de",
    "meno di",      "fino a",     "sotto",       "sotto i",
    "massimo",      "até",        "abaixo de",   "onder",
    "tot",          "minder dan", "<",           "<=",
});
constexpr auto lower_bounds = std::to_array<std::string_view>({
    "over",    "above",       "more than",    "at least", "from",       "min",
    "minimum", "starting at", "über",         "ab",       "mindestens", "mehr als",
    "desde",   "más de",      "al menos",     "plus de",  "au moins",   "à partir de",
    "più di",  "almeno",      "a partire da", "mais de",  "pelo menos", "a partir de",
    "boven",   "vanaf",       "minstens",     "meer dan", ">",          ">=",
});
constexpr auto betweens =
    std::to_array<std::string_view>({"between", "zwischen", "entre", "tra", "fra", "tussen"});
constexpr auto ands =
    std::to_array<std::string_view>({"and", "und", "y", "et", "e", "en", "to", "bis", "-"});
constexpr auto currencies =
    std::to_array<std::string_view>({"$", "€", "£", "usd", "eur", "gbp", "chf", "euro", "euros",
                                     "dollar", "dollars", "pound", "pounds", "bucks", "fr."});

// What a number before these counts is no money.
constexpr auto units = std::to_array<std::string_view>({
    "year",  "years",   "jahr",    "jahre",  "jahren",  "anos",     "años",   "ans",
    "anni",  "jaar",    "month",   "months", "monate",  "cm",       "mm",     "m",
    "km",    "kg",      "g",       "gr",     "grams",   "lb",       "lbs",    "oz",
    "inch",  "inches",  "zoll",    "ft",     "l",       "ml",       "cl",     "liter",
    "litre", "w",       "watt",    "watts",  "v",       "gb",       "tb",     "mb",
    "%",     "percent", "prozent", "people", "persons", "personen", "pieces", "stück",
});

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string_view> pieces_of(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  std::vector<std::string_view> pieces;
  for (std::size_t at = text.find_first_not_of(spaces); at != std::string_view::npos;) {
    auto end = std::min(text.find_first_of(spaces, at), text.size());
    pieces.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(spaces, end);
  }
  return pieces;
}

// A piece without the signs that stand around words.
std::string_view bare(std::string_view piece) {
  constexpr std::string_view signs = ".,;:!?()\"'";
  auto begin = piece.find_first_not_of(signs);
  if (begin == std::string_view::npos) return {};
  return piece.substr(begin, piece.find_last_not_of(signs) - begin + 1);
}

// "50", "$49.99", "1.299,00€": an amount of money.
std::optional<MicroMoney> read_amount(std::string_view piece) {
  std::string text = folded(bare(piece));
  for (auto currency : currencies) {
    if (text.starts_with(currency)) text.erase(0, currency.size());
    if (text.ends_with(currency)) text.erase(text.size() - currency.size());
  }
  if (text.empty() || text.size() > 15) return std::nullopt;
  if (text.find_first_not_of("0123456789.,") != std::string::npos) return std::nullopt;
  auto mark = text.find_last_of(".,");
  bool has_cents = mark != std::string::npos && text.size() - mark - 1 <= 2;
  std::string number;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (is_digit) number += text[i];
    if (i == mark && has_cents) number += '.';
  }
  if (number.empty() || number.front() == '.' || number.back() == '.') return std::nullopt;
  return parse_money(number);
}

class WishReader {
 public:
  explicit WishReader(std::string_view sentence) : pieces_(pieces_of(sentence)) {
    for (auto piece : pieces_) words_.push_back(folded(bare(piece)));
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      if (words_[i].empty()) words_[i] = folded(pieces_[i]);
  }

  Wish read() {
    Wish wish;
    for (at_ = 0; at_ < pieces_.size();) {
      if (read_range(wish) || read_bound(upper_bounds, wish.price_max) ||
          read_bound(lower_bounds, wish.price_min))
        continue;
      if (!is_filler(words_[at_])) {
        if (!wish.words.empty()) wish.words += ' ';
        wish.words +=
            bare(pieces_[at_]).empty() ? std::string_view(words_[at_]) : bare(pieces_[at_]);
      }
      ++at_;
    }
    if (wish.price_min && wish.price_max && *wish.price_min > *wish.price_max)
      std::swap(wish.price_min, wish.price_max);
    return wish;
  }

 private:
  // The amount at a piece, or behind a currency that stands alone; moves `at` behind it and a
  // currency that follows.
  std::optional<MicroMoney> amount_at(std::size_t& at) const {
    auto place = at;
    if (place < pieces_.size() && is_one_of(currencies, words_[place])) ++place;
    if (place >= pieces_.size()) return std::nullopt;
    auto amount = read_amount(pieces_[place]);
    if (!amount) return std::nullopt;
    if (place + 1 < pieces_.size() && is_one_of(units, words_[place + 1])) return std::nullopt;
    at = place + 1;
    if (at < pieces_.size() && is_one_of(currencies, words_[at])) ++at;
    return amount;
  }

  bool read_range(Wish& wish) {
    if (!is_one_of(betweens, words_[at_])) return false;
    auto at = at_ + 1;
    auto least = amount_at(at);
    if (!least || at >= pieces_.size() || !is_one_of(ands, words_[at])) return false;
    ++at;
    auto most = amount_at(at);
    if (!most) return false;
    wish.price_min = least;
    wish.price_max = most;
    at_ = at;
    return true;
  }

  template <std::size_t N>
  bool read_bound(const std::array<std::string_view, N>& bounds, std::optional<MicroMoney>& out) {
    for (std::size_t length = std::min<std::size_t>(3, pieces_.size() - at_); length > 0;
         --length) {
      std::string phrase;
      for (std::size_t i = 0; i < length; ++i) phrase += (i > 0 ? " " : "") + words_[at_ + i];
      if (!is_one_of(bounds, phrase)) continue;
      auto at = at_ + length;
      auto amount = amount_at(at);
      if (!amount) continue;
      out = amount;
      at_ = at;
      return true;
    }
    return false;
  }

  std::vector<std::string_view> pieces_;
  std::vector<std::string> words_;  // folded, one a piece
  std::size_t at_ = 0;
};

}  // namespace

bool is_filler(std::string_view word) { return is_one_of(fillers, word); }

Wish read_wish(std::string_view sentence) { return WishReader(sentence).read(); }

}  // namespace aiva::commerce
