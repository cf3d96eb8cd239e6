#include "capabilities/commerce/internal/edit_distance.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace aiva::commerce {
namespace {

// Longer words are not compared.
constexpr std::size_t letters_max = 64;
using Row = std::array<std::uint8_t, letters_max + 1>;  // no distance is above 2 * letters_max

// Fills the distances of `typed` to each beginning of `word` row by row; whether any can be within
// the bound. The last row is that of all of `typed`.
bool fill(std::u32string_view typed, std::u32string_view word, std::size_t distance_max,
          Row& result) {
  Row rows[3];
  Row* before = &rows[0];
  Row* above = &rows[1];
  Row* row = &rows[2];
  for (std::size_t j = 0; j <= word.size(); ++j) (*above)[j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    (*row)[0] = static_cast<std::uint8_t>(i);
    std::size_t least = i;
    for (std::size_t j = 1; j <= word.size(); ++j) {
      std::size_t cost = typed[i - 1] == word[j - 1] ? 0 : 1;
      auto distance = std::min(
          {(*above)[j] + std::size_t{1}, (*row)[j - 1] + std::size_t{1}, (*above)[j - 1] + cost});
      bool is_swap = i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1];
      if (is_swap) distance = std::min(distance, (*before)[j - 2] + std::size_t{1});
      (*row)[j] = static_cast<std::uint8_t>(distance);
      least = std::min(least, distance);
    }
    if (least > distance_max) return false;
    std::swap(before, above);
    std::swap(above, row);
  }
  result = *above;
  return true;
}

bool is_comparable(std::u32string_view typed, std::u32string_view word) {
  return typed.size() <= letters_max && word.size() <= letters_max;
}

}  // namespace

std::size_t edit_distance(std::u32string_view typed, std::u32string_view word,
                          std::size_t distance_max) {
  const auto beyond = distance_max + 1;
  auto [shorter, longer] = std::minmax({typed.size(), word.size()});
  if (!is_comparable(typed, word) || longer - shorter > distance_max) return beyond;
  Row last{};
  if (!fill(typed, word, distance_max, last)) return beyond;
  return std::min<std::size_t>(last[word.size()], beyond);
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
  return std::min<std::size_t>(nearest, beyond);
}

}  // namespace aiva::commerce
