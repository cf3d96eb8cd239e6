#include "documents/formats/list_labels.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace aiva::documents {
namespace {

constexpr int number_max = 1'000'000;
constexpr int roman_max = 3999;
constexpr int letters_max = 26 * 20;

std::string write_roman(int number, bool is_upper) {
  struct Sign {
    int value;
    std::string_view upper;
    std::string_view lower;
  };
  constexpr std::array signs = {Sign{1000, "M", "m"},  Sign{900, "CM", "cm"}, Sign{500, "D", "d"},
                                Sign{400, "CD", "cd"}, Sign{100, "C", "c"},   Sign{90, "XC", "xc"},
                                Sign{50, "L", "l"},    Sign{40, "XL", "xl"},  Sign{10, "X", "x"},
                                Sign{9, "IX", "ix"},   Sign{5, "V", "v"},     Sign{4, "IV", "iv"},
                                Sign{1, "I", "i"}};
  std::string out;
  for (const auto& sign : signs)
    for (; number >= sign.value; number -= sign.value) out += is_upper ? sign.upper : sign.lower;
  return out;
}

// "a" to "z", then "aa", "bb": the letter is repeated.
std::string write_letter(int number, bool is_upper) {
  char letter = static_cast<char>((is_upper ? 'A' : 'a') + (number - 1) % 26);
  return std::string(static_cast<std::size_t>((number - 1) / 26 + 1), letter);
}

}  // namespace

std::string write_number(int number, NumberLook look) {
  auto decimal = std::to_string(number);
  bool is_roman = number >= 1 && number <= roman_max;
  bool is_letter = number >= 1 && number <= letters_max;
  switch (look) {
    case NumberLook::decimal: return decimal;
    case NumberLook::decimal_with_zero: return decimal.size() == 1 ? "0" + decimal : decimal;
    case NumberLook::upper_roman: return is_roman ? write_roman(number, true) : decimal;
    case NumberLook::lower_roman: return is_roman ? write_roman(number, false) : decimal;
    case NumberLook::upper_letter: return is_letter ? write_letter(number, true) : decimal;
    case NumberLook::lower_letter: return is_letter ? write_letter(number, false) : decimal;
    case NumberLook::none: return {};
  }
  return {};
}

void ListCounters::advance(int level, int start) {
  level = std::clamp(level, 0, list_levels - 1);
  auto& counter = counters_.at(static_cast<std::size_t>(level));
  if (!std::exchange(counter.is_set, false))
    counter.number = counter.is_started ? std::min(counter.number + 1, number_max) : start;
  counter.is_started = true;
  for (int i = level + 1; i < list_levels; ++i) {
    auto& deeper = counters_.at(static_cast<std::size_t>(i));
    deeper.is_started = false;
    deeper.is_set = false;
  }
}

void ListCounters::restart(int level, int number) {
  auto& counter = counters_.at(static_cast<std::size_t>(std::clamp(level, 0, list_levels - 1)));
  counter.number = std::clamp(number, 0, number_max);
  counter.is_set = true;
  counter.is_started = true;
}

int ListCounters::at(int level, int start) const {
  const auto& counter =
      counters_.at(static_cast<std::size_t>(std::clamp(level, 0, list_levels - 1)));
  return counter.is_started ? counter.number : start;
}

}  // namespace aiva::documents
