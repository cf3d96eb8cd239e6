#include "capabilities/commerce/internal/edit_distance.h"

#include <algorithm>
#include <array>
#include <span>

namespace aiva::commerce {
namespace {

// Longer words are not compared.
constexpr std::size_t letters_max = 64;
using Row = std::array<std::size_t, letters_max + 1>;

// Fills the distances of `typed` to each beginning of `word` row by row; whether any can be within
// the bound. The last row is that of all of `typed`.
bool fill(std::u32string_view typed, std::u32string_view word, std::size_t distance_max,
          Row& result) {
  Row before{};
  Row above{};
  Row row{};
  for (std::size_t j = 0; j <= word.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    row[0] = i;
    auto least = row[0];
    for (std::size_t j = 1; j <= word.size(); ++j) {
      std::size_t cost = typed[i - 1] == word[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + cost});
      bool is_swap = i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1];
      if (is_swap) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > distance_max) return false;
    before = above;
    above = row;
  }
  result = above;
  return true;
}

bool is_comparable(std::u32string_view typed, std::u32string_view word) {
  return typed.size() <= letters_max && word.size() <= letters_max;
}

}  // namespace

std::size_t edit_distance(std::u32string_view typed, std::u32string_view word,
                          std::size_t distance_max) {
  const auto beyond = distance_max + 1;
  auto [shorter, longer] = std::minmax(typed.size(), word.size());
  if (!is_comparable(typed, word) || longer - shorter > distance_max) return beyond;
  Row last{};
  if (!fill(typed, word, distance_max, last)) return beyond;
  return std::min(last[word.size()], beyond);
}

std::size_t prefix_distance(std::u32string_view typed, std::u32string_view word,
                            std::size_t distance_max) {
  const auto beyond = distance_max + 1;
  if (typed.size() > letters_max) return beyond;
  // No longer beginning can be near.
  word = word.substr(0, std::min(typed.size() + distance_max, letters_max));
  Row last{};
  if (!fill(typed, word, distance_max, last)) return beyond;
  auto nearest = *std::ranges::min_element(std::span(last).first(word.size() + 1));
  return std::min(nearest, beyond);
}

}  // namespace aiva::commerce
