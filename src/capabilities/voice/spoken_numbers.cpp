#include "capabilities/voice/spoken_numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace aiva::voice {
namespace {

constexpr std::size_t words_max = 200;
constexpr int billion = 1'000'000'000;

using NumberWord = std::pair<std::string_view, int>;

constexpr auto units = std::to_array<NumberWord>(
    {{"zero", 0},         {"one", 1},         {"two", 2},        {"three", 3},
     {"four", 4},         {"five", 5},        {"six", 6},        {"seven", 7},
     {"eight", 8},        {"nine", 9},        {"ten", 10},       {"eleven", 11},
     {"twelve", 12},      {"thirteen", 13},   {"fourteen", 14},  {"fifteen", 15},
     {"sixteen", 16},     {"seventeen", 17},  {"eighteen", 18},  {"nineteen", 19},
     {"first", 1},        {"second", 2},      {"third", 3},      {"fourth", 4},
     {"fifth", 5},        {"sixth", 6},       {"seventh", 7},    {"eighth", 8},
     {"ninth", 9},        {"tenth", 10},      {"eleventh", 11},  {"twelfth", 12},
     {"thirteenth", 13},  {"fourteenth", 14}, {"fifteenth", 15}, {"sixteenth", 16},
     {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}});
constexpr auto tens = std::to_array<NumberWord>({{"twenty", 20},
                                                 {"thirty", 30},
                                                 {"forty", 40},
                                                 {"fifty", 50},
                                                 {"sixty", 60},
                                                 {"seventy", 70},
                                                 {"eighty", 80},
                                                 {"ninety", 90},
                                                 {"twentieth", 20},
                                                 {"thirtieth", 30}});
constexpr auto scales = std::to_array<NumberWord>({{"thousand", 1000}, {"million", 1'000'000}});

template <std::size_t N>
std::optional<int> look_up(const std::array<NumberWord, N>& table, std::string_view word) {
  for (const auto& [name, value] : table)
    if (name == word) return value;
  return std::nullopt;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "12", "1,200", "3rd".
std::optional<int> written_number(std::string_view word) {
  for (auto ending : {"st", "nd", "rd", "th"})
    if (word.size() > 2 && word.ends_with(ending)) word.remove_suffix(2);
  std::string digits;
  for (std::size_t i = 0; i < word.size(); ++i) {
    bool groups = word[i] == ',' && i > 0 && word.size() - i >= 4;
    if (groups) continue;
    if (!is_digit(word[i])) return std::nullopt;
    digits += word[i];
  }
  int value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || value >= billion) return std::nullopt;
  return value;
}

// Below a hundred in words: "twenty one", "seven".
std::optional<int> below_hundred(const std::vector<std::string>& words, std::size_t& at) {
  if (at >= words.size()) return std::nullopt;
  if (auto unit = look_up(units, words[at])) {
    ++at;
    return unit;
  }
  auto ten = look_up(tens, words[at]);
  if (!ten) return std::nullopt;
  ++at;
  if (at >= words.size()) return ten;
  auto unit = look_up(units, words[at]);
  if (!unit || *unit == 0 || *unit > 9) return ten;
  ++at;
  return *ten + *unit;
}

// Below a thousand: "two hundred and five", "a hundred".
std::optional<int> below_thousand(const std::vector<std::string>& words, std::size_t& at) {
  auto is = [&words](std::size_t i, std::string_view word) {
    return i < words.size() && words[i] == word;
  };
  std::optional<int> first;
  if (is(at, "a") && (is(at + 1, "hundred") || is(at + 1, "thousand"))) {
    ++at;
    first = 1;
  } else if (at < words.size() && written_number(words[at])) {
    first = written_number(words[at++]);
  } else {
    first = below_hundred(words, at);
  }
  if (!first || *first >= 100 || !is(at, "hundred")) return first;
  ++at;
  auto after = at + (is(at, "and") ? 1 : 0);
  auto rest = below_hundred(words, after);
  if (!rest) return *first * 100;
  at = after;
  return *first * 100 + *rest;
}

// What follows "point": "five", "2 5".
double fraction_at(const std::vector<std::string>& words, std::size_t& at) {
  double fraction = 0;
  double place = 0.1;
  for (; at < words.size(); ++at) {
    auto digit = look_up(units, words[at]);
    if (!digit) digit = written_number(words[at]);
    if (!digit || *digit > 9) break;
    fraction += *digit * place;
    place /= 10;
  }
  return fraction;
}

std::optional<double> decimal_at(const std::vector<std::string>& words, std::size_t& at) {
  std::string_view word = words[at];
  double value = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  bool is_plain = std::ranges::all_of(word, [](char c) { return is_digit(c) || c == '.'; });
  if (is_plain && word.contains('.') && error == std::errc{} && end == word.data() + word.size() &&
      value < billion) {
    ++at;
    return value;
  }
  auto whole = whole_number_at(words, at);
  if (!whole) return std::nullopt;
  if (at + 1 >= words.size() || words[at] != "point") return *whole;
  ++at;
  return *whole + fraction_at(words, at);
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  constexpr std::string_view around = ".,;:!?\"'()[]";
  std::vector<std::string> words;
  while (words.size() < words_max) {
    auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    auto word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    auto first = word.find_first_not_of(around);
    if (first == std::string_view::npos) continue;
    word = word.substr(first, word.find_last_not_of(around) - first + 1);
    std::string lower;
    for (char c : word) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    auto dash = lower.find('-');
    // "twenty-one" is two words.
    if (dash != std::string::npos && look_up(tens, std::string_view(lower).substr(0, dash))) {
      words.push_back(lower.substr(0, dash));
      lower.erase(0, dash + 1);
    }
    words.push_back(std::move(lower));
  }
  return words;
}

std::optional<int> whole_number_at(const std::vector<std::string>& words, std::size_t& at) {
  auto start = at;
  std::int64_t sum = 0;
  std::int64_t scale_before = billion;
  bool has_any = false;
  for (;;) {
    auto from = at;
    auto part = below_thousand(words, at);
    if (!part) break;
    auto scale = at < words.size() ? look_up(scales, words[at]) : std::nullopt;
    if (has_any && (!scale ? scale_before <= 1 : *scale >= scale_before)) {
      at = from;
      break;
    }
    has_any = true;
    sum += std::int64_t{*part} * scale.value_or(1);
    scale_before = scale.value_or(1);
    if (!scale) break;
    ++at;
    if (at < words.size() && words[at] == "and") ++at;
  }
  if (!has_any || sum >= billion) {
    at = start;
    return std::nullopt;
  }
  return static_cast<int>(sum);
}

std::optional<double> number_in(const std::vector<std::string>& words) {
  std::optional<double> found;
  for (std::size_t at = 0; at < words.size();) {
    bool is_negative = at > 0 && (words[at - 1] == "minus" || words[at - 1] == "negative");
    auto number = decimal_at(words, at);
    if (!number) {
      ++at;
      continue;
    }
    if (found) return std::nullopt;
    found = is_negative ? -*number : *number;
  }
  return found;
}

std::string digits_in(const std::vector<std::string>& words) {
  std::string digits;
  int times = 1;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto& word = words[at];
    if (word == "double" || word == "triple") {
      times = word == "double" ? 2 : 3;
      continue;
    }
    std::string said;
    if ((word == "plus" || word.starts_with('+')) && digits.empty()) said = "+";
    if (word == "oh" || word == "o") said += '0';
    auto unit = look_up(units, word);
    auto ten = look_up(tens, word);
    if (unit) said += std::to_string(*unit);
    if (ten) {
      auto from = at;
      said += std::to_string(below_hundred(words, from).value_or(*ten));
      at = from - 1;
    }
    if (!unit && !ten)
      for (char c : word)
        if (is_digit(c)) said += c;
    for (int i = 0; i < (said.size() == 1 ? times : 1); ++i) digits += said;
    times = 1;
  }
  return digits;
}

}  // namespace aiva::voice
