#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace aiva {

// Decoders get caught in loops. When `ids` ends in so many equal stretches that nobody says them,
// how many ids are left with one of them.
inline std::optional<std::size_t> length_before_repeats(std::span<const std::int64_t> ids) {
  constexpr std::size_t stretch_max = 16;
  // Digits and "no, no, no" do come several times.
  auto copies_max = [](std::size_t stretch) {
    if (stretch == 1) return 10UL;
    return stretch == 2 ? 6UL : 4UL;
  };
  for (std::size_t stretch = 1; stretch <= stretch_max; ++stretch) {
    const auto length = stretch * copies_max(stretch);
    if (length > ids.size()) continue;
    auto tail = ids.last(length);
    if (std::ranges::equal(tail.subspan(stretch), tail.first(length - stretch)))
      return ids.size() - length + stretch;
  }
  return std::nullopt;
}

}  // namespace aiva
