#pragma once

#include <cstddef>
#include <string_view>

namespace aiva::commerce {

// How many letters must be added, left out, replaced or swapped with the next one to make `typed`
// of `word` (Damerau-Levenshtein, optimal string alignment); distance_max + 1 where it is more.
std::size_t edit_distance(std::u32string_view typed, std::u32string_view word,
                          std::size_t distance_max);

// The same to the nearest beginning of `word`.
std::size_t prefix_distance(std::u32string_view typed, std::u32string_view word,
                            std::size_t distance_max);

}  // namespace aiva::commerce
